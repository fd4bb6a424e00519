"""A slider with zero in its middle, in σ: a press goes there, a double-click back to zero."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget
from typing_extensions import override

from studio.core.explore.place import SIGMAS
from studio.gui import theme

NOTCHES = 100  # positions in one σ
KNOB = 6  # its radius
NEAR = 0.12  # σ within which a drag comes to rest at zero


class SigmaSlider(QSlider):
    """From -6 to 6 σ; `sigmas` is where it stands. Emits QSlider's signals."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(round(-SIGMAS * NOTCHES), round(SIGMAS * NOTCHES))
        self.setSingleStep(NOTCHES // 10)
        self.setPageStep(NOTCHES)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def sigmas(self) -> float:
        """Where the knob stands, in σ."""
        return self.value() / NOTCHES

    def show_sigmas(self, sigmas: float) -> None:
        """Put the knob elsewhere without saying so; what lies outside stands at the end."""
        self.blockSignals(True)
        self.setValue(round(sigmas * NOTCHES))
        self.blockSignals(False)
        self.update()

    def x_of(self, sigmas: float) -> float:
        """Return where a value stands, in pixels from the left."""
        room = self.width() - 2 * KNOB - 2
        return KNOB + 1 + room * (sigmas + SIGMAS) / (2 * SIGMAS)

    @override
    def sizeHint(self) -> QSize:
        return QSize(140, 24)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(70, 20)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, zero, x = self.height() / 2, self.x_of(0), self.x_of(self.sigmas)
        on = self.isEnabled()
        painter.setPen(QPen(QColor(theme.EDGE), 3))
        painter.drawLine(QPointF(self.x_of(-SIGMAS), y), QPointF(self.x_of(SIGMAS), y))
        painter.setPen(QPen(QColor(theme.QUIET), 1))
        painter.drawLine(QPointF(zero, y - 7), QPointF(zero, y + 7))
        if on:
            painter.setPen(QPen(QColor(theme.ACCENT), 3))
            painter.drawLine(QPointF(zero, y), QPointF(x, y))
        moved = on and self.value() != 0
        painter.setPen(QPen(QColor(theme.TEXT if self.hasFocus() else theme.GROUND), 1))
        painter.setBrush(QColor(theme.ACCENT if moved else theme.QUIET))
        painter.drawEllipse(QRectF(x - KNOB, y - KNOB, 2 * KNOB, 2 * KNOB))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(event.position().x())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._go(event.position().x())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(True)
        self.setValue(0)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        # The list scrolls under the pointer: only a slider the user is in may take the wheel.
        if self.hasFocus():
            super().wheelEvent(event)
            self.sliderReleased.emit()  # a notch is a whole move
        else:
            event.ignore()

    def _go(self, x: float) -> None:
        room = self.x_of(SIGMAS) - self.x_of(-SIGMAS)
        sigmas = (x - self.x_of(0)) / room * 2 * SIGMAS
        self.setValue(0 if abs(sigmas) < NEAR else round(sigmas * NOTCHES))
