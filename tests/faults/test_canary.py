"""The watch over hostile files is tried itself: all that it is to notice is done to it."""

import contextlib
import ctypes
import faulthandler
import os
import pickle
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.canary import Trial, sentence, watched

HERE = "tests.faults.test_canary:"
HELD: list[bytes] = []


def bad(root: Path) -> Trial:
    """Do something else that is forbidden for every number."""
    outside = root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "theirs").write_text("theirs")
    module = root / "atelier_planted.py"
    module.write_text("")
    sys.path.insert(0, str(root))
    doings = (
        lambda: (root / "inside").write_text("fine"),
        lambda: (outside / "written").write_text("no"),
        lambda: (root / ".." / "up").mkdir(),
        lambda: (outside / "theirs").rename(root / "ours"),
        lambda: os.system("true"),
        lambda: subprocess.run(["true"], check=True),
        lambda: pickle.loads(b"cbuiltins\neval\n."),
        lambda: eval("1 + 1"),
        lambda: __import__("atelier_planted"),
        lambda: ctypes.CDLL(None),
        lambda: socket.socketpair(),
        lambda: os.write(2, b"words"),
        lambda: (outside / "link").symlink_to(root),
    )

    def trial(number: int) -> str:
        with contextlib.suppress(PermissionError):
            doings[number]()
        return ""

    return trial


FINE = (0, 10)  # a file inside, and a pair of sockets inside the machine


def deadly(_: Path) -> Trial:
    """Crash at 3, hang at 5."""

    def trial(number: int) -> str:
        if number == 3:
            faulthandler._sigsegv()
        if number == 5:
            time.sleep(60)
        return "wrong" if number == 7 else ""

    return trial


def hungry(_: Path) -> Trial:
    """Keep 300 MB."""

    def trial(number: int) -> str:
        HELD.append(os.urandom(1 << 20) * 300)
        return ""

    return trial


@pytest.mark.skipif(os.name != "posix", reason="signals and links as POSIX has them")
def test_everything_forbidden_is_noticed(tmp_path: Path) -> None:
    found = watched(f"{HERE}bad", tmp_path / "root", 0, 13)
    noticed = {int(text.split()[1].rstrip(":")) for text in found.broken}
    assert noticed == set(range(13)) - set(FINE), found.broken
    assert found.tried == 13 and not found.died
    assert not (tmp_path / "outside" / "written").exists() and not (tmp_path / "up").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_what_kills_or_stops_the_process_is_named_and_left_behind(tmp_path: Path) -> None:
    found = watched(f"{HERE}deadly", tmp_path / "root", 0, 9, seconds=1.0)
    assert (found.tried, found.died) == (9, 2)
    assert found.broken == [
        "number 3: the process ended with code -11",
        "number 5: the process hung for 1 s",
        "number 7: wrong",
    ]


def test_memory_that_grows_is_noticed(tmp_path: Path) -> None:
    found = watched(f"{HERE}hungry", tmp_path / "root", 0, 1)
    assert found.peak > 200 and any("memory grew" in text for text in found.broken)


def test_a_sentence_is_one_line_and_ends() -> None:
    assert sentence(ValueError("The file is empty.")) == ""
    for text in ("", "no end", "two\nlines.", " blank.", "KeyError: 'a'.", "a\x1b[0m."):
        assert sentence(ValueError(text)), text
