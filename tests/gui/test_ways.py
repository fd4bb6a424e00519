"""From the Gallery to the other workspaces."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explore_scene import collected_here
from pytestqt.qtbot import QtBot
from repair_scene import LONG

from studio import paths
from studio.core.gallery.keeping import keep
from studio.core.provenance.record import Record, Rights
from studio.gui.session import Session
from studio.gui.window import Window


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The real window on the Gallery workspace, without a project."""
    with collected_here():
        session = Session()
        monkeypatch.setattr(session, "warm_up", lambda *later: None)
        made = Window(session)
        qtbot.addWidget(made)
        made.resize(1280, 800)
        made.show()
        made.show_page("gallery")
        yield made
        made.leaving = 1.0
        assert session.close(20)


def picture(**said: Any) -> tuple[Path, Record]:
    """Keep a picture in the user's own gallery; return it and its record."""
    record = Record(**said)
    return keep(paths.gallery(), np.zeros((8, 8, 3), np.uint8), record, "x"), record


def test_it_is_in_reach_without_a_project(window: Any) -> None:
    assert window.rail.buttons["gallery"].isEnabled()
    assert window.stack.currentWidget() is window.pages["gallery"]


def test_pictures_go_to_repair_style_and_export(window: Any, qtbot: QtBot) -> None:
    path, _ = picture()
    page = window.pages["gallery"]
    page.repair_asked.emit([path])
    qtbot.waitUntil(lambda: window.pages["repair"].desk.opened is not None, timeout=LONG)
    assert window.stack.currentWidget() is window.pages["repair"]
    page.style_asked.emit([path], False)
    qtbot.waitUntil(lambda: window.pages["style"].content.content is not None, timeout=LONG)
    page.style_asked.emit([path], True)
    qtbot.waitUntil(lambda: len(window.pages["style"].sources.sources) == 1, timeout=LONG)
    page.export_asked.emit([path])
    assert window.stack.currentWidget() is window.pages["export"]


def test_a_style_is_recalled_with_its_settings(window: Any, qtbot: QtBot) -> None:
    path, record = picture(workspace="style", settings={"method": "ink", "gone": 3})
    window.pages["gallery"].recall_asked.emit(path, record)
    style = window.pages["style"]
    assert style.setups.now.method == "ink"
    _, strange = picture(workspace="style", settings={"method": "etching"})
    with qtbot.waitSignal(window.session.failed) as failed:
        window.pages["gallery"].recall_asked.emit(path, strange)
    assert "etching" in failed.args[1] and style.setups.now.method == "ink"


def test_what_a_model_drew_needs_its_project(
    window: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, record = picture(workspace="explore", place={"shape": [1]})
    page = window.pages["gallery"]
    for ask in (
        lambda: page.recall_asked.emit(path, record),
        lambda: page.explore_asked.emit(path),
    ):
        with qtbot.waitSignal(window.session.failed) as failed:
            ask()
        assert "open the project" in failed.args[1]
    opened: list[Path] = []
    monkeypatch.setattr(window.session, "reopen", opened.append)
    window.session.new_project(tmp_path / "p")
    page.recall_asked.emit(path, record)
    assert opened == [path] and window.stack.currentWidget() is window.pages["explore"]


def test_what_repair_and_style_hand_on_keeps_its_origin_and_name(window: Any, qtbot: QtBot) -> None:
    path, _ = picture(run=3, rights=(Rights(consent="refused"),))
    window.pages["gallery"].repair_asked.emit([path])
    repair = window.pages["repair"]
    qtbot.waitUntil(lambda: repair.desk.opened is not None, timeout=LONG)
    repair.actions_.style.trigger()
    qtbot.waitUntil(lambda: "style" in window.pages, timeout=LONG)
    desk = window.pages["style"].content
    qtbot.waitUntil(lambda: desk.content is not None, timeout=LONG)
    said = desk.content.source
    assert (said.workspace, said.sources[0].run) == ("repair", 3)
    assert said.rights == (Rights(consent="refused"),)
    assert desk.suggested().name == f"{path.stem}-repaired-styled.png"
