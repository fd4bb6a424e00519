"""How a route looks on its track: frames below, easing between keys, keys above, the playhead."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from studio.gui import theme
from studio.gui.widgets.image_grid import PIXEL_ART, bgra, checkered

KEY = 48  # the side of a key's picture
TOP, LANE, HIGH = 2, 72, 36  # where the keys and the frames begin, and how high a frame is
SIDE = KEY // 2 + 8  # left and right of the first and the last frame


@dataclass(frozen=True)
class Scale:
    """Where frames are: `span` of them fit into `width` pixels."""

    width: int
    span: float

    def x_of(self, frame: float) -> float:
        """Return the place of a frame."""
        return SIDE + frame * (self.width - 2 * SIDE) / self.span

    def frame_at(self, x: float) -> int:
        """Return the frame nearest to a place; it may be past the end."""
        return round((x - SIDE) * self.span / max(self.width - 2 * SIDE, 1))

    def key(self, frame: int) -> QRect:
        """Return where the picture of a key at a frame is."""
        return QRect(round(self.x_of(frame)) - KEY // 2, TOP, KEY, KEY)


def image_of(pictures: np.ndarray) -> QImage:
    """Return pictures [n, h, w, c] below each other as one image of its own."""
    pixels = bgra(pictures)
    high, wide = pixels.shape[:2]
    image = QImage(pixels.data, wide, high, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def frames(painter: QPainter, scale: Scale, strip: QImage, count: int, last: int) -> None:
    """Draw `count` frames of a strip side by side in the lane up to frame `last`, not all of them
    where there is no room, and a line where none are drawn yet.
    """
    left, right = scale.x_of(0), scale.x_of(last)
    painter.fillRect(QRectF(left, LANE, right - left, HIGH), QColor(theme.SURFACE))
    if not count:
        return
    high = strip.height() // count
    wide = max(HIGH * strip.width() / high, 4.0)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, high > PIXEL_ART)
    end = min(right, scale.x_of(count))
    painter.save()
    painter.setClipRect(QRectF(left, LANE, end - left, HIGH))
    painter.fillRect(QRectF(left, LANE, end - left, HIGH), QBrush(checkered()))
    for k in range(int((end - left) / wide) + 1):
        x = left + k * wide
        shown = min(max(scale.frame_at(x + wide / 2), 0), count - 1)
        source = QRectF(0, shown * high, strip.width(), high)
        painter.drawImage(QRectF(x, LANE, wide, HIGH), strip, source)
    painter.restore()


def easing(painter: QPainter, left: QRect, right: QRect, curve: Callable[[float], float]) -> None:
    """Draw how fast one goes from one key to the next, as its curve over time."""
    x, wide = left.right() + 6, right.left() - left.right() - 12
    if wide < 12:
        return
    bottom, high = TOP + KEY - 8, KEY - 16
    steps = [k / 32 for k in range(33)]
    points = [QPointF(x + wide * t, bottom - high * curve(t)) for t in steps]
    painter.setPen(QPen(QColor(theme.EDGE), 2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def key(painter: QPainter, box: QRect, image: QImage | None, chosen: bool, number: int) -> None:
    """Draw a key: its picture, the frame it is reached at, and a stem down to that frame."""
    painter.setPen(QColor(theme.ACCENT if chosen else theme.QUIET))
    middle = box.center().x()
    painter.drawLine(middle, LANE - 4, middle, LANE)
    words = QRect(box.left() - 16, box.bottom() + 2, box.width() + 32, LANE - box.bottom() - 6)
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.fillRect(box, QBrush(checkered()))
    if image is not None:
        fitted = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        inner = QRect(QPoint(), fitted)
        inner.moveCenter(box.center())
        large = max(image.width(), image.height()) > PIXEL_ART
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, large)
        painter.drawImage(inner, image)
    painter.setPen(QPen(QColor(theme.ACCENT if chosen else theme.EDGE), 2 if chosen else 1))
    painter.drawRect(box.adjusted(0, 0, -1, -1))


def playhead(painter: QPainter, x: float) -> None:
    """Draw the line through the lane that says which frame is shown."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.ACCENT), 2))
    painter.drawLine(QPointF(x, LANE - 2), QPointF(x, LANE + HIGH + 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.ACCENT))
    corners = [QPointF(x - 5, LANE - 6), QPointF(x + 5, LANE - 6), QPointF(x, LANE + 1)]
    painter.drawPolygon(QPolygonF(corners))
