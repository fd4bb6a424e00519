"""Files and folders written whole or not at all; what a crash leaves is known by name and swept.

Whatever is unfinished has a hidden name that says which process works on it. Where that may lie
outside a project, a note among the user's own data says in which folder. The next start looks for
both, removes what belongs to processes that are gone, and puts back what they had moved away.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from studio import paths

MARK = re.compile(
    r"\.atelier-(\d{1,9})-(\d{1,12})-[0-9a-f]{8}\.(tmp|was|note)(?:\.(.+))?", re.DOTALL
)
SLACK = 2  # seconds between two readings of when a process began
UNSWEPT = ("gallery", "samples")  # too full to be looked through at every start
busy: set[str] = set()  # what this process has moved away for a moment, and its notes


def hidden(kind: str = "tmp", name: str = "") -> str:
    """Return a new hidden name: of what is not finished ("tmp"), or what was there before ("was",
    to be put back under `name` where nothing is there).
    """
    end = f".{name}" if name else ""
    return f".atelier-{os.getpid()}-{_begun(os.getpid())}-{uuid4().hex[:8]}.{kind}{end}"


@functools.cache
def _begun(pid: int) -> int:
    return int(psutil.Process(pid).create_time())


def abandoned(name: str) -> re.Match[str] | None:
    """Return the parts of a hidden name whose process is gone; None for any other name."""
    found = MARK.fullmatch(name)
    if found is None or _works(int(found[1]), int(found[2]), name, found[3]):
        return None
    return found


def _works(pid: int, begun: int, name: str, kind: str) -> bool:
    if pid == os.getpid() and begun == _begun(pid):
        return kind == "tmp" or name in busy
    try:
        process = psutil.Process(pid)
        # A process that began later got the number of one that is gone. One that seems to have
        # begun earlier did not: the clock was set back.
        return process.create_time() <= begun + SLACK and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def sweep(folder: Path) -> None:
    """Remove from a folder what processes left that are gone, and put back what they moved away."""
    with contextlib.suppress(OSError):
        _settle(folder, [path.name for path in folder.iterdir()])


def sweep_project(folder: Path) -> None:
    """Sweep a project's folders, but not those with thousands of pictures."""
    for top, folders, files in os.walk(folder):
        _settle(Path(top), [*folders, *files])
        folders[:] = [n for n in folders if n not in UNSWEPT and not n.startswith((".", "step-"))]


def endless(folder: Path) -> Path | None:
    """Return what in a folder would never be read to its end: a pipe, a device, or a link to one;
    None where all is well. What hidden folders hold is not the program's.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [] if entry.name.startswith(".") else [entry.path]
                elif not entry.is_file(follow_symlinks=False) and _endless(Path(entry.path)):
                    return Path(entry.path)
    return None


def _endless(path: Path) -> bool:
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):  # a link to nowhere
        return False
    return stat.S_ISFIFO(kind) or stat.S_ISCHR(kind) or stat.S_ISBLK(kind)


def _settle(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        found = abandoned(name)
        if found is None:
            continue
        with contextlib.suppress(OSError):
            if found[3] == "was" and found[4] and not os.path.lexists(folder / found[4]):
                (folder / name).rename(folder / found[4])
            else:
                _remove(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all; what resists is swept later."""
    doomed = folder.with_name(hidden())
    with contextlib.suppress(OSError):
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def replace_folder(made: Path, goal: Path) -> None:
    """Give a finished folder its name, durably, in place of one that may be there.

    Raises OSError; then the one that was there is there again, or, where even that is impossible,
    from the next `sweep` on.
    """
    was = goal.with_name(hidden("was", goal.name))
    there = os.path.lexists(goal)
    busy.add(was.name)
    try:
        if there:
            goal.rename(was)
        try:
            made.rename(goal)
        except OSError:
            if there:
                was.rename(goal)
            raise
        sync_folder(goal.parent)
    finally:
        busy.discard(was.name)
        if there and os.path.lexists(goal):
            shutil.rmtree(was, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a crash leaves either the old file or the new one."""
    write_whole(path, json.dumps(value, indent=1, allow_nan=False).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves either the old one or the new one; raise OSError where
    that is impossible, leaving nothing.
    """
    temporary = path.with_name(hidden())
    note = noted([path.parent])
    try:
        write_synced(temporary, data)
        temporary.replace(path)
    except BaseException:
        leave(note)
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
            forget(note)
        raise
    forget(note)
    sync_folder(path.parent)


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable where the system can (Windows can't, and needs no such
    call).
    """
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


Goals = Mapping[str, tuple[str | None, str]]  # path: (where what was there is kept, new SHA-256)


def noted(
    folders: Iterable[Path], goals: Goals | None = None, made: Iterable[Path] = ()
) -> Path | None:
    """Note that this process writes in `folders`; `forget` it when all is done or undone, and
    `leave` it where that failed.

    After a crash every file of `goals` that holds what was to be written is taken back, and `made`
    folders that are empty are removed. Returns None where nothing can be noted: a disk that is full
    must not keep anybody from writing on another.
    """
    note = paths.under_way() / hidden("note")
    text = json.dumps(
        {
            "folders": sorted({str(folder.absolute()) for folder in folders}),
            "goals": goals or {},
            "made": [str(folder.absolute()) for folder in made],
        }
    )
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        busy.add(note.name)
        note.write_text(text, "utf-8")
    except (OSError, UnicodeError):
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        return None
    return note


def forget(note: Path | None) -> None:
    """Remove a note: nothing is under way any more."""
    leave(note)
    if note is not None:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)


def leave(note: Path | None) -> None:
    """Leave a note to `recover`: something could not be undone."""
    if note is not None:
        busy.discard(note.name)


def interrupted() -> bool:
    """Tell whether `recover` has anything to take back."""
    return bool(_notes())


def _notes() -> list[Path]:
    try:
        return [path for path in paths.under_way().iterdir() if abandoned(path.name)]
    except OSError:
        return []


def recover() -> None:
    """Take back what was not finished by processes that are gone, or failed here, wherever that
    was noted.
    """
    notes = _notes()
    for undo in (_take_all_back, _clear):  # what is to be put back must not be cleared away before
        for note in notes:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                undo(json.loads(note.read_bytes()))
    for note in notes:
        forget(note)


def _take_all_back(said: Mapping[str, Any]) -> None:
    for goal, (was, sha256) in said["goals"].items():
        with contextlib.suppress(OSError):
            _take_back(Path(goal), Path(was) if was else None, sha256)


def _clear(said: Mapping[str, Any]) -> None:
    for folder in said["folders"]:
        sweep(Path(folder))
    for folder in reversed(said["made"]):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def _take_back(goal: Path, was: Path | None, sha256: str) -> None:
    """Undo one replacement, unless somebody else has written there since."""
    if goal.is_file() and hashlib.sha256(goal.read_bytes()).hexdigest() != sha256:
        return
    if was is not None and os.path.lexists(was):
        was.replace(goal)
    elif was is None:
        goal.unlink(missing_ok=True)
