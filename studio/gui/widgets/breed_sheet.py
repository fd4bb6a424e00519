"""Children of one or two pictures: choose one, mate two, near or far, again and again."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets.image_grid import ImageGrid, checkered
from studio.gui.widgets.parts import label, slider
from studio.gui.widgets.still import Still

WELL, SMALL_WELL = 128, 72  # pixels a parent takes at the left, or above where it is narrow
NARROW, LEAST = 480, 290  # pixels of width
NOTCHES = 100  # of the distance slider
CONTROL = Qt.KeyboardModifier.ControlModifier


class Children(ImageGrid):
    """The grid; with Ctrl, a click or Enter makes a child the second parent: `mated(int)`."""

    mated = Signal(int)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.cell_at(event.position().toPoint())
        with_ctrl = event.button() == Qt.MouseButton.LeftButton and event.modifiers() & CONTROL
        if with_ctrl and self._pressed is not None and index >= 0:
            self._pressed = None
            self.mated.emit(index)
        else:
            super().mouseReleaseEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & CONTROL and self.current >= 0:
            self.mated.emit(self.current)
        else:
            super().keyPressEvent(event)


class ParentWell(QWidget):
    """A parent's picture; without one a dashed frame around `hint`."""

    def __init__(self, hint: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.hint = hint
        self.setToolTip(hint)
        self.still: Still | None = None
        self._checker = QBrush(checkered())
        self.resize_to(WELL)

    def resize_to(self, side: int) -> None:
        """Take another room."""
        self.setFixedSize(side, side)

    def show_picture(self, picture: np.ndarray | None) -> None:
        """Show a picture, uint8 [h, w, c], or the hint."""
        self.still = None if picture is None else Still(picture)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.still is not None:
            painter.fillRect(self.rect(), QColor(theme.SURFACE))
            self.still.paint(painter, self.still.fitted(self.rect()), self._checker)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.QUIET), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(6, 4, -6, -4), flags, self._words())

    def _words(self) -> str:
        return self.hint if self.width() == WELL else self.tr("Ctrl+click a child")


class BreedSheet(QWidget):
    """Parents at the left, their children in a grid.

    chosen(int): go on from this child. mate_chosen(int): this child shall be the second parent; -1:
    there shall be none. distance_changed(float): how far children are from their parents, 0..1.
    again_asked(): other children of the same parents.
    """

    chosen = Signal(int)
    mate_chosen = Signal(int)
    distance_changed = Signal(float)
    again_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.first = ParentWell(self.tr("Breed from the present picture"))
        self.second = ParentWell(self.tr("Ctrl+click a child to make it the second parent"))
        self.part = QToolButton()
        self.part.setText(self.tr("Remove"))
        self.children_grid = Children(self.tr("Children"))
        self.distance = slider(NOTCHES, NOTCHES // 3)
        self.said = QLabel()
        self.again = QPushButton(self.tr("Breed"))
        self._lay_out()
        self.setMinimumWidth(LEAST)  # the layout's own would keep it from becoming narrow
        self.children_grid.opened.connect(self.chosen)
        self.children_grid.mated.connect(self.mate_chosen)
        self.part.clicked.connect(self._part)
        self.distance.valueChanged.connect(self._on_distance)
        self.again.clicked.connect(self.again_asked)
        self._say()
        self.show_parents([])

    def show_parents(self, pictures: Sequence[np.ndarray]) -> None:
        """Show one or two parents, uint8 [h, w, c] each; none while there is nothing to breed."""
        first, second = [*pictures, None, None][:2]
        self.first.show_picture(first)
        self.second.show_picture(second)
        self.second.setEnabled(first is not None)
        self.part.setVisible(second is not None)
        self.again.setEnabled(first is not None)

    def show_children(self, pictures: np.ndarray | None) -> None:
        """Show children, uint8 [n, h, w, c], 9 or 16; None clears."""
        self.children_grid.show_pictures(pictures)

    def set_distance(self, distance: float) -> None:
        """Put the slider at a distance of 0..1 without saying so."""
        self.distance.blockSignals(True)
        self.distance.setValue(round(distance * NOTCHES))
        self.distance.blockSignals(False)
        self._say()

    def _on_distance(self) -> None:
        self._say()
        self.distance_changed.emit(self.distance.value() / NOTCHES)

    def _part(self) -> None:
        self.mate_chosen.emit(-1)

    def _say(self) -> None:
        self.said.setText(f"{self.distance.value() / NOTCHES:.2f}")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fold(event.size().width() < NARROW)

    def _fold(self, narrow: bool) -> None:
        """Put the parents above their children where there is no room at the left."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._whole.setDirection(down if narrow else across)
        self._parents.setDirection(across if narrow else down)
        for well in (self.first, self.second):
            well.resize_to(SMALL_WELL if narrow else WELL)

    def _lay_out(self) -> None:
        self._explain()
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parents = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._parents.setSpacing(theme.GAP)
        plus = QLabel("+")
        plus.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.first, plus, self.second, self.part):
            self._parents.addWidget(widget)
        self._parents.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP)
        for widget in (QLabel(self.tr("Distance")), self.distance, self.said, self.again):
            tools.addWidget(widget, 1 if widget is self.distance else 0)
        right = QVBoxLayout()
        right.setSpacing(theme.GAP)
        right.addLayout(tools)
        right.addWidget(self.children_grid, 1)
        hint = self.tr("Click a child to go on from it; Ctrl+click to mate it with the first.")
        right.addWidget(label(hint, small=True))
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(2 * theme.GAP)
        self._whole.addLayout(self._parents)
        self._whole.addLayout(right, 1)

    def _explain(self) -> None:
        self.first.setAccessibleName(self.tr("First parent"))
        self.second.setAccessibleName(self.tr("Second parent"))
        self.part.setToolTip(self.tr("Breed from the first parent alone"))
        self.part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.distance.setAccessibleName(self.tr("Distance of the children from their parents"))
        self.distance.setToolTip(self.tr("How much children differ from their parents"))
        self.distance.setMinimumWidth(48)
        self.said.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.00"))
        self.again.setToolTip(self.tr("Nine children of the picture on show; again: nine others"))
        self.children_grid.empty = self.tr("“Breed” draws children of the picture on show")
