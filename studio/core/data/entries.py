"""What a source lists before anything is read: entries, and what it had to leave out."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

COUNT_AT_MOST = 200_000
PHOTOS = ("jpg", "jpeg", "jpe", "jfif", "webp", "tif", "tiff")
DRAWINGS = ("png", "apng", "gif", "bmp", "dib", "ppm", "pgm", "pbm", "pnm")
SUFFIXES = frozenset((*PHOTOS, *DRAWINGS))


class Entry(NamedTuple):
    """One picture: its name with '/', its size in bytes, and where its reader finds it (JSON)."""

    name: str
    size: int
    where: list[Any]


@dataclass
class Listing:
    """The entries of a folder or an archive while it is looked through."""

    entries: list[Entry] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    others: int = 0  # files that are no pictures

    def add(self, name: str, size: int, where: list[Any]) -> None:
        """Add a picture."""
        self.entries.append(Entry(printable(name), size, where))

    def skip(self, name: str, sentence: str) -> None:
        """Leave something out, with the reason."""
        self.skipped.append((printable(name), sentence))


def is_picture(name: str) -> bool:
    """Tell by its name whether a file is worth trying: a picture's ending, or none."""
    stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return not dot or not stem or suffix.lower() in SUFFIXES


def printable(name: str) -> str:
    """Return a file's name as text that can be stored and shown."""
    return name if name.isascii() else name.encode("utf-8", "replace").decode()
