"""A wall of very many pictures under the user's hand: chosen, opened, dragged away, zoomed."""

from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from typing_extensions import override

from studio.gui.widgets.wall_view import WallView

STEP = 1.18  # of the size by a notch of the wheel
KEYS = {
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
}
OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
Mods = Qt.KeyboardModifier


class PictureWall(WallView):
    """Pictures are chosen with the mouse and the keyboard, as in a file manager.

    opened(): the current one is wanted large. drag_asked(): the chosen ones are dragged away.
    menu_asked(QPoint): a menu for the chosen ones is wanted there.
    """

    opened = Signal()
    drag_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._pressed: QPoint | None = None
        self._kept = -1  # a chosen picture that was pressed: released without a drag, chosen alone

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        if key in KEYS:
            there = self.layout_.moved(self.choice.current, key)
            self.go(there, bool(held & Mods.ShiftModifier), False)
        elif key == Qt.Key.Key_Escape and self.choice.chosen:
            self.choose_none()
        elif key in OPENS and self.choice.current >= 0:
            self.opened.emit()
        else:
            event.ignore()

    def index_at(self, point: QPoint) -> int:
        """Return which picture is at a point of the window, or -1."""
        return self.layout_.at(point.x(), point.y() + self.top)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, held = event.position().toPoint(), event.modifiers()
        index, self._pressed = self.index_at(at), at
        extend, add = bool(held & Mods.ShiftModifier), bool(held & Mods.ControlModifier)
        if index < 0:
            self._pressed = None
            if not (extend or add):
                self.choose_none()
        elif int(self.choice.ids[index]) in self.choice.chosen and not (extend or add):
            self._kept = index  # several may be dragged: they stay chosen for now
        else:
            self.go(index, extend, add)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if far > QApplication.startDragDistance() and self.choice.chosen:
            self._pressed, self._kept = None, -1
            self.drag_asked.emit()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        kept, self._kept, self._pressed = self._kept, -1, None
        if kept >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.go(kept)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.index_at(event.position().toPoint()) >= 0:
            self.opened.emit()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.choice.current if keyboard else self.index_at(event.pos())
        if index < 0:
            return
        if int(self.choice.ids[index]) not in self.choice.chosen:
            self.go(index)
        here = self.layout_.cell(index).center() - QPoint(0, self.top)
        self.menu_asked.emit(self.viewport().mapToGlobal(here if keyboard else event.pos()))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Mods.ControlModifier:
            notches = event.angleDelta().y() / 120
            side = round(self.side * STEP**notches)
            self.set_side(side, event.position().toPoint())
            event.accept()
        else:
            super().wheelEvent(event)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.index_at(event.pos())
            found = self.store.get(int(self.choice.ids[index])) if index >= 0 else None
            text = told(found.entry) if found else ""
            QToolTip.showText(event.globalPos(), text, self.viewport()) if text else None
            return True
        return super().viewportEvent(event)


def told(entry: Any) -> str:
    """Return what a tooltip tells of a picture: its name, size and what it is marked with."""
    marks = [*entry.boards, *(f"#{tag}" for tag in entry.tags)]
    lines = [entry.name, f"{entry.width} × {entry.height}", ", ".join(marks)]
    return "\n".join(line for line in lines if line)
