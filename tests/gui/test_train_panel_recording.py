"""A run replayed and growing: no point twice, grids from memory or file, rolled back in step."""

from pathlib import Path

import numpy as np
import pytest
from train_scene import add_run, scene, sprites, story

from studio.core.events import Note, Samples, Scalars
from studio.gui.widgets import recording as module
from studio.gui.widgets.recording import Recording


def test_replayed_and_live_events_join_without_doubles(tmp_path: Path) -> None:
    run = add_run(scene(tmp_path, runs=0), 300)
    recording = Recording(run.history(), run.folder)
    assert recording.curves["loss"].length == 30
    sampled = recording.add(story(400))  # the first 300 steps again, then 100 new ones
    assert sampled
    assert recording.curves["loss"].length == 40
    assert recording.sample_steps == [0, 100, 200, 300, 400]
    assert recording.step == 400
    assert recording.history().series["loss"][0][-1] == 400


def test_grids_are_read_from_their_files(tmp_path: Path) -> None:
    run = add_run(scene(tmp_path, runs=0), 300)
    recording = Recording(run.history(), run.folder)
    assert np.array_equal(recording.pictures(200, "ema"), sprites(16, 20))  # type: ignore[arg-type]
    assert np.array_equal(recording.pictures(200, "raw"), sprites(16, 25))  # type: ignore[arg-type]
    assert recording.pictures(200, "other") is None
    assert recording.pictures(201, "ema") is None


def test_a_grid_deleted_behind_our_back_is_no_picture(tmp_path: Path) -> None:
    run = add_run(scene(tmp_path, runs=0), 300)
    recording = Recording(run.history(), run.folder)
    (run.samples / "step-00000100-ema.png").unlink()
    (run.samples / "step-00000200-ema.png").write_bytes(b"torn")
    assert recording.pictures(100, "ema") is None
    assert recording.pictures(200, "ema") is None


def test_live_grids_beyond_memory_come_back_from_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 5 * sprites(16, 0).nbytes)
    run = add_run(scene(tmp_path, runs=0), 900)
    recording = Recording(None, run.folder)
    recording.add(story(900))
    assert len(recording.cache) == 5
    assert np.array_equal(recording.pictures(0, "ema"), sprites(16, 0))  # type: ignore[arg-type]
    assert len(recording.cache) == 5


@pytest.mark.parametrize("kind", ["rollback", "memory"])
def test_a_rollback_takes_curves_and_grids_back(tmp_path: Path, kind: str) -> None:
    recording = Recording()
    recording.add(story(400))
    assert recording.add([Note("back", "warning", kind, 150)])
    assert recording.sample_steps == [0, 100]
    assert recording.curves["loss"].steps[-1] == 150
    assert recording.pictures(300, "ema") is None
    recording.add([Scalars(160, {"loss": 1.0}, 16.0), Samples(200, "ema", sprites(16, 1))])
    assert recording.curves["loss"].steps[-1] == 160
    assert recording.sample_steps == [0, 100, 200]
