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


def test_a_failed_save_names_why_and_the_last_save(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(ValueError, match="mine"):
        room.unsaved(tmp_path, 30, ValueError("mine"))
    assert "nothing is saved yet" in room.unsaved(tmp_path, 30, full).text
    for step in (10, 20):
        place = tmp_path / f"step-{step:08d}"
        place.mkdir()
        (place / "MANIFEST.json").write_text("{}")
    said = room.unsaved(tmp_path, 30, full)
    assert said.level == "error" and "Step 30" in said.text
    assert "No space left on device" in said.text and "the last save is step 20" in said.text
