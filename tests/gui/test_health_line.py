"""The health line: a sentence, and one remedy that acts once; marks on the curves."""

import numpy as np
from pytestqt.qtbot import QtBot

from studio.core.events import Note
from studio.core.health import Remedy, Verdict
from studio.gui.widgets.curve import Curve
from studio.gui.widgets.health_line import HealthLine
from studio.gui.widgets.loss_plot import LossPlot
from studio.gui.widgets.recording import Recording

REMEDY = Remedy("Halve the learning rate", "Goes on at half the rate.", {"rate": 0.1})
SICK = Verdict("diverging", "warning", "It runs away.", 300, REMEDY)
WELL = Verdict("healthy", "info", "Learning normally.", 400)


def line(qtbot: QtBot) -> HealthLine:
    made = HealthLine()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_remedy_is_a_button_that_says_what_it_changes(qtbot: QtBot) -> None:
    health = line(qtbot)
    assert not health.button.isVisible()
    health.show_verdict(SICK)
    assert health.button.isVisible() and health.button.text() == REMEDY.title
    assert health.button.toolTip() == REMEDY.effect and health.word.text() == "Watch"
    health.show_verdict(WELL)
    assert not health.button.isVisible() and health.word.text() == "Healthy"


def test_one_click_asks_and_the_button_rests_while_it_acts(qtbot: QtBot) -> None:
    health = line(qtbot)
    health.show_verdict(SICK)
    with qtbot.waitSignal(health.remedy_asked) as asked:
        health.button.click()
    assert asked.args == [REMEDY]
    health.show_verdict(Verdict("diverging", "warning", "It runs away.", 310, REMEDY))
    health.allow(True)
    assert not health.button.isEnabled()
    health.show_verdict(WELL)
    health.show_verdict(SICK)
    assert health.button.isEnabled()


def test_what_was_refused_may_be_asked_again(qtbot: QtBot) -> None:
    health = line(qtbot)
    health.show_verdict(SICK)
    health.button.click()
    health.settle()
    assert health.button.isEnabled()
    health.allow(False)
    assert not health.button.isEnabled()


def test_remedies_and_rollbacks_are_marked_on_the_curves(qtbot: QtBot) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(700, 240)
    plot.show()
    plot.show_curves({"loss": Curve(np.arange(100.0), np.ones(100))}, ("loss",))
    plot.show_marks(
        [
            Note("On the CPU.", kind="device", step=0),
            Note("Went back.", "warning", "rollback", 20),
            Note("Rate: 0.1.", kind="remedy", step=70),
        ]
    )
    view = plot.view
    qtbot.waitUntil(lambda: view.steps[1] > 90)
    assert [(m.step, m.text) for m in view.marks] == [(20, "Went back."), (70, "Rate: 0.1.")]
    at = view.mark_at(view.place(70) + 3)
    assert at is not None and at.text == "Rate: 0.1."
    assert view.mark_at(view.place(45)) is None
    assert "70: Rate: 0.1." in view.accessibleDescription()
    area = view.area
    pixel = view.grab().toImage().pixelColor(round(view.place(70)), round(area.top()) + 3)
    assert pixel.name() == view.marks[1].color


def test_a_recording_goes_back_with_a_remedy() -> None:
    recording = Recording()
    recording.curves["loss"] = Curve(np.arange(100.0), np.ones(100))
    recording.add([Note("Back to step 40.", kind="remedy", step=40)])
    assert recording.curves["loss"].steps[-1] == 40 and recording.step == 40
