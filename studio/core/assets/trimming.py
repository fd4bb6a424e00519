"""What of a picture is seen, and pictures laid on a common canvas by their pivots."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Pivot = tuple[float, float]


class Box(NamedTuple):
    """A rectangle of pixels: its left upper corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, pixels: np.ndarray) -> np.ndarray:
        """Return this part of a picture [h, w, c]."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


def seen(pixels: np.ndarray) -> Box:
    """Return the smallest box around all pixels [h, w, c] that are not fully transparent.

    Where nothing is seen it is the first pixel: readers of atlases know no empty frames.
    """
    height, width, channels = pixels.shape
    if channels != 4:
        return Box(0, 0, width, height)
    solid = pixels[..., 3] > 0
    rows, columns = (np.flatnonzero(solid.any(axis)) for axis in (1, 0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    left, top = int(columns[0]), int(rows[0])
    return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


class Canvas(NamedTuple):
    """A canvas that holds pictures with their pivots on one spot: its size, and their corners."""

    width: int
    height: int
    corners: tuple[tuple[int, int], ...]


def aligned(sizes: Sequence[tuple[int, int]], pivot: Pivot) -> Canvas:
    """Return the smallest canvas for pictures of these sizes (width, height).

    `pivot` is a share of each picture's width and height, 0 to 1 from its left upper corner.
    """
    spots = [tuple(int(p * s + 0.5) for p, s in zip(pivot, size, strict=True)) for size in sizes]
    left, top = (max(spot[k] for spot in spots) for k in (0, 1))
    pairs = list(zip(sizes, spots, strict=True))
    width = left + max(size[0] - spot[0] for size, spot in pairs)
    height = top + max(size[1] - spot[1] for size, spot in pairs)
    return Canvas(width, height, tuple((left - x, top - y) for x, y in spots))
