"""The contract of an export: pictures in, files out, and what the window shows of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.events import Job
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.record import Record
from studio.core.settings import Settings


@dataclass(frozen=True, eq=False)
class Item:
    """One picture that is exported. `name` has no ending; `record` says where it came from.

    `path` is its file, which an export never replaces.
    """

    name: str
    photograph: Photograph
    record: Record | None = None
    path: Path | None = None

    @property
    def pixels(self) -> np.ndarray:
        """The picture, uint8 or uint16 [h, w, c], straight alpha."""
        return self.photograph.pixels


@dataclass(frozen=True)
class File:
    """A file to be written. `name` is relative to the folder of the target, with / between."""

    name: str
    data: bytes


@dataclass(frozen=True, eq=False)
class Product:
    """What an export makes, before it is written.

    `picture` uint8 [h, w, c] is what the window shows; `words` one line on it ("24 sprites, 512 ×
    512, 93 % filled"); `frames` uint8 [n, h, w, c] at `fps` play beside it, if there are any.
    `files` encodes, the main file first: a preview never pays for it. `facts` are numbers for
    `--json`, such as a seam's score.
    """

    picture: np.ndarray
    words: str
    files: Callable[[], Job[tuple[File, ...]]]
    frames: np.ndarray | None = None
    fps: float = 12.0
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of export: one file in `kinds/` that exports KIND.

    `make(items, settings, name)` lays the pictures out; `name` is the main file's, its ending one
    of `endings` ("" is a folder). It raises Refused with one sentence for what can't be made.
    `least` pictures are needed, `most` are taken (0: any number). `rank` orders the list.
    """

    id: str
    title: str
    summary: str
    settings: type[Settings]
    make: Callable[[Sequence[Item], Any, str], Job[Product]]
    endings: tuple[str, ...]
    least: int = 1
    most: int = 0
    rank: int = 0

    def name_for(self, target: Path) -> str:
        """Return the main file's name, with the first of the endings where it has none of them."""
        known = target.suffix.lower() in self.endings
        return target.name if known else target.name + self.endings[0]
