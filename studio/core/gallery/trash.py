"""A gallery's own trash: pictures move there and back, and only then to the desktop's trash."""

import time
from contextlib import suppress
from pathlib import Path, PurePath

from send2trash import send2trash

from studio.core.events import Refused
from studio.core.gallery.keeping import TRASH, placed, take
from studio.core.provenance.stamping import sidecar


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
            sidecar(path).replace(sidecar(target))
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"{path.name} can't be moved: {reason}. It stays where it is.") from None
    return target.name


def empty(folder: Path) -> None:
    """Move all that lies in the gallery's trash to the desktop's; Refused where there is none."""
    trash = folder / TRASH
    if not trash.is_dir():
        return
    named = folder / f"Removed from the gallery {time.strftime('%Y-%m-%d %H.%M.%S')}"
    try:
        trash.rename(named)
        send2trash(named)
    except OSError as error:
        with suppress(OSError):
            named.rename(trash)
        raise Refused(f"The trash can't be emptied: {error}. Nothing was lost.") from None
