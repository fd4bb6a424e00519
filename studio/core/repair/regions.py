"""Where the holes are: crops that each hold some of them, thin damage apart from thick holes."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

THIN = 14.0  # pixels across: what is thicker is filled with texture
TILE = 512  # the side up to which thin damage is treated in one piece
MARGIN = 32  # pixels of surroundings that thin damage is treated with
NEAREST, REACH = 64, 1.5  # surroundings of thick holes: in pixels at least, and in their own sides
TOGETHER = 24  # pixels between thick holes that are filled in one piece


class Box(NamedTuple):
    """Rows `top` to `bottom` and columns `left` to `right`, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    def grown(self, by: int) -> "Box":
        """Return the box with `by` more pixels on every side."""
        return Box(self.top - by, self.left - by, self.bottom + by, self.right + by)

    def clipped(self, height: int, width: int) -> "Box":
        """Return what of the box lies in a picture of that size."""
        return Box(
            max(0, self.top), max(0, self.left), min(height, self.bottom), min(width, self.right)
        )

    def shifted(self, down: int, right: int) -> "Box":
        """Return the box moved."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def crop(self, array: np.ndarray) -> np.ndarray:
        """Return a copy of that part of an array [h, w, ...], which repeats beyond its edges."""
        h, w = array.shape[:2]
        if self == self.clipped(h, w):
            return array[self.top : self.bottom, self.left : self.right].copy()
        rows = np.arange(self.top, self.bottom) % h
        columns = np.arange(self.left, self.right) % w
        return array[rows[:, None], columns]


class Region(NamedTuple):
    """Holes that are filled in one piece: they lie in `core`, their surroundings reach to `box`."""

    core: Box
    box: Box
    thin: bool


def thickness(mask: np.ndarray) -> float:
    """Return how many pixels the thickest part of a mask bool [h, w] is across; 0 if empty."""
    depth = np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3))
    return 2 * float(depth.max())


def regions(mask: np.ndarray, wrap: bool = False) -> tuple[Region, ...]:
    """Return where the holes of a mask bool [h, w] are filled, thin damage first.

    With `wrap` the picture repeats: boxes may reach over the edges.
    """
    down, right = _seam(mask) if wrap else (0, 0)
    rolled = np.roll(mask, (-down, -right), (0, 1)) if wrap else mask
    thick = _thick(rolled)
    found = (*_tiles(rolled & ~thick), *_groups(thick))
    size = mask.shape if not wrap else None
    return tuple(_framed(core.shifted(down, right), thin, size) for core, thin in found)


def _seam(mask: np.ndarray) -> tuple[int, int]:
    """Return the row and the column that cut the fewest holes of a picture that repeats."""
    return int(mask.sum(1).argmin()), int(mask.sum(0).argmin())


def _thick(mask: np.ndarray) -> np.ndarray:
    """Return the holes, whole, that are thicker than THIN anywhere."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    labels = np.asarray(labels, np.int64)
    depth = np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3))
    chosen = np.zeros(count, bool)
    chosen[np.unique(labels[2 * depth > THIN])] = True
    return chosen[labels]


def _tiles(mask: np.ndarray) -> Iterator[tuple[Box, bool]]:
    for top in range(0, mask.shape[0], TILE):
        for left in range(0, mask.shape[1], TILE):
            held = _bounds(mask[top : top + TILE, left : left + TILE])
            if held is not None:
                yield held.shifted(top, left), True


def _groups(mask: np.ndarray) -> Iterator[tuple[Box, bool]]:
    if not mask.any():
        return
    near = cv2.dilate(mask.astype(np.uint8), np.ones((TOGETHER + 1,) * 2, np.uint8))
    count, labels = cv2.connectedComponents(near)
    for label in range(1, count):
        held = _bounds((labels == label) & mask)
        assert held is not None
        yield held, False


def _bounds(mask: np.ndarray) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _framed(core: Box, thin: bool, size: tuple[int, ...] | None) -> Region:
    side = max(core.bottom - core.top, core.right - core.left)
    box = core.grown(MARGIN if thin else max(NEAREST, int(REACH * side)))
    return Region(core, box.clipped(*size[:2]) if size else box, thin)
