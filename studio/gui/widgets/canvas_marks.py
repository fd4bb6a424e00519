"""Marks over a canvas that belong to no layer: the brush's circle, outlines, lines of pixels."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from studio.gui import theme
from studio.gui.widgets.canvas_view import View

DARK, LIGHT = QColor(20, 21, 24, 200), QColor(theme.TEXT)
SMALL = 3.0  # pixels of the widget: a smaller circle gets a cross to be found by
GRID = 8.0  # device pixels a pixel takes from which on the lines between them are shown


def paint_brush(painter: QPainter, at: QPointF, radius: float, core: float) -> None:
    """Paint a brush's circle, and one around its hard core if that is smaller."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(0, 0, 0, 0))
    for color, width in ((DARK, 3.0), (LIGHT, 1.2)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(at, radius, radius)
        if radius < SMALL:
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                way = QPointF(x, y)
                painter.drawLine(at + way * (radius + 3), at + way * (radius + 8))
    if SMALL < core < radius - 2:
        painter.setPen(QPen(QColor(228, 229, 232, 110), 1))
        painter.drawEllipse(at, core, core)


def brush_place(at: QPointF, radius: float) -> QRect:
    """Return what of the widget the circle covers."""
    by = radius + 12
    return QRectF(at.x() - by, at.y() - by, 2 * by, 2 * by).toAlignedRect()


def paint_outline(painter: QPainter, points: Sequence[QPointF], shape: str, erase: bool) -> None:
    """Paint the outline of a line, a rectangle or a lasso that is being drawn."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, shape != "rectangle")
    painter.setBrush(QColor(20, 21, 24, 60) if erase else QColor(255, 48, 128, 60))
    line = QPolygonF(_corners(points, shape))
    for color, dashes in ((DARK, []), (LIGHT, [4.0, 4.0])):
        pen = QPen(color, 1)
        if dashes:
            pen.setDashPattern(dashes)
        painter.setPen(pen)
        painter.drawPolyline(line) if shape == "line" else painter.drawPolygon(line)
        painter.setBrush(QColor(0, 0, 0, 0))


def outline_place(points: Sequence[QPointF], by: float) -> QRect:
    """Return what of the widget an outline covers, `by` pixels wide on both sides."""
    return QPolygonF(points).boundingRect().adjusted(-by, -by, by, by).toAlignedRect()


def paint_grid(painter: QPainter, view: View, rect: QRectF) -> None:
    """Paint lines between the pixels, once they are large."""
    box = view.box(rect)
    if view.device_scale < GRID or box.empty:
        return
    start, end = view.to_screen(box.left, box.top), view.to_screen(box.right, box.bottom)
    painter.setPen(QPen(QColor(128, 128, 128, 70), 0))
    for x in range(box.left, box.right + 1):
        at = view.to_screen(x, 0).x()
        painter.drawLine(QPointF(at, start.y()), QPointF(at, end.y()))
    for y in range(box.top, box.bottom + 1):
        at = view.to_screen(0, y).y()
        painter.drawLine(QPointF(start.x(), at), QPointF(end.x(), at))


def _corners(points: Sequence[QPointF], shape: str) -> list[QPointF]:
    if shape != "rectangle" or len(points) < 2:
        return list(points)
    first, last = points[0], points[-1]
    return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]
