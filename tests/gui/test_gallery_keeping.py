"""Ctrl+K in the other workspaces: what is on show is in the gallery, with where it comes from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from repair_scene import LONG, session_here
from repair_scene import panel_on as repair_on
from repair_scene import written as photograph
from style_scene import opened as style_on

from studio import paths
from studio.core import project as projects
from studio.core.project import Plan, RunRecord
from studio.core.provenance.stamping import record_of, sidecar
from studio.gui.session import Session
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.lightbox import Lightbox

K, CONTROL = Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    with session_here() as found:
        yield found


def only(folder: Path) -> Path:
    """Return the one picture that is kept in a folder."""
    (found,) = folder.glob("*.png")
    return found


def test_a_restyled_picture_is_kept_and_no_longer_unsaved(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = style_on(session, qtbot, tmp_path)
    with qtbot.waitSignal(session.said, timeout=LONG) as said:
        QTest.keyClick(panel.canvas, K, CONTROL)
    path = only(paths.gallery())
    assert path.name in said.args[0] and path.name == "photo-styled-0001.png"
    record = record_of(path)
    assert record is not None and record.workspace == "style"
    assert record.settings["method"] == "ink" and len(record.sources) == 1
    assert sidecar(path).is_file()
    qtbot.waitUntil(lambda: not panel.unsaved, timeout=LONG)
    assert Image.open(path).size == (90, 60)


def test_a_repaired_picture_is_kept_as_it_is_now(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = repair_on(session, qtbot)
    own = photograph(tmp_path)
    panel.take([own])
    qtbot.waitUntil(lambda: panel.desk.opened is not None, timeout=LONG)
    kept = {"timeout": LONG, "check_params_cb": lambda lane, _: "keep" in lane}
    with qtbot.waitSignal(session.done, **kept):
        QTest.keyClick(panel.canvas, K, CONTROL)
    path = only(paths.gallery())
    record = record_of(path)
    assert record is not None and record.workspace == "repair"
    assert np.array_equal(np.asarray(Image.open(path)), panel.desk.painting.pixels)


def test_samples_of_a_run_are_kept_from_the_grid_and_the_lightbox(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    grid = ImageGrid("Samples")
    qtbot.addWidget(grid)
    grid.resize(300, 300)
    grid.show()
    pictures = np.random.default_rng(0).integers(0, 255, (4, 8, 8, 4), dtype=np.uint8)
    grid.show_pictures(pictures)
    told: list[np.ndarray] = []
    grid.keep_asked.connect(told.append)
    grid.set_current(2)
    QTest.keyClick(grid, K, CONTROL)
    assert not told, "it is not known what drew them"
    grid.keeps = True
    QTest.keyClick(grid, K, CONTROL)
    box = Lightbox(grid)
    box.open(grid, 3)
    QTest.keyClick(box, K, CONTROL)
    assert len(told) == 2
    assert np.array_equal(told[0], pictures[2]) and np.array_equal(told[1], pictures[3])


def test_every_wish_to_keep_counts(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = projects.create(tmp_path / "a.atelier")
    session.open_project(project.folder)
    started = {"name": "x", "created": 0, "dataset": "none", "family": "vae", "preset": ""}
    run = project.new_run(RunRecord(**started, settings={}, plan=Plan(steps=1)))  # type: ignore[arg-type]  # texts and numbers
    for k in range(5):
        session.keep_sample(np.full((4, 4, 3), k, np.uint8), run.number, 40 * k)
    folder = project.folder / "gallery"
    qtbot.waitUntil(lambda: len(list(folder.glob("*.png"))) == 5, timeout=LONG)
    qtbot.waitUntil(lambda: not session.title("gallery keep"), timeout=LONG)
    record = record_of(folder / f"run{run.number}-step160-0001.png")
    assert record is not None
    assert (record.workspace, record.step, record.family) == ("train", 160, "vae")
