"""A grid of pictures that never reshuffles, painted from one zero-copy image."""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QDrag,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QSizePolicy, QWidget
from typing_extensions import override

from studio.core import pictures as files

GAP = 2  # screen pixels between cells
PIXEL_ART = 64  # up to this many pixels a side, every pixel is shown as a square
MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ImageGrid(QWidget):
    """Shows pictures in fixed places. Arrows or the pointer choose one, Enter or a click opens it.

    current_changed(int): the pointer or the keyboard is on another cell (-1: none).
    opened(int): the user wants to see this cell large.
    pictures_changed(): other pictures are shown.
    repair_asked(QImage): the user wants to paint on this picture.
    keep_asked(pixels): the user wants to keep this picture, uint8 [h, w, c], in the gallery.
    style_asked(QImage, bool): the user wants to restyle it, or, True, to take a style from it.
    """

    current_changed = Signal(int)
    opened = Signal(int)
    pictures_changed = Signal()
    repair_asked = Signal(object)
    style_asked = Signal(object, bool)
    keep_asked = Signal(object)

    def __init__(self, title: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self.title, self.empty = title, self.tr("No picture yet")
        self.keeps = False  # whether pictures can be kept from here: it is known what drew them
        self.current = -1
        self.pictures: np.ndarray | None = None
        self._pixels = np.empty(0, np.uint8)
        self._image = QImage()
        self._painted: QPixmap | None = None  # all but the mark of the current cell
        self._pressed: QPoint | None = None
        self._checker = QBrush(checkered())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName(title)

    def show_pictures(self, pictures: np.ndarray | None) -> None:
        """Show pictures, uint8 [n, h, w, c] with c 1, 3 or 4; None clears."""
        self.pictures = pictures
        if pictures is not None and len(pictures):
            n, h, w = pictures.shape[:3]
            self._pixels = bgra(pictures)
            self._image = QImage(
                self._pixels.data, w, n * h, 4 * w, QImage.Format.Format_ARGB32_Premultiplied
            )
        else:
            self.pictures, self._image = None, QImage()
        self._painted = None
        if self.current >= self.count:
            self.set_current(-1)
        self.update()
        self.pictures_changed.emit()

    @property
    def count(self) -> int:
        """How many pictures are shown."""
        return 0 if self.pictures is None else len(self.pictures)

    @property
    def columns(self) -> int:
        """Cells in a row: depends on the pictures' number and shape only: places never change."""
        return self.places.columns

    @property
    def places(self) -> "Places":
        """Where the pictures on show are."""
        shape = (0, 1, 1) if self.pictures is None else self.pictures.shape[:3]
        return laid_out(*shape, self.width(), self.height())

    def set_current(self, index: int) -> None:
        """Mark the cell `index`, or none for -1; says so only when it changes."""
        index = index if index < self.count else -1
        if index != self.current:
            self.current = index
            self.update()
            self.current_changed.emit(index)

    def cell(self, index: int) -> QRect:
        """Return where the picture `index` is painted, in this widget's coordinates."""
        return self.places.cell(index)

    def cell_at(self, point: QPoint) -> int:
        """Return the picture at `point`, or -1."""
        places = self.places
        return next((k for k in range(self.count) if places.cell(k).contains(point)), -1)

    def image(self, index: int) -> QImage:
        """Return the picture `index` as an image of its own, with alpha where it has any."""
        assert self.pictures is not None
        h, w = self.pictures.shape[1:3]
        return self._image.copy(0, index * h, w, h)

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.pictures is None:
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self.empty)
            return
        room = self.size() * self.devicePixelRatioF()
        if self._painted is None or self._painted.size() != room:
            self._painted = self._paint()
        painter.drawPixmap(0, 0, self._painted)
        if self.current >= 0:
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.cell(self.current).adjusted(-1, -1, 0, 0))

    def _paint(self) -> QPixmap:
        """Return all pictures in their places, painted as dense as the screen is."""
        assert self.pictures is not None
        dense = self.devicePixelRatioF()
        painted = QPixmap(self.size() * dense)
        painted.setDevicePixelRatio(dense)
        painted.fill(Qt.GlobalColor.transparent)
        painter = QPainter(painted)
        h, w = self.pictures.shape[1:3]
        places = self.places
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not places.is_pixelated)
        source = enlarged(self._image, max(h, w), places.zoom)
        k = source.width() // w
        clear = self.pictures.shape[3] == 4
        for index in range(self.count):
            cell = places.cell(index)
            if clear:
                painter.setBrushOrigin(cell.topLeft())
                painter.fillRect(cell, self._checker)
            painter.drawImage(cell, source, QRect(0, index * h * k, w * k, h * k))
        painter.end()
        return painted

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.set_current(self.cell_at(event.position().toPoint()))
        held = event.buttons() & Qt.MouseButton.LeftButton and self._pressed is not None
        if held and _far(event.position().toPoint(), self._pressed):
            self._drag()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None and index >= 0:
            self.opened.emit(index)
        self._pressed = None

    @override
    def leaveEvent(self, event: object) -> None:
        self.set_current(-1)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.count:
            super().keyPressEvent(event)
        elif event.key() in MOVES:
            self.set_current(
                neighbor(self.current, MOVES[Qt.Key(event.key())], self.columns, self.count)
            )
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(self.current)
        elif keeps(event):
            self.keep_picture()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.pictures is None:
            return
        self.set_current(self.cell_at(event.pos()))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.current >= 0:
            menu.addAction(self.tr("Copy picture"), self.copy_picture)
            menu.addAction(self.tr("Save picture…"), self.save_picture)
            if self.keeps:
                menu.addAction(self.tr("Keep in gallery\tCtrl+K"), self.keep_picture)
            menu.addAction(self.tr("Repair this picture"), self.ask_repair)
            menu.addAction(self.tr("Restyle this picture"), self.ask_style)
            menu.addAction(self.tr("Use it as a style"), self.ask_as_style)
            menu.addSeparator()
        menu.addAction(self.tr("Copy grid"), self.copy_grid)
        menu.addAction(self.tr("Save grid…"), self.save_grid)
        menu.popup(event.globalPos())

    def copy_picture(self) -> None:
        """Put the current picture on the clipboard, in its own pixels."""
        QGuiApplication.clipboard().setImage(self.image(self.current))

    def keep_picture(self) -> None:
        """Ask for the current picture to be kept in the gallery."""
        if self.keeps and self.pictures is not None and self.current >= 0:
            self.keep_asked.emit(self.pictures[self.current].copy())

    def ask_repair(self) -> None:
        """Ask for the current picture to be repaired."""
        self.repair_asked.emit(self.image(self.current))

    def ask_style(self) -> None:
        """Ask for the current picture to be restyled."""
        self.style_asked.emit(self.image(self.current), False)

    def ask_as_style(self) -> None:
        """Ask for the current picture's style to be given to another."""
        self.style_asked.emit(self.image(self.current), True)

    def copy_grid(self) -> None:
        """Put the whole grid on the clipboard."""
        assert self.pictures is not None
        sheet = bgra(files.grid(self.pictures)[None])
        h, w = sheet.shape[:2]
        form = QImage.Format.Format_ARGB32_Premultiplied
        QGuiApplication.clipboard().setImage(QImage(sheet.data, w, h, 4 * w, form).copy())

    def save_picture(self) -> None:
        """Ask for a file name and write the current picture as PNG."""
        if self.pictures is not None:
            self._save(self.pictures[self.current], f"picture-{self.current + 1}.png")

    def save_grid(self) -> None:
        """Ask for a file name and write the whole grid as PNG."""
        if self.pictures is not None:
            self._save(files.grid(self.pictures), "grid.png")

    def _save(self, picture: np.ndarray, name: str) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save as PNG"), name, "PNG (*.png)")
        if path:
            files.save(picture, Path(path).with_suffix(".png"))

    def _drag(self) -> None:
        self._pressed = None
        if self.current < 0:
            return
        image = self.image(self.current)
        data = QMimeData()
        data.setImageData(image)
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(QPixmap.fromImage(image.scaledToHeight(96)))
        drag.exec(Qt.DropAction.CopyAction)


