"""One to four pictures, large, side by side or under a line that is dragged: zoomed as one."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets import canvas_split
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.image_grid import checkered

MOST = 4  # pictures side by side
GAP = 8  # pixels between them
STEP = 1.25  # of the zoom by a notch of the wheel
Key = Qt.Key


class Shown(NamedTuple):
    """A picture: the id and the name of its entry, and itself, whole and at half its size, and so
    on; no image where it can't be read.
    """

    id: int
    name: str
    levels: tuple[QImage, ...]


class Pane(NamedTuple):
    """A picture, its part of the stage, and where in that it lies."""

    shown: Shown
    room: QRect
    view: View


class PictureStage(QWidget):
    """Shows pictures; the wheel zooms all of them at the pointer, dragging moves them.

    stepped(int): the neighbor so many places on is wanted. left(): the wall is wanted back.
    zoomed(): the zoom is another.
    """

    stepped = Signal(int)
    left = Signal()
    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.panes: list[Pane] = []
        self.split: float | None = None  # where the line stands between two, 0..1
        self.empty = ""
        self._checker = QBrush(checkered(8))
        self._grabbed: QPointF | None = None
        self._on_line = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Enlarged pictures"))

    def show_pictures(self, shown: Sequence[Shown]) -> None:
        """Show one to four pictures, as large as they fit."""
        self.panes = [Pane(each, QRect(), View()) for each in shown[:MOST]]
        if len(self.panes) != 2:
            self.split = None
        for pane in self.panes:
            if pane.shown.levels:
                pane.view.show(pane.shown.levels[0].width(), pane.shown.levels[0].height())
        self.setAccessibleDescription(", ".join(pane.shown.name for pane in self.panes))
        self._lay_out()
        self.fit()

    def slide(self, on: bool) -> None:
        """Show two pictures one over the other, with a line to drag, or beside each other."""
        self.split = 0.5 if on and len(self.panes) == 2 else None
        self._lay_out()
        self.fit()

    def fit(self) -> None:
        """Show all of every picture."""
        for pane in self.panes:
            pane.view.fit()
        self._changed()

    def actual(self) -> None:
        """Show a pixel of the screen for each of the picture."""
        for pane in self.panes:
            middle = QPointF(pane.room.width() / 2, pane.room.height() / 2)
            pane.view.zoom(1 / pane.view.ratio, middle)
        self._changed()

    @property
    def percent(self) -> int:
        """How large the first picture is shown: 100 is pixel by pixel."""
        return round(100 * self.panes[0].view.device_scale) if self.panes else 100

    def _changed(self) -> None:
        self.update()
        self.zoomed.emit()

    def _lay_out(self) -> None:
        """Give every picture its part; four stand in two rows."""
        count = len(self.panes) if self.split is None else 1
        columns = 2 if count == 4 else max(1, count)
        rows = -(-count // columns)
        wide = (self.width() - (columns - 1) * GAP) // columns
        high = (self.height() - (rows - 1) * GAP) // max(1, rows)
        for k, pane in enumerate(self.panes):
            row, column = divmod(k if self.split is None else 0, columns)
            room = QRect(column * (wide + GAP), row * (high + GAP), wide, high)
            pane.view.resize(QSizeF(room.size()), self.devicePixelRatioF())
            self.panes[k] = pane._replace(room=room)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        self._changed()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.GROUND))
        if not self.panes:
            painter.setPen(QColor(theme.QUIET))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.empty)
        for k, pane in enumerate(self.panes):
            self._paint_pane(painter, k, pane)
        if self.split is not None:
            canvas_split.paint(painter, self.panes[0].view, self.split)

    def _paint_pane(self, painter: QPainter, k: int, pane: Pane) -> None:
        painter.save()
        painter.setClipRect(self._clip(k, pane))
        painter.translate(pane.room.topLeft())
        painter.fillRect(QRect(0, 0, pane.room.width(), pane.room.height()), QColor(theme.GROUND))
        if pane.shown.levels:
            self._paint_picture(painter, pane)
        else:
            painter.setPen(QColor(theme.QUIET))
            words = self.tr("{name} can't be read.").format(name=pane.shown.name)
            inside = QRect(0, 0, pane.room.width(), pane.room.height())
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
        if len(self.panes) > 1 and self.split is None:
            self._caption(painter, pane)

    def _clip(self, k: int, pane: Pane) -> QRect:
        """Return what is seen of a pane: under the line, the second lies right of it."""
        if self.split is None or k == 0:
            return pane.room
        x = round(canvas_split.line_x(self.panes[0].view, self.split))
        return pane.room.intersected(QRect(x, 0, self.width(), self.height()))

    def _paint_picture(self, painter: QPainter, pane: Pane) -> None:
        level = min(pane.view.level, len(pane.shown.levels) - 1)
        image, target = pane.shown.levels[level], pane.view.target
        if image.hasAlphaChannel():
            painter.setBrushOrigin(target.topLeft())
            painter.fillRect(target, self._checker)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pane.view.smooth)
        painter.drawImage(target, image, QRectF(image.rect()))

    def _caption(self, painter: QPainter, pane: Pane) -> None:
        wide = painter.fontMetrics().horizontalAdvance(pane.shown.name) + 16
        below = QRect(pane.room.left() + 8, pane.room.bottom() - 32, wide, 24)
        painter.fillRect(below, QColor(20, 21, 24, 200))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, pane.shown.name)

    def _pane_at(self, point: QPointF) -> Pane | None:
        return next((p for p in self.panes if p.room.contains(point.toPoint())), None)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        here = self._pane_at(event.position())
        if here is None:
            return
        factor = STEP ** (event.angleDelta().y() / 120)
        at = event.position() - QPointF(here.room.topLeft())
        for pane in self.panes:
            pane.view.zoom(pane.view.scale * factor, at)
        self._changed()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position()
            self._on_line = self._holds(event.position())

    def _holds(self, at: QPointF) -> bool:
        return self.split is not None and canvas_split.holds(self.panes[0].view, self.split, at)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            shape = Qt.CursorShape.SplitHCursor
            self.setCursor(
                shape if self._holds(event.position()) else Qt.CursorShape.OpenHandCursor
            )
            return
        if self._on_line:
            x, _ = self.panes[0].view.to_picture(event.position())
            self.split = min(max(x / self.panes[0].view.width, 0.0), 1.0)
        else:
            moved = event.position() - self._grabbed
            self._grabbed = event.position()
            for pane in self.panes:
                pane.view.pan(moved.x(), moved.y())
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed, self._on_line = None, False

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        fitted = all(pane.view.fitted for pane in self.panes)
        self.actual() if fitted else self.fit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Key.Key_Left: -1, Key.Key_Up: -1, Key.Key_Right: 1, Key.Key_Down: 1}
        if event.key() in (Key.Key_Escape, Key.Key_Space, Key.Key_Return, Key.Key_Enter):
            self.left.emit()
        elif event.key() in steps and len(self.panes) == 1:
            self.stepped.emit(steps[Key(event.key())])
        elif event.key() == Key.Key_0:
            self.fit()
        elif event.key() == Key.Key_1:
            self.actual()
        elif event.key() == Key.Key_S:
            self.slide(self.split is None)
        else:
            event.ignore()
