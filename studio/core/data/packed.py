"""A packed set: a source's pictures as one uint8 memmap with a manifest, never changed."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from studio.core.data.report import Report
from studio.core.events import Refused
from studio.core.settings import Settings

SCHEMA = 1


class Packing(Settings):
    """One picture: where it came from, its SHA-256, its class (-1: none), what was done to it."""

    name: str
    sha256: str
    label: int = -1
    converted: str = ""


PACKINGS = TypeAdapter(tuple[Packing, ...])


class Manifest(Settings):
    """`manifest.json` of a packed set, quick to read. `channels` 4 means premultiplied alpha."""

    schema_version: int = SCHEMA
    id: str
    name: str
    source: str
    height: int
    width: int
    channels: int
    settings: dict[str, Any]
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    report: Report

    @property
    def count(self) -> int:
        """How many pictures the set holds."""
        return self.report.kept


@dataclass(frozen=True, eq=False)
class PackedSet:
    """An opened set: `pictures` is uint8 [n, h, w, c], a memmap."""

    folder: Path
    manifest: Manifest
    pictures: np.ndarray

    @cached_property
    def packings(self) -> tuple[Packing, ...]:
        """What is known of each picture (`pictures.json`, read when first asked for)."""
        try:
            return PACKINGS.validate_json((self.folder / "pictures.json").read_bytes())
        except (OSError, ValidationError):
            raise damaged(self.folder) from None

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The class of each picture, int64 [n]; None for a set without classes."""
        return np.array([p.label for p in self.packings]) if self.manifest.classes else None


def open_packed(folder: Path) -> PackedSet:
    """Open a packed set read-only; raise Refused if it is missing or damaged."""
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
        pictures = np.load(folder / "pictures.npy", mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise Refused(
            f"The picture set {folder.name} is not in the project; import the pictures again. A"
            " model from a pack comes without them."
        ) from None
    except (ValidationError, ValueError, OSError, EOFError):
        raise damaged(folder) from None
    shape = (manifest.count, manifest.height, manifest.width, manifest.channels)
    if pictures.shape != shape or pictures.dtype != np.uint8:
        raise damaged(folder)
    return PackedSet(folder, manifest, pictures)


def damaged(folder: Path) -> Refused:
    """Return the refusal of a set that can't be read."""
    return Refused(f"The picture set {folder} is damaged; import the pictures again.")
