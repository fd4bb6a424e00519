"""The access line: hidden while everything may be changed, else why not, with a way to try."""

from pytestqt.qtbot import QtBot

from studio.gui.widgets.access_line import AccessLine


def test_it_says_why_and_can_be_tried(qtbot: QtBot) -> None:
    line = AccessLine()
    qtbot.addWidget(line)
    assert not line.isVisible()
    line.say("Open in another Atelier.")
    assert line.isVisible() and line.text.text() == "Open in another Atelier."
    with qtbot.waitSignal(line.tried, timeout=1000):
        line.again.click()
    line.say("")
    assert not line.isVisible()
