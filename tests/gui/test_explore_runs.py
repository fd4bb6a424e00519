"""Runs, checkpoints and projects change while the Explore workspace is on show."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from explore_scene import (
    LONG,
    STEPS,
    at_rest,
    at_step,
    copied,
    drag,
    panel_on,
    pixels,
    session_on,
    titles,
)
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.events import Note, Progress, Published, Saved
from studio.core.explore.exploration import exploration
from studio.core.explore.explorer import open_explorer
from studio.core.project import Project
from studio.gui.panels.explore import ExplorePanel
from studio.gui.session import Session
from tests.core.toys import finish


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Run 1 is a VAE, run 2, the newest, a GAN."""
    return copied(tmp_path_factory, tmp_path, "vae", "gan")


@pytest.fixture
def session(project: Project, qtbot: QtBot) -> Iterator[Session]:
    with session_on(project, qtbot) as made:
        yield made


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> ExplorePanel:
    return panel_on(session, qtbot)


def test_checkpoints_are_scrubbed_with_the_latent_held_still(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    drag(panel, qtbot, 120)
    place, before, count = panel.stand.place, pixels(panel), len(titles(panel.stand))
    assert panel.bar.model.timeline.steps == [0, STEPS]
    panel.bar.model.timeline.slider.setValue(0)
    at_rest(session, qtbot)
    assert at_step(session) == 0
    assert panel.stand.place is place and pixels(panel) != before
    assert len(titles(panel.stand)) == count, "looking at another checkpoint is no step"
    panel.bar.model.timeline.slider.setValue(1)
    at_rest(session, qtbot)
    assert pixels(panel) == before


def test_another_run_is_opened_at_its_newest_step(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    """The steps offered belong to the model shown, also after another was scrubbed."""
    timeline = panel.bar.model.timeline
    timeline.slider.setValue(0)
    at_rest(session, qtbot)
    panel.bar.model.run_chosen.emit(1)
    at_rest(session, qtbot)
    assert session.opened is not None and session.opened.run.number == 1
    assert timeline.step == session.opened.explorer.step


def test_switching_runs_leaves_each_its_history(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    drag(panel, qtbot, 120)
    first = pixels(panel)
    panel.stand.look(lambda e: e.seed(3))  # still drawn while the other opens
    panel.bar.model.run_chosen.emit(1)
    at_rest(session, qtbot)
    assert session.opened is not None and session.opened.run.number == 1
    assert titles(panel.stand) == ["Seed 0"]
    assert panel.stand.place is not None
    assert panel.stand.place.latent.shape == session.opened.explorer.shape
    panel.bar.model.run_chosen.emit(2)
    at_rest(session, qtbot)
    assert titles(panel.stand) == ["Seed 0", "Drag"] and pixels(panel) == first


def test_a_kept_picture_of_an_older_checkpoint_says_which_is_shown(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    panel.bar.model.timeline.slider.setValue(0)
    at_rest(session, qtbot)
    panel.bar.steps.keep.click()
    at_rest(session, qtbot)
    panel.bar.model.timeline.slider.setValue(1)
    at_rest(session, qtbot)
    panel.take_in(str(next((project.folder / "gallery").glob("*.png"))))
    at_rest(session, qtbot)
    assert at_step(session) == 0
    assert panel.bar.model.timeline.step == 0


def test_a_kept_picture_whose_model_is_gone_is_told(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    panel.bar.model.timeline.slider.setValue(0)
    at_rest(session, qtbot)
    panel.bar.steps.keep.click()
    at_rest(session, qtbot)
    shutil.rmtree(project.run(2).checkpoints / "step-00000000")
    failed: list[str] = []
    session.failed.connect(lambda _, text: failed.append(text))
    panel.take_in(str(next((project.folder / "gallery").glob("*.png"))))
    at_rest(session, qtbot)
    assert any("differs" in text for text in failed)


def test_a_damaged_history_opens_with_a_sentence(
    session: Session, qtbot: QtBot, project: Project
) -> None:
    tree = exploration(project.run(2))
    explorer = finish(open_explorer(project, 2))[1]
    for seed in (1, 2, 3):
        tree.add(explorer.seed(seed), f"Seed {seed}", (), (explorer.digest, explorer.step))
    path = tree.folder / "steps.jsonl"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], b"\xff\x00 no step", lines[2], lines[1][:50]]))
    failed: list[str] = []
    session.failed.connect(lambda _, text: failed.append(text))
    panel = panel_on(session, qtbot)
    assert titles(panel.stand) == ["Seed 1", "Seed 3"]
    assert len(failed) == 1 and "2 " in failed[0] and "could not be read" in failed[0]


def test_a_discrete_family_says_that_it_jumps(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, qtbot: QtBot
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vqvae")
    with session_on(project, qtbot) as session:
        panel = panel_on(session, qtbot)
        assert panel.jumps.isVisible()
        panel.hide()


def test_no_run_yet_leads_to_train(tmp_path: Path, qtbot: QtBot) -> None:
    with session_on(projects.create(tmp_path / "new.atelier"), qtbot) as session:
        panel = panel_on(session, qtbot)
        assert panel.pages.currentIndex() == 0
        with qtbot.waitSignal(panel.train_asked):
            panel.empty.button.click()
        panel.hide()


def test_a_study_that_ends_in_another_run_leaves_that_run_open(
    panel: ExplorePanel, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = {"open": False}

    def waiting(opened: Any, *_: Any) -> Any:
        while not gate["open"]:
            yield Progress(0, 1, "Asking the model")
            time.sleep(0.002)
        return opened

    monkeypatch.setattr("studio.core.explore.studies.discover", waiting)
    panel.directions.find_button.click()
    panel.bar.model.run_chosen.emit(1)
    qtbot.waitUntil(lambda: panel.bar.model.runs.currentData() == 1, timeout=LONG)
    gate["open"] = True
    at_rest(session, qtbot)
    assert session.opened is not None and session.opened.run.number == 1
    assert drag(panel, qtbot, 100)


def test_another_project_opens_while_a_model_is_opened(
    panel: ExplorePanel, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    """The model that was being opened belongs to the project left: it must not come back."""
    panel.bar.model.run_chosen.emit(1)
    panel.stand.look(lambda e: e.seed(3))
    other = projects.create(tmp_path / "other.atelier")
    session.open_project(other.folder)
    at_rest(session, qtbot)
    assert session.opened is None and panel.canvas.still is None
    assert panel.pages.currentIndex() == 0


def test_a_training_is_followed_and_a_scrubbed_step_is_not(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    drag(panel, qtbot, 120)
    before, place = pixels(panel), panel.stand.place
    _, tensors, values, _ = checkpoint.newest(project.run(2).checkpoints, 0)
    gate = {"publish": 0}

    def training() -> Any:
        told = 0
        while gate["publish"] >= 0:
            if gate["publish"] > told:
                told += 1
                yield Published(100 * told, tensors, values | {"step": 100 * told})
            yield Progress(1, 2, "Training")
            time.sleep(0.002)

    session.runner.run("train", "Training", training)
    (project.run(2).folder / "log.jsonl").touch()
    gate["publish"] = 1
    qtbot.waitUntil(lambda: at_step(session) == 100, timeout=LONG)
    at_rest(session, qtbot)
    assert pixels(panel) != before and panel.stand.place is place
    assert session._threads() == 1
    panel.bar.model.timeline.slider.setValue(0)
    at_rest(session, qtbot)
    gate["publish"] = 2
    qtbot.wait(300)
    at_rest(session, qtbot)
    assert at_step(session) == 0
    gate["publish"] = -1
    qtbot.waitUntil(lambda: not session.title("train"), timeout=LONG)


def test_notes_of_opening_are_shown_once(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    failed: list[tuple[str, str]] = []
    session.failed.connect(lambda lane, text: failed.append((lane, text)))
    note = Note("step 12 is damaged. Exploring step 0 instead.", "warning")
    session.events.emit("explore", [note])
    assert failed == [("explore", "step 12 is damaged. Exploring step 0 instead.")]


def test_a_run_that_can_not_be_opened_leaves_the_one_on_show(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    for path in project.run(1).checkpoints.glob("step-*/tensors.safetensors"):
        path.write_bytes(b"broken")
    failed: list[str] = []
    session.failed.connect(lambda lane, _: failed.append(lane))
    choose(panel, 1)
    at_rest(session, qtbot)
    assert failed == ["explore"]
    assert session.opened is not None and session.opened.run.number == 2
    assert panel.bar.model.runs.currentData() == 2
    assert drag(panel, qtbot, 100), "it can still be explored"


def choose(panel: ExplorePanel, number: int) -> None:
    """Choose a run from the list, as a user does."""
    runs = panel.bar.model.runs
    runs.setCurrentIndex(runs.findData(number))
    runs.activated.emit(runs.currentIndex())


def test_a_run_that_is_deleted_is_left_for_another(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    shutil.rmtree(project.run(2).folder)
    session.project_changed.emit()
    at_rest(session, qtbot)
    assert session.opened is not None and session.opened.run.number == 1
    assert panel.bar.model.runs.count() == 1
    drag(panel, qtbot, 100)
    assert not (project.folder / "runs" / "002").exists(), "nothing is written where it was"


def test_the_first_training_can_be_explored_as_soon_as_it_has_saved(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, qtbot: QtBot
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan")
    shutil.rmtree(project.run(1).folder)
    saved = project.run(2).checkpoints / "step-00000000"
    aside = shutil.move(project.run(2).checkpoints, tmp_path / "aside")
    with session_on(project, qtbot) as session:
        panel = panel_on(session, qtbot)
        assert panel.pages.currentIndex() == 0 and session.opened is None
        gate = {"saved": False, "on": True}

        def training() -> Any:
            told = False
            while gate["on"]:
                if gate["saved"] and not told:
                    told = True
                    yield Saved(0, saved)
                yield Progress(1, 2, "Training")
                time.sleep(0.002)

        session.runner.run("train", "Training", training)
        shutil.move(aside, project.run(2).checkpoints)
        gate["saved"] = True
        qtbot.waitUntil(lambda: session.opened is not None, timeout=LONG)
        at_rest(session, qtbot)
        assert panel.pages.currentIndex() == 1 and pixels(panel)
        gate["on"] = False
        qtbot.waitUntil(lambda: not session.title("train"), timeout=LONG)
        panel.hide()


def test_what_the_last_model_still_draws_is_not_stood_at(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    """A short job is left to end: its picture may come when another model is open."""
    gate, begun = threading.Event(), threading.Event()

    def slow(explorer: Any) -> Any:
        begun.set()
        gate.wait(20)
        return explorer.seed(9)

    panel.stand.look(slow)
    session.lay_out("tags", lambda e: [slow(e)], draft=True)
    assert begun.wait(20)
    qtbot.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    qtbot.mouseMove(panel.canvas, QPoint(160, 90))
    panel.pad.corner_asked.emit(0)
    panel.pad.corner_asked.emit(1)
    panel.pad.moved.emit(0.5, 0.5)
    failed: list[str] = []
    session.failed.connect(lambda _, text: failed.append(text))
    choose(panel, 1)
    qtbot.waitUntil(lambda: at_run(session) == 1, timeout=LONG)
    gate.set()
    qtbot.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(160, 90))
    panel.pad.settled.emit()
    at_rest(session, qtbot)
    assert failed == [] and titles(panel.stand) == ["Seed 0"]
    assert session.opened is not None and panel.stand.place is not None
    assert panel.stand.place.latent.shape == session.opened.explorer.shape
    assert panel.tag_desk.places == []


def at_run(session: Session) -> int:
    return session.opened.run.number if session.opened else -1
