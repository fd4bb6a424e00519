"""The picture as it was before any edit, for being compared with what it is now."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from studio.core.painting.box import Box
from studio.core.painting.edit import tile_box
from studio.core.painting.painting import Painting
from studio.gui.widgets.canvas_sheet import Layer, Sheet, laid


@dataclass(frozen=True, eq=False)
class Tile:
    """Pixels [h, w, c] of the picture as it was, and their place."""

    top: int
    left: int
    pixels: np.ndarray


class First:
    """What edits wrote over, as a layer that is made when someone `looks` at it."""

    def __init__(self, painting: Painting, sheet: Sheet):
        self.painting, self.sheet = painting, sheet
        self.layer: Layer | None = None
        self.looks = False
        self._count = 0  # tiles that the layer shows, or will
        self._coming: Generator[None, None, Layer] | None = None

    @property
    def behind(self) -> bool:
        """Whether it is looked at and something of it is not ready yet."""
        grown = len(self.painting.first) != self._count and not self.painting.editing
        return self.looks and (grown or self._coming is not None)

    def catch_up(self) -> bool:
        """Make some of what is not ready; return whether it is by that, to be painted anew."""
        if not self.behind:
            return False
        if self._coming is None:
            self._count = len(self.painting.first)
            self._coming = laid(self.sheet, self._tiles())
        try:
            next(self._coming)
        except StopIteration as ended:
            self._coming = None
            self.layer = Layer(ended.value.sheet, joined(ended.value.boxes))
            return True
        return False

    def _tiles(self) -> list[Tile]:
        """Return the tiles row by row."""
        shape = self.painting.pixels.shape
        return [
            Tile(*tile_box(*at, shape)[:2], self.painting.first[at])
            for at in sorted(self.painting.first)
        ]


def joined(boxes: list[Box]) -> list[Box]:
    """Join boxes that lie side by side in a row, each of which would be painted by itself."""
    found: list[Box] = []
    for box in boxes:
        last = found[-1] if found else None
        if last and (last.top, last.bottom, last.right) == (box.top, box.bottom, box.left):
            found[-1] = last.joined(box)
        else:
            found.append(box)
    return found
