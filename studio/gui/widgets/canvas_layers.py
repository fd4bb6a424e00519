"""What a canvas shows of a painting: the picture, as it was and is, a candidate, tints."""

from collections.abc import Collection, Generator, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from studio.core.events import Job
from studio.core.painting.box import Box
from studio.core.painting.painting import Painting, Patch
from studio.core.painting.preview import Preview, prepare
from studio.gui.widgets.canvas_first import First
from studio.gui.widgets.canvas_sheet import Face, Layer, Sheet, Tint, laid
from studio.gui.widgets.canvas_view import View

TINTS = {
    "mask": QColor(255, 48, 128, 150),
    "allowed": QColor(64, 200, 160, 110),
    "style 1": QColor(86, 156, 255, 110),
    "style 2": QColor(255, 170, 60, 110),
    "style 3": QColor(80, 205, 120, 110),
    "style 4": QColor(190, 120, 255, 110),
}
STARTED = ("mask", "allowed")  # layers that a painting may come with; looking costs milliseconds
LARGE = 4_000_000  # pixels that are shown anew in one go: about 10 ms
ALIGNED = 64  # rows that strips begin at a multiple of, for the smaller copies


class Layers:
    """A painting's layers, ready to be painted. What is large is made ready part by part."""

    def __init__(self, painting: Painting, preview: Preview | None = None):
        self.painting = painting
        self.layer: Face | None = None
        self.other: Face | None = None  # is compared with, in place of the picture at first
        self.sheet = Sheet(preview or _made(prepare(painting.pixels)))
        self.first = First(painting, self.sheet)
        self.tints = {
            name: Tint(values, TINTS[name])
            for name, values in painting.layers.items()
            if name in TINTS
        }
        self._coming: Generator[None, None, Layer] | None = None
        self._stale: list[tuple[Box, tuple[str, ...]]] = []
        for name in STARTED:
            self.tints[name].begin()

    @property
    def has_layer(self) -> bool:
        """Whether a candidate is shown, or about to be."""
        return self.layer is not None or self._coming is not None

    @property
    def behind(self) -> bool:
        """Whether something is not shown yet: `catch_up` goes on with it."""
        return bool(self._stale) or self._coming is not None or self.first.behind

    def show_layer(self, patches: Sequence[Patch] | None) -> None:
        """Show a candidate's patches from now on, or, if there are many, soon; None = none."""
        self._coming = laid(self.sheet, patches) if patches else None
        if self._coming is None:
            self.layer = None
        else:
            self._lay_on()

    def refresh(self, box: Box, names: Sequence[str] = ()) -> Box:
        """Show what changed in `box` of some layers, or of all; return what to paint anew."""
        rows = max(ALIGNED, LARGE // max(1, box.width) // ALIGNED * ALIGNED)
        edges = [box.top, *range(box.top // ALIGNED * ALIGNED + rows, box.bottom, rows)]
        for top, bottom in zip(edges, [*edges[1:], box.bottom], strict=True):
            strip = box._replace(top=top, bottom=bottom)
            self._stale.append((strip, tuple(names) or tuple(self.painting.layers)))
        return self.catch_up()

    def catch_up(self) -> Box:
        """Do a part of what is not shown yet; return what to paint anew."""
        if self._stale:
            box, names = self._stale.pop()
            for name in names:
                if name == "picture":
                    self.sheet.preview.refresh(self.painting.pixels, box)
                else:
                    self.tints[name].preview.refresh(box)
            return box
        if self._coming is not None:
            return self._lay_on()
        return self.painting.box if self.first.catch_up() else Box(0, 0, 0, 0)

    def paint(
        self,
        painter: QPainter,
        view: View,
        rect: QRectF,
        edge: float,
        tinted: Collection[str],
    ) -> None:
        """Paint what lies in a part of the widget: left of `edge` the picture as it was at first,
        right of it as it is now, with the candidate; over both the layers that are `tinted`.
        """
        self.sheet.paint(painter, view, rect)
        left, right = QRectF(rect), QRectF(rect)
        left.setRight(min(rect.right(), edge))
        right.setLeft(max(rect.left(), edge))
        for layer, side in ((self.other or self.first.layer, left), (self.layer, right)):
            if layer is not None and side.width() > 0:
                layer.paint(painter, view, side)
        for name in tinted:
            self.tints[name].paint(painter, view, rect)

    def _lay_on(self) -> Box:
        """Make some of the candidate that is to be shown; once it is, all is painted anew."""
        try:
            if self._coming is not None:
                next(self._coming)
        except StopIteration as ended:
            self._coming, self.layer = None, ended.value
            return self.painting.box
        return Box(0, 0, 0, 0)


def _made(job: Job[Preview]) -> Preview:
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
