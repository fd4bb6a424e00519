"""One direction: a star, a name that can be edited, a slider in σ and its value."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.parts import switch
from studio.gui.widgets.sigma_slider import SigmaSlider

KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


@dataclass(frozen=True)
class Row:
    """A direction as it is shown: `value` in σ; `accuracy` 0..1 where it was made from tags;
    `found` says in words how it came about.
    """

    id: str
    name: str
    value: float = 0.0
    kept: bool = False
    accuracy: float | None = None
    found: str = ""


class NameEdit(QLineEdit):
    """A name that looks like a label until it is double-clicked; Esc leaves it as it was.

    renamed(str): another name, never an empty one, was entered.
    """

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.name = ""
        self.setFrame(False)
        self.setMaxLength(60)
        self._close()
        self.editingFinished.connect(self._finish)

    def show_name(self, name: str) -> None:
        """Show another name, unless the user is just writing one."""
        self.name = name
        if self.isReadOnly():
            self.setText(name)
            self.setCursorPosition(0)

    def edit(self) -> None:
        """Let the user write."""
        self.setReadOnly(False)
        self.setStyleSheet("")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocus()
        self.selectAll()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.isReadOnly():
            event.ignore()  # so that the row is chosen
        else:
            super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.isReadOnly():
            self.edit()
        else:
            super().mouseDoubleClickEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.isReadOnly():
            self.setText(self.name)
            self._finish()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.isReadOnly():
            event.ignore()
        else:
            super().contextMenuEvent(event)

    def _finish(self) -> None:
        if self.isReadOnly():
            return
        entered, before = self.text().strip(), self.name
        self._close()
        self.show_name(entered or before)
        if entered and entered != before:
            self.renamed.emit(entered)

    def _close(self) -> None:
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setStyleSheet("QLineEdit { background: transparent; border-color: transparent; }")


class DirectionRow(QFrame):
    """Shows a Row. Every signal carries its id first; there are six because a direction can be
    moved, let go, renamed, kept, deleted and chosen, and each is wanted by itself.
    """

    moved = Signal(str, float)
    settled = Signal(str)
    renamed = Signal(str, str)
    kept = Signal(str, bool)
    deleted = Signal(str)
    selected = Signal(str)

    def __init__(self, row: Row, parent: QWidget | None = None):
        super().__init__(parent)
        self.row = row
        self.star = switch("☆")
        self.star.setFixedWidth(28)
        self.star.setStyleSheet("QToolButton { padding: 4px 0; border: none; }")
        self.name = NameEdit()
        self.slider = SigmaSlider()
        self.value = QLabel()
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setMinimumWidth(self.fontMetrics().horizontalAdvance("+0.00 σ") + 2)
        line = QHBoxLayout(self)
        line.setContentsMargins(2, 1, theme.GAP, 1)
        line.setSpacing(4)
        for widget, stretch in ((self.star, 0), (self.name, 1), (self.slider, 1), (self.value, 0)):
            line.addWidget(widget, stretch)
        self.name.renamed.connect(self._rename)
        self.star.clicked.connect(self._keep)
        self.slider.valueChanged.connect(self._move)
        self.slider.sliderPressed.connect(self._choose)
        self.slider.sliderReleased.connect(self._settle)
        self.set_chosen(False)
        self.show_row(row)

    def show_row(self, row: Row) -> None:
        """Show a direction's present state; a slider in the user's hand stays where it is."""
        self.row = row
        self.name.show_name(row.name)
        if not self.slider.isSliderDown():
            self.slider.show_sigmas(row.value)
        self.star.setChecked(row.kept)
        self._say()

    def set_chosen(self, chosen: bool) -> None:
        """Mark the row as the one whose strip is shown."""
        ground = theme.RAISED if chosen else "transparent"
        self.setStyleSheet(f"DirectionRow {{ background: {ground}; border-radius: 6px; }}")

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Rename"), self.name.edit)
        menu.addAction(self.tr("To zero"), self._zero)
        menu.addSeparator()
        menu.addAction(self.tr("Delete direction"), self._delete)
        menu.popup(event.globalPos())

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        # The slider passes releases on, but so does the name while it is written.
        if event.key() in KEYS and self.slider.hasFocus():
            if not event.isAutoRepeat():
                self._settle()
        else:
            super().keyReleaseEvent(event)

    def _move(self) -> None:
        self._say()
        self.moved.emit(self.row.id, self.slider.sigmas)

    def _settle(self) -> None:
        self.settled.emit(self.row.id)

    def _zero(self) -> None:
        self.slider.setValue(0)
        self._settle()

    def _rename(self, name: str) -> None:
        self.renamed.emit(self.row.id, name)

    def _keep(self, on: bool) -> None:
        self._say()
        self.kept.emit(self.row.id, on)

    def _delete(self) -> None:
        self.deleted.emit(self.row.id)

    def _choose(self) -> None:
        self.selected.emit(self.row.id)

    def _say(self) -> None:
        sigmas, kept = self.slider.sigmas, self.star.isChecked()
        self.value.setText(f"{sigmas:+.1f} σ" if sigmas else "0 σ")
        self.star.setText("★" if kept else "☆")
        word = self.tr("Kept: click to let go") if kept else self.tr("Keep this direction")
        self.star.setToolTip(word)
        self.star.setAccessibleName(word)
        self.slider.setAccessibleName(self.row.name)
        self.slider.setToolTip(self.tr("Drag to change the picture; double-click for zero"))
        self.name.setToolTip("\n".join(filter(None, self._facts())))

    def _facts(self) -> tuple[str, ...]:
        right = self.tr("Tells {n} of 100 tagged pictures rightly")
        accuracy = self.row.accuracy
        return (
            self.row.name,
            self.row.found,
            "" if accuracy is None else right.format(n=round(100 * accuracy)),
            self.tr("Double-click to rename"),
        )
