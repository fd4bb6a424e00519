"""Large pictures strip by strip: little memory, and no pull that takes long."""

import numpy as np

from studio.core.colors.oklab import from_oklab, to_oklab
from studio.core.events import Job, Progress
from studio.core.style.color import Palette

PIXELS = 1 << 18  # of a strip


def rows(h: int, w: int) -> list[slice]:
    """Return slices that cut the rows of a picture into strips."""
    step = max(1, PIXELS // max(1, w))
    return [slice(top, min(h, top + step)) for top in range(0, h, step)]


def recolored(content: np.ndarray, colors: Palette, tick: Progress) -> Job[np.ndarray]:
    """Return sRGB float32 [h, w, 3] with its colors moved to a palette."""
    strips = rows(*content.shape[:2])
    matrix, offset = Palette.of(_sample(content)).towards(colors)
    moved = np.empty_like(content)
    for strip in strips:
        moved[strip] = from_oklab(to_oklab(content[strip]) @ matrix + offset)
        yield tick
    return moved


def _sample(content: np.ndarray) -> np.ndarray:
    """Return some of the pixels, as OKLab [n, 3]."""
    flat = content.reshape(-1, 3)
    return to_oklab(flat[:: max(1, len(flat) // (1 << 16))])
