"""A packed set: a source's pictures in one uint8 file with a sealed manifest, never changed."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from studio.core.data.report import Report
from studio.core.data.stored import Stored
from studio.core.events import Job, Refused
from studio.core.sealing import file_hash, sealed, unsealed
from studio.core.settings import Settings

SCHEMA = 2  # as `written` writes it; 1 has no seal, and no hashes of the files
MANIFEST, PICTURES, PACKED = "manifest.json", "pictures.npy", "pictures.json"
sound: set[tuple[str, int, int]] = set()  # files whose hash this process has compared


class Packing(Settings):
    """One picture: where it came from, its SHA-256, its class (-1: none), what was done to it."""

    name: str
    sha256: str
    label: int = -1
    converted: str = ""


PACKINGS = TypeAdapter(tuple[Packing, ...])


class Manifest(Settings):
    """`manifest.json` of a packed set, quick to read. `channels` 4 means premultiplied alpha."""

    schema_version: int = 1
    id: str
    name: str
    source: str
    height: int
    width: int
    channels: int
    settings: dict[str, Any]
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    sha256: dict[str, str] = Field(default_factory=dict)
    report: Report

    @property
    def count(self) -> int:
        """How many pictures the set holds."""
        return self.report.kept


@dataclass(frozen=True, eq=False)
class PackedSet:
    """An opened set: `pictures` is uint8 [n, h, w, c], read from its file when indexed."""

    folder: Path
    manifest: Manifest
    pictures: Stored | np.ndarray

    @cached_property
    def packings(self) -> tuple[Packing, ...]:
        """What is known of each picture (`pictures.json`, read when first asked for)."""
        try:
            data = (self.folder / PACKED).read_bytes()
            known = self.manifest.sha256.get(PACKED)
            if known and hashlib.sha256(data).hexdigest() != known:
                raise damaged(self.folder)
            return PACKINGS.validate_json(data)
        except (OSError, ValidationError):
            raise damaged(self.folder) from None

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The class of each picture, int64 [n]; None for a set without classes."""
        return np.array([p.label for p in self.packings]) if self.manifest.classes else None


def open_packed(folder: Path) -> PackedSet:
    """Open a packed set read-only; raise Refused if it is missing or damaged.

    Its pictures are as long as they should be; whether they are the right ones, `verified` tells.
    """
    manifest = read_manifest(folder)
    try:
        pictures = Stored(folder / PICTURES)
    except FileNotFoundError:
        raise _missing(folder) from None
    except Exception:  # numpy raises anything over the head of a damaged file
        raise damaged(folder) from None
    shape = (manifest.count, manifest.height, manifest.width, manifest.channels)
    if pictures.shape != shape:
        raise damaged(folder)
    return PackedSet(folder, manifest, pictures)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the set in a folder; raise Refused if it is missing or damaged."""
    try:
        data = (folder / MANIFEST).read_bytes()
        values = json.loads(data)
        if values["schema_version"] != 1:
            values = unsealed(data)
        if values["schema_version"] <= SCHEMA:
            return Manifest.model_validate(values)
    except FileNotFoundError:
        raise _missing(folder) from None
    except (ValidationError, ValueError, KeyError, TypeError, OSError, RecursionError):
        raise damaged(folder) from None
    raise Refused(f"The picture set {folder.name} was made by a newer Atelier; update the program.")


def written(manifest: Manifest) -> bytes:
    """Return the contents of `manifest.json`, sealed."""
    values = manifest.model_dump(mode="json") | {"schema_version": SCHEMA}
    return sealed(values, readable=False)


def _missing(folder: Path) -> Refused:
    return Refused(
        f"The picture set {folder.name} is not in the project; import the pictures again. A"
        " model from a pack comes without them."
    )


def verified(packed: PackedSet) -> Job[None]:
    """Compare the pictures with their hash, once in this process; raise Refused where they differ.

    A set of the first schema has none until its project was brought up to date.
    """
    path, known = packed.folder / PICTURES, packed.manifest.sha256.get(PICTURES)
    try:
        stat = path.stat()
        key = str(path.absolute()), stat.st_size, stat.st_mtime_ns
        if known is None or key in sound:
            return
        if (yield from file_hash(path, "Checking the pictures")) != known:
            raise damaged(packed.folder)
    except OSError:
        raise damaged(packed.folder) from None
    sound.add(key)


def damaged(folder: Path) -> Refused:
    """Return the refusal of a set that can't be read."""
    return Refused(f"The picture set {folder} is damaged; import the pictures again.")
