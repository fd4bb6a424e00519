"""One picture, ready to be painted: whole multiples for pixel art, a checker under transparency."""

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QBrush, QImage, QPainter

from studio.gui.widgets.image_grid import PIXEL_ART, bgra


class Still:
    """Holds a picture, uint8 [h, w, c] with straight alpha, and the image over its pixels."""

    def __init__(self, picture: np.ndarray):
        self.picture = picture
        self.clear = picture.shape[2] == 4
        self._pixels = bgra(picture[None])  # the image points into it
        kind = (
            QImage.Format.Format_ARGB32_Premultiplied if self.clear else QImage.Format.Format_RGB32
        )
        height, width = picture.shape[:2]
        self.image = QImage(self._pixels.data, width, height, 4 * width, kind)

    def fitted(self, room: QRect) -> QRect:
        """Return the largest place in the middle of `room`, without distortion or odd squares."""
        size = self.image.size()
        zoom = min(room.width() / size.width(), room.height() / size.height())
        if self.is_pixel_art and zoom >= 1:
            zoom = int(zoom)
        shown = QSize(max(1, int(zoom * size.width())), max(1, int(zoom * size.height())))
        left = room.left() + (room.width() - shown.width()) // 2
        return QRect(QPoint(left, room.top() + (room.height() - shown.height()) // 2), shown)

    @property
    def is_pixel_art(self) -> bool:
        """Whether it is so small that every pixel is shown as a square."""
        return max(self.image.width(), self.image.height()) <= PIXEL_ART

    def paint(self, painter: QPainter, target: QRect, checker: QBrush) -> None:
        """Paint it into `target`, as `fitted` returned it."""
        if self.clear:
            painter.setBrushOrigin(target.topLeft())
            painter.fillRect(target, checker)
        smooth = not self.is_pixel_art or target.width() < self.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, self.image)
