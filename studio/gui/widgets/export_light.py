"""A picture, its height, its normals, and how it looks in a light that can be dragged."""

from copy import copy

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from studio.core.painting.preview import Preview
from studio.gui import theme
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.export_faces import CLEAR, Face, PictureFace

DISTANCE = 0.5  # of the light from the surface, as a share of the shorter side
AMBIENT = 0.06  # light from everywhere, in linear light
RADIUS = 7  # pixels of the light's mark


class Surface:
    """A picture and its normals, small enough to be lit while the light is dragged.

    `color` is uint8 [h, w, 3 or 4]; `normals` float [h, w, 3] of length 1: right, down, outward.
    """

    def __init__(self, color: np.ndarray, normals: np.ndarray):
        self.linear = (color[..., 2::-1] / np.float32(255)) ** 2  # near enough to sRGB to be seen
        self.alpha = color[..., 3:] if color.shape[2] == 4 else None
        self.normals = normals.astype(np.float32)
        h, w = color.shape[:2]
        self.across = np.float32(w / min(h, w))
        self.down = np.float32(h / min(h, w))
        self.x = (np.arange(w, dtype=np.float32) + 0.5) / min(h, w)
        self.y = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / min(h, w)

    def lit(self, x: float, y: float) -> np.ndarray:
        """Return it in a light at a place, in shares of width and height, as Qt paints it:
        uint8 [h, w, 4], blue, green, red, alpha, premultiplied. Lambert's law, and a light that
        fades with the square of its distance.
        """
        right, down = np.float32(x) * self.across - self.x, np.float32(y) * self.down - self.y
        square = right**2 + down**2 + np.float32(DISTANCE**2)
        n = self.normals
        facing = (n[..., 0] * right + n[..., 1] * down + n[..., 2] * np.float32(DISTANCE)) / square
        strength = np.maximum(facing, 0) / np.sqrt(square) * np.float32(DISTANCE**2)
        seen = np.sqrt(np.minimum(self.linear * (strength + np.float32(AMBIENT))[..., None], 1))
        found = np.full((*square.shape, 4), 255, np.uint8)
        found[..., :3] = seen * 255
        if self.alpha is not None:
            found[..., :3] = found[..., :3] * (self.alpha / np.float32(255))
            found[..., 3:] = self.alpha
        return found


class LitFace(Face):
    """Two by two: picture and height above, normals and the lit surface below.

    `preview` holds the first three side by side; `before`, the picture with its alpha, is shown
    instead of the first.
    """

    def __init__(self, before: Preview | None, preview: Preview, surface: Surface, tip: str):
        self.three = PictureFace(preview)
        self.before = None if before is None else PictureFace(before)
        self.wide, self.high = self.three.width // 3, self.three.height
        self.width, self.height = 2 * self.wide, 2 * self.high
        self.surface, self.tip, self.clear = surface, tip, True
        self.light = QPointF(0.25, 0.2)  # in shares of the surface
        self._lit: np.ndarray | None = None

    def paint(self, painter: QPainter, view: View, rect: QRectF) -> None:
        """Paint the four."""
        for number, (column, row) in enumerate(((0, 0), (1, 0), (0, 1))):
            part = copy(view)
            part.width, part.height = self.three.width, self.three.height
            part.left += (column - number) * self.wide * view.scale
            part.top += row * self.high * view.scale
            painter.save()
            place = self._place(view, column, row).intersected(rect)
            painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
            face = self.three if number or self.before is None else self.before
            part.width = face.width
            face.paint(painter, part, place)
            painter.restore()
        self._paint_lit(painter, view)

    def _paint_lit(self, painter: QPainter, view: View) -> None:
        if self._lit is None:
            self._lit = self.surface.lit(self.light.x(), self.light.y())
        h, w = self._lit.shape[:2]
        place = self._place(view, 1, 1)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.smooth)
        painter.drawImage(place, QImage(self._lit.data, w, h, 4 * w, CLEAR))
        at = QPointF(
            place.left() + self.light.x() * place.width(),
            place.top() + self.light.y() * place.height(),
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.GROUND), 1.5))
        painter.setBrush(QColor(theme.WARNING))
        painter.drawEllipse(at, RADIUS, RADIUS)
        painter.restore()

    def _place(self, view: View, column: int, row: int) -> QRectF:
        corner = view.to_screen(column * self.wide, row * self.high)
        far = view.to_screen((column + 1) * self.wide, (row + 1) * self.high)
        return QRectF(corner, far)

    def grab(self, view: View, at: QPointF) -> bool:
        """Tell whether the lit surface is there."""
        return self._place(view, 1, 1).contains(at)

    def drag(self, view: View, at: QPointF, by: QPointF) -> None:
        """Bring the light to the pointer."""
        place = self._place(view, 1, 1)
        self.move_light(
            QPointF(
                min(max((at.x() - place.left()) / place.width(), 0.0), 1.0),
                min(max((at.y() - place.top()) / place.height(), 0.0), 1.0),
            )
        )

    def move_light(self, light: QPointF) -> None:
        """Put the light at a place, in shares of the surface."""
        self.light, self._lit = light, None
