"""The A-B-C-D pad: a picture in each corner, and a dot between them that mixes."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.latent_canvas import MOVES, STILL
from studio.gui.widgets.still import Still

LETTERS = "ABCD"  # top left, top right, bottom left, bottom right
SHARE = 0.3  # of the pad's side that a corner's picture takes
STEP = 0.02  # by an arrow key; five times as much with Shift
DOT = 7  # its radius
ROOMY = 72  # pixels of a well that has room for words


class CornerPad(QWidget):
    """A square pad; the dot at (u, v) is u of the way from A to B and v of the way from A to C.

    moved(u, v): the dot is elsewhere, both in 0..1. settled(): it was let go. corner_asked(int):
    the present picture shall be put into that corner.
    """

    moved = Signal(float, float)
    settled = Signal()
    corner_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.corners: list[Still | None] = [None] * len(LETTERS)
        self.dot = (0.5, 0.5)
        self._pressed: QPointF | None = None
        self._moving = False
        self._checker = QBrush(checkered())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(180, 180)
        self.setAccessibleName(self.tr("Mix of four pictures"))
        self.setToolTip(
            self.tr(
                "Drag the dot to mix. Double-click a corner, or press A, B, C or D, to put the"
                " present picture there."
            )
        )

    def show_corner(self, corner: int, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c], in corner 0..3 (A..D); None leaves the corner empty."""
        self.corners[corner] = None if picture is None else Still(picture)
        self.update()

    def set_dot(self, u: float, v: float) -> None:
        """Put the dot elsewhere without saying so."""
        self.dot = min(max(u, 0.0), 1.0), min(max(v, 0.0), 1.0)
        self.update()

    @property
    def ready(self) -> bool:
        """Whether there are two pictures at least, so that there is something to mix."""
        return sum(corner is not None for corner in self.corners) >= 2

    def weights(self) -> tuple[float, ...]:
        """Return how near the dot is to each corner, in sum 1."""
        u, v = self.dot
        return (1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v

    def well(self, corner: int) -> QRect:
        """Return where a corner's picture lies."""
        pad = self._pad()
        side = round(SHARE * pad.width())
        x = pad.left() if corner % 2 == 0 else pad.right() + 1 - side
        y = pad.top() if corner < 2 else pad.bottom() + 1 - side
        return QRect(x, y, side, side)

    def dot_at(self) -> QPointF:
        """Return where the dot is painted; at a corner, it is in the middle of the picture."""
        track = self._track()
        return QPointF(
            track.left() + self.dot[0] * track.width(), track.top() + self.dot[1] * track.height()
        )

    def corner_at(self, point: QPointF) -> int:
        """Return the corner whose picture is at `point`, or -1."""
        return next((k for k in range(4) if self.well(k).contains(point.toPoint())), -1)

    @override
    def sizeHint(self) -> QSize:
        return QSize(260, 260)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = theme.ACCENT if self.hasFocus() else theme.EDGE
        painter.setPen(QColor(focus))
        painter.setBrush(QColor(theme.SURFACE))
        painter.drawRoundedRect(self._pad().adjusted(-6, -6, 6, 6), 8, 8)
        if self.ready:
            self._paint_weights(painter)
        for corner in range(4):
            self._paint_corner(painter, corner)
        if self.ready:
            painter.setPen(QPen(QColor(theme.ON_ACCENT), 2))
            painter.setBrush(QColor(theme.ACCENT))
            painter.drawEllipse(self.dot_at(), DOT, DOT)
        else:
            painter.setPen(QColor(theme.QUIET))
            middle = self._pad().adjusted(0, self.well(0).height(), 0, -self.well(0).height())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(middle, flags, self.tr("Put pictures into two corners or more"))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.ready:
            return
        self._pressed = event.position()
        near = math.dist(event.position().toTuple(), self.dot_at().toTuple()) <= 2 * DOT
        # A press on a corner's picture may become a double-click: it only moves once it drags.
        if near or self.corner_at(event.position()) < 0:
            self._moving = True
            self._go(event.position())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = (event.position() - self._pressed).manhattanLength()
        if self._moving or way > STILL:
            self._moving = True
            self._go(event.position())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = self._moving
        self._pressed, self._moving = None, False
        if moved and event.button() == Qt.MouseButton.LeftButton:
            self.settled.emit()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        corner = self.corner_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and corner >= 0:
            self.corner_asked.emit(corner)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        corner = self.corner_at(QPointF(event.pos()))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for k in range(4) if corner < 0 else (corner,):
            text = self.tr("Put the present picture into {letter}").format(letter=LETTERS[k])
            menu.addAction(text).setData(k)
        menu.triggered.connect(lambda action: self.corner_asked.emit(action.data()))
        menu.popup(event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES and self.ready:
            far = 5 * STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            x, y = MOVES[Qt.Key(event.key())]
            self._move_to(self.dot[0] + x * far, self.dot[1] + y * far)
        elif event.text().upper() in LETTERS and event.text():
            self.corner_asked.emit(LETTERS.index(event.text().upper()))
        else:
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in MOVES and self.ready and not event.isAutoRepeat():
            self.settled.emit()
        else:
            super().keyReleaseEvent(event)

    def _paint_weights(self, painter: QPainter) -> None:
        """Paint a line from the dot to each picture, the stronger the more it counts."""
        for corner, weight in enumerate(self.weights()):
            if self.corners[corner] is not None and weight > 0:
                color = QColor(theme.ACCENT)
                color.setAlphaF(0.25 + 0.75 * weight)
                painter.setPen(QPen(color, 1 + 3 * weight))
                painter.drawLine(self.dot_at(), QRectF(self.well(corner)).center())

    def _paint_corner(self, painter: QPainter, corner: int) -> None:
        well, still = self.well(corner), self.corners[corner]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if still is None:
            painter.setPen(QPen(QColor(theme.QUIET), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(well.adjusted(0, 0, -1, -1), 6, 6)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            roomy = well.width() >= ROOMY
            words = self.tr("double-click to fill") if roomy else "+"
            painter.drawText(well.adjusted(4, 16 if roomy else 0, -4, 0), flags, words)
        else:
            painter.fillRect(well, QColor(theme.GROUND))
            still.paint(painter, still.fitted(well), self._checker)
        tag = QRect(well.left(), well.top(), 18, 18)
        painter.fillRect(tag, QColor(20, 21, 24, 190))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, LETTERS[corner])

    def _pad(self) -> QRect:
        side = min(self.width(), self.height()) - 14
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _track(self) -> QRectF:
        return QRectF(QRectF(self.well(0)).center(), QRectF(self.well(3)).center())

    def _go(self, point: QPointF) -> None:
        track = self._track()
        self._move_to(
            (point.x() - track.left()) / track.width(), (point.y() - track.top()) / track.height()
        )

    def _move_to(self, u: float, v: float) -> None:
        self.set_dot(u, v)
        self.moved.emit(*self.dot)
