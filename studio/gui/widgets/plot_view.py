"""Lines over steps, painted directly: axes, zoom, cursor and hover in about a millisecond.

pyqtgraph, measured here with 4 curves of 200 points, took 20 ms a refresh in Python (12 of them for
its axes) and 0.2-2.5 s to import: at 8 refreshes a second a fifth of a core that training needs.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from typing_extensions import override

FAINT = 0.4  # share of its color in the raw line; mixed, as alpha costs three times as much
MARGINS = (56, 6, 8, 22)  # left, top, right, bottom: room for the axes' numbers
NARROWEST = 4.0  # steps that a zoomed view shows at least
REACH, FLAG = 6, 4  # pixels around a mark that count as on it; half the width of its flag

Points = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Line:
    """A series as it is drawn: steps and values as measured, and smoothed."""

    color: str
    raw: Points
    smooth: Points


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step, said when the pointer is on it."""

    step: float
    text: str
    color: str


class PlotView(QWidget):
    """Paints lines. The wheel zooms the steps at the pointer, dragging moves them.

    hovered(object): the pointer is at this step, or None. picked(int): a click at this step.
    zoomed(): the user chose another range of steps. fit_asked(): a double click.
    """

    hovered = Signal(object)
    picked = Signal(int)
    zoomed = Signal()
    fit_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.lines: dict[str, Line] = {}
        self.steps, self.heights, self.log = (0.0, 1.0), (0.0, 1.0), False
        self.cursor_step: float | None = None
        self.hover_step: float | None = None
        self.marks: tuple[Mark, ...] = ()
        self._pressed: tuple[float, tuple[float, float]] | None = None
        self._dragged = False
        self._painted: QPixmap | None = None  # all but the cursors, which move much oftener
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Curves over training steps"))

    def show_lines(
        self,
        lines: dict[str, Line],
        steps: tuple[float, float],
        heights: tuple[float, float],
        log: bool,
    ) -> None:
        """Paint `lines` with these steps and heights in view; all values are log10 if `log`."""
        self.lines, self.steps, self.heights, self.log = lines, steps, heights, log
        self._renew()

    def set_cursor(self, step: float | None) -> None:
        """Put the cursor line at `step`."""
        if step != self.cursor_step:
            self.cursor_step = step
            self.update()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Mark what happened at some steps."""
        if marks != self.marks:
            self.marks = marks
            said = [f"{mark.step:g}: {mark.text}" for mark in marks]
            self.setAccessibleDescription("\n".join(said))
            self._renew()

    def mark_at(self, x: float) -> Mark | None:
        """Return the mark at the horizontal coordinate `x`, the nearest within reach."""
        near = [m for m in self.marks if abs(self.place(m.step) - x) <= REACH]
        return min(near, key=lambda m: abs(self.place(m.step) - x), default=None)

    @property
    def area(self) -> QRectF:
        """Where the lines are, in this widget's coordinates."""
        left, top, right, bottom = MARGINS
        return QRectF(left, top, self.width() - left - right, self.height() - top - bottom)

    def step_at(self, x: float) -> float:
        """Return the step at the horizontal coordinate `x`."""
        low, high = self.steps
        return low + (x - self.area.left()) / max(self.area.width(), 1) * (high - low)

    def place(self, step: Any) -> Any:
        """Return the horizontal coordinate of a step, or of an array of steps."""
        low, high = self.steps
        return self.area.left() + (step - low) / max(high - low, 1e-12) * self.area.width()

    @override
    def sizeHint(self) -> QSize:
        return QSize(500, 220)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self.palette()
        room = self.size() * self.devicePixelRatioF()
        if self._painted is None or self._painted.size() != room:
            self._painted = self._paint()
        painter.drawPixmap(0, 0, self._painted)
        painter.setClipRect(self.area)
        self._paint_step(painter, self.hover_step, palette.placeholderText().color())
        self._paint_step(painter, self.cursor_step, palette.highlight().color())

    @override
    def changeEvent(self, event: QEvent) -> None:
        self._painted = None  # maybe other colors, or another font
        super().changeEvent(event)

    def _renew(self) -> None:
        self._painted = None
        self.update()

    def _paint(self) -> QPixmap:
        """Return axes, lines and marks, painted as dense as the screen is."""
        dense, ground = self.devicePixelRatioF(), self.palette().window().color()
        painted = QPixmap(self.size() * dense)
        painted.setDevicePixelRatio(dense)
        painted.fill(ground)
        painter = QPainter(painted)
        painter.setFont(self.font())
        self._paint_axes(painter)
        painter.setClipRect(self.area)
        for line in self.lines.values():
            painter.setPen(QPen(mixed(line.color, ground, FAINT), 1))
            self._paint_points(painter, line.raw)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines.values():
            painter.setPen(QPen(QColor(line.color), 1))
            for shift in (0.0, 0.7):  # twice, a little apart, is bold; a wider pen costs 8x
                self._paint_points(painter, line.smooth, shift)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_marks(painter)
        painter.end()
        return painted

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        at, factor = self.step_at(event.position().x()), 1.25 ** (-event.angleDelta().y() / 120)
        low, high = (at + (end - at) * factor for end in self.steps)
        if high - low >= NARROWEST:
            self._zoom(low, high)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = (event.position().x(), self.steps), False

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            start, (low, high) = self._pressed
            self._dragged |= abs(x - start) >= QApplication.startDragDistance()
            if self._dragged:
                shift = (start - x) / max(self.area.width(), 1) * (high - low)
                self._zoom(low + shift, high + shift)
        self._hover(max(0.0, self.step_at(x)) if self.area.contains(event.position()) else None)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.area.contains(event.position()) and self._pressed is not None
        if inside and not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(max(0, round(self.step_at(event.position().x()))))
        self._pressed = None

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit_asked.emit()

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            mark = self.mark_at(event.pos().x())
            QToolTip.showText(event.globalPos(), mark.text if mark else "", self)
            return True
        return super().event(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def _zoom(self, low: float, high: float) -> None:
        self.steps = (low, high)
        self.zoomed.emit()
        self._renew()

    def _hover(self, step: float | None) -> None:
        self.hover_step = step
        self.hovered.emit(None if step is None else round(step))
        self.update()

    def _height(self, values: np.ndarray) -> np.ndarray:
        low, high = self.heights
        area = self.area
        return area.bottom() - (values - low) / max(high - low, 1e-12) * area.height()

    def _paint_points(self, painter: QPainter, points: Points, shift: float = 0.0) -> None:
        steps, values = points
        xs, ys = self.place(steps), self._height(values) + shift
        known = np.isfinite(ys)
        ys = np.clip(np.where(known, ys, 0), -10_000, 10_000)  # beyond that the rasterizer wraps
        gaps = np.flatnonzero(~known)
        for first, last in zip([0, *(gaps + 1)], [*gaps, len(ys)], strict=True):
            if last > first:
                painter.drawPolyline(polygon(xs[first:last], ys[first:last]))

    def _paint_marks(self, painter: QPainter) -> None:
        top, ground = self.area.top(), self.palette().window().color()
        for mark in self.marks:
            self._paint_step(painter, mark.step, mixed(mark.color, ground, 2 * FAINT))
            x = self.place(mark.step)
            corners = [QPointF(x - FLAG, top), QPointF(x + FLAG, top), QPointF(x, top + 2 * FLAG)]
            painter.setBrush(QColor(mark.color))
            painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_step(self, painter: QPainter, step: float | None, color: QColor) -> None:
        if step is not None:
            painter.setPen(QPen(color, 1))
            at, area = self.place(step), self.area
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))

    def _paint_axes(self, painter: QPainter) -> None:
        area, palette = self.area, self.palette()
        quiet = QPen(palette.placeholderText().color(), 1)
        grid = mixed(quiet.color(), palette.window().color(), 0.15)
        high = painter.fontMetrics().height()
        for at, text in ticks(*self.heights, max(2, int(area.height() / 36)), self.log):
            y = float(self._height(np.array(at)))
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(quiet)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - high / 2, area.left() - 8, high), right, text)
        for at, text in ticks(*self.steps, max(2, int(area.width() / 90)), whole=True):
            wide = painter.fontMetrics().horizontalAdvance(text)
            left = min(self.place(at) - wide / 2, self.width() - wide)  # the last one stays inside
            box = QRectF(left, area.bottom() + 4, wide, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)
        painter.drawLine(area.bottomLeft(), area.bottomRight())


