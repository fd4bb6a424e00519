"""Text is plain wherever it is shown, but for words of our own: names out of files are no HTML."""

import sys

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from studio.gui import theme

NAME = '<img src="file:///planted.png"><b>name</b>'
PLAIN = Qt.TextFormat.PlainText


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> QWidget:
    """A window that is dressed as the program's own."""
    made = QWidget()
    qtbot.addWidget(made)
    theme.cover(made)
    made.show()
    return made


def test_a_label_shows_a_name_as_it_is(window: QWidget) -> None:
    label, rich = QLabel(NAME), QLabel("<b>Ours</b>")
    rich.setProperty("role", "rich")
    for each in (label, rich):
        each.setParent(window)
        each.show()
    assert label.textFormat() == PLAIN and rich.textFormat() == Qt.TextFormat.RichText


def test_so_does_a_tool_tip(window: QWidget) -> None:
    below = QWidget(window)
    below.show()
    QToolTip.showText(QPoint(5, 5), NAME, below)
    shown = [w for w in QApplication.allWidgets() if isinstance(w, QLabel) and w.text() == NAME]
    assert shown and all(each.textFormat() == PLAIN for each in shown)
    QToolTip.hideText()


def test_so_does_a_question(window: QWidget) -> None:
    box = QMessageBox(window)
    box.setText(NAME)
    box.setInformativeText(NAME)
    box.show()
    assert {each.textFormat() for each in box.findChildren(QLabel)} == {PLAIN}


@pytest.mark.skipif(sys.platform == "win32", reason="the sheet is the application's there")
def test_no_sheet_slows_down_what_has_no_parent_yet(qapp: QApplication, window: QWidget) -> None:
    before = qapp.styleSheet()
    theme.dress(qapp)
    assert qapp.styleSheet() == before == "" and window.styleSheet()


def test_an_icon_is_drawn_once(qapp: QApplication) -> None:
    first, second = theme.pixmap("undo", 24), theme.pixmap("undo", 24)
    assert first.toImage() == second.toImage() and not first.isNull()
    assert first.toImage() != theme.pixmap("undo", 24, theme.ACCENT).toImage()
