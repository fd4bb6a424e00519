"""MNIST's idx files (.gz or not): an images file, and the labels file found beside it by name."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from studio.core.data.entries import COUNT_AT_MOST, Entry
from studio.core.events import Refused

IMAGES, LABELS = b"\x00\x00\x08\x03", b"\x00\x00\x08\x01"
BYTES_AT_MOST = 2 << 30


@dataclass
class Found:
    """The pictures of one or several idx files."""

    entries: list[Entry] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


def is_images(path: Path) -> bool:
    """Tell whether a file begins like an idx file of pictures."""
    return _head(path) == IMAGES


def _head(path: Path) -> bytes:
    try:
        with _open(path) as file:
            return file.read(4)
    except (OSError, EOFError, zlib.error):
        return b""


def _open(path: Path):
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def image_files(folder: Path) -> list[Path]:
    """Return the idx image files directly in a folder, by name; a file is itself."""
    if folder.is_file():
        return [folder]
    found = [p for p in folder.iterdir() if "idx" in p.name or "ubyte" in p.name]
    return sorted(p for p in found if p.is_file() and not p.is_symlink() and is_images(p))


def look(path: Path) -> Found:
    """Find pictures and labels of an idx file, or of all in a folder; raise Refused if damaged."""
    found, all_labels, reasons = Found(), [], []
    for file in image_files(path):
        pictures, reason = _pictures(file)
        reasons += [(file.name, reason)] if reason else []
        labels, reason = _labels(file, len(pictures))
        reasons += [(file.name, reason)] if reason else []
        all_labels.append(labels)
        found.entries += [
            Entry(f"{file.name}/{k:05d}", pictures[0].size, [file.name, k])
            for k in range(len(pictures))
        ]
    if all(labels is not None for labels in all_labels):
        found.labels = [int(label) for labels in all_labels for label in labels]
        found.classes = tuple(str(k) for k in range(max(found.labels, default=-1) + 1))
    else:
        found.labels = [-1] * len(found.entries)
    found.skipped = tuple(reasons)
    return found


def _pictures(path: Path) -> tuple[np.ndarray, str]:
    """Return (pictures uint8 [n, h, w], what is wrong); a cut-off file gives its whole pictures."""
    try:
        with _open(path) as file:
            head = file.read(16)
            count, height, width = struct.unpack(">3I", head[4:16])
            size = height * width
            if not (
                0 < size <= 4096 * 4096
                and 0 < count <= COUNT_AT_MOST
                and count * size <= BYTES_AT_MOST
            ):
                raise Refused(
                    f"{path.name} announces {count} pictures of {width}×{height}, too many to read."
                )
            data = b"".join(_blocks(file, count * size))
    except (OSError, struct.error):
        raise Refused(f"{path.name} is damaged; get the file again.") from None
    whole = len(data) // size
    pictures = np.frombuffer(data, np.uint8, whole * size).reshape(whole, height, width)
    lost = f"The file is cut off: {count} pictures are announced, {whole} are there."
    return pictures, lost if whole < count else ""


def _blocks(file, wanted: int) -> Iterator[bytes]:
    """Yield at most `wanted` bytes, up to where the file is damaged or ends."""
    while wanted > 0:
        try:
            block = file.read(min(wanted, 1 << 20))
        except (EOFError, OSError, zlib.error):
            return
        if not block:
            return
        wanted -= len(block)
        yield block


def _labels(images: Path, count: int) -> tuple[np.ndarray | None, str]:
    """Return (one label per picture or None, what is wrong with them)."""
    path = _beside(images)
    if path is None:
        return None, ""
    with _open(path) as file:
        data = b"".join(_blocks(file, 8 + count))
    labels = np.frombuffer(data[8:], np.uint8)
    if data[:4] != LABELS or len(labels) < count:
        return None, f"The labels in {path.name} do not fit the pictures; they were left out."
    return labels, ""


def _beside(images: Path) -> Path | None:
    name = images.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    if name == images.name.removesuffix(".gz"):
        return None
    for path in (images.with_name(f"{name}.gz"), images.with_name(name)):
        if path.is_file():
            return path
    return None


class IdxReader:
    """Reads pictures out of idx files, each file once."""

    def __init__(self, place: str):
        path = Path(place)
        self.folder = path if path.is_dir() else path.parent
        self.loaded: dict[str, np.ndarray] = {}

    def read(self, where: list) -> np.ndarray:
        """Return the picture `where` = [file name, number], uint8 [h, w, 1]."""
        name, number = where
        if name not in self.loaded:
            self.loaded = {name: _pictures(self.folder / name)[0]}
        return self.loaded[name][number][..., None]

    def close(self) -> None:
        """Give the memory back."""
        self.loaded.clear()