def mixed(color: QColor | str, ground: QColor, share: float) -> QColor:
    """Return `share` of `color` on `ground`."""
    over = QColor(color)
    # the stubs call a tuple of four numbers an object
    pairs = zip(over.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a * share + b * (1 - share)) for a, b in pairs))


def polygon(xs: np.ndarray, ys: np.ndarray) -> QPolygonF:
    """Return points as Qt wants them, through its own stream format: no Python object per point."""
    made = QPolygonF()
    numbers = np.stack([xs, ys], 1).astype(">f8").tobytes()
    stream = QDataStream(QByteArray(len(xs).to_bytes(4, "big") + numbers))
    stream >> made  # pyright: ignore[reportUnusedExpression]  # reads into `made`
    return made


def ticks(
    low: float, high: float, count: int, log: bool = False, whole: bool = False
) -> Iterator[tuple[float, str]]:
    """Yield about `count` round places between `low` and `high` with their text; log: 10**place."""
    if log and high - low >= 2:
        stride = math.ceil((high - low) / count)
        for power in range(math.ceil(low), math.floor(high) + 1):
            if power % stride == 0:
                yield power, f"{10.0**power:g}"
        return
    low, high = (10**low, 10**high) if log else (low, high)
    rough = max(high - low, 1e-12) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    step = max(step, 1.0) if whole else step
    for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
        value = k * step
        if not log:
            yield value, short(value)
        elif value > 0:
            yield math.log10(value), short(value)


def short(value: float) -> str:
    """Write a tick's number: '0.25', '1500', '20k', '1.5M'."""
    for unit, sign in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= unit:
            return f"{value / (1e3 if sign == 'k' else unit):.6g}{sign}"
    return f"{value:.6g}"