@dataclass(frozen=True)
class Places:
    """Cells of equal size in rows: the corner of the first, their size, screen pixels of one
    picture pixel, and whether each is to be seen as a square.
    """

    columns: int
    left: int
    top: int
    wide: int
    high: int
    zoom: float
    is_pixelated: bool

    def cell(self, index: int) -> QRect:
        """Return where the cell `index` is."""
        row, column = divmod(index, self.columns)
        left, top = self.left + column * (self.wide + GAP), self.top + row * (self.high + GAP)
        return QRect(left, top, self.wide, self.high)


@lru_cache(maxsize=32)
def laid_out(n: int, h: int, w: int, width: int, height: int) -> Places:
    """Place `n` pictures of h x w in the middle of a room; whole zooms from 2 on for pixel art."""
    small = max(h, w) <= PIXEL_ART
    columns = max(1, math.ceil(math.sqrt(n * h / w)))
    rows = math.ceil(n / columns)
    across = (width - 2 - (columns - 1) * GAP) / (columns * w)
    down = (height - 2 - (rows - 1) * GAP) / (max(rows, 1) * h)
    zoom = max(min(across, down), 1 / max(h, w))
    zoom = float(int(zoom)) if small and zoom >= 2 else zoom
    wide, high = max(1, int(w * zoom)), max(1, int(h * zoom))
    left = (width - columns * (wide + GAP) + GAP) // 2
    top = (height - rows * (high + GAP) + GAP) // 2
    return Places(columns, left, top, wide, high, zoom, small and zoom == int(zoom) >= 1)


