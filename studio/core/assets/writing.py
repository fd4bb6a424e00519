"""Files of an export, written all or none: what was there before is whole again after a failure."""

import errno
import os
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from studio.core.assets.kind import File
from studio.core.events import Job, Note, Progress, Refused
from studio.core.project import sync_folder

RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}
FORBIDDEN = set('<>:"/\\|?*')
FULL = (errno.ENOSPC, errno.EDQUOT)


def checked_name(name: str) -> None:
    """Raise Refused for a file's name that Windows, macOS or Linux can't hold."""
    for part in PurePosixPath(name).parts:
        stem = part.split(".")[0].lower()
        if stem in RESERVED or set(part) & FORBIDDEN or part[-1:] in (".", " ") or len(part) > 200:
            raise Refused(f"'{part}' can't be a file's name on Windows; choose another.")
        if any(ord(letter) < 32 for letter in part) or part in ("..", "~"):
            raise Refused(f"{part!r} can't be a file's name; choose another.")


def write_all(
    files: Sequence[File], folder: Path, overwrite: bool, inputs: Iterable[Path] = ()
) -> Job[tuple[Path, ...]]:
    """Write all the files or none; returns their paths.

    Raises Refused where two have one name (also but for case), one is there already and `overwrite`
    is False, one would replace one of the `inputs`, or the disk or a folder refuses. Whatever goes
    wrong, also a Stop, leaves the files that were there as they were, and nothing else.
    """
    _distinct(files)
    for file in files:
        checked_name(file.name)
    goals = [folder / file.name for file in files]
    parts = [goal.with_name(f".{os.getpid()}-{k}.part") for k, goal in enumerate(goals)]
    made: list[Path] = []
    try:
        there = _free(goals, overwrite, tuple(inputs))
        for done, (file, part) in enumerate(zip(files, parts, strict=True)):
            yield Progress(done, len(files), "Writing files")
            made += _folders(part.parent)
            _write(part, file.data)
        _replace(parts, goals)
        made.clear()
    except OSError as error:
        raise _refusal(error, goals[0], sum(len(file.data) for file in files)) from None
    finally:
        for path in parts:
            with suppress(OSError):
                path.unlink()
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir()
    if there:
        yield Note(
            f"Replaced {there} file{'s' * (there > 1)} that {'were' if there > 1 else 'was'} there."
        )
    return tuple(goals)


def _distinct(files: Sequence[File]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        plain = unicodedata.normalize("NFC", file.name).casefold()
        if seen.setdefault(plain, file.name) is not file.name:
            raise Refused(f"Two files would be called {file.name}; rename one of the pictures.")


def _free(goals: Sequence[Path], overwrite: bool, inputs: Sequence[Path]) -> int:
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


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the new ones, the outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _replace(parts: Sequence[Path], goals: Sequence[Path]) -> None:
    """Give all parts their names; where one fails, put back what was there under all of them."""
    before: list[tuple[Path, Path | None]] = []
    try:
        for part, goal in zip(parts, goals, strict=True):
            before.append((goal, _aside(goal, part.with_suffix(".old"))))
            part.replace(goal)
        for parent in {goal.parent for goal in goals}:
            sync_folder(parent)
    except BaseException:
        for goal, old in reversed(before):
            with suppress(OSError):
                if old:
                    old.replace(goal)
                else:
                    goal.unlink()
        raise
    finally:
        for _, old in before:
            if old:
                with suppress(OSError):
                    old.unlink()


def _aside(goal: Path, old: Path) -> Path | None:
    """Keep what is at `goal` also at `old`: by another link, or where there are none by a copy."""
    if not os.path.lexists(goal):
        return None
    old.unlink(missing_ok=True)
    try:
        os.link(goal, old, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(goal, old, follow_symlinks=False)
    return old


def _refusal(error: OSError, goal: Path, size: int) -> Refused:
    """Return what is said where the disk refuses."""
    if error.errno in FULL:
        return Refused(
            f"The disk is full: {goal} and what goes with it need {size / 1e6:.1f} MB; make room,"
            " or choose another place. What was there is unchanged."
        )
    return Refused(f"{goal} can't be written: {error.strerror or error}. Choose another place.")
