"""A packed set: a source's pictures as one uint8 memmap with a manifest, never changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from studio.core.events import Refused
from studio.core.settings import Settings

SCHEMA = 1


class Packing(Settings):
    """One picture of the set: where it came from, its SHA-256, its class (-1: none), what was
    done to it.
    """

    name: str
    sha256: str
    label: int = -1
    converted: str = ""


class Manifest(Settings):
    """`manifest.json` of a packed set. `channels` 4 means premultiplied alpha."""

    schema_version: int = SCHEMA
    id: str
    name: str
    source: str
    height: int
    width: int
    channels: int
    settings: dict[str, Any]
    classes: tuple[str, ...] = ()
    pictures: tuple[Packing, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, eq=False)
class PackedSet:
    """An opened set: `pictures` is uint8 [n, h, w, c] (memmap), `labels` int64 [n] or None."""

    folder: Path
    manifest: Manifest
    pictures: np.ndarray
    labels: np.ndarray | None


def open_packed(folder: Path) -> PackedSet:
    """Open a packed set read-only; raise Refused if it is missing or damaged."""
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
        pictures = np.load(folder / "pictures.npy", mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise Refused(
            f"The picture set {folder.name} is missing from the project; import the pictures again."
        ) from None
    except (ValidationError, ValueError, OSError):
        raise Refused(f"The picture set {folder} is damaged; import the pictures again.") from None
    shape = (len(manifest.pictures), manifest.height, manifest.width, manifest.channels)
    if pictures.shape != shape or pictures.dtype != np.uint8:
        raise Refused(f"The picture set {folder} is damaged; import the pictures again.")
    labels = np.array([p.label for p in manifest.pictures]) if manifest.classes else None
    return PackedSet(folder, manifest, pictures, labels)
