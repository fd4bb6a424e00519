"""The canvas of the Style workspace: looks in place of the picture, and where styles go."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.core.painting.box import Box
from studio.core.painting.preview import Preview
from studio.gui import theme
from studio.gui.widgets.canvas import Canvas
from studio.gui.widgets.canvas_sheet import Face, Layer, Sheet
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.still import Still

INSET = 10  # pixels between a tag and the picture's corner
BACK = QColor(20, 21, 24, 190)


class Small:
    """A small picture, uint8 [h, w, c], scaled up to where the large one lies; where `covered`,
    uint8 [h, w], is 0 the large one is seen, sharp.
    """

    def __init__(self, picture: np.ndarray, covered: np.ndarray | None = None):
        self.veiled = covered is not None and picture.shape[2] == 3
        if covered is not None and self.veiled:
            picture = np.dstack([picture, covered])
        self.still = Still(picture)
        self._checker = QBrush(checkered(8))

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what lies in a part of the widget."""
        painter.save()
        painter.setClipRect(rect.intersected(view.target), Qt.ClipOperation.IntersectClip)
        if self.still.clear and not self.veiled:
            painter.fillRect(view.target, self._checker)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(view.target, self.still.image)
        painter.restore()


def whole(preview: Preview) -> Layer:
    """Return a picture of the painting's size, ready to be shown in its place."""
    h, w = preview.levels[0].shape[:2]
    return Layer(Sheet(preview), [Box(0, 0, h, w)])


class StyleCanvas(Canvas):
    """Shows a face in place of the picture, left of the line another. While `masking`, brushes
    paint on `layer` and all layers are tinted; else the hand moves the picture.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.masking = False
        self.tags = ("", "")  # what is said in the corner of the left and of the right side
        self._left: Face | None = None
        self.set_tool("hand")

    def show_faces(
        self, right: Face | None, left: Face | None = None, tags: tuple[str, str] = ("", "")
    ) -> None:
        """Show `right` in place of the picture (None: the picture) and, left of the line that
        compares, `left` (None: the picture). Each side has a tag in its corner, "" for none.
        """
        self._left, self.tags = left, tags
        if self._layers is not None:
            self._layers.layer = right
            self._layers.other = None if self.bare else left
        self.update()

    def set_masking(self, layer: str | None) -> None:
        """Paint on that layer from now on, or, None, no more."""
        self.masking = layer is not None
        if layer is None:
            self.set_tool("hand")
            return
        self.set_layer(layer)
        if self.tool == "hand":
            self.set_tool("brush")

    @override
    def set_bare(self, on: bool) -> None:
        if self._layers is not None:
            self._layers.other = None if on else self._left
        super().set_bare(on)

    @override
    def paint_over(self, painter: QPainter) -> None:
        seen = self.view.target.intersected(QRectF(self.rect()))
        left, right = ("", "") if self.bare else self.tags
        corner = QPointF(seen.left() + INSET, seen.top() + INSET)
        if left and self._split_at is not None:
            _tag(painter, corner, left, after=False)
        if right:
            _tag(painter, QPointF(seen.right() - INSET, corner.y()), right, after=True)
        super().paint_over(painter)

    @property
    @override
    def _split_at(self) -> float | None:
        return self.split if self.has_layer and not self.bare else None

    @property
    @override
    def _tinted(self) -> list[str]:
        held = self.painting is not None and self.masking and self.overlay and not self.bare
        layers = self._layers.tints if held and self._layers is not None else ()
        return [name for name in layers if name != "allowed"]


def _tag(painter: QPainter, corner: QPointF, text: str, after: bool) -> None:
    """Paint a word on a dark ground, left of the corner or `after` it ends there."""
    painter.save()
    size = painter.fontMetrics().boundingRect(text).size()
    place = QRectF(corner.x(), corner.y(), size.width() + 16, size.height() + 6)
    if after:
        place.moveRight(corner.x())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(BACK)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(QColor(theme.TEXT))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
