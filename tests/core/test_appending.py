"""Appending: torn lines are ended, a full disk delays lines without a gap or half a line."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from studio.core import appending
from studio.core.appending import Appender


class Disk:
    """A disk with room for so many bytes."""

    def __init__(self, room: int, monkeypatch: pytest.MonkeyPatch):
        self.room, self.write = room, os.write
        monkeypatch.setattr(appending.os, "write", self)

    def __call__(self, file: int, data: Any) -> int:
        part = data[: self.room]
        if not part:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(part)
        return self.write(file, part)


def test_a_torn_line_is_ended_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw")
    lines = Appender(path)
    lines.write("three")
    lines.close()
    assert path.read_bytes() == b"one\ntw\nthree\n" and lines.size == len(path.read_bytes())


@pytest.mark.parametrize("room", range(12))
def test_a_full_disk_delays_lines_whole_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    disk, lines = Disk(room, monkeypatch), Appender(tmp_path / "log")
    for line in ("one", "two", "three"):
        lines.write(line)
        kept = (tmp_path / "log").read_bytes()
        assert b"one\ntwo\nthree\n".startswith(kept) and (not kept or kept.endswith(b"\n"))
    assert lines.trouble and lines.trouble.errno == errno.ENOSPC
    disk.room = 1000
    lines.write("four")
    assert lines.trouble is None
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\nthree\nfour\n"
    lines.close()


def test_what_is_owed_is_written_at_the_end_if_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, lines = Disk(0, monkeypatch), Appender(tmp_path / "log")
    lines.write("one")
    disk.room = 100
    lines.close()
    lines.close()
    assert (tmp_path / "log").read_bytes() == b"one\n"


def test_no_more_is_owed_than_memory_can_bear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "OWED", 3)
    disk, lines = Disk(0, monkeypatch), Appender(tmp_path / "log")
    for number in range(5):
        lines.write(str(number))
    disk.room = 100
    lines.close()
    assert (tmp_path / "log").read_bytes() == b"2\n3\n4\n"
