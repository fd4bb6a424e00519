"""Text is plain wherever it is shown, but for words of our own: names out of files are no HTML."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from studio.gui import theme

NAME = '<img src="file:///planted.png"><b>name</b>'
PLAIN = Qt.TextFormat.PlainText


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Dress the application as the window is."""
    before = qapp.styleSheet()
    theme.dress(qapp)
    yield
    qapp.setStyleSheet(before)


def test_a_label_shows_a_name_as_it_is(qtbot: QtBot) -> None:
    label, rich = QLabel(NAME), QLabel("<b>Ours</b>")
    rich.setProperty("role", "rich")
    for each in (label, rich):
        qtbot.addWidget(each)
        each.show()
    assert label.textFormat() == PLAIN and rich.textFormat() == Qt.TextFormat.RichText


def test_so_does_a_tool_tip(qtbot: QtBot) -> None:
    below = QWidget()
    qtbot.addWidget(below)
    below.show()
    QToolTip.showText(QPoint(5, 5), NAME, below)
    shown = [w for w in QApplication.allWidgets() if isinstance(w, QLabel) and w.text() == NAME]
    assert shown and all(each.textFormat() == PLAIN for each in shown)
    QToolTip.hideText()


def test_so_does_a_question(qtbot: QtBot) -> None:
    box = QMessageBox()
    qtbot.addWidget(box)
    box.setText(NAME)
    box.setInformativeText(NAME)
    box.show()
    assert {each.textFormat() for each in box.findChildren(QLabel)} == {PLAIN}
