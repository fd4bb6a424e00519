"""What a mask asks for, told in a line."""

import pytest
from pytestqt.qtbot import QtBot

from studio.core.repair.live import Outlook
from studio.gui.widgets.outlook_line import OutlookLine


@pytest.mark.parametrize(
    ("outlook", "method", "said"),
    [
        (Outlook(0), "auto", "Nothing is painted yet."),
        (Outlook(99), "auto", "Everything is masked"),
        (Outlook(1200, 2, 0, 4.4), "auto", "1\u202f200 pixels masked: thin damage of 4 px"),
        (Outlook(900, 0, 1, 30.0), "auto", "a thick hole of 30 px, filled with texture"),
        (Outlook(900, 1, 3, 30.0), "auto", "3 thick holes, up to 30 px"),
        (Outlook(900, 1, 1, 30.0), "auto", "; thin damage too"),
        (Outlook(900, 1, 1, 30.0), "telea", "up to 30 px thick, filled by telea"),
    ],
)
def test_the_line_says_what_filling_would_do(
    qtbot: QtBot, outlook: Outlook, method: str, said: str
) -> None:
    line = OutlookLine()
    qtbot.addWidget(line)
    line.tell(outlook, method)
    assert said in line.text()
