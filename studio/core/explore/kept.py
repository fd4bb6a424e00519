"""What a kept picture says of itself: read without torch, so that a drop is understood at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.events import Refused
from studio.core.explore import place as places
from studio.core.explore.place import Place

KEY = "atelier"
SCHEMA = 1
TEXT_AT_MOST = 64 * 2**20  # bytes; the latent of a 256 px diffusion model is 1.4 MB


@dataclass(frozen=True, eq=False)
class Kept:
    """What a kept picture says of itself: its model, its place, and the directions it uses."""

    run: int
    step: int
    digest: str
    family: str
    place: Place
    directions: Mapping[str, np.ndarray]
    names: Mapping[str, str]


def read(path: Path) -> Kept:
    """Return what a kept picture says; raise Refused for any other file, or a damaged one."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
            text = getattr(image, "text", {}).get(KEY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(
            f"{path.name} is no PNG, or a damaged one; drop a picture kept here."
        ) from None
    if text is None:
        raise Refused(f"{path.name} holds no place of a model; only pictures kept here do.")
    if len(text) > TEXT_AT_MOST:
        raise Refused(f"{path.name} holds too much text to be a picture kept here.")
    try:
        return _kept(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(
            f"What {path.name} says of its model is damaged; it can't be opened."
        ) from None


def _kept(values: Any) -> Kept:
    if int(values["schema"]) > SCHEMA:
        raise Refused("This picture was kept by a newer Atelier; update the program to open it.")
    found = values["directions"]
    return Kept(
        run=int(values["run"]),
        step=int(values["step"]),
        digest=str(values["model"]),
        family=str(values["family"]),
        place=places.from_json(values["place"]),
        directions={str(id): _vector(value) for id, value in found.items()},
        names={str(id): str(value["name"]) for id, value in found.items()},
    )


def _vector(value: Any) -> np.ndarray:
    return places.from_json(value).latent


def holds_place(path: Path) -> bool:
    """Tell whether a file says that it is a picture kept here; only its head is read."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return KEY in image.info
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
