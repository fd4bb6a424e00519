"""The compare slider of a canvas: a line to be dragged across the picture."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from studio.gui import theme
from studio.gui.widgets.canvas_view import View

GRIP = 11  # the radius of the handle
NEAR = 5  # pixels beside the line that take hold of it


def line_x(view: View, split: float) -> float:
    """Return where the line stands."""
    return view.to_screen(split * view.width, 0).x()


def grip(view: View, split: float) -> QPointF:
    """Return the middle of the handle: on the line, in the middle of what is in sight."""
    return QPointF(line_x(view, split), _seen(view).center().y())


def holds(view: View, split: float, at: QPointF) -> bool:
    """Whether the line or its handle is there."""
    handle = grip(view, split)
    on_grip = QPointF.dotProduct(at - handle, at - handle) <= (GRIP + 2) ** 2
    return on_grip or (abs(at.x() - handle.x()) <= NEAR and _seen(view).contains(at))


def paint(painter: QPainter, view: View, split: float) -> None:
    """Paint the line and its handle."""
    seen, x = _seen(view), line_x(view, split)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, width in ((QColor(20, 21, 24, 160), 3), (QColor(theme.TEXT), 1)):
        painter.setPen(QPen(color, width))
        painter.drawLine(QPointF(x, seen.top()), QPointF(x, seen.bottom()))
    painter.setPen(QPen(QColor(theme.ON_ACCENT), 1))
    painter.setBrush(QColor(theme.TEXT))
    middle = grip(view, split)
    painter.drawEllipse(middle, GRIP, GRIP)
    painter.setPen(QPen(QColor(theme.ON_ACCENT), 1.6))
    for side in (-1, 1):
        tip = middle + QPointF(7 * side, 0)
        for up in (-3, 3):
            painter.drawLine(tip, middle + QPointF(3.5 * side, up))


def _seen(view: View) -> QRectF:
    return QRectF(QPointF(0, 0), view.room).intersected(view.target)
