"""The welcome page: three doors, recent projects, and the offer to continue."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.gui.panels.welcome import WelcomePanel
from studio.gui.session import Session


@pytest.fixture
def welcome(qtbot: QtBot) -> Iterator[WelcomePanel]:
    panel = WelcomePanel(Session())
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    assert panel.session.close(10)


def test_three_doors(qtbot: QtBot, welcome: WelcomePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(welcome.session, "try_now", tried.append)
    welcome.sprites.click()
    welcome.digits.click()
    assert tried == ["sprites", "digits"]
    with qtbot.waitSignal(welcome.pictures_asked):
        welcome.pictures.click()
    with qtbot.waitSignal(welcome.project_asked):
        welcome.project.click()


def test_trial_doors_close_while_something_runs(qtbot: QtBot, welcome: WelcomePanel) -> None:
    welcome.session.try_now("digits")
    assert not welcome.sprites.isEnabled()
    welcome.session.stop("import")
    qtbot.waitUntil(welcome.sprites.isEnabled, timeout=20000)


def test_recent_projects_open_with_one_click(welcome: WelcomePanel, tmp_path: Path) -> None:
    welcome.session.new_project(tmp_path / "cats")
    welcome.session.new_project(tmp_path / "dogs")
    welcome.refresh()
    places = [welcome.links.itemAt(k).widget() for k in range(welcome.links.count())]
    shown = [b for b in places if isinstance(b, QPushButton)]
    assert [b.text().split("  ")[0] for b in shown] == ["dogs", "cats"]
    shown[1].click()
    assert welcome.session.project and welcome.session.project.name == "cats"
