"""The large live picture of the explorer: dragged, nudged, turned, dropped on, dragged out of."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, QRect, QSize, Qt, QTemporaryDir, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget
from typing_extensions import override

from studio.core import pictures as files
from studio.gui import theme
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.still import Still

LEVELS = {"ok": "#2fb380", "warning": theme.WARNING}
MARGIN = 5  # around the picture: the ring stands in it
PATIENCE = 300  # ms until a picture that is awaited is said to be
STILL = 3  # pixels a hand trembles in a click
NUDGE = 0.05  # of the shorter side, by an arrow key; four times as much with Shift
NOTCH = 120  # eighths of a degree the wheel clicks by
MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class LivePicture(QWidget):
    """Shows one picture as large as it fits; copies it and gives it away as a PNG file.

    save_asked(): the user wants to keep it. painted(): it has been painted (benchmarks wait for
    this). `write(picture, path)` makes the file that is dragged out of it.
    """

    save_asked = Signal()
    painted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.still: Still | None = None
        self.caption, self.level, self.late = "", "", False
        self.write: Callable[[np.ndarray, Path], None] = files.save
        self._checker = QBrush(checkered(8))
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._say_late)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)

    def show_picture(self, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c] with straight alpha, c 1, 3 or 4; None clears."""
        self.still = None if picture is None else Still(picture)
        self.update()

    def set_caption(self, text: str) -> None:
        """Write a quiet line over the bottom left corner."""
        if text != self.caption:
            self.caption = text
            self.setAccessibleDescription(text)
            self.update()

    def set_level(self, level: str) -> None:
        """Put a ring around the picture: 'ok', 'warning', or '' for none."""
        if level != self.level:
            self.level = level
            self.update()

    def set_busy(self, busy: bool) -> None:
        """Say that a picture is awaited, once that takes longer than a blink."""
        if busy and not self._patience.isActive() and not self.late:
            self._patience.start()
        elif not busy:
            self._patience.stop()
            if self.late:
                self.late = False
                self.update()

    def copy(self) -> None:
        """Put the picture on the clipboard, in its own pixels."""
        if self.still is not None:
            QGuiApplication.clipboard().setImage(self.still.image.copy())

    def given(self) -> QMimeData:
        """Return the picture as others take it: an image, and a PNG file if it can be written."""
        assert self.still is not None
        data = QMimeData()
        data.setImageData(self.still.image.copy())
        path = Path(self._drawer.filePath("picture.png"))
        try:
            self.write(self.still.picture, path)
        except OSError:
            return data  # no room for the file: programs that take images still get one
        data.setUrls([QUrl.fromLocalFile(str(path))])
        return data

    def drag_out(self) -> None:
        """Begin to drag the picture to another place or program."""
        if self.still is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.given())
        drag.setPixmap(QPixmap.fromImage(self.still.image.scaledToHeight(96)))
        drag.exec(Qt.DropAction.CopyAction)

    @cached_property
    def _drawer(self) -> QTemporaryDir:
        """Where files lie that are given away; it outlives a drag: others read them later."""
        return QTemporaryDir()

    @property
    def target(self) -> QRect:
        """Where the picture is painted."""
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        return self.still.fitted(room) if self.still is not None else room

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 640)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.GROUND))
        target = self.target
        if self.still is None:
            painter.setPen(QColor(theme.QUIET))
            painter.drawText(target, Qt.AlignmentFlag.AlignCenter, self.tr("No picture yet"))
        else:
            self.still.paint(painter, target, self._checker)
        if self.level and self.still is not None:
            painter.setPen(QPen(QColor(LEVELS[self.level]), 2))
            painter.drawRect(target.adjusted(-3, -3, 2, 2))
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        self._line(painter, self.caption, left)
        self._line(painter, self.tr("Drawing…") if self.late else "", right)
        self.paint_over(painter)
        painter.end()
        self.painted.emit()

    def paint_over(self, painter: QPainter) -> None:
        """Paint what a kind of live picture adds: nothing here."""

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.still is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy picture"), QKeySequence.StandardKey.Copy, self.copy)
        menu.addAction(self.tr("Save…"), self.save_asked.emit)
        menu.popup(event.globalPos())

    def _line(self, painter: QPainter, text: str, side: Qt.AlignmentFlag) -> None:
        if not text:
            return
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        room = self.rect().adjusted(16, 0, -16, -12)
        where = painter.boundingRect(room, side | Qt.AlignmentFlag.AlignBottom, text)
        painter.fillRect(where.adjusted(-6, -3, 6, 3), QColor(20, 21, 24, 190))
        painter.setPen(QColor(theme.QUIET if side == Qt.AlignmentFlag.AlignLeft else theme.ACCENT))
        painter.drawText(where, side, text)

    def _say_late(self) -> None:
        self.late = True
        self.update()


class LatentCanvas(LivePicture):
    """The live picture as an instrument.

    dragged(dx, dy): how far the pointer is from where it was pressed, in shorter sides of the
    widget. nudged(dx, dy): an arrow key moves by so much more. released(): the hand is off; now
    full quality. turned(int): notches of the wheel. dropped(path): a picture file was let fall.
    """

    dragged = Signal(float, float)
    nudged = Signal(float, float)
    released = Signal()
    turned = Signal(int)
    dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._pressed: QPointF | None = None
        self._moving = self._giving = False
        self._wheel = 0
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(self.tr("Live picture"))
        # No tooltip: it would pop up over the picture that is being looked at.
        self.setWhatsThis(
            self.tr(
                "Drag to wander, turn the wheel for other planes, arrows for small steps (Shift:"
                " larger), Ctrl+drag to take the picture elsewhere. Drop a picture to find it here."
            )
        )

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._giving = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = event.position() - self._pressed
        if self._giving:
            if way.manhattanLength() > QApplication.startDragDistance():
                self._let_go()
                self.drag_out()
        elif self._moving or way.manhattanLength() > STILL:
            self._moving = True
            side = max(1, min(self.width(), self.height()))
            self.dragged.emit(way.x() / side, way.y() / side)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            moved = self._moving
            self._let_go()
            if moved:
                self.released.emit()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / NOTCH)  # a fine wheel brings parts of one
        self._wheel -= notches * NOTCH
        if notches:
            self.turned.emit(notches)
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES:
            far = 4 * NUDGE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
            x, y = MOVES[Qt.Key(event.key())]
            self.nudged.emit(x * far, y * far)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES:
            if not event.isAutoRepeat():
                self.released.emit()
        else:
            super().keyReleaseEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is not self and _holds_picture(event.mimeData()):
            event.acceptProposedAction()
            self._show_over(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        path = self._taken(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)

    @override
    def paint_over(self, painter: QPainter) -> None:
        if self._over or self.hasFocus():
            painter.setPen(QPen(QColor(theme.ACCENT), 2 if self._over else 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _taken(self, data: QMimeData) -> str:
        """Return a file's path; an image without one, as our grids give, is written into one."""
        path = _file_in(data)
        image = data.imageData()
        if not path and isinstance(image, QImage) and not image.isNull():
            path = self._drawer.filePath("dropped.png")
            image.save(path)
        return path

    def _let_go(self) -> None:
        self._pressed, self._moving = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _show_over(self, over: bool) -> None:
        self._over = over
        self.update()


def _holds_picture(data: QMimeData) -> bool:
    return bool(_file_in(data)) or data.hasImage()


def _file_in(data: QMimeData) -> str:
    """Return the first picture file on this machine that is carried, or ''."""
    known = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    local = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((str(path) for path in local if path.suffix[1:].lower() in known), "")
