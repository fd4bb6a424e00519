"""Faults planted at every point where an operation touches the disk.

A point is a call that changes something there: opening for writing, every write, fsync of a file
or a folder, rename, replace, link, unlink, rmdir, mkdir, truncate. An operation is run once to
count its points, then once for each point and fault in a forked child: a crash is `os._exit`, so
that nothing of Python's cleans up. What C libraries write by themselves is not seen: SQLite (the
gallery's index, which can be rebuilt) and whole pictures that OpenCV would write; nothing planted
here saves that way.
"""

import builtins
import contextlib
import errno
import hashlib
import io
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import paths
from studio.core import durable
from studio.core.events import Refused

ERRORS = {"full": errno.ENOSPC, "broken": errno.EIO, "forbidden": errno.EACCES}
SINGLE = ("crash", *ERRORS)
STICKY = tuple(f"{name} from here on" for name in ERRORS)
TORN = ("half, then full", "half, then crash")  # of a write
DONE, REFUSED, WRONG, CRASHED = 0, 1, 2, 70
CALLS = ("fsync", "rename", "replace", "link", "unlink", "remove", "rmdir", "mkdir", "truncate")


@dataclass(frozen=True)
class Operation:
    """What is walked: `prepare` fills a folder, `act` works in it, `start` is the next start.

    `sound` returns what is wrong after a start, given the folder, and how the operation ended;
    without it the folder must hold exactly what was there before, or what a success leaves.
    """

    name: str
    prepare: Callable[[Path], Any]
    act: Callable[[Path], Any]
    start: Callable[[Path], Any]
    sound: Callable[[Path, int], str] | None = None
    seen: Callable[[Path], Any] | None = None


class Planter:
    """Counts points, and at one of them does what `fault` says."""

    def __init__(self, root: Path, at: int = -1, fault: str = ""):
        self.root, self.at, self.fault = str(root), at, fault
        self.points: list[tuple[str, bool]] = []  # what, and whether it is a write

    def meet(self, what: str, write: Callable[[], Any] | None = None) -> None:
        """Pass a point; `write` writes half of the data."""
        number = len(self.points)
        self.points.append((what, write is not None))
        name = self.fault.removesuffix(" from here on")
        if number != self.at and not (number > self.at >= 0 and name != self.fault):
            return
        if self.fault in TORN and write is not None:
            write()
        if "crash" in self.fault:
            os._exit(CRASHED)
        code = ERRORS.get(name, errno.ENOSPC)
        raise OSError(code, os.strerror(code), what)

    def concerns(self, path: Any) -> bool:
        """Tell whether a path, or a name in an opened folder, lies where the operation works."""
        return not isinstance(path, str | os.PathLike) or (
            not Path(path).is_absolute() or os.fspath(path).startswith(self.root)
        )


