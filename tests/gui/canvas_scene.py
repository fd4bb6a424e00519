"""A canvas to be tried: a small picture at a known place, and a hand with mouse and pen."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from studio.core.painting.edit import Edit
from studio.core.painting.painting import Painting
from studio.gui.widgets.canvas import Canvas

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MIDDLE, NONE = Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
PRESS, MOVE, LIFT = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)
SIDE = 300


@dataclass(frozen=True, eq=False)
class Patch:
    top: int
    left: int
    pixels: np.ndarray


class Scene:
    """A canvas of 340 by 340 with a grey picture of 300 by 300 at 20, 20, one to one."""

    def __init__(self, canvas: Canvas, pixels: np.ndarray | None = None):
        self.canvas, self.edits = canvas, []
        canvas.resize(340, 340)
        canvas.show()
        shown = np.full((SIDE, SIDE, 3), 100, np.uint8) if pixels is None else pixels
        self.painting = Painting(shown)
        canvas.show_painting(self.painting)
        canvas.set_brush(size=20, hardness=1.0)
        canvas.painted.connect(self._note)

    def _note(self, edit: Edit) -> None:
        self.edits.append(edit)

    def at(self, x: float, y: float) -> QPointF:
        """Return where a point of the picture lies."""
        return self.canvas.view.to_screen(x, y)

    def mouse(
        self,
        kind: QEvent.Type,
        x: float,
        y: float,
        button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = PLAIN,
    ) -> None:
        """Send a mouse event at a point of the picture."""
        there = self.at(x, y)
        held = NONE if kind == LIFT else button
        changed = NONE if kind == MOVE else button
        QApplication.sendEvent(
            self.canvas,
            QMouseEvent(kind, there, self.canvas.mapToGlobal(there), changed, held, keys),
        )

    def drag(
        self,
        *points: tuple[float, float],
        button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = PLAIN,
    ) -> None:
        """Press at the first point of the picture, go through the others, and lift."""
        self.mouse(PRESS, *points[0], button, keys)
        for point in points[1:]:
            self.mouse(MOVE, *point, button, keys)
        self.mouse(LIFT, *points[-1], button, keys)

    def pen(
        self, kind: QEvent.Type, x: float, y: float, pressure: float, eraser: bool = False
    ) -> bool:
        """Send a pen's event; return whether the canvas took it."""
        kinds = QPointingDevice.PointerType
        end = kinds.Eraser if eraser else kinds.Pen
        device = QPointingDevice(
            "pen", 1, QPointingDevice.DeviceType.Stylus, end,
            QPointingDevice.Capability.Pressure, 1, 1,
        )  # fmt: skip
        there = self.at(x, y)
        held = NONE if kind == QEvent.Type.TabletRelease else LEFT
        event = QTabletEvent(
            kind, device, there, self.canvas.mapToGlobal(there), pressure, 0, 0, 0, 0, 0,
            PLAIN, LEFT, held,
        )  # fmt: skip
        event.setAccepted(False)
        QApplication.sendEvent(self.canvas, event)
        return event.isAccepted()

    def masked(self, x: int, y: int) -> int:
        """Return how much of a pixel is masked, 0 to 255."""
        return int(self.painting.mask[y, x])

    def color(self, x: float, y: float) -> tuple[int, int, int]:
        """Return what is seen at a point of the picture."""
        there: QPoint = self.at(x, y).toPoint()
        color = self.canvas.grab().toImage().pixelColor(there)
        return color.red(), color.green(), color.blue()
