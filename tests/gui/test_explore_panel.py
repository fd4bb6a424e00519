"""The Explore workspace with real models in real lanes: what a user does, and what is seen."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explore_scene import LONG, at_rest, copied, drag, panel_on, pixels, session_on, titles
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.events import Progress
from studio.core.explore import directions
from studio.core.project import Project
from studio.gui.panels.explore import ExplorePanel
from studio.gui.session import Session


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


def give(panel: ExplorePanel, session: Session, *names: str) -> list[str]:
    """Let the open model have directions that change the picture; return their ids."""
    opened = session.opened
    assert opened is not None
    explorer = opened.explorer
    rng = np.random.default_rng(1)
    made = []
    for k, name in enumerate(names):
        vector = rng.standard_normal(explorer.shape).astype(np.float32)
        made.append(directions.Direction(f"{k:012x}", name, vector))
    session.adopt(opened.knowing(tuple(made)))
    panel.directions_desk.show()
    return [d.id for d in made]


def test_the_newest_run_opens_at_its_first_seed(panel: ExplorePanel, session: Session) -> None:
    assert session.opened is not None and session.opened.run.number == 2
    assert panel.bar.model.runs.currentData() == 2
    assert panel.canvas.still is not None
    assert titles(panel.stand) == ["Seed 0"] and len(panel.history.steps) == 1
    assert panel.pages.currentIndex() == 1 and not panel.jumps.isVisible()


def test_dragging_shows_other_pictures_and_settles_as_one_step(
    panel: ExplorePanel, qtbot: QtBot
) -> None:
    before = pixels(panel)
    seen = drag(panel, qtbot, 60, 120, 180)
    assert len({before, *seen}) == 4
    assert titles(panel.stand) == ["Seed 0", "Drag"]
    step = panel.stand.exploration.current
    assert step.parents == (0,) and step.place is panel.stand.place


def test_undo_redo_and_a_branch(panel: ExplorePanel, qtbot: QtBot) -> None:
    steps = panel.bar.steps
    drag(panel, qtbot, 100)
    dragged = pixels(panel)
    assert steps.undo.isEnabled() and not steps.redo.isEnabled()
    steps.undo.click()
    at_rest(panel.session, qtbot)
    assert pixels(panel) != dragged and not steps.undo.isEnabled() and steps.redo.isEnabled()
    steps.redo.click()
    at_rest(panel.session, qtbot)
    assert pixels(panel) == dragged
    steps.undo.click()
    at_rest(panel.session, qtbot)
    drag(panel, qtbot, -150)
    assert [s.parents for s in panel.stand.exploration.steps.values()] == [(), (0,), (0,)]
    panel.history.chosen.emit(1)
    at_rest(panel.session, qtbot)
    assert pixels(panel) == dragged, "the other branch is not lost"


def test_what_was_found_is_there_the_next_day(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    drag(panel, qtbot, 120)
    panel.bar.steps.star.click()
    panel.history.noted.emit(1, "keep this")
    dragged = pixels(panel)
    panel.hide()
    with session_on(project, qtbot) as tomorrow:
        again = panel_on(tomorrow, qtbot)
        assert pixels(again) == dragged
        assert again.bar.steps.star.isChecked()
        assert again.history.steps[1].star and again.history.steps[1].note == "keep this"
        assert again.bar.steps.undo.isEnabled()
        again.hide()


def test_seed_class_and_truncation_change_the_picture(panel: ExplorePanel, qtbot: QtBot) -> None:
    place, seen = panel.bar.place, [pixels(panel)]
    place.seed.setValue(12)
    at_rest(panel.session, qtbot)
    seen.append(pixels(panel))
    place.labels.setCurrentIndex(2)
    place.labels.activated.emit(2)
    at_rest(panel.session, qtbot)
    seen.append(pixels(panel))
    assert panel.stand.place is not None and panel.stand.place.label == 1
    place.psi.setValue(30)
    at_rest(panel.session, qtbot)
    seen.append(pixels(panel))
    assert len(set(seen)) == 4
    assert titles(panel.stand) == ["Seed 0", "Seed 12", "Class b", "ψ 0.30"]
    panel.bar.steps.undo.click()
    at_rest(panel.session, qtbot)
    assert place.psi.value() == 100, "undo shows the truncation of where it leads"


def test_sliders_move_the_picture_and_undo_brings_them_back(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    size, light = give(panel, session, "Size", "Light")
    before = pixels(panel)
    row = panel.directions.rows[size]
    row.slider.setValue(250)
    row.slider.sliderReleased.emit()
    at_rest(session, qtbot)
    moved = pixels(panel)
    assert moved != before and titles(panel.stand)[-1] == "Size +2.5 σ"
    panel.directions.rows[light].slider.setValue(-100)
    panel.directions.rows[light].slider.sliderReleased.emit()
    at_rest(session, qtbot)
    qtbot.mouseDClick(row.slider, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(row.slider, Qt.MouseButton.LeftButton)
    at_rest(session, qtbot)
    assert panel.stand.place is not None and panel.stand.place.sliders == {light: -1.0}
    panel.bar.steps.undo.click()
    panel.bar.steps.undo.click()
    at_rest(session, qtbot)
    assert pixels(panel) == moved
    assert panel.directions.rows[size].slider.sigmas == 2.5
    assert panel.directions.rows[light].slider.sigmas == 0


def test_keeping_writes_a_picture_that_opens_at_its_place(
    panel: ExplorePanel, session: Session, qtbot: QtBot, project: Project
) -> None:
    said: list[str] = []
    session.said.connect(said.append)
    size, *_ = give(panel, session, "Size")
    panel.directions.rows[size].slider.setValue(150)
    panel.directions.rows[size].slider.sliderReleased.emit()
    at_rest(session, qtbot)
    kept, place = pixels(panel), panel.stand.place
    panel.bar.steps.keep.click()
    at_rest(session, qtbot)
    files = list((project.folder / "gallery").glob("*.png"))
    assert len(files) == 1 and said == [f"Kept as {files[0].name} in {files[0].parent}"]
    panel.bar.model.run_chosen.emit(1)
    at_rest(session, qtbot)
    panel.take_in(str(files[0]))
    at_rest(session, qtbot)
    assert session.opened is not None and session.opened.run.number == 2
    assert panel.stand.place is not None and place is not None
    assert np.array_equal(panel.stand.place.latent, place.latent)
    assert panel.stand.place.sliders == {size: 1.5} and pixels(panel) == kept
    assert titles(panel.stand)[-1] != "A kept picture", "one stood there already"
    panel.bar.place.seed.setValue(77)
    at_rest(session, qtbot)
    panel.take_in(str(files[0]))
    at_rest(session, qtbot)
    assert titles(panel.stand)[-1] == "A kept picture" and pixels(panel) == kept


def test_a_study_is_shown_and_stopped(
    panel: ExplorePanel, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(opened: Any, *_: Any) -> Any:
        for k in range(10_000):
            yield Progress(k, 10_000, "Asking the model")
            time.sleep(0.002)
        return opened

    monkeypatch.setattr("studio.core.explore.studies.discover", endless)
    panel.directions.find_button.click()
    qtbot.waitUntil(lambda: panel.progress.bar.value() > 3, timeout=LONG)
    assert panel.progress.isVisible() and not panel.directions.find_button.isEnabled()
    panel.progress.button.click()
    at_rest(session, qtbot)
    assert not panel.progress.isVisible() and panel.directions.find_button.isEnabled()
    assert drag(panel, qtbot, 100)


def test_directions_are_found_and_there_again(
    panel: ExplorePanel, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(explorer: Any, **_: Any) -> Any:
        yield Progress(0, 1, "Asking the model")
        vector = np.ones(explorer.shape, np.float32)
        return (directions.direction("Size", finish_tensor(vector)),)

    monkeypatch.setattr("studio.core.explore.studies.find_directions", found)
    panel.directions.find_button.click()
    at_rest(session, qtbot)
    assert [row.row.name for row in panel.directions.rows.values()] == ["Size"]
    id = next(iter(panel.directions.rows))
    panel.directions.renamed.emit(id, "Bigger")
    panel.directions.kept.emit(id, True)
    at_rest(session, qtbot)
    panel.bar.model.run_chosen.emit(1)
    at_rest(session, qtbot)
    assert not panel.directions.rows, "another model knows none"
    panel.bar.model.run_chosen.emit(2)
    at_rest(session, qtbot)
    rows = [row.row for row in panel.directions.rows.values()]
    assert [(row.name, row.kept) for row in rows] == [("Bigger", True)]


def finish_tensor(values: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(values)


def test_a_path_is_drawn_kept_and_exported(
    panel: ExplorePanel, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    from studio.core.assets.video import VideoSettings

    panel.path.add.click()
    drag(panel, qtbot, 150)
    panel.path.add.click()
    at_rest(session, qtbot)
    frames = panel.path_desk.frames
    assert frames is not None and len(frames) == panel.path.route.count == 25
    said: list[str] = []
    session.said.connect(said.append)
    panel.path_desk._write(tmp_path / "path.png", VideoSettings())
    at_rest(session, qtbot)
    assert (tmp_path / "path.png").is_file() and said == ["path.png is written."]
    panel.bar.model.run_chosen.emit(1)
    at_rest(session, qtbot)
    assert not panel.path.route.keys and panel.path_desk.frames is None
    panel.bar.model.run_chosen.emit(2)
    at_rest(session, qtbot)
    assert len(panel.path.route.keys) == 2 and panel.path_desk.frames is not None


def test_children_are_bred_chosen_and_left_again(
    panel: ExplorePanel, session: Session, qtbot: QtBot
) -> None:
    parent = pixels(panel)
    panel.breed.again.click()
    at_rest(session, qtbot)
    assert panel.breed.children_grid.count == 9
    panel.breed.chosen.emit(4)
    at_rest(session, qtbot)
    assert pixels(panel) != parent and titles(panel.stand)[-1] == "Child"
    panel.bar.steps.undo.click()
    at_rest(session, qtbot)
    assert pixels(panel) == parent


def test_the_pad_leads_to_its_corners(panel: ExplorePanel, session: Session, qtbot: QtBot) -> None:
    seen = []
    for corner, seed in enumerate((1, 2, 3, 4)):
        panel.bar.place.seed.setValue(seed)
        at_rest(session, qtbot)
        panel.pad.corner_asked.emit(corner)
        seen.append(pixels(panel))
    for corner, (u, v) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        panel.pad.moved.emit(float(u), float(v))
        at_rest(session, qtbot)
        assert pixels(panel) == seen[corner]
    panel.pad.moved.emit(0.5, 0.5)
    panel.pad.settled.emit()
    at_rest(session, qtbot)
    assert pixels(panel) not in seen and titles(panel.stand)[-1] == "Mixture of four"
