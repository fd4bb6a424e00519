"""A pack: one file with a trained model, a look at what it draws, and whose pictures it knows.

It is a zip of a few named parts, none of them compressed, and MANIFEST.json with the SHA-256 of
each; the SHA-256 of MANIFEST.json stands for the whole. Nothing in it is a program, and nothing
here needs torch: a pack says what it is in a moment.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from pydantic import Field, ValidationError

from studio.core import pictures
from studio.core.assets import framing
from studio.core.events import Job, Progress, Refused
from studio.core.project import RunRecord
from studio.core.provenance.record import Record, Value, parse, values_of

SCHEMA = 1
ENDING = ".atelierpack"
MANIFEST, WEIGHTS, RUN, RECORD, PREVIEW = PARTS = (
    "MANIFEST.json",
    "model.safetensors",
    "run.json",
    "record.json",
    "preview.png",
)
TEXT_AT_MOST = 4 << 20  # bytes of a part that is text
PREVIEW_AT_MOST = 32 << 20
SIDES = range(1, 1025)  # of a picture
CLASSES_AT_MOST = 100_000
CHUNK = 1 << 22


class Part(Value):
    """A part's length in bytes and SHA-256."""

    bytes: int = Field(ge=0)
    sha256: str


class Manifest(Value):
    """What a pack says of itself, and what its parts are."""

    schema_version: int = Field(default=SCHEMA, alias="schema")
    program: str = ""
    name: str = ""
    family: str
    size: tuple[int, int, int, int]
    classes: tuple[str, ...] = ()
    latent: tuple[int, ...] = ()
    step: int = Field(ge=0, lt=10**8)
    model: str
    parts: dict[str, Part]


@dataclass(frozen=True)
class Pack:
    """An opened pack: its manifest, the hash of the whole, and what its small parts hold."""

    path: Path
    manifest: Manifest
    hash: str
    run: RunRecord
    record: Record

    def preview(self) -> np.ndarray:
        """Return the picture of what the model draws, uint8 [h, w, c]; raise Refused."""
        with _opened(self.path) as archive, archive.open(PREVIEW) as part:
            data = _checked(self.manifest, PREVIEW, part.read(PREVIEW_AT_MOST + 1))
        try:
            with pictures.head(data, ["PNG"]) as image:
                if image.width * image.height > PREVIEW_AT_MOST:
                    raise ValueError
                found = np.asarray(image)
        except (OSError, ValueError, SyntaxError):
            raise damaged(self.path, PREVIEW) from None
        return found[..., None] if found.ndim == 2 else found


def about(path: Path) -> dict[str, Any]:
    """Return what a pack says of itself, for JSON, without reading the weights; raise Refused."""
    found = opened(path)
    known = found.manifest
    height, width, channels, _ = known.size
    return {
        "name": known.name,
        "family": known.family,
        "width": width,
        "height": height,
        "channels": channels,
        "classes": list(known.classes),
        "step": known.step,
        "model": known.model,
        "hash": found.hash,
        "bytes": path.stat().st_size,
        "program": known.program,
        "rights": [right.model_dump() for right in found.record.rights],
        "record": json.loads(found.record.text()),
    }


def opened(path: Path) -> Pack:
    """Open a pack and read all but weights and preview; raise Refused for what is none.

    Nothing of a pack's own names a place: only the parts known here are looked at.
    """
    with _opened(path) as archive:
        text = archive.read(MANIFEST)
        manifest = _manifest(text, path)
        there = {entry.filename: entry.file_size for entry in archive.infolist()}
        told = {name: part.bytes for name, part in manifest.parts.items()} | {MANIFEST: len(text)}
        if there != told:
            raise Refused(f"{path.name} does not hold what its manifest lists; fetch it anew.")
        run, record = (_checked(manifest, name, archive.read(name)) for name in (RUN, RECORD))
        if not framing.sound(path, archive.infolist()):
            raise Refused(f"{path.name} was packed anew, or is damaged; fetch it anew.")
    return Pack(
        path,
        manifest,
        hashlib.sha256(text).hexdigest(),
        _run(run, path),
        parse(_text(record, path, RECORD), path.name),
    )