class File:
    """A file opened for writing, whose writes are points."""

    def __init__(self, file: Any, name: str, planter: Planter):
        self._file, self._name, self._planter = file, name, planter

    def write(self, data: Any) -> Any:
        """Write, or half of it, or nothing."""
        half = len(data) // 2
        self._planter.meet(f"write {self._name}", lambda: self._through(data[:half]))
        return self._through(data)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file off."""
        self._planter.meet(f"truncate {self._name}")
        return self._file.truncate(size)

    def _through(self, data: Any) -> Any:
        written = self._file.write(data)
        self._file.flush()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "File":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


@contextlib.contextmanager
def planted(planter: Planter) -> Iterator[None]:
    """Let every call that changes the disk pass the planter meanwhile."""
    real_open, real = io.open, {name: getattr(os, name) for name in CALLS}

    def opening(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or not planter.concerns(file) or isinstance(file, int):
            return real_open(file, mode, *more, **named)
        name = Path(file).name
        planter.meet(f"open {name}")
        return File(real_open(file, mode, *more, **named), name, planter)

    def calling(name: str) -> Callable[..., Any]:
        def call(first: Any, *more: Any, **named: Any) -> Any:
            if planter.concerns(first):
                what = "" if isinstance(first, int) else Path(first).name
                planter.meet(f"{name} {what}")
            return real[name](first, *more, **named)

        return call

    try:
        builtins.open = io.open = opening
        for name in CALLS:
            setattr(os, name, calling(name))
        yield
    finally:
        builtins.open = io.open = real_open
        for name in CALLS:
            setattr(os, name, real[name])


def state(root: Path) -> dict[str, str]:
    """Return the names and hashes of all files, and the names of all folders."""
    return {
        str(path.relative_to(root)): (
            "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in root.rglob("*")
    }


class Walk:
    """All points of an operation with all faults, each tried in a copy of what was prepared."""

    def __init__(self, operation: Operation, top: Path, monkeypatch: Any):
        self.operation, self.top = operation, top
        self.seen = operation.seen or state
        monkeypatch.setattr(paths, "under_way", lambda: self.top / "now" / "user")
        monkeypatch.setattr(os, "fsync", lambda _: None)  # a process leaves the same without it
        self._folder().mkdir(parents=True)
        operation.prepare(self._folder())
        (top / "now").rename(top / "prepared")
        self._fresh()
        self.before = self.seen(self._folder())
        self.points = self._counted()
        self.after = self.seen(self._folder())

    def cases(self) -> Iterator[tuple[int, str]]:
        """Yield every point with every fault that can happen there."""
        for number, (_, write) in enumerate(self.points):
            for fault in SINGLE + STICKY + (TORN if write else ()):
                yield number, fault

    def tried(self, number: int, fault: str) -> str:
        """Plant a fault and return what was wrong afterwards; "" where all is as promised."""
        self._fresh()
        ended, said = self._forked(Planter(self.top / "now", number, fault))
        if ended == WRONG:
            return f"raised {said}"
        if ended == CRASHED and "crash" not in fault:
            return "crashed"
        try:
            self.operation.start(self._folder())
            wrong = self._wrong(ended)
            done = not self.operation.sound and self.seen(self._folder()) == self.after
            return wrong if wrong or done else self._again()
        except Exception as error:
            return f"the next start raised {type(error).__name__}: {error}"

    def named(self, number: int, fault: str) -> str:
        """Return a case in words."""
        return f"{self.operation.name}, point {number} ({self.points[number][0]}): {fault}"

    def _wrong(self, ended: int) -> str:
        left = [
            path.name for path in (self.top / "now").rglob("*") if durable.MARK.match(path.name)
        ]
        if left:
            return f"left {left[0]}"
        if self.operation.sound is not None:
            return self.operation.sound(self._folder(), ended)
        now = self.seen(self._folder())
        if ended == DONE and now != self.after:
            return "is not what was announced"
        return "" if now in (self.before, self.after) else "is neither as before nor done"

    def _again(self) -> str:
        """Do the operation once more, with nothing in its way."""
        try:
            self.operation.act(self._folder())
        except (OSError, Refused) as error:
            return f"can't be done afterwards: {error}"
        return "" if self.operation.sound or self.seen(self._folder()) == self.after else "differs"

    def _folder(self) -> Path:
        return self.top / "now" / "work"

    def _fresh(self) -> None:
        shutil.rmtree(self.top / "now", ignore_errors=True)
        shutil.copytree(self.top / "prepared", self.top / "now")

    def _counted(self) -> list[tuple[str, bool]]:
        planter = Planter(self.top / "now")
        with planted(planter):
            self.operation.act(self._folder())
        return planter.points

    def _forked(self, planter: Planter) -> tuple[int, str]:
        """Run the operation in a child; return how it ended, and what it raised."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os._exit(_child(self.operation, self._folder(), planter, writing))
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode(errors="replace")
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), said


def _child(operation: Operation, folder: Path, planter: Planter, pipe: int) -> int:
    sys.stderr = io.StringIO()
    try:
        with planted(planter):
            operation.act(folder)
    except (OSError, Refused) as error:
        os.write(pipe, f"{type(error).__name__}: {error}".encode())
        return REFUSED
    except BaseException:
        os.write(pipe, traceback.format_exc().encode()[-2000:])
        return WRONG
    return DONE
