"""What a filler gets, and what comes of it: a hole in a crop, patches that close it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio.core.events import Job


@dataclass(frozen=True, eq=False)
class Hole:
    """A crop of a picture with something in it to be filled.

    `colors` is float32 [h, w, c] in [0, 1], c in 1, 3, 4, with four channels premultiplied; what
    it holds under the mask is the damage. `mask` is bool [h, w], True = to be filled. `source` is
    bool [h, w], True = texture may be taken from here; never True under the mask. `adapt_color`
    lets a fill's colors follow those around the hole; without it they stay those of the texture.
    """

    colors: np.ndarray
    mask: np.ndarray
    source: np.ndarray
    seed: int = 0
    adapt_color: bool = True


# Fills one hole: yields Progress, each pull under about 100 ms, and returns float32 [h, w, c] like
# `colors`. What it returns outside the mask is ignored.
Filler = Callable[[Hole], Job[np.ndarray]]


@dataclass(frozen=True, eq=False)
class Patch:
    """Pixels [h, w, c] of the picture's own depth, to be laid at `top`, `left`.

    Where the mask is 0 they equal the picture's.
    """

    top: int
    left: int
    pixels: np.ndarray


@dataclass(frozen=True, eq=False)
class Candidate:
    """One way the picture may be repaired: `title` says how, `seconds` how long it took."""

    method: str
    title: str
    patches: tuple[Patch, ...]
    seconds: float

    def applied(self, pixels: np.ndarray) -> np.ndarray:
        """Return a copy of the picture's pixels [h, w, c] with the patches laid on it."""
        repaired = pixels.copy()
        for patch in self.patches:
            h, w = patch.pixels.shape[:2]
            repaired[patch.top : patch.top + h, patch.left : patch.left + w] = patch.pixels
        return repaired
