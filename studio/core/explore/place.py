"""A place in a model's latent space, as a value that files and the window can hold."""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from studio.core.events import Refused

TRUNCATION = (0.0, 2.0)
SIGMAS = 6.0  # a slider's end


@dataclass(frozen=True, eq=False)
class Place:
    """A latent, and how the picture drawn from it is bent.

    `latent` is float32 of the model's latent shape, standard normal; `label` a class's number or
    None; `truncation` ψ draws it towards what is typical (1 leaves it; 0 is the most typical);
    `sliders` holds, by a direction's id, how many σ the latent is moved along it.
    """

    latent: np.ndarray
    label: int | None = None
    truncation: float = 1.0
    sliders: Mapping[str, float] = field(default_factory=dict)

    def with_slider(self, id: str, sigmas: float) -> "Place":
        """Return the place with one slider elsewhere; at 0 it is left out."""
        rest = {name: value for name, value in self.sliders.items() if name != id}
        return replace(self, sliders=rest | ({id: sigmas} if sigmas else {}))

    def same(self, other: "Place") -> bool:
        """Tell whether the other place draws the very same picture."""
        mine, its = (
            (p.label, p.truncation, dict(p.sliders), p.latent.shape) for p in (self, other)
        )
        return mine == its and np.array_equal(self.latent, other.latent)

    def to_json(self) -> dict[str, Any]:
        """Return the place as JSON values; the latent in base64 of little-endian float32."""
        data = np.ascontiguousarray(self.latent, "<f4")
        return {
            "shape": list(data.shape),
            "latent": base64.b64encode(data.tobytes()).decode("ascii"),
            "label": self.label,
            "truncation": self.truncation,
            "sliders": dict(self.sliders),
        }


def from_json(value: Any) -> Place:
    """Return the place `to_json` described; raise Refused for what is none, or not finite."""
    try:
        shape = tuple(int(n) for n in value["shape"])
        data = base64.b64decode(value["latent"], validate=True)
        if len(data) != 4 * math.prod(shape) or any(n < 1 for n in shape):
            raise ValueError("shape")
        latent = np.frombuffer(data, "<f4").reshape(shape).astype(np.float32)
        label = None if value["label"] is None else int(value["label"])
        sliders = {str(k): float(v) for k, v in value["sliders"].items()}
        found = Place(latent, label, float(value["truncation"]), sliders)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise Refused("This is no place in a latent space, or a damaged one.") from None
    return checked(found, latent.shape)


def checked(place: Place, shape: tuple[int, ...], classes: int | None = None) -> Place:
    """Return the place if a model of this latent shape (and number of classes) can draw it.

    Raises Refused with the reason: another model's latent, not finite, out of range.
    """
    if place.latent.shape != tuple(shape):
        raise Refused(
            f"This latent has the shape {written(place.latent.shape)}, the model's have"
            f" {written(shape)}: it belongs to another model; open that one."
        )
    numbers = [place.truncation, *place.sliders.values()]
    if not np.isfinite(place.latent).all() or not np.isfinite(numbers).all():
        raise Refused("This latent holds numbers that are not finite; it can't be drawn.")
    low, high = TRUNCATION
    if not low <= place.truncation <= high:
        raise Refused(f"A truncation of {place.truncation:g} is not between {low:g} and {high:g}.")
    if classes is not None and place.label is not None and not 0 <= place.label < classes:
        raise Refused(f"This latent asks for class {place.label + 1}; the model has {classes}.")
    return place


def written(shape: tuple[int, ...]) -> str:
    """Return a shape for people: 3 × 32 × 32."""
    return " × ".join(str(n) for n in shape)
