"""Room for saves: enough says nothing, little warns, none refuses; a failed save names the last."""

import errno
from collections import namedtuple
from pathlib import Path

import pytest
from torch import nn

from studio.core import room
from studio.core.events import Refused

Usage = namedtuple("Usage", "total used free")
ONE = 4 * 4 * 1_000_000  # bytes of a save of the learner below


@pytest.mark.parametrize(("free", "words"), [(2 * ONE, ""), (ONE, "and two must fit")])
def test_a_warning_where_two_saves_hardly_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, words: str
) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(0, 0, free))
    said = room.preflight(tmp_path, nn.Linear(1000, 1000, bias=False))
    assert bool(said) == bool(words)
    if said:
        assert "Only 16 MB are free" in said[0].text and words in said[0].text


def test_refused_where_none_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(0, 0, ONE - 1))
    with pytest.raises(Refused, match="Make room first"):
        room.preflight(tmp_path, nn.Linear(1000, 1000, bias=False))


def save(folder: Path, step: int) -> None:
    place = folder / f"step-{step:08d}"
    place.mkdir()
    (place / "MANIFEST.json").write_text("{}")


def test_disk_and_memory_are_reasons_and_a_fault_of_ours_is_none() -> None:
    assert (
        room.reason(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"
    )
    assert room.reason(OSError("odd")) == "odd"
    assert room.reason(MemoryError()) == "memory ran out"
    with pytest.raises(ValueError, match="mine"):
        room.reason(ValueError("mine"))


def test_a_failed_save_names_why_and_the_last_save(tmp_path: Path) -> None:
    assert "nothing is saved yet" in room.unsaved(tmp_path, 30, "full").text
    save(tmp_path, 10)
    save(tmp_path, 20)
    said = room.unsaved(tmp_path, 30, "full")
    assert said.level == "error" and "Step 30" in said.text
    assert "full" in said.text and "the last save is step 20" in said.text


def test_a_run_that_ends_unsaved_says_what_is_lost_unless_nothing_is(tmp_path: Path) -> None:
    assert "Nothing of this run" in str(room.lost(tmp_path, 30, "full"))
    save(tmp_path, 20)
    said = str(room.lost(tmp_path, 30, "full"))
    assert "since step 20 could not be saved: full" in said and said.count(".") == 1
    assert room.lost(tmp_path, 20, "full") is None
