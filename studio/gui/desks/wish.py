"""What is wished of a picture, as one value: equal wishes give equal pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.photographs.photograph import Photograph
from studio.core.style.look import Look, StylePicture
from studio.core.style.method import StyleSettings
from studio.gui.restyling import LAYERS, Content, Source


@dataclass(frozen=True)
class Setup:
    """A method by its name, and its settings."""

    method: str
    settings: StyleSettings


@dataclass(frozen=True, eq=False)
class Masks:
    """Where anything changes and where each style goes, uint8 [h, w]; what is not painted is left
    out.
    """

    layers: dict[str, np.ndarray]

    @property
    def size(self) -> int:
        """Bytes it keeps."""
        return sum(values.nbytes for values in self.layers.values())


@dataclass(frozen=True)
class Wish:
    """A setup, the styles with their weights, masks and the user's VGG19, of one picture."""

    setup: Setup
    styles: tuple[tuple[Source, float], ...]
    masks: Masks
    weights: Path | None = None
    content: Content | None = None

    def look(self, content: Photograph | None = None) -> Look:
        """Return what core is asked for, the styles in the colors of `content`'s profile."""
        masks: dict[str, Any] = self.masks.layers
        styles = tuple(
            StylePicture(source.seen_in(content), weight, masks.get(layer))
            for (source, weight), layer in zip(self.styles, LAYERS, strict=False)
        )
        setup = self.setup
        return Look(setup.method, setup.settings, styles, masks.get("mask"), self.weights)
