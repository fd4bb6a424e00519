"""The painted map: thumbnails where there is room, dots elsewhere, and where one is."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.latent_canvas import MOVES
from studio.gui.widgets.map_scene import SPACE, View, apart
from studio.gui.widgets.still import Still

REAL, DRAWN = "#e69f00", theme.ACCENT  # told apart by color-blind people too
STEP = 0.01  # of the map, by an arrow key; five times as much with Shift
DOT = 5  # pixels
MARK = 9  # the marker's radius


class MapPane(QWidget):
    """asked(x, y): draw what is there, both in 0..1. released(): the pointer or the key is let go.

    The map itself is painted into a pixmap, anew only when the view or the points change: moving
    the marker costs one blit.
    """

    asked = Signal(float, float)
    released = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.points = np.zeros((0, 2))
        self.real = np.zeros(0, bool)
        self.shown = {True: True, False: True}  # by whether it is a training picture
        self.marker: tuple[float, float] | None = None
        self.view = View()
        self._stills: list[Still] = []
        self._layer = QPixmap()
        self._chosen = np.zeros(0, bool)
        self._chosen_at = (0.0, True, True)
        self._grip: QPointF | None = None
        self._asking = self._space = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 200)
        self.setAccessibleName(self.tr("Map of pictures"))
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_points(self, points: np.ndarray, real: np.ndarray, thumbnails: np.ndarray) -> None:
        """Show other points, [n, 2] in 0..1; `real` bool [n]; thumbnails uint8 [n, h, w, c]."""
        self.points, self.real = np.asarray(points, float), np.asarray(real, bool)
        self._stills = [Still(each) for each in thumbnails]
        self._chosen_at = (0.0, True, True)
        self._repaint()

    def show_kind(self, real: bool, on: bool) -> None:
        """Show training pictures (`real`) or samples, or not."""
        self.shown[real] = on
        self._repaint()

    def set_marker(self, x: float, y: float) -> None:
        """Mark where one is; nothing outside 0..1 is marked."""
        self.marker = (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None
        self.update()

    def fit(self) -> None:
        """Show the whole map."""
        self._look(View(self.view.width, self.view.height))

    def thumbnails(self) -> np.ndarray:
        """Return the numbers of the points that show a picture; computed anew at another scale."""
        state = (self.view.scale, self.shown[True], self.shown[False])
        if state != self._chosen_at:
            on = self._on()
            self._chosen = np.zeros(len(self.points), bool)
            self._chosen[on] = apart(self.points[on] * self.view.scale, self._side() + SPACE)
            self._chosen_at = state
        return np.flatnonzero(self._chosen)

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._layer.isNull():
            self._layer = self._painted()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._layer)
        if self.marker is not None:
            at = QPointF(*self.view.to_window(np.array(self.marker)).tolist())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for color, width in ((theme.GROUND, 5), (theme.TEXT, 2)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawEllipse(at, MARK, MARK)
            painter.setBrush(QColor(theme.TEXT))
            painter.drawEllipse(at, 1, 1)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QColor(theme.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._look(self.view.resized(QSizeF(event.size())))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and len(self.points):
            self._asking = True
            self._ask(*self.view.to_map(event.position()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._look(self.view.moved(event.position() - self._grip))
            self._grip = event.position()
        elif self._asking:
            self._ask(*self.view.to_map(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._asking and event.button() == Qt.MouseButton.LeftButton:
            self._asking = False
            self.released.emit()
        self._grip = None
        self._show_cursor()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._look(self.view.zoomed(1.25 ** (event.angleDelta().y() / 120), event.position()))
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, middle = event.key(), QPointF(self.rect().center())
        if key in MOVES and len(self.points):
            far = 5 * STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            (x, y), (right, down) = self.marker or (0.5, 0.5), MOVES[Qt.Key(key)]
            self._ask(min(max(x + right * far, 0), 1), min(max(y + down * far, 0), 1))
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._look(self.view.zoomed(0.8 if key == Qt.Key.Key_Minus else 1.25, middle))
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        else:
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            self._space = False
            self._show_cursor()
        elif event.key() in MOVES and len(self.points):
            self.released.emit()
        else:
            super().keyReleaseEvent(event)

    def _ask(self, x: float, y: float) -> None:
        self.set_marker(x, y)
        self.asked.emit(x, y)

    def _look(self, view: View) -> None:
        if view != self.view:
            self.view = view
            self._repaint()

    def _repaint(self) -> None:
        self._layer = QPixmap()
        self.update()

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.CrossCursor
        self.setCursor(shape)

    def _on(self) -> np.ndarray:
        return np.where(self.real, self.shown[True], self.shown[False])

    def _side(self) -> int:
        """Pixels a thumbnail takes."""
        image = self._stills[0].image if self._stills else None
        return self.view.thumbnail(max(image.width(), image.height())) if image else 1

    def _painted(self) -> QPixmap:
        """Paint everything but the marker."""
        layer = QPixmap(self.size() * self.devicePixelRatioF())
        layer.setDevicePixelRatio(self.devicePixelRatioF())
        layer.fill(QColor(theme.SURFACE))
        painter = QPainter(layer)
        if not len(self.points):
            painter.setPen(QColor(theme.QUIET))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No map yet"))
            painter.end()
            return layer
        places, side = self.view.to_window(self.points), self._side()
        middle = np.array([self.width(), self.height()]) / 2
        off = abs(places - middle) - middle  # how far outside, across and down
        near = off.max(axis=1) < side
        pictures = self.thumbnails()
        dots = near & self._on()
        dots[pictures] = False
        self._paint_dots(painter, places, dots)
        for k in pictures[near[pictures]].tolist():
            self._paint_thumbnail(painter, k, places[k], side)
        painter.end()
        return layer

    def _paint_dots(self, painter: QPainter, places: np.ndarray, dots: np.ndarray) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for kind, color in ((~self.real, DRAWN), (self.real, REAL)):
            tint = QColor(color)
            tint.setAlpha(150)
            painter.setPen(QPen(tint, DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            chosen = places[dots & kind]
            painter.drawPoints([QPointF(x, y) for x, y in chosen.tolist()])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_thumbnail(self, painter: QPainter, k: int, place: np.ndarray, side: int) -> None:
        image = self._stills[k].image
        size = image.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (int(v) for v in np.rint(place))
        where = QRect(QPoint(left - size.width() // 2, top - size.height() // 2), size)
        painter.fillRect(where, QColor(theme.GROUND))
        smooth = size.width() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(where, image)
        painter.setPen(QPen(QColor(REAL if self.real[k] else DRAWN), 1))
        painter.drawRect(where.adjusted(-1, -1, 0, 0))
