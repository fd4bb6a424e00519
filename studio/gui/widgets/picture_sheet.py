"""A contact sheet of any number of packed pictures: only the visible cells are read and painted."""

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget
from typing_extensions import override

from studio.core.data.stored import Stored
from studio.core.events import Refused
from studio.gui import theme

CELL = 64  # about how large a picture is shown at first, in logical pixels
SIZES = (24, 320)  # how far Ctrl+wheel zooms
SPACE = 6  # between cells
CRISP = 64  # pictures up to this many pixels a side are shown as hard squares
FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888_Premultiplied,
}


class PictureSheet(QAbstractScrollArea):
    """Shows pictures uint8 [n, h, w, c], colour premultiplied by alpha, over a checker.

    `pictures` may be a file of any length, whose loss is said in their place; `tip(k)` says what
    picture k is, under the pointer.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.pictures: np.ndarray | Stored | None = None
        self.tip: Callable[[int], str] | None = None
        self.empty = ""
        self.cell = CELL
        self.setAccessibleName(self.tr("Pictures"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(CELL // 2)
        self.viewport().setMouseTracking(True)
        self._checker = QBrush(checker())

    def show_pictures(
        self, pictures: np.ndarray | Stored | None, tip: Callable[[int], str] | None = None
    ) -> None:
        """Show other pictures, from the first; None shows the sentence `empty`."""
        self.pictures, self.tip = pictures, tip
        self._lay_out()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()

    def say(self, sentence: str) -> None:
        """Show a sentence where there are no pictures."""
        self.empty = sentence
        self.viewport().update()

    # geometry, in logical pixels

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return 0 if self.pictures is None else len(self.pictures)

    @property
    def shown(self) -> QSize:
        """How large one picture is painted: whole multiples for pixel art, never distorted."""
        if self.pictures is None or not self.count:
            return QSize(self.cell, self.cell)
        height, width = self.pictures.shape[1:3]
        scale = self.cell / max(height, width)
        if max(height, width) <= CRISP and scale >= 1:
            scale = round(scale)
        return QSize(max(1, round(width * scale)), max(1, round(height * scale)))

    @property
    def columns(self) -> int:
        """How many pictures stand side by side."""
        pitch = self.shown.width() + SPACE
        return max(1, (self.viewport().width() - SPACE) // pitch)

    def place(self, k: int) -> QRect:
        """Return where picture `k` is in the viewport."""
        return self.places(range(k, k + 1))[0]

    def places(self, chosen: range) -> list[QRect]:
        """Return where these pictures are in the viewport."""
        size, columns, left = self.shown, self.columns, self._left()
        top = SPACE - self.verticalScrollBar().value()
        across, down = size.width() + SPACE, size.height() + SPACE
        return [
            QRect(QPoint(left + k % columns * across, top + k // columns * down), size)
            for k in chosen
        ]

    def at(self, where: QPoint) -> int:
        """Return the picture at `where` in the viewport, -1 if there is none."""
        return next(
            (k for k in self.visible(QRect(where, QSize(1, 1))) if self.place(k).contains(where)),
            -1,
        )

    def visible(self, area: QRect) -> range:
        """Return the pictures of all rows that `area` of the viewport touches."""
        pitch, top = self.shown.height() + SPACE, self.verticalScrollBar().value() - SPACE
        first = max(0, (area.top() + top) // pitch)
        last = max(0, (area.bottom() + top) // pitch + 1)
        return range(min(first * self.columns, self.count), min(last * self.columns, self.count))

    def _left(self) -> int:
        used = self.columns * (self.shown.width() + SPACE) - SPACE
        return max(SPACE, (self.viewport().width() - used) // 2)

    def _lay_out(self) -> None:
        rows = math.ceil(self.count / self.columns)
        height = SPACE + rows * (self.shown.height() + SPACE)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, height - self.viewport().height()))

    # Qt

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(theme.SURFACE))
        chosen = self.visible(event.rect())
        pixels = self._read(chosen)
        if self.pictures is None or pixels is None:
            painter.setPen(QColor(theme.QUIET))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty)
            return
        height, width, channels = self.pictures.shape[1:]
        smooth = max(height, width) > CRISP or self.shown.width() < width
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        stride, form = width * channels, FORMATS[channels]
        for picture, where in zip(pixels, self.places(chosen), strict=True):
            if channels == 4:
                painter.fillRect(where, self._checker)
            painter.drawImage(where, QImage(picture.data, width, height, stride, form))
        painter.end()

    def _read(self, chosen: range) -> np.ndarray | None:
        """Return these pictures, read at once; None without any, or where they are lost."""
        if self.pictures is None or not self.count:
            return None
        try:
            return np.ascontiguousarray(self.pictures[chosen.start : chosen.stop])
        except Refused as lost:
            self.pictures, self.empty = None, str(lost)
            self.viewport().update()
            return None

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        factor = 1.25 ** (event.angleDelta().y() / 120)
        self.cell = round(min(max(self.cell * factor, SIZES[0]), SIZES[1]))
        self._lay_out()
        self.viewport().update()
        event.accept()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(event.pos())
            if k >= 0 and self.tip is not None:
                QToolTip.showText(event.globalPos(), self.tip(k), self.viewport(), self.place(k))
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)


def checker(side: int = 6) -> QPixmap:
    """Return the tile of the checker that stands for transparency."""
    tile = QPixmap(2 * side, 2 * side)
    tile.fill(QColor(theme.CHECKER[0]))
    painter = QPainter(tile)
    for x, y in ((0, 0), (side, side)):
        painter.fillRect(x, y, side, side, QColor(theme.CHECKER[1]))
    painter.end()
    return tile
