"""A stroke in the making: from where the hand came down to where it is."""

from typing import Protocol

from studio.core.painting import strokes
from studio.core.painting.box import Box
from studio.core.painting.painting import Painting
from studio.core.painting.strokes import Brush, Point


class Stroke(Protocol):
    """`move` and `end` change the painting's layer and return where; `outline` is not yet drawn."""

    brush: Brush
    outline: list[Point]

    def move(self, point: Point, pressure: float = 1.0) -> Box | None:
        """Go on to a point."""
        ...

    def end(self) -> Box | None:
        """Draw what was only outlined."""
        ...


class Freehand:
    """Draws as the hand moves. `start` is where the line comes from, if not from where it began."""

    def __init__(self, painting: Painting, layer: str, brush: Brush, start: Point | None = None):
        self.painting, self.layer, self.brush = painting, layer, brush
        self.outline: list[Point] = []
        self._last, self._pressure = start, 1.0

    def move(self, point: Point, pressure: float = 1.0) -> Box | None:
        """Draw from where the hand was to `point`."""
        last = self._last or point
        before = self._pressure if self._last else pressure
        self._last, self._pressure = point, pressure
        return _segment(self.painting, self.layer, last, point, self.brush, (before, pressure))

    def end(self) -> Box | None:
        """All of it is drawn already."""
        return None


class Outlined:
    """Lines, rectangles and lassos: outlined while the hand moves, drawn when it is lifted."""

    def __init__(self, painting: Painting, layer: str, brush: Brush, shape: str):
        self.painting, self.layer, self.brush, self.shape = painting, layer, brush, shape
        self.outline: list[Point] = []

    def move(self, point: Point, pressure: float = 1.0) -> Box | None:
        """Reach to `point`; a lasso goes on to it."""
        keep = self.outline if self.shape == "lasso" else self.outline[:1]
        self.outline = [*keep, point]
        return None

    def end(self) -> Box | None:
        """Draw the shape."""
        first, last = self.outline[0], self.outline[-1]
        if self.shape == "line":
            return _segment(self.painting, self.layer, first, last, self.brush, (1.0, 1.0))
        self.painting.touch(self.layer, strokes.reach(self.outline, 1))
        mask = self.painting.layers[self.layer]
        if self.shape == "rectangle":
            return strokes.rectangle(mask, first, last, self.brush.erase)
        return strokes.lasso(mask, self.outline, self.brush.erase)


def _segment(
    painting: Painting,
    layer: str,
    start: Point,
    end: Point,
    brush: Brush,
    pressures: tuple[float, float],
) -> Box:
    painting.touch(layer, strokes.reach((start, end), brush.radius))
    return strokes.segment(painting.layers[layer], start, end, brush, pressures)
