"""A rectangle of a picture's pixels."""

from typing import NamedTuple

import numpy as np


class Box(NamedTuple):
    """Rows `top` to `bottom` and columns `left` to `right`, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """How many rows it has, 0 where it is empty."""
        return max(0, self.bottom - self.top)

    @property
    def width(self) -> int:
        """How many columns it has, 0 where it is empty."""
        return max(0, self.right - self.left)

    @property
    def empty(self) -> bool:
        """Whether no pixel lies in it."""
        return self.bottom <= self.top or self.right <= self.left

    def grown(self, by: int) -> "Box":
        """Return the box with `by` more pixels on every side."""
        return Box(self.top - by, self.left - by, self.bottom + by, self.right + by)

    def shifted(self, down: int, right: int) -> "Box":
        """Return the box moved."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def clipped(self, height: int, width: int) -> "Box":
        """Return what of the box lies in a picture of that size."""
        return self.common(Box(0, 0, height, width))

    def common(self, other: "Box") -> "Box":
        """Return what lies in both."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self.bottom, other.bottom), min(self.right, other.right)
        return Box(top, left, max(top, bottom), max(left, right))

    def joined(self, other: "Box | None") -> "Box":
        """Return the smallest box around both."""
        if other is None or other.empty:
            return self
        if self.empty:
            return other
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def of(self, array: np.ndarray) -> np.ndarray:
        """Return the view of an array [h, w, ...] that the box, lying within it, covers."""
        return array[self.top : self.bottom, self.left : self.right]

    def crop(self, array: np.ndarray) -> np.ndarray:
        """Return a copy of that part of an array [h, w, ...], which repeats beyond its edges."""
        h, w = array.shape[:2]
        if self == self.clipped(h, w):
            return self.of(array).copy()
        rows = np.arange(self.top, self.bottom) % h
        columns = np.arange(self.left, self.right) % w
        return array[rows[:, None], columns]
