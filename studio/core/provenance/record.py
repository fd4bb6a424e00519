"""What a picture says of itself: which model drew it, how, from what, and whose rights it has."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio import __version__
from studio.core.events import Refused

SCHEMA = 2  # 1 was a kept picture's place alone
TEXT_AT_MOST = 64 * 2**20  # bytes; the latent of a 256 px diffusion model is 1.4 MB

Workspace = Literal["explore", "style", "repair", "train", "export", ""]


class Value(BaseModel):
    """Base of what is read from files of others: frozen; what a newer program adds is passed over.

    Nothing in it may name a user, a host or a path.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Rights(Value):
    """Whose pictures a model learned from, or a picture holds, as the user entered it."""

    author: str = ""
    licence: str = ""
    consent: Literal["unknown", "own", "given", "public", "refused"] = "unknown"
    note: str = ""


class Record(Value):
    """A picture's record. What does not apply is empty.

    `model` is the hash of the weights, `dataset` the id and `version` the fingerprint of the set
    it learned from. `place` and `directions` are the latent it was drawn at, as
    `explore.place.Place.to_json` writes it. `settings` are the controls of what was done, with the
    method's name as "method". `pixels` is `pixel_hash` of the picture; `sources` are the records of
    what it was made from, without their places. `created` is in seconds since 1970, 0 in exports:
    equal input gives equal bytes.
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
    plain = np.ascontiguousarray(pixels)
    head = f"{plain.dtype.name} {'×'.join(map(str, plain.shape))} ".encode()
    little = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha256(head + little.tobytes()).hexdigest()


def made_from(sources: Iterable[Record], **said: Any) -> Record:
    """Return the record of something made from pictures: their rights travel along."""
    found = tuple(source.brief() for source in sources)
    rights = tuple(dict.fromkeys(right for source in found for right in source.rights))
    return Record(sources=found, rights=rights, **said)


def parse(text: str, name: str) -> Record:
    """Return the record a file holds as `text`; raise Refused where it is damaged or newer."""
    if len(text) > TEXT_AT_MOST:
        raise Refused(f"{name} holds too much text to be a picture's record.")
    try:
        values = json.loads(text)
        if int(values["schema"]) > SCHEMA:
            raise Refused(f"{name} was written by a newer Atelier; update the program to read it.")
        return Record.model_validate(values)
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError):
        raise Refused(f"What {name} says of where it came from is damaged.") from None
