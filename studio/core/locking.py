"""Who may change a project: one program at a time holds it, every other one only looks."""

import errno
import hashlib
import json
import os
import platform
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from studio.core.events import Refused

FILE = ".atelier.lock"  # hidden, in the project; gone once nobody holds it
FAR = 1 << 30  # the byte that Windows locks: whoever is refused can still read who holds it
RECORD = 4096  # bytes of the file that are read at most
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

_shut: dict[Path, str] = {}  # projects that this process only looks at, and why


class Taken(Refused):
    """Another program holds the project; `pid` is its process on this machine, or 0."""

    def __init__(self, name: str, pid: int):
        self.pid = pid
        where = f" (process {pid})" if pid else ""
        super().__init__(f"{name} is open in another Atelier{where}; close it there first.")


class Unwritable(Refused):
    """The project's folder can't be written: a read-only disk, or someone else's folder."""

    def __init__(self, folder: Path, reason: str):
        super().__init__(
            f"{folder} can't be changed: {reason}. Copy the project to a disk you may write to."
        )


class Lock:
    """A project held by this process, until `free` or until the process ends, however it does."""

    def __init__(self, folder: Path, file: int | None):
        self.folder, self._file = folder, file

    def free(self) -> None:
        """Let others hold it; a second call does nothing."""
        file, self._file = self._file, None
        if file is None:
            return
        with suppress(OSError):  # while it is still held: no other's lock is taken away
            (self.folder / FILE).unlink()
        os.close(file)
        with suppress(OSError):  # Windows lets no open file go
            if sys.platform == "win32":
                (self.folder / FILE).unlink()


def take(folder: Path) -> Lock:
    """Hold the project at `folder`, at once or not at all; raise Taken or Unwritable.

    The system's own lock on a hidden file is what counts, so a killed program's project is free at
    once. What the file says (the process, a hash of the machine's name) is only told.
    A full disk has no room for the file: the project is then held by no lock.
    """
    if not os.access(folder, os.W_OK):
        raise Unwritable(folder, "the folder is read-only")
    while True:
        try:
            file = _open(folder / FILE)
        except OSError as error:
            if error.errno in FULL:
                return Lock(folder, None)
            raise Unwritable(folder, error.strerror or str(error)) from None
        if not _grasp(file):
            pid = _holder(file)
            os.close(file)
            raise Taken(folder.name, pid)
        if _is(file, folder / FILE):
            _sign(file)
            return Lock(folder, file)
        os.close(file)  # its holder was just about to take it away


def holder(folder: Path) -> int | None:
    """Return the process that holds the project, 0 for an unknown one; None where nobody does."""
    try:
        file = os.open(folder / FILE, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        return None if _grasp(file) else _holder(file)
    finally:
        os.close(file)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the project meanwhile; raise Taken or Unwritable."""
    lock = take(folder)
    try:
        yield
    finally:
        lock.free()


def shut(folder: Path, why: str) -> None:
    """Note that this process only looks at the project, and why; "" lets it write again."""
    if why:
        _shut[folder] = why
    else:
        _shut.pop(folder, None)


def why_not(path: Path) -> str:
    """Return why this process must not write at `path`; "" where it may."""
    return next((why for folder, why in _shut.items() if path.is_relative_to(folder)), "")


def check(path: Path) -> None:
    """Raise Refused where this process must not write."""
    if why := why_not(path):
        raise Refused(why)


def _open(path: Path) -> int:
    """Open the lock's file, made if need be; never what a link in a stranger's project names."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, f"{FILE} in it is no file")
    return file


def _grasp(file: int) -> bool:
    """Take the system's lock; False where another has it. A disk without locks gives all."""
    try:
        _claim(file)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True


if sys.platform == "win32":
    import msvcrt

    def _claim(file: int) -> None:
        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _claim(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is(file: int, path: Path) -> bool:
    """Tell whether the open file is still the one at `path`."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


def _sign(file: int) -> None:
    """Write into the lock's file who holds it; a full disk keeps it unsigned."""
    record = {"pid": os.getpid(), "machine": _machine()}
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(record).encode())


def _holder(file: int) -> int:
    """Return the process that signed, if it lives on this machine; else 0."""
    try:
        os.lseek(file, 0, os.SEEK_SET)
        record: Any = json.loads(os.read(file, RECORD))
        pid = int(record["pid"])
        return pid if record["machine"] == _machine() and psutil.pid_exists(pid) else 0
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return 0


def _machine() -> str:
    """Return what tells this machine from others without naming it."""
    return hashlib.sha256(f"atelier {platform.node()}".encode()).hexdigest()[:12]
