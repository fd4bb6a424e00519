"""Pictures in the colors of a palette, strip by strip."""

from typing import Literal

import numpy as np

from studio.core.colors.dither import bayer, blue_noise, diffused, patterned
from studio.core.colors.palette import nearest, to_space
from studio.core.steps import Steps

Dither = Literal["none", "ordered", "noise", "diffusion"]
WEIGHED = 1 << 20  # pixels times colors that are compared in one pull


def indexed(
    color: np.ndarray, palette: np.ndarray, dither: Dither, amount: float
) -> Steps[np.ndarray]:
    """Return for a picture uint8 [h, w, 3] the indices, uint8 [h, w], into uint8 [k, 3].

    `amount` of dither runs from 0 to 1. Patterns are fixed to the picture's corner, so that the
    still parts of an animation stay still.
    """
    known = to_space(palette.astype(np.float32) / 255)
    if dither == "diffusion" and amount > 0:
        wanted = np.empty(color.shape, np.float32)
        rows = max(1, WEIGHED // (8 * color.shape[1]))
        for top in range(0, len(color), rows):
            wanted[top : top + rows] = _space(color[top : top + rows])
            yield 0.0
        found = yield from diffused(wanted, known, amount)
        return found.astype(np.uint8)
    flat = dither == "none" or amount == 0
    thresholds = bayer(3) if dither == "ordered" else blue_noise()
    found = np.empty(color.shape[:2], np.uint8)
    rows = max(1, WEIGHED // (color.shape[1] * len(palette)))
    for top in range(0, len(color), rows):
        wanted = _space(color[top : top + rows])
        level = np.roll(thresholds, -top, 0)
        found[top : top + rows] = (
            nearest(wanted, known) if flat else patterned(wanted, known, level, amount)
        )
        yield top / len(color)
    return found


def _space(color: np.ndarray) -> np.ndarray:
    return to_space(color.astype(np.float32) / 255)
