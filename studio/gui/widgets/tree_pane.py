"""The tree under the hand: climbing, starring, writing notes."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from typing_extensions import override

from studio.gui.widgets.tree_view import Step, TreeView

NOTE = (220, 30)  # pixels the field for a note takes
ASIDE = 3  # a column counts as so many rows when the nearest step above or below is looked for
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class NoteEdit(QLineEdit):
    """A field over the tree for the note of one step; Enter keeps it, Esc does not.

    finished(int, str): the step's number and its note.
    """

    finished = Signal(int, str)

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.room = parent
        self.step = -1
        self.setPlaceholderText(self.tr("Note, then Enter"))
        self.setAccessibleName(self.tr("Note of this step"))
        self.returnPressed.connect(self._finish)
        self.hide()

    def open(self, step: int, note: str, where: QPoint) -> None:
        """Let the user write the note of a step at `where` of the parent."""
        room = self.room.rect()
        left = max(0, min(where.x(), room.width() - NOTE[0]))
        top = max(0, min(where.y(), room.height() - NOTE[1]))
        self.step = step
        self.setText(note)
        self.setGeometry(left, top, *NOTE)
        self.show()
        self.setFocus()
        self.selectAll()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._finish()  # what was written is not lost by looking elsewhere

    def _finish(self) -> None:
        self.hide()
        self.finished.emit(self.step, self.text().strip())


class TreePane(TreeView):
    """chosen(k): go to that step. starred(k): its star is to be turned over. noted(k, note)."""

    chosen = Signal(int)
    starred = Signal(int)
    noted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.note = NoteEdit(self.viewport())
        self.note.finished.connect(self._on_note)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @override
    def show_steps(self, steps: Sequence[Step]) -> None:
        self.note.hide()  # it speaks of a number that may be another step's now
        super().show_steps(steps)

    def neighbor(self, key: Qt.Key) -> int:
        """Return the step an arrow leads to: before, after, above or below; -1 for none."""
        if self.current < 0:
            return 0 if self.steps else -1
        if key == Qt.Key.Key_Left:
            return int(self.parents[self.current])
        if key == Qt.Key.Key_Right:
            after = np.flatnonzero(self.parents == self.current)
            return int(after[0]) if len(after) else -1
        away = (self.rows - self.rows[self.current]) * (1 if key == Qt.Key.Key_Down else -1)
        far = away + ASIDE * abs(self.columns - self.columns[self.current])
        return int(np.where(away > 0, far, 10**9).argmin()) if (away > 0).any() else -1

    def go(self, k: int) -> None:
        """Choose step `k`; -1 stays."""
        if k >= 0:
            self.mark(k)
            self.chosen.emit(k)

    def edit_note(self, k: int) -> None:
        """Let the user write the note of step `k`."""
        self.note.open(k, self.steps[k].note, self.place(k).bottomLeft())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.go(self.at(event.position().toPoint()))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        k = self.at(event.position().toPoint())
        if k >= 0:
            self.edit_note(k)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in ARROWS:
            self.go(self.neighbor(Qt.Key(key)))
        elif key in (Qt.Key.Key_S, Qt.Key.Key_Period) and self.current >= 0:
            self.starred.emit(self.current)
        elif key == Qt.Key.Key_F2 and self.current >= 0:
            self.edit_note(self.current)
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        k = self.at(event.pos())
        if k < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        word = self.tr("Take the star away") if self.steps[k].star else self.tr("Star (S)")
        menu.addAction(self.tr("Go to this step"), lambda: self.go(k))
        menu.addAction(word, lambda: self.starred.emit(k))
        menu.addAction(self.tr("Write a note…"), lambda: self.edit_note(k))
        menu.popup(event.globalPos())

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.note.hide()
        self.viewport().update()

    def _on_note(self, k: int, note: str) -> None:
        self.setFocus()
        if k < len(self.steps) and note != self.steps[k].note:
            self.noted.emit(k, note)
