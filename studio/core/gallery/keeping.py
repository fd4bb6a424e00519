"""Keep a picture: a stamped PNG and its sidecar under a name that was free, whole or not at all."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.core.durable import forget, hidden, leave, noted, write_synced, write_whole
from studio.core.events import Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.project import slug
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import XMP_KEY, sidecar, sidecar_bytes, stamped

TRASH = ".trash"
NUMBERS_AT_MOST = 10_000_000


def keep(folder: Path, picture: Photograph | np.ndarray, record: Record, name: str) -> Path:
    """Write a picture into a gallery as name-0001.png, or the next free number; return its path.

    `picture` is a Photograph, or uint8 or uint16 [h, w, c]; what it says of itself is replaced by
    `record`, which is stamped into it and lies beside it. Two programs at once never take one name.
    Raises Refused where it can't be written; then nothing is left behind.
    """
    photograph = picture if isinstance(picture, Photograph) else Photograph(picture)
    whole = record.of(photograph.pixels)
    if not whole.created:
        whole = whole.model_copy(update={"created": round(time.time(), 3)})
    plain = replace(photograph, xmp=None, chunks=_without_words(photograph.chunks))
    data = stamped(encoded(plain, ".png")[0], whole)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _written(folder, slug(name), data, whole)
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"Nothing can be kept in {folder}: {reason}. Choose another place.") from None


def _without_words(chunks: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """Another record or XMP in the picture would be read in place of its own."""
    return tuple(c for c in chunks if not c[1].startswith((b"atelier\0", XMP_KEY[:17])))


def _written(folder: Path, stem: str, data: bytes, record: Record) -> Path:
    part, note = folder / hidden(), noted([folder])
    try:
        write_synced(part, data)
        path = placed(part, folder, stem)
    except OSError:
        leave(note)
        part.unlink(missing_ok=True)
        forget(note)
        raise
    forget(note)
    try:
        hashes = {"": hashlib.sha256(data).hexdigest()}
        write_whole(sidecar(path), sidecar_bytes(record, hashes))
    except OSError:
        for made in (path, sidecar(path)):
            with suppress(OSError):
                made.unlink(missing_ok=True)
        raise
    return path


def placed(part: Path, folder: Path, stem: str, suffix: str = ".png") -> Path:
    """Give a file the first free name of stem-0001.png …; nothing is ever replaced."""
    number = first_free(lambda k: taken(folder, f"{stem}-{k:04d}{suffix}"))
    while number < NUMBERS_AT_MOST:
        path = folder / f"{stem}-{number:04d}{suffix}"
        if not taken(folder, path.name) and take(part, path):
            return path
        number += 1
    raise OSError(f"there is no free name for {stem}")


def take(part: Path, path: Path) -> bool:
    """Move a file to a name; False where another has it. Never replaces, unlike a rename.

    Raises OSError; then it is where it was.
    """
    try:
        linked = _reserved(part, path)
    except FileExistsError:
        return False
    try:
        if linked:
            part.unlink()
        else:
            part.replace(path)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
    return True


def _reserved(part: Path, path: Path) -> bool:
    """Give a file another name, or where a disk has no links that name to nothing; tell which."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # as on exFAT
        path.open("xb").close()
        return False
    return True


def taken(folder: Path, name: str) -> bool:
    """Tell whether a gallery has this name: as a picture, a sidecar, or in its trash."""
    paths = (folder / name, folder / TRASH / name)
    return any(path.exists() or sidecar(path).exists() for path in paths)


def first_free(taken: Callable[[int], bool]) -> int:
    """Return a number from 1 on that is free, in as few looks as a number has digits.

    Where there are gaps it is one of the free ones, not always the first.
    """
    high = 1
    while taken(high):
        high *= 2
    low = high // 2  # is taken, or 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return high
