"""Where pictures come from: a folder, a zip, idx files or a starter set, listed lazily."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import numpy as np

from studio.core.data import archive, idx, starter
from studio.core.data.classes import classes
from studio.core.data.decode import BYTES_AT_MOST, Unreadable
from studio.core.data.entries import COUNT_AT_MOST, Entry, Listing, is_picture
from studio.core.events import Job, Progress, Refused


class Reader(Protocol):
    """Reads entries. It is made again in every worker process from `Source.kind` and `.place`."""

    def read(self, where: list) -> bytes | np.ndarray:
        """Return a file's bytes, or a picture uint8 [h, w, c]; raise Unreadable."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...


@dataclass(frozen=True, eq=False)
class Source:
    """A source that was looked through; nothing is decoded yet.

    `labels` has one number per entry (-1 without classes). `spawnable`: worth worker processes.
    """

    name: str
    kind: str
    place: str
    entries: list[Entry]
    labels: list[int]
    classes: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    others: int = 0
    spawnable: bool = True

    def reader(self) -> Reader:
        """Open the source for reading; raise Refused if it has gone by now."""
        try:
            return reader(self.kind, self.place)
        except OSError as error:
            raise Refused(f"{self.name} can't be opened: {error.strerror}.") from None


def reader(kind: str, place: str) -> Reader:
    """Open a source of `kind` 'folder', 'zip', 'idx' or 'starter' for reading."""
    kinds: dict[str, Callable[[str], Reader]] = {
        "folder": FolderReader,
        "zip": archive.ZipReader,
        "idx": idx.IdxReader,
        "starter": starter.StarterReader,
    }
    return kinds[kind](place)


def look(source: str) -> Job[Source]:
    """Look through a source and return what is in it; raise Refused if it is none.

    `source` is a folder, a .zip, an idx file, `starter:sprites[:COUNT]` or `starter:digits`.
    """
    if source.startswith("starter:"):
        return _from_starter(source)
    path = Path(source).expanduser()
    kind = _kind(path)
    yield Progress(0, None, f"Looking through {path.name}")
    if kind == "idx":
        return _from_idx(path)
    found = yield from (archive.list_zip if kind == "zip" else list_folder)(path)
    if not found.entries and kind == "folder" and idx.image_files(path):
        return _from_idx(path)
    return _with_classes(path, kind, found)


def _kind(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise Refused(
            f"There is nothing at {path}; choose a folder or a zip of pictures."
        ) from None
    if stat.S_ISDIR(mode):
        return "folder"
    if not stat.S_ISREG(mode):
        raise Refused(
            f"{path} is neither a folder nor a file; choose a folder or a zip of pictures."
        )
    if archive.is_zip(path):
        return "zip"
    if idx.is_images(path):
        return "idx"
    if is_picture(path.name):
        raise Refused(f"{path.name} is a single picture; choose the folder it lies in.")
    raise Refused(f"{path.name} is no picture source; choose a folder, a zip or an idx file.")


def _with_classes(path: Path, kind: str, found: Listing) -> Source:
    names, labels = classes([e.name for e in found.entries])
    place = str(path.absolute())
    name = path.absolute().name or "pictures"
    return Source(
        name, kind, place, found.entries, labels, names, tuple(found.skipped), found.others
    )


def _from_idx(path: Path) -> Source:
    found = idx.look(path)
    return Source(
        path.absolute().name, "idx", str(path.absolute()), found.entries, found.labels,
        found.classes, found.skipped, spawnable=False,
    )  # fmt: skip


def _from_starter(source: str) -> Source:
    entries, labels, names = starter.look(source)
    name = source.split(":")[1]
    return Source(name, "starter", source, entries, labels, names, (), spawnable=False)


def list_folder(root: Path) -> Job[Listing]:
    """List the pictures of a folder and its sub-folders; links that lead out are skipped."""
    found, real = Listing(), root.resolve()
    waiting = [PurePosixPath()]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as scan:
                children = sorted(scan, key=lambda child: child.name)
        except OSError as error:
            found.skip(str(folder), f"The folder can't be opened: {error.strerror}.")
            continue
        inner = [p for child in children if (p := _child(child, folder, real, found))]
        waiting.extend(reversed(inner))
        if len(found.entries) > COUNT_AT_MOST:
            raise Refused(
                f"{root.name} holds more than {COUNT_AT_MOST:,} pictures; choose a part of it."
            )
        yield Progress(len(found.entries), None, f"Looking through {root.name}")
    return found


def _child(
    child: os.DirEntry, folder: PurePosixPath, root: Path, found: Listing
) -> PurePosixPath | None:
    """Enter one child of a folder into `found`; return it if it is a folder to look into."""
    path = folder / child.name
    if child.name.startswith(".") or child.name == "__MACOSX":
        return None
    try:
        if child.is_symlink():
            _link(path, root, found)
        elif child.is_dir():
            return path
        elif not is_picture(child.name):
            found.others += 1
        elif not child.is_file():
            found.skip(str(path), "This is not a file but a pipe or a device.")
        else:
            found.add(str(path), child.stat().st_size, [str(path)])
    except OSError as error:
        found.skip(str(path), f"The file can't be opened: {error.strerror}.")
    return None


def _link(path: PurePosixPath, root: Path, found: Listing) -> None:
    goal = Path(os.path.realpath(root / path))  # Path.resolve() raises on loops before 3.13
    if not goal.is_relative_to(root):
        found.skip(str(path), "This link leads out of the folder; it was not followed.")
    elif not goal.exists():
        found.skip(str(path), "This link leads to nothing.")
    elif goal.is_dir():
        found.skip(
            str(path), "This link leads to another folder of the source; it was not followed."
        )
    elif not is_picture(path.name):
        found.others += 1
    elif not goal.is_file():
        found.skip(str(path), "This is not a file but a pipe or a device.")
    else:
        found.add(str(path), goal.stat().st_size, [goal.relative_to(root).as_posix()])


class FolderReader:
    """Reads files of a folder, regular ones only, never through a link."""

    def __init__(self, place: str):
        self.root = Path(place)
        self.flags = os.O_RDONLY | sum(
            getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC")
        )

    def read(self, where: list) -> bytes:
        """Return the bytes of the file `where` = [relative path]."""
        try:
            handle = os.open(self.root / where[0], self.flags)
            with os.fdopen(handle, "rb") as file:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("This is not a file but a pipe or a device.")
                if status.st_size > BYTES_AT_MOST:
                    size = status.st_size >> 20
                    raise Unreadable(f"The file is too large: {size} MB; at most 256 MB are read.")
                return file.read(BYTES_AT_MOST + 1)
        except OSError as error:
            raise Unreadable(f"The file can't be opened: {error.strerror}.") from None

    def close(self) -> None:
        """Nothing is held open."""
