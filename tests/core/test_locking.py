"""Locks: one holder, named; free when it ends or is killed; links and full disks are withstood."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.core import locking
from studio.core.events import Refused

HOLD = """
import sys, time
from pathlib import Path
from studio.core import locking
lock = locking.take(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def held(folder: Path) -> subprocess.Popen[str]:
    """Return a process that holds the project at `folder`."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_second_holder_is_refused_and_told_which_process_it_is(tmp_path: Path) -> None:
    other = held(tmp_path)
    try:
        with pytest.raises(locking.Taken, match=rf"another Atelier \(process {other.pid}\)"):
            locking.take(tmp_path)
        assert locking.holder(tmp_path) == other.pid
    finally:
        other.kill()
        other.wait()
        assert other.stdout
        other.stdout.close()
    assert locking.holder(tmp_path) is None
    locking.take(tmp_path).free()


def test_a_freed_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    lock = locking.take(tmp_path)
    assert (tmp_path / locking.FILE).exists()
    lock.free()
    lock.free()
    assert not list(tmp_path.iterdir())
    with locking.writing(tmp_path), pytest.raises(locking.Taken):
        locking.take(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_killed_holder_frees_at_once(tmp_path: Path) -> None:
    other = held(tmp_path)
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert other.stdout
    other.stdout.close()
    began = time.monotonic()
    locking.take(tmp_path).free()
    assert time.monotonic() - began < 1


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_in_a_strangers_project_is_not_followed(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.write_text("precious")
    theirs.mkdir()
    (theirs / locking.FILE).symlink_to(mine)
    with pytest.raises(locking.Unwritable):
        locking.take(theirs)
    assert mine.read_text() == "precious"


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"pid": "x"}', b'{"pid": 1e400}', b"\xff"])
def test_rubbish_in_the_file_is_withstood(tmp_path: Path, rubbish: bytes) -> None:
    lock = locking.take(tmp_path)
    (tmp_path / locking.FILE).write_bytes(rubbish)
    with pytest.raises(locking.Taken, match="open in another Atelier; close"):
        locking.take(tmp_path)
    lock.free()


def test_a_full_disk_has_no_room_for_a_lock_and_is_held_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(locking, "_open", full)
    locking.take(tmp_path).free()


def test_what_is_shut_is_not_written(tmp_path: Path) -> None:
    locking.shut(tmp_path, "Someone else has it.")
    try:
        assert locking.why_not(tmp_path / "runs" / "001") == "Someone else has it."
        assert not locking.why_not(tmp_path.parent)
        with pytest.raises(Refused, match="Someone else"):
            locking.check(tmp_path)
    finally:
        locking.shut(tmp_path, "")
    locking.check(tmp_path)
