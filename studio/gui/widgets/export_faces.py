"""What an export looks like before it is written: a picture, a tile laid out, frames, a divide."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QTransform

from studio.core.painting.preview import Preview, premultiplied
from studio.gui import theme
from studio.gui.widgets.canvas_sheet import Sheet
from studio.gui.widgets.canvas_view import View

CLEAR = QImage.Format.Format_ARGB32_Premultiplied
REPEATS = 3  # copies of a tile across and down
GRIP = 10  # pixels of a handle's radius
NEAR = 8  # pixels of the screen from a line within which it is grabbed


class Face:
    """Base of what is shown: `width` × `height` pixels, with alpha where it is `clear`."""

    width = height = 1
    clear = True
    tip = ""  # what dragging does where it does not move the picture

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint what lies in a part of the widget; the ground is there already."""

    def grab(self, view: View, at: QPointF) -> bool:
        """Tell whether what is pressed there follows the pointer, rather than the picture."""
        return False

    def drag(self, view: View, at: QPointF, by: QPointF) -> None:
        """Follow the pointer, which is at a point of the widget and moved by so much."""


class PictureFace(Face):
    """A picture as it is; `cells`, [left, top, width, height] in its pixels, may be outlined."""

    def __init__(
        self,
        preview: Preview,
        cells: Sequence[Sequence[float]] = (),
        pivots: Sequence[Sequence[float]] = (),
    ):
        self.sheet = Sheet(preview, QBrush())
        self.height, self.width = preview.levels[0].shape[:2]
        self.clear = preview.clear
        self.cells, self.pivots, self.outlined = cells, pivots, True

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint it, and the outlines over it."""
        self.sheet.paint(painter, view, rect)
        if not self.outlined:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 130), 3.0), (QColor(theme.ACCENT), 1.0)):
            pen = QPen(color, width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            for left, top, wide, high in self.cells:
                corner = view.to_screen(left, top)
                place = QRectF(corner, view.to_screen(left + wide, top + high))
                if place.intersects(rect):
                    painter.drawRect(place)
            for x, y in self.pivots:
                _cross(painter, view.to_screen(x, y))


def _cross(painter: QPainter, at: QPointF) -> None:
    painter.drawLine(at - QPointF(5, 0), at + QPointF(5, 0))
    painter.drawLine(at - QPointF(0, 5), at + QPointF(0, 5))


def _grip(painter: QPainter, at: QPointF) -> None:
    """Paint what shows that a line can be dragged."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.TEXT), 1))
    painter.setBrush(QColor(theme.GROUND))
    painter.drawEllipse(at, GRIP, GRIP)
    painter.setBrush(QColor(theme.TEXT))
    for way in (-1, 1):
        tip, back = QPointF(way * (GRIP - 3), 0), way * 3
        painter.drawPolygon([at + tip, at + QPointF(back, -3), at + QPointF(back, 3)])
    painter.restore()


class TileFace(Face):
    """A tile laid three by three; dragging moves where it begins, to look for the seam."""

    def __init__(self, preview: Preview, tip: str):
        first, *smaller = preview.levels
        self.levels = [np.ascontiguousarray(each) for each in (premultiplied(first), *smaller)]
        self.high, self.wide = first.shape[:2]
        self.height, self.width = REPEATS * self.high, REPEATS * self.wide
        self.clear, self.tip = preview.clear, tip
        self.offset = QPointF()

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint it as one texture, so that nothing but the tile itself can show a seam."""
        level = min(view.level, len(self.levels) - 1)
        pixels = self.levels[level]
        h, w = pixels.shape[:2]
        across, down = self.wide / w * view.scale, self.high / h * view.scale
        brush = QBrush(QImage(pixels.data, w, h, 4 * w, CLEAR))
        brush.setTransform(
            QTransform(across, 0, 0, down, view.left, view.top).translate(
                self.offset.x() * w / self.wide, self.offset.y() * h / self.high
            )
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.smooth)
        painter.fillRect(rect.intersected(view.target), brush)
        painter.restore()

    def grab(self, view: View, at: QPointF) -> bool:
        """Tell that the tile follows the pointer."""
        return view.target.contains(at)

    def drag(self, view: View, at: QPointF, by: QPointF) -> None:
        """Move where the tile begins."""
        x, y = self.offset.x() + by.x() / view.scale, self.offset.y() + by.y() / view.scale
        self.offset = QPointF(x % self.wide, y % self.high)


class FilmFace(Face):
    """Frames [n, h, w, 4] as Qt paints them, one of them shown."""

    def __init__(self, film: np.ndarray):
        self.film = film
        self.height, self.width = film.shape[1:3]
        self.frame = 0

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.film)

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint the frame."""
        pixels = self.film[self.frame]
        image = QImage(pixels.data, self.width, self.height, 4 * self.width, CLEAR)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.smooth)
        painter.drawImage(view.target, image)


class SplitFace(Face):
    """What was, left of a line that can be dragged, and what is made of it."""

    def __init__(self, before: Preview, after: Preview, tip: str):
        self.before, self.after = PictureFace(before), PictureFace(after)
        self.width, self.height = self.after.width, self.after.height
        self.clear, self.tip = before.clear or after.clear, tip
        self.split = 0.5

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint both sides and the line between them."""
        x = self._line(view)
        left, right = QRectF(rect), QRectF(rect)
        left.setRight(min(max(x, rect.left()), rect.right()))
        right.setLeft(left.right())
        for face, side in ((self.before, left), (self.after, right)):
            if side.width() > 0:
                painter.save()
                painter.setClipRect(side, Qt.ClipOperation.IntersectClip)
                face.paint(painter, view, side)
                painter.restore()
        seen = view.target.intersected(rect)
        for color, width in ((QColor(0, 0, 0, 130), 3.0), (QColor(theme.TEXT), 1.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, seen.top()), QPointF(x, seen.bottom()))
        _grip(painter, QPointF(x, seen.center().y()))

    def grab(self, view: View, at: QPointF) -> bool:
        """Tell whether the line is there."""
        return abs(at.x() - self._line(view)) <= NEAR

    def drag(self, view: View, at: QPointF, by: QPointF) -> None:
        """Bring the line to the pointer."""
        self.split = min(max((at.x() - view.left) / (view.scale * self.width), 0.0), 1.0)

    def _line(self, view: View) -> float:
        return view.left + self.split * self.width * view.scale
