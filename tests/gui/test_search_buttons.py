"""A color to find, and what can be searched for."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog
from pytestqt.qtbot import QtBot

from studio.core.gallery.query import parse
from studio.gui.widgets.search_buttons import SWATCHES, ColorButton, TermsButton


def test_a_swatch_or_any_color_is_picked(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    button = ColorButton()
    qtbot.addWidget(button)
    told: list[str] = []
    button.picked.connect(told.append)
    button.offered.actions()[2].trigger()
    given = [QColor("#123456"), QColor()]
    monkeypatch.setattr(QColorDialog, "getColor", lambda *asked: given.pop(0))
    button.offered.actions()[-1].trigger()
    button.offered.actions()[-1].trigger()
    assert told == [SWATCHES[2], "#123456"], "the dialog was left without one the second time"


def test_every_example_is_understood(qtbot: QtBot) -> None:
    button = TermsButton()
    qtbot.addWidget(button)
    told: list[str] = []
    button.asked.connect(told.append)
    for action in button.offered.actions():
        action.trigger()
    words = [term for term in told if parse(term).text]
    assert words == ["dragon"] and len(told) == len(button.offered.actions())
