"""Saves of a run: never of bad numbers; full disks are said; a Stop says what is lost."""

import errno
import os

import pytest

from studio.core import checkpoint, saving
from studio.core.events import Note, Refused, Saved
from tests.faults import sickbed


@pytest.fixture
def run(tmp_path):
    made = sickbed.trainee(tmp_path, "vae")
    made.advance(0.0)
    return made


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def spoil(run):
    next(run.learner.model.parameters()).data.fill_(float("nan"))


def test_numbers_that_are_not_finite_are_never_saved(run):
    spoil(run)
    said = saving.save(run)
    assert isinstance(said, Note) and said.kind == "save" and "not finite" in said.text
    assert not list(run.run.checkpoints.iterdir())


def test_a_full_disk_is_said(run, monkeypatch):
    monkeypatch.setattr(checkpoint, "save_checkpoint", full)
    said = saving.save(run)
    assert isinstance(said, Note) and "nothing is saved yet" in said.text
    assert "No space left" in said.text


def test_a_fault_of_ours_is_no_full_disk(run, monkeypatch):
    def broken(*_):
        raise KeyError("mine")

    monkeypatch.setattr(checkpoint, "save_checkpoint", broken)
    with pytest.raises(KeyError, match="mine"):
        saving.save(run)


@pytest.mark.parametrize("error", [PermissionError("kept open"), MemoryError()])
def test_old_saves_that_stay_end_no_run(run, monkeypatch, error):
    def busy(*_):
        raise error

    monkeypatch.setattr(checkpoint, "prune", busy)
    assert isinstance(saving.save(run), Saved)
    assert checkpoint.newest(run.run.checkpoints)[2]["step"] == run.step


def test_leaving_says_what_is_lost(run, monkeypatch):
    saving.leave(run)
    saved = run.step
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save_checkpoint", full)
        saving.leave(run)  # it is saved already
        run.advance(0.0)
        with pytest.raises(Refused, match=f"since step {saved} could not be saved: No space left"):
            saving.leave(run)
    saving.leave(run)
    assert checkpoint.newest(run.run.checkpoints)[2]["step"] == run.step


def test_leaving_with_nothing_saved_says_so(run):
    spoil(run)
    with pytest.raises(Refused, match="Nothing of this run could be saved: the model holds"):
        saving.leave(run)


def test_going_back_keeps_the_time_and_the_parts(run):
    saving.save(run)
    saved = run.step
    run.advance(0.0)
    run.split()
    run.seconds = 77.0
    saving.go_back(run)
    assert (run.step, run.seconds, run.chunks) == (saved, 77.0, 2)


def test_what_was_trained_on_other_pictures_is_refused(run):
    saving.save(run)
    manifest = run.packed.manifest.model_copy(update={"fingerprint": "another"})
    run.packed = type(run.packed)(run.packed.folder, manifest, run.packed.pictures)
    with pytest.raises(Refused, match="other pictures"):
        saving.restore(run)
