"""What a map shows and where: the view's scale and corner, and thumbnails that do not overlap."""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QSizeF

ZOOMS = (1.0, 60.0)
MARGIN = 36  # pixels around the whole map, so that thumbnails at its edge are whole
SMALL, LARGE = 40, 96  # how many pixels a thumbnail may take, seen from afar and from near
SPACE = 6  # between thumbnails


@dataclass(frozen=True)
class View:
    """How the unit square lies in a window of `width` x `height`: enlarged by `zoom`, with (x, y)
    of the map in the window's middle.
    """

    width: float = 1.0
    height: float = 1.0
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def scale(self) -> float:
        """Pixels of the unit square's side."""
        return max(1.0, min(self.width, self.height) - 2 * MARGIN) * self.zoom

    def to_window(self, points: np.ndarray) -> np.ndarray:
        """Return where points of the map, [n, 2], lie in the window."""
        middle = np.array([self.width, self.height]) / 2
        return (points - np.array([self.x, self.y])) * self.scale + middle

    def to_map(self, point: QPointF) -> tuple[float, float]:
        """Return the place of the map, both in 0..1, that is nearest to a point of the window."""
        x = self.x + (point.x() - self.width / 2) / self.scale
        y = self.y + (point.y() - self.height / 2) / self.scale
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def resized(self, size: QSizeF) -> "View":
        """Return the view in a window of another size."""
        return replace(self, width=size.width(), height=size.height())

    def moved(self, way: QPointF) -> "View":
        """Return the view after the map was pulled by so many pixels; its middle stays on it."""
        x, y = self.x - way.x() / self.scale, self.y - way.y() / self.scale
        return replace(self, x=min(max(x, 0.0), 1.0), y=min(max(y, 0.0), 1.0))

    def zoomed(self, factor: float, at: QPointF) -> "View":
        """Return the view enlarged around a point of the window; the whole map stands centered."""
        zoom = min(max(self.zoom * factor, ZOOMS[0]), ZOOMS[1])
        if zoom == ZOOMS[0]:
            return View(self.width, self.height)
        near = replace(self, zoom=zoom)
        off = at - QPointF(self.width / 2, self.height / 2)
        shift = 1 / self.scale - 1 / near.scale
        return replace(near, x=self.x + off.x() * shift, y=self.y + off.y() * shift).moved(
            QPointF(0, 0)
        )

    def thumbnail(self, side: int) -> int:
        """Return how many pixels a picture of `side` takes: whole multiples, if it is small."""
        room = min(max(SMALL * self.zoom**0.35, SMALL), LARGE)
        return side * int(room / side) if room >= side else round(room)


def apart(points: np.ndarray, pitch: float) -> np.ndarray:
    """Return which points, [n, 2] in pixels, may show a picture when none shall come nearer than
    `pitch` to another, bool [n]. Which ones is drawn once and for all, so that what is shown stays
    while one zooms in.
    """
    chosen = np.zeros(len(points), bool)
    taken: dict[tuple[int, int], tuple[float, float]] = {}
    cells = np.floor(points / pitch).astype(int).tolist()
    places = points.tolist()
    for k in np.random.default_rng(0).permutation(len(points)).tolist():
        (column, row), (x, y) = cells[k], places[k]
        around = ((column + a, row + b) for a in (-1, 0, 1) for b in (-1, 0, 1))
        near = (taken[cell] for cell in around if cell in taken)
        if all(abs(x - other) >= pitch or abs(y - below) >= pitch for other, below in near):
            taken[column, row] = x, y
            chosen[k] = True
    return chosen
