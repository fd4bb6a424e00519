"""A run that starts from another's model: said, asked for again, and dropped for a new aim."""

import time

import pytest
from pytestqt.qtbot import QtBot
from train_scene import ToySettings, family

from studio.core.project import Plan, RunRecord
from studio.gui.widgets.train_setup import SetChoice, TrainSetup


@pytest.fixture
def setup(qtbot: QtBot) -> TrainSetup:
    made = TrainSetup()
    qtbot.addWidget(made)
    made.show_families([family(), family("other", "Other")])
    made.show_sets([SetChoice(name, name, "12 pictures") for name in "ab"])
    made.show()
    return made


def record(start_from: int) -> RunRecord:
    return RunRecord(
        name="Tuned",
        created=time.time(),
        dataset="a",
        family="toy",
        preset="best",
        settings=ToySettings(width=64).model_dump(),
        plan=Plan(),
        start_from=start_from,
    )


def test_a_tuned_run_is_asked_for_as_it_was_made(setup: TrainSetup) -> None:
    setup.show_record(record(2))
    assert setup.request is not None and setup.request.start_from == 2
    assert setup.ground.isVisible() and "model of run 2" in setup.ground.text()
    setup.form.fields["width"].edited.emit("width", 48)
    assert setup.request.start_from == 2, "other settings are no other ground"
    setup.show_record(record(0))
    assert setup.request.start_from == 0 and not setup.ground.isVisible()


@pytest.mark.parametrize("box", ["set", "family", "preset"])
def test_another_choice_starts_anew(setup: TrainSetup, box: str) -> None:
    setup.show_record(record(2))
    chosen = getattr(setup, box)
    chosen.setCurrentIndex(1)
    chosen.activated.emit(1)
    assert setup.request is not None and setup.request.start_from == 0
    assert not setup.ground.isVisible()
