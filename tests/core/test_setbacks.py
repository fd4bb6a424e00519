"""What befalls a run: it goes back or on in parts, says so, and gives up with a sentence."""

import math
import os

import pytest

from studio.core import saving
from studio.core.events import Note, Refused
from studio.core.setbacks import TRIES_AT_MOST, Setbacks
from tests.faults import sickbed


@pytest.fixture
def run(tmp_path):
    made = sickbed.trainee(tmp_path, "vae")
    saving.save(made)
    made.advance(0.0)
    return made


def short(*arguments):
    raise MemoryError


def test_steps_without_setbacks_say_nothing(run):
    setbacks = Setbacks(run)
    assert setbacks.advance(0.0) is None and "loss" in setbacks.values
    assert list(setbacks.news()) == []


def test_bad_weights_are_gone_a_step_later(run):
    sickbed.weights(run, math.nan)
    note = Setbacks(run).advance(0.0)
    assert note is not None and note.kind == "rollback" and "half the learning rate" in note.text
    assert run.step == note.step == 0 and sickbed.healthy(run) and run.retries == 1


def test_an_error_that_bad_numbers_led_to_goes_back_and_others_pass(run, monkeypatch):
    def broken(*arguments):
        raise IndexError("a code that is not there")

    monkeypatch.setattr(run.learner, "learn", broken)
    with pytest.raises(IndexError):
        Setbacks(run).advance(0.0)
    sickbed.weights(run, math.inf)
    note = Setbacks(run).advance(0.0)
    assert note is not None and note.kind == "rollback"


def test_memory_that_runs_out_beside_the_batch_goes_back_and_keeps_the_parts(run, monkeypatch):
    setbacks = Setbacks(run)
    with monkeypatch.context() as patch:
        patch.setattr(run.ema, "update", short)
        note = setbacks.advance(0.0)
    assert note is not None and note.kind == "memory" and "went back to step 0" in note.text
    assert "2 parts, with nearly the same result" in note.text and run.chunks == 2
    assert setbacks.advance(0.0) is None and list(setbacks.news()) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows lets no open file go")
def test_a_set_that_is_deleted_is_said_once_and_learned_on_from(run):
    setbacks = Setbacks(run)
    assert list(setbacks.strayed()) == []
    run.packed.folder.rename(run.packed.folder.with_name("elsewhere"))
    (note,) = setbacks.strayed()
    assert isinstance(note, Note) and "set toy were deleted or moved" in note.text
    assert list(setbacks.strayed()) == [] and setbacks.advance(0.0) is None


def test_memory_that_never_comes_back_ends_it_with_a_sentence(run, monkeypatch):
    setbacks = Setbacks(run)
    monkeypatch.setattr(run.ema, "update", short)
    for _ in range(TRIES_AT_MOST):
        assert setbacks.advance(0.0)
    with pytest.raises(Refused, match="close other programs") as said:
        setbacks.advance(0.0)
    assert "continue the run from its last save later" in str(said.value)


def test_too_little_memory_to_go_back_is_a_sentence_too(run, monkeypatch):
    monkeypatch.setattr(run.ema, "update", short)
    monkeypatch.setattr(saving, "go_back", short)
    with pytest.raises(Refused, match="too short to go on"):
        Setbacks(run).advance(0.0)


def test_pictures_that_can_not_be_drawn_are_said_once(run, monkeypatch):
    setbacks = Setbacks(run)
    monkeypatch.setattr(run, "samples", lambda: (short() for _ in range(1)))
    first, second = list(setbacks.samples()), list(setbacks.samples())
    assert [type(e) for e in first] == [Note] and "could not be drawn" in first[0].text
    assert second == []
