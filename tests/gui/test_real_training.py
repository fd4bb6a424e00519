"""The real window drives a real training: start, pause, stop, scrub, continue, look back."""

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.core.data.import_settings import ImportSettings
from studio.gui.panels.train import TrainPanel
from studio.gui.session import Session
from studio.gui.window import Window

LONG = 120_000  # ms; the engine alone takes seconds to load on a busy machine


@pytest.fixture
def collected_here() -> Iterator[None]:
    """Collect garbage in this thread only.

    Each `waitUntil` leaves a loop and its timer in a cycle. When a worker's thread collects them,
    Shiboken deletes both later in this one, loop first, and the timer a second time: a crash.
    """
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture
def session(
    collected_here: None, pictures: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator[Session]:
    """A session whose project holds the test's pictures at 16 x 16, with the engine loaded."""
    session = Session()
    session.warm_up()
    session.new_project(tmp_path / "real.atelier")
    qtbot.waitUntil(lambda: session.ready, timeout=LONG)
    with qtbot.waitSignal(session.done, timeout=LONG):
        session.import_pictures(str(pictures), ImportSettings(width=16, height=16))
    session.accept_draft()
    yield session
    assert session.close(60)


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> Iterator[TrainPanel]:
    """The Train workspace in the real window, filled in for steps that take milliseconds."""
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(1300, 800)
    window.show()
    window.show_page("train")
    panel = window.pages["train"]
    assert isinstance(panel, TrainPanel)
    setup = panel.setup
    small = {"batch": 4, "width": 8, "latent": 4}
    known = set(type(setup.form.value).model_fields)
    changes = {k: v for k, v in small.items() if k in known}
    setup.form.show_value(setup.form.value.updated(changes), setup.form.value)
    setup.plan.show_value(setup.chosen_plan.updated({"minutes": 5.0}))
    yield panel
    panel.start_desk.settling.stop()
    window.hide()


def press(button: QPushButton, qtbot: QtBot) -> None:
    qtbot.waitUntil(button.isEnabled, timeout=LONG)
    button.click()


def step(panel: TrainPanel) -> int:
    return panel.recording.step


def test_a_run_from_start_to_the_next_day(
    panel: TrainPanel, session: Session, qtbot: QtBot
) -> None:
    buttons, view = panel.buttons, panel.view

    press(buttons.start, qtbot)
    qtbot.waitUntil(lambda: panel.live == 1 and step(panel) >= 3, timeout=LONG)
    assert view.grids["ema"].count > 0
    assert view.timeline.steps[0] == 0
    assert panel.list.current == 1

    press(buttons.pause, qtbot)
    qtbot.waitUntil(lambda: any(n.kind == "pause" for n in panel.recording.notes), timeout=LONG)
    held = step(panel)
    qtbot.wait(400)
    assert step(panel) == held
    assert buttons.pause.text() == "Continue"

    press(buttons.pause, qtbot)
    qtbot.waitUntil(lambda: step(panel) > held, timeout=LONG)
    qtbot.waitUntil(lambda: len(view.timeline.steps) >= 3, timeout=LONG)

    first = view.timeline.steps[0]
    newest = np.array(view.grids["ema"].pictures)
    view.timeline.slider.setValue(0)
    assert view.plot.cursor_step == first
    assert not np.array_equal(np.array(view.grids["ema"].pictures), newest)

    press(buttons.stop, qtbot)
    qtbot.waitUntil(lambda: not session.title("train"), timeout=LONG)
    assert buttons.start.isVisible()
    assert session.project is not None
    run = session.project.run(1)
    history = run.history()
    assert history.status == "stopped"
    kept = [int(folder.name.removeprefix("step-")) for folder in run.checkpoints.glob("step-*")]
    assert max(kept) >= history.step > 0

    panel.list.resume_asked.emit(1)
    qtbot.waitUntil(lambda: panel.live == 1 and step(panel) > history.step, timeout=LONG)
    steps = panel.recording.curves["loss"].steps
    assert (np.diff(steps) > 0).all()
    press(buttons.stop, qtbot)
    qtbot.waitUntil(lambda: not session.title("train"), timeout=LONG)
    assert run.history().status == "stopped"

    shown_the_next_day(panel, session, qtbot, sorted({s.step for s in run.history().samples}))


def shown_the_next_day(
    panel: TrainPanel, session: Session, qtbot: QtBot, recorded: list[int]
) -> None:
    """Another window on the same project shows the same run."""
    other = TrainPanel(session)
    qtbot.addWidget(other)
    qtbot.waitUntil(lambda: other.view.timeline.steps == recorded, timeout=LONG)
    assert np.array_equal(
        np.array(other.view.grids["ema"].pictures),
        np.array(panel.recording.pictures(other.view.timeline.steps[-1], "ema")),
    )
