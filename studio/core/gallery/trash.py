"""A gallery's own trash: pictures move there and back, and only then to the desktop's trash."""

import time
from contextlib import suppress
from pathlib import Path, PurePath

from send2trash import send2trash

from studio.core.events import Refused
from studio.core.gallery.keeping import TRASH, placed, take
from studio.core.provenance.stamping import sidecar

REMOVED = "Removed from the gallery"  # what the desktop's trash calls it


def remove(folder: Path, name: str) -> str:
    """Move a picture and its sidecar to the gallery's trash; return its name there.

    Raises Refused where the picture is gone or the folder can't be written.
    """
    return _moved(folder / name, folder / TRASH)


def restore(folder: Path, name: str) -> str:
    """Move a picture and its sidecar back; return its name, another where the old one is taken."""
    return _moved(folder / TRASH / name, folder)


def _moved(path: Path, goal: Path) -> str:
    try:
        if not path.is_file():
            raise Refused(f"{path.name} is not in the gallery any more.")
        goal.mkdir(exist_ok=True)
        target = goal / path.name
        if sidecar(target).exists() or not take(path, target):
            target = placed(path, goal, PurePath(path.name).stem, path.suffix)
        if sidecar(path).is_file():
            _moved_beside(path, target)
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"{path.name} can't be moved: {reason}. It stays where it is.") from None
    return target.name


def _moved_beside(path: Path, target: Path) -> None:
    """Move the sidecar after its picture, or the picture back."""
    try:
        sidecar(path).replace(sidecar(target))
    except OSError:
        with suppress(OSError):
            take(target, path)
        raise


def mend(folder: Path) -> None:
    """Finish what a crash cut off: a picture is in one place, and its sidecar beside it."""
    trash = folder / TRASH
    for named in folder.glob(f"{REMOVED} *") if not trash.exists() else ():
        with suppress(OSError):
            named.rename(trash)
    names = [path.name for path in trash.iterdir()] if trash.is_dir() else []
    for name in names:
        here, there = folder / name, trash / name
        picture = name.removesuffix(".json")
        with suppress(OSError):
            if here.exists():
                if here.samefile(there):
                    there.unlink()
            elif picture != name and not (trash / picture).exists() and (folder / picture).exists():
                there.replace(here)
            elif sidecar(here).exists() and not sidecar(there).exists():
                sidecar(here).replace(sidecar(there))


def empty(folder: Path) -> None:
    """Move all that lies in the gallery's trash to the desktop's; Refused where there is none."""
    trash = folder / TRASH
    if not trash.is_dir():
        return
    named = folder / f"{REMOVED} {time.strftime('%Y-%m-%d %H.%M.%S')}"
    try:
        trash.rename(named)
        send2trash(named)
    except OSError as error:
        with suppress(OSError):
            named.rename(trash)
        raise Refused(f"The trash can't be emptied: {error}. Nothing was lost.") from None