def enlarged(strip: QImage, side: int, zoom: float) -> QImage:
    """Return the image to paint from: doubled where pixel art is shown between 1x and 2x.

    Its squares would differ in size there: so they are doubled, then smoothed.
    """
    if side > PIXEL_ART or not 1 < zoom < 2:
        return strip
    return strip.scaled(2 * strip.width(), 2 * strip.height())


def bgra(pictures: np.ndarray) -> np.ndarray:
    """Stack pictures [n, h, w, c] as a strip that Qt paints: premultiplied BGRA [n*h, w, 4]."""
    n, h, w, c = pictures.shape
    strip = np.empty((n, h, w, 4), np.uint8)
    strip[..., :3] = files.premultiply(pictures)[..., 2::-1] if c >= 3 else pictures
    strip[..., 3] = pictures[..., 3] if c == 4 else 255
    return strip.reshape(n * h, w, 4)


def keeps(event: QKeyEvent) -> bool:
    """Tell whether a key keeps a picture in the gallery: Ctrl+K."""
    held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return event.key() == Qt.Key.Key_K and bool(held)


def neighbor(index: int, move: tuple[int, int], columns: int, count: int) -> int:
    """Return the cell one `move` (rows, columns) away from `index`, staying inside the grid."""
    if index < 0:
        return 0
    there = index + move[0] * columns + move[1]
    return there if 0 <= there < count else index


def checkered(side: int = 6) -> QPixmap:
    """Return the tile of the checker shown under transparency."""
    dark, light = (QColor(level, level, level) for level in files.CHECKER)
    tile = QPixmap(2 * side, 2 * side)
    tile.fill(dark)
    painter = QPainter(tile)
    painter.fillRect(side, 0, side, side, light)
    painter.fillRect(0, side, side, side, light)
    painter.end()
    return tile


def _far(here: QPoint, there: QPoint | None) -> bool:
    return there is not None and (
        QPointF(here - there).manhattanLength() > QApplication.startDragDistance()
    )
