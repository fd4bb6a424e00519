"""The pictures that are exported, in their order: drag to reorder, add and remove."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTemporaryDir, Signal
from PySide6.QtGui import (
    QBrush,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from studio.gui.widgets import canvas_files
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.still import Still

SIDE = 64  # pixels of a small picture
KEY = Qt.ItemDataRole.UserRole
EXTENDED = QListWidget.SelectionMode.ExtendedSelection


class Cell(QStyledItemDelegate):
    """Draws a small picture when it is first seen: drawing two thousand took 0.4 s."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.pictures: Sequence[np.ndarray] = ()
        self._icons: dict[int, QIcon] = {}
        self._checker = QBrush(checkered(4))

    def show_pictures(self, pictures: Sequence[np.ndarray]) -> None:
        """Draw these from now on."""
        self.pictures, self._icons = pictures, {}

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Any) -> None:
        super().initStyleOption(option, index)
        chosen: Any = option
        key = index.data(KEY)
        if key not in self._icons:
            self._icons[key] = self._icon(self.pictures[key])
        chosen.icon = self._icons[key]
        chosen.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration

    def _icon(self, picture: np.ndarray) -> QIcon:
        drawn = QPixmap(SIDE, SIDE)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        still = Still(picture)
        still.paint(painter, still.fitted(QRect(0, 0, SIDE, SIDE)), self._checker)
        painter.end()
        icon = QIcon(drawn)
        icon.addPixmap(drawn, QIcon.Mode.Selected)  # or Qt would tint it
        return icon


class ExportStrip(QListWidget):
    """ordered(list of int): what is at each place now, by its place in what was shown.

    It is shorter where pictures were removed. dropped(list of Path): pictures to add. chosen(int):
    this one is looked at.
    """

    ordered = Signal(list)
    dropped = Signal(list)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.cells = Cell(self)
        self.setItemDelegate(self.cells)
        self.setUniformItemSizes(True)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setSelectionMode(EXTENDED)
        self.setDragDropMode(QListWidget.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setFixedHeight(SIDE + 8 + 26)
        self.setStyleSheet("QListWidget::item { padding: 0; }")
        self.setAccessibleName(self.tr("Pictures in the order they are exported"))
        self.currentRowChanged.connect(self.chosen)

    def show_pictures(self, pictures: Sequence[tuple[str, np.ndarray]], current: int = 0) -> None:
        """Show pictures by name and small picture, uint8 [h, w, c]."""
        self.blockSignals(True)
        self.clear()
        self.cells.show_pictures([picture for _, picture in pictures])
        said, size = self.tr("{name}\nDrag to reorder, Del to leave it out."), SIDE + 8
        for key, (name, _) in enumerate(pictures):
            item = QListWidgetItem()
            item.setData(KEY, key)
            item.setSizeHint(QSize(size, size))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
            item.setToolTip(said.format(name=name))
            self.addItem(item)
        self.setCurrentRow(min(current, self.count() - 1))
        self.blockSignals(False)

    def remove_chosen(self) -> None:
        """Leave the selected pictures out."""
        gone = {self.row(item) for item in self.selectedItems()}
        self._tell([key for row, key in enumerate(self._keys()) if row not in gone])

    def move_chosen(self, by: int) -> None:
        """Move the picture looked at by so many places."""
        keys, row = self._keys(), self.currentRow()
        there = min(max(row + by, 0), len(keys) - 1)
        keys.insert(there, keys.pop(row))
        self.setCurrentRow(there)
        self._tell(keys)

    def reverse(self) -> None:
        """Turn the order round."""
        self._tell(self._keys()[::-1])

    def _keys(self) -> list[int]:
        return [self.item(row).data(KEY) for row in range(self.count())]

    def _tell(self, keys: list[int]) -> None:
        if keys != list(range(self.count())):
            self.ordered.emit(keys)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_chosen()
        elif keys and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.move_chosen(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            event.ignore()  # which are the page's
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: Any) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.selectedItems():
            menu.addAction(self.tr("Leave out (Del)"), self.remove_chosen)
        menu.addAction(self.tr("Reverse the order"), self.reverse)
        menu.popup(event.globalPos())

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._accept(event)

    def _accept(self, event: QDragMoveEvent) -> None:
        if event.source() is self or canvas_files.given(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if event.source() is not self:
            event.acceptProposedAction()
            self.dropped.emit(canvas_files.paths(event.mimeData(), self._drawer))
            return
        moved = sorted(self.row(item) for item in self.selectedItems())
        order = reordered(self.count(), moved, self._place(event.position().toPoint()))
        self.setCurrentRow(order.index(moved[0]) if moved else 0)  # it stays chosen
        self._tell(order)
        event.setDropAction(Qt.DropAction.IgnoreAction)  # Qt shall not move the items as well
        event.accept()

    def _place(self, at: QPoint) -> int:
        """Return before which picture something is let fall."""
        rects = [self.visualItemRect(self.item(row)) for row in range(self.count())]
        return sum(at.x() > rect.center().x() for rect in rects)


def reordered(count: int, moved: Sequence[int], place: int) -> list[int]:
    """Return the order of `count` places after those `moved` were put before `place`."""
    rest = [row for row in range(count) if row not in moved]
    before = sum(row < place for row in rest)
    return [*rest[:before], *moved, *rest[before:]]
