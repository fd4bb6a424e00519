"""Files of an export, written all or none: what was there before is whole again after a failure."""

import errno
import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from studio.core.assets.kind import File
from studio.core.durable import forget, hidden, leave, noted, recover, sync_folder, write_synced
from studio.core.events import JOINERS, Job, Note, Progress, Refused
from studio.core.project import DEVICES, FORBIDDEN

LONGEST = 200  # bytes of a name: a disk holds 255, and a record beside it has a longer one
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, and what turns the order of letters around
FULL = (errno.ENOSPC, errno.EDQUOT)


def checked_name(name: str) -> None:
    """Raise Refused for a file's name that Windows, macOS or Linux can't hold."""
    for part in PurePosixPath(name).parts:
        stem = part.split(".")[0].strip().casefold()
        long = len(part.encode("utf-8", "replace")) > LONGEST
        if stem in DEVICES or set(part) & FORBIDDEN or part[-1:] in (".", " ") or long:
            raise Refused(f"{part[:80]!r} can't be a file's name on Windows; choose another.")
        if any(unicodedata.category(c) in UNSEEN for c in part if c not in JOINERS) or (
            part in ("..", "~")
        ):
            raise Refused(f"{part[:80]!r} can't be a file's name; choose another.")


def write_all(
    files: Sequence[File], folder: Path, overwrite: bool, inputs: Iterable[Path] = ()
) -> Job[tuple[Path, ...]]:
    """Write all the files or none; returns their paths.

    Raises Refused where two have one name (also but for case), one is there already and `overwrite`
    is False, one would replace one of the `inputs`, or the disk or a folder refuses. Whatever goes
    wrong, also a Stop, leaves the files that were there as they were, and nothing else.
    """
    recover()
    _distinct(files)
    for file in files:
        checked_name(file.name)
    moves = [_Move(folder / file.name) for file in files]
    goals = [move.goal for move in moves]
    made: list[Path] = []
    notes: list[Path | None] = []
    try:
        there = _free(goals, tuple(inputs), overwrite)
        made = _missing(goals)
        hashes = [hashlib.sha256(file.data).hexdigest() for file in files]
        folders = {goal.parent for goal in goals}
        notes.append(noted(folders, _said(moves, hashes), made))
        for done, (file, move) in enumerate(zip(files, moves, strict=True)):
            yield Progress(done, len(files), "Writing files")
            move.goal.parent.mkdir(parents=True, exist_ok=True)
            write_synced(move.part, file.data)
        _replace(moves, notes)
        made.clear()
    except OSError as error:
        raise _refusal(error, goals[0], sum(len(file.data) for file in files)) from None
    finally:
        _clear(moves, made, notes)
    if there:
        yield Note(
            f"Replaced {there} file{'s' * (there > 1)} that {'were' if there > 1 else 'was'} there."
        )
    return tuple(goals)


class _Move:
    """A file on its way: what is written, where it goes, and where what is there waits."""

    def __init__(self, goal: Path):
        self.goal, self.part = goal, goal.with_name(hidden())
        self.old = goal.with_name(hidden("was")) if os.path.lexists(goal) else None


def _said(moves: Sequence["_Move"], hashes: Sequence[str]) -> dict[str, tuple[str | None, str]]:
    """Return what a start after a crash needs to know to take the moves back."""
    return {
        str(move.goal.absolute()): (str(move.old.absolute()) if move.old else None, sha)
        for move, sha in zip(moves, hashes, strict=True)
    }


def _clear(moves: Sequence["_Move"], made: Sequence[Path], notes: Sequence[Path | None]) -> None:
    """Remove what is not wanted any more; where something resists the notes of it stay."""
    resisting = False
    for path in [move.part for move in moves] + [move.old for move in moves if move.old]:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            resisting = True
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir()
    for note in notes:
        leave(note) if resisting else forget(note)


def _distinct(files: Sequence[File]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        plain = unicodedata.normalize("NFC", file.name).casefold()
        if seen.setdefault(plain, file.name) is not file.name:
            raise Refused(f"Two files would be called {file.name}; rename one of the pictures.")


def _free(goals: Sequence[Path], inputs: Sequence[Path], overwrite: bool) -> int:
    """Return how many files will be replaced; raise Refused for what may not be."""
    there = [goal for goal in goals if os.path.lexists(goal)]
    for goal in goals:
        above = next((parent for parent in goal.parents if os.path.lexists(parent)), None)
        if above and not above.is_dir():
            raise Refused(f"{above} is a file, not a folder; choose another place.")
    for goal in there:
        if goal.is_dir():
            raise Refused(f"{goal} is a folder; choose another name.")
        if any(goal.exists() and path.exists() and goal.samefile(path) for path in inputs):
            raise Refused(f"{goal} is one of the pictures to be exported; choose another name.")
    if there and not overwrite:
        raise Refused(f"{there[0]} is there already; choose another name, or overwrite it.")
    return len(there)


def _missing(goals: Sequence[Path]) -> list[Path]:
    """Return the folders that are not there yet, the outermost first."""
    above = {path for goal in goals for path in goal.parents if not path.exists()}
    return sorted(above, key=lambda path: len(path.parts))


def _replace(moves: Sequence["_Move"], notes: list[Path | None]) -> None:
    """Give all files their names; where one fails, put back what was there under all of them."""
    done: list[_Move] = []
    try:
        for move in moves:
            if move.old:
                _keep(move.goal, move.old)
            done.append(move)
            move.part.replace(move.goal)
        folders = {move.goal.parent for move in moves}
        for folder in folders:
            sync_folder(folder)
        notes.append(noted(folders))
        if notes[0] is not None:
            notes[0].unlink()  # from here on nothing is taken back
    except BaseException:
        for move in reversed(done):
            with suppress(OSError):
                if move.old:
                    move.old.replace(move.goal)
                else:
                    move.goal.unlink()
        raise


def _keep(goal: Path, old: Path) -> None:
    """Keep what is at `goal` also at `old`: by another link, or where there are none by a copy."""
    try:
        os.link(goal, old, follow_symlinks=False)
    except (OSError, NotImplementedError):
        part = old.with_name(hidden())
        try:
            shutil.copy2(goal, part, follow_symlinks=False)
            part.replace(old)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def _refusal(error: OSError, goal: Path, size: int) -> Refused:
    """Return what is said where the disk refuses."""
    if error.errno in FULL:
        return Refused(
            f"The disk is full: {goal} and what goes with it need {size / 1e6:.1f} MB; make room,"
            " or choose another place. What was there is unchanged."
        )
    return Refused(f"{goal} can't be written: {error.strerror or error}. Choose another place.")