def weights(pack: Pack) -> Job[bytes]:
    """Read the weights, which equal their hash; raise Refused where they don't."""
    size, told = pack.manifest.parts[WEIGHTS].bytes, hashlib.sha256()
    data = io.BytesIO()
    with _opened(pack.path) as archive, archive.open(WEIGHTS) as part:
        while piece := _piece(part, pack.path):
            told.update(piece)
            data.write(piece)
            yield Progress(data.tell(), size, pack.path.name)
    if told.hexdigest() != pack.manifest.parts[WEIGHTS].sha256:
        raise damaged(pack.path, WEIGHTS)
    return data.getvalue()


def _piece(part: IO[bytes], path: Path) -> bytes:
    try:
        return part.read(CHUNK)
    except (OSError, EOFError, zipfile.BadZipFile):
        raise damaged(path, WEIGHTS) from None


@contextmanager
def _opened(path: Path):
    """Give the archive if its list of parts is as a pack's must be; raise Refused."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _look_over(archive, path)
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, KeyError):
        raise Refused(f"{path.name} is no pack, or is damaged; fetch it anew.") from None
    except (ValueError, OverflowError):
        raise Refused(f"{path.name} is no pack, or is damaged; fetch it anew.") from None
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from None


def _look_over(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise Refused unless the parts are those of a pack, each there once and as it is."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if sorted(names) != sorted(PARTS):
        odd = [name for name in names if name not in PARTS or names.count(name) > 1]
        what = f"holds {odd[0][:80]!r}, which" if odd else "lacks a part that"
        end = "is no part of a pack" if odd else "a pack has"
        raise Refused(f"{path.name} {what} {end}; nothing of it was used.")
    for entry in entries:
        plain = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1
        most = {WEIGHTS: path.stat().st_size, PREVIEW: PREVIEW_AT_MOST}
        if not plain or entry.file_size > most.get(entry.filename, TEXT_AT_MOST):
            raise Refused(
                f"{path.name}: {entry.filename} is packed in a way no pack is, or is too large;"
                " nothing of it was used."
            )


def _manifest(data: bytes, path: Path) -> Manifest:
    values = values_of(_text(data, path, MANIFEST), path.name)
    try:
        if int(values["schema"]) > SCHEMA:
            raise Refused(f"{path.name} was made by a newer Atelier; update the program to use it.")
        found = Manifest.model_validate(values)
    except (ValidationError, KeyError, TypeError, ValueError, OverflowError):
        raise damaged(path, MANIFEST) from None
    height, width, channels, classes = found.size
    sound = height in SIDES and width in SIDES and channels in (1, 3, 4)
    if not sound or classes != len(found.classes) or classes > CLASSES_AT_MOST:
        raise damaged(path, MANIFEST)
    if sorted(found.parts) != sorted(set(PARTS) - {MANIFEST}):
        raise damaged(path, MANIFEST)
    return found


def _run(data: bytes, path: Path) -> RunRecord:
    try:
        return RunRecord.model_validate(values_of(_text(data, path, RUN), path.name))
    except ValidationError:
        raise damaged(path, RUN) from None


def _text(data: bytes, path: Path, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise damaged(path, name) from None


def _checked(manifest: Manifest, name: str, data: bytes) -> bytes:
    if hashlib.sha256(data).hexdigest() != manifest.parts[name].sha256:
        raise Refused(f"{name} in the pack is not what was packed; fetch the pack anew.")
    return data


def damaged(path: Path, name: str) -> Refused:
    """Return the refusal of a pack one of whose parts is not sound."""
    return Refused(f"{name} in {path.name} is damaged or not what a pack holds; fetch it anew.")


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of parts, stored one after the other: equal parts, equal bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name in PARTS:
            entry = zipfile.ZipInfo(name, framing.DATE)
            entry.create_system, entry.external_attr = framing.UNIX, framing.RIGHTS
            archive.writestr(entry, parts[name])
    return data.getvalue()
