"""What the faults of the environment share: a home of its own, a program that holds a project."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TOP = Path(__file__).parents[2]
HOMES = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DOCUMENTS_DIR")
HOMES = (*HOMES, "XDG_DATA_HOME", "XDG_CACHE_HOME")
HOLD = """
import sys, time
from pathlib import Path
from studio.core import locking
lock = locking.take(Path(sys.argv[1]))
print("ready", flush=True)
time.sleep(600)
"""


def environ(home: Path) -> dict[str, str]:
    """Return the environment of a program that lives in `home`, without a screen."""
    home.mkdir(parents=True, exist_ok=True)
    own = dict.fromkeys(HOMES, str(home))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **own, **threads, "QT_QPA_PLATFORM": "offscreen"}


def begun(code: str, home: Path, *arguments: str, ready: str = "ready") -> subprocess.Popen[str]:
    """Start Python on `code`; return it once it has printed the line `ready`, or has ended."""
    program = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=TOP,
        env=environ(home),
    )
    assert program.stdout
    said = [line := program.stdout.readline()]
    while line and ready not in line:
        said.append(line := program.stdout.readline())
    if not line:
        raise AssertionError("the program ended before it was ready: " + "".join(said)[-2000:])
    return program


@contextmanager
def held(folder: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another program hold the project meanwhile."""
    other = begun(HOLD, home, str(folder))
    try:
        yield other
    finally:
        other.kill()
        other.communicate()


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file below `folder`, hidden ones too, and every folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def lasted(since: float) -> float:
    """Return the seconds since a moment of time.monotonic."""
    return time.monotonic() - since
