"""What a kept picture says of itself: read without torch, so that a drop is understood at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.core.events import Refused
from studio.core.explore import place as places
from studio.core.explore.place import Place
from studio.core.provenance.record import SCHEMA, values_of
from studio.core.provenance.stamping import text_in


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
    text = text_in(path)
    if text is None:
        raise _placeless(path)
    try:
        values = values_of(text, path.name)
        if int(values["schema"]) == SCHEMA and "place" not in values:  # an export of it
            raise _placeless(path)
        return _kept(values)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Refused(
            f"What {path.name} says of its model is damaged; it can't be opened."
        ) from None


def _placeless(path: Path) -> Refused:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
    except Exception:  # whatever Pillow raises over a hurt one, warnings of its size among it
        return Refused(f"{path.name} is no PNG, or a damaged one; drop a picture kept here.")
    return Refused(f"{path.name} holds no place of a model; only pictures kept here do.")


def _kept(values: Any) -> Kept:
    if int(values["schema"]) > SCHEMA:
        raise Refused("This picture was kept by a newer Atelier; update the program to open it.")
    found = values.get("directions", {})
    return Kept(
        run=int(values.get("run", 0)),
        step=int(values.get("step", 0)),
        digest=str(values["model"]),
        family=str(values["family"]),
        place=places.from_json(values["place"]),
        directions={str(id): _vector(value) for id, value in found.items()},
        names={str(id): str(value["name"]) for id, value in found.items()},
    )


def _vector(value: Any) -> np.ndarray:
    return places.from_json(value).latent


def holds_place(path: Path) -> bool:
    """Tell whether a file says that it is a picture kept here; its pixels are not read."""
    try:
        text = text_in(path)
        return text is not None and '"place": {' in text and bool(values_of(text, "").get("place"))
    except (Refused, AttributeError):
        return False
