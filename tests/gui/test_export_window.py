"""The export room in the window: the ways in, the way back, names for all that has none."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from export_scene import at_rest, sprites
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from repair_scene import LONG

from studio.gui.session import Session
from studio.gui.window import Window


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The real window, its engine said to be loaded."""
    session = Session()
    monkeypatch.setattr(session, "warm_up", lambda *later: None)
    session.ready = True
    made = Window(session)
    qtbot.addWidget(made)
    made.resize(960, 600)
    made.show()
    yield made
    made.leaving = time.monotonic()
    assert session.close(20)


def opened(window: Window, qtbot: QtBot, found: list[Path]) -> Any:
    window.export(found)
    page: Any = window.pages["export"]
    qtbot.waitUntil(lambda: page.exporting.layout_ is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    return page


def test_back_leads_to_where_one_was(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    found = sprites(tmp_path)
    page = opened(window, qtbot, found)
    assert window.stack.currentWidget() is page and not window.rail.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert window.stack.currentWidget() is window.welcome
    window.show_style()
    window.export(found[:2])
    assert not any(button.isChecked() for button in window.rail.buttons.values())
    qtbot.waitUntil(lambda: len(page.exporting.picks) == 2, timeout=LONG)
    at_rest(window.session, qtbot)
    page.back.click()
    assert window.stack.currentWidget() is window.pages["style"]
    assert window.rail.buttons["style"].isChecked()


def test_the_menu_asks_for_pictures(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: list[str] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (answer, ""))
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "export" not in window.pages, "it was given up"
    answer += [str(path) for path in sprites(tmp_path)]
    window.ask_export()
    page: Any = window.pages["export"]
    qtbot.waitUntil(lambda: len(page.exporting.picks) == 4, timeout=LONG)
    at_rest(window.session, qtbot)


def test_all_of_it_has_a_name_and_fits_a_small_window(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot, sprites(tmp_path))
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
    nameless = [
        each
        for kind in kinds
        for each in page.findChildren(kind)
        if each.isVisible()
        and not (each.accessibleName() or getattr(each, "text", str)())
        and not isinstance(each.parent(), QAbstractSpinBox | QComboBox)
        and not each.objectName().startswith("qt_")
        and not isinstance(each.parent(), QLineEdit)
    ]
    assert not nameless
    assert window.width() == 960 and page.width() <= 960
    assert page.options.export.visibleRegion().boundingRect().size() == page.options.export.size()
