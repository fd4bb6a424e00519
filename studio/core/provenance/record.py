"""What a picture says of itself: which model drew it, how, from what, and whose rights it has."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio import __version__
from studio.core.events import Job, Progress, Refused, finished
from studio.core.settings import Settings, field

SCHEMA = 2  # 1 was a kept picture's place alone
TEXT_AT_MOST = 64 * 2**20  # bytes; the latent of a 256 px diffusion model is 1.4 MB
PARTS_AT_MOST = 2_000_000  # values in one: small ones take a hundred times their text in memory
DEPTH_AT_MOST = 100  # sources of sources, two each
HASHED_AT_ONCE = 1 << 24  # bytes

Workspace = Literal["explore", "style", "repair", "train", "export", ""]


class Value(BaseModel):
    """Base of what is read from files of others: frozen; what a newer program adds is passed over.

    Nothing in it may name a user, a host or a path.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Rights(Settings):
    """Whose pictures a model learned from, or a picture holds, as the user entered it."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    author: str = field("", label="Author", help="Who made the pictures.")
    licence: str = field("", label="License", help="What they may be used for, as CC0 or bought.")
    consent: Literal["unknown", "own", "given", "public", "refused"] = field(
        "unknown",
        label="Consent",
        help="Whether a model may learn from them. Refused: nothing made of them is exported.",
    )
    note: str = field("", label="Note", help="Anything else that shall travel along.")


class Record(Value):
    """A picture's record. What does not apply is empty.

    `model` is the hash of the weights. Of the set it learned from, `version` is the fingerprint and
    `dataset` what its id ends in: the rest is the name of a folder. `place` and `directions` are
    the latent it was drawn at, as `explore.place.Place.to_json` writes it. `settings` are the
    controls of what was done, with the method's name as "method". `pixels` is `pixel_hash` of the
    picture; `sources` are the records of what it was made from, without their places. `created` is
    in seconds since 1970, 0 in exports: equal input gives equal bytes.
    """

    schema_version: int = Field(default=SCHEMA, alias="schema")
    program: str = f"Atelier {__version__}"
    workspace: Workspace = ""
    title: str = ""
    created: float = 0.0
    family: str = ""
    run: int = 0
    step: int = 0
    model: str = ""
    dataset: str = ""
    version: str = ""
    seed: int | None = None
    label: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    place: dict[str, Any] | None = None
    directions: dict[str, Any] = Field(default_factory=dict)
    pixels: str = ""
    rights: tuple[Rights, ...] = ()
    sources: tuple["Record", ...] = ()

    def brief(self) -> Self:
        """Return the record as another's source: without its place, which may be megabytes."""
        sources = tuple(source.brief() for source in self.sources)
        return self.model_copy(update={"place": None, "directions": {}, "sources": sources})

    def of(self, pixels: np.ndarray) -> Self:
        """Return the record of exactly this picture."""
        return self.model_copy(update={"pixels": pixel_hash(pixels)})

    def text(self) -> str:
        """Return the record as JSON, the same for equal records; what is empty is left out."""
        values = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps({"schema": SCHEMA, **values}, sort_keys=True, allow_nan=False)


def pixel_hash(pixels: np.ndarray) -> str:
    """Return the SHA-256 of a picture uint8 or uint16 [h, w, c]: of its shape, depth and values."""
    return finished(hashing(pixels))


def hashing(pixels: np.ndarray) -> Job[str]:
    """Return `pixel_hash` of a picture that may be large."""
    found = hashlib.sha256(f"{pixels.dtype.name} {'×'.join(map(str, pixels.shape))} ".encode())
    rows = max(1, HASHED_AT_ONCE // max(1, pixels[:1].nbytes))
    for top in range(0, len(pixels), rows):
        part = np.ascontiguousarray(pixels[top : top + rows])
        found.update(part.astype(part.dtype.newbyteorder("<"), copy=False).data)
        yield Progress(top, len(pixels), "Reading the picture")
    return found.hexdigest()


def made_from(sources: Iterable[Record], **said: Any) -> Record:
    """Return the record of something made from pictures: their rights travel along."""
    found = tuple(source.brief() for source in sources)
    rights = tuple(dict.fromkeys(right for source in found for right in source.rights))
    return Record(sources=found, rights=rights, **said)


def parse(text: str, name: str) -> Record:
    """Return the record a file holds as `text`; raise Refused where it is damaged or newer."""
    values = values_of(text, name)
    try:
        if int(values["schema"]) > SCHEMA:
            raise Refused(f"{name} was written by a newer Atelier; update the program to read it.")
        return Record.model_validate(values)
    except (ValidationError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise damaged(name) from None


def values_of(text: str, name: str) -> Any:
    """Return the JSON in a foreign text; raise Refused for what is none, or asks for too much."""
    if len(text) > TEXT_AT_MOST or sum(map(text.count, ",[{")) > PARTS_AT_MOST:
        raise Refused(f"{name} holds too much text to be a picture's record.")
    try:
        values = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text or "\\uD" in text:  # half a letter could not be written again
            json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise damaged(name) from None
    level = [values] if isinstance(values, dict | list) else []
    for _ in range(DEPTH_AT_MOST):
        parts = [each.values() if isinstance(each, dict) else each for each in level]
        level = [x for part in parts for x in part if isinstance(x, dict | list)]
        if not level:
            return values
    raise damaged(name)


def damaged(name: str) -> Refused:
    """Return the refusal of a record that can't be read."""
    return Refused(f"What {name} says of where it came from is damaged.")


def _no_number(text: str) -> Any:
    raise ValueError(text)
