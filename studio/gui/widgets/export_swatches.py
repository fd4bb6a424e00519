"""The colors of a palette in a row; a click copies one."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from studio.gui import theme

SIDE, IN_ROW = 20, 64  # pixels of a row, and colors in it


class Swatches(QWidget):
    """Shows colors as #rrggbb, in the order they come."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.colors: Sequence[str] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_colors(self, colors: Sequence[str]) -> None:
        """Show other colors; hidden without any."""
        self.colors = colors
        self.setAccessibleName(self.tr("Palette of {n} colors").format(n=len(colors)))
        self.setVisible(bool(colors))
        self.updateGeometry()
        self.update()

    def place(self, number: int) -> QRect:
        """Return where a color lies."""
        rows = self._rows
        across = -(-len(self.colors) // rows)
        row, column = divmod(number, across)
        left, right = (round(self.width() * k / across) for k in (column, column + 1))
        return QRect(left, row * SIDE, right - left, SIDE)

    @property
    def _rows(self) -> int:
        return max(1, -(-len(self.colors) // IN_ROW))

    def _at(self, point: QPoint) -> str:
        inside = (c for k, c in enumerate(self.colors) if self.place(k).contains(point))
        return next(inside, "")

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self._rows * SIDE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, color in enumerate(self.colors):
            painter.fillRect(self.place(number), QColor(color))
        painter.setPen(QColor(theme.EDGE))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        color = self._at(event.position().toPoint())
        if color:
            QGuiApplication.clipboard().setText(color)
            said = self.tr("{color} is on the clipboard.").format(color=color)
            QToolTip.showText(event.globalPosition().toPoint(), said, self)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            color = self._at(event.pos())
            said = self.tr("{color}; click to copy it").format(color=color) if color else ""
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)
