"""A job's progress in words and a bar, and a Stop that is pressed once."""

from pytestqt.qtbot import QtBot

from studio.core.events import Progress
from studio.gui.widgets.progress_row import ProgressRow


def test_it_tells_how_far_the_job_is_and_stops_it_once(qtbot: QtBot) -> None:
    row = ProgressRow("Progress of the bake", "End it")
    qtbot.addWidget(row)
    assert not row.isVisible()
    row.begin("Baking")
    assert row.isVisible() and (row.text.text(), row.bar.maximum()) == ("Baking", 0)
    row.tell(Progress(3, 1200, "Kneading"))
    assert row.text.text() == "Kneading · 3 of 1\u202f200"
    assert (row.bar.value(), row.bar.maximum()) == (3, 1200)
    row.tell(Progress(0, None, "Waiting"))
    assert (row.text.text(), row.bar.maximum()) == ("Waiting", 0)
    row.counted = False
    row.tell(Progress(299, 1200, "Kneading"))
    assert row.text.text() == "Kneading · 24 %"
    row.tell(Progress(0, None, "Waiting"))
    assert (row.bar.accessibleName(), row.button.toolTip()) == ("Progress of the bake", "End it")
    with qtbot.waitSignal(row.stop_asked):
        row.button.click()
    assert not row.button.isEnabled()
    row.begin("Baking again")
    assert row.button.isEnabled()
