"""Pictures that the project keeps, to choose styles from."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.parts import label
from studio.gui.widgets.still import Still

SIDE = 128  # pixels of a picture


class KeptDialog(QDialog):
    """Shows pictures as they are told of; `chosen` are the files of those that were taken."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.chosen: list[Path] = []
        self.setWindowTitle(self.tr("Kept pictures"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Kept pictures"))
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setSpacing(theme.GAP)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemActivated.connect(self._take)
        self.list.itemSelectionChanged.connect(self._allow)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText(self.tr("Use as style"))
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(label(self.tr("Choose one to four pictures that a style is taken from.")))
        column.addWidget(self.list, 1)
        column.addWidget(self.buttons)
        self.resize(640, 480)
        self._allow()

    @Slot(str, list)
    def tell(self, lane: str, events: list[Any]) -> None:
        """Show the pictures among a lane's events."""
        for event in events if lane == "thumbnails" else ():
            if hasattr(event, "picture"):
                icon = QIcon(QPixmap.fromImage(Still(event.picture).image))
                item = QListWidgetItem(icon, event.path.stem)
                item.setData(Qt.ItemDataRole.UserRole, str(event.path))
                self.list.addItem(item)

    @Slot()
    def _allow(self) -> None:
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(bool(self.list.selectedItems()))

    @Slot()
    def _take(self) -> None:
        found = self.list.selectedItems()
        self.chosen = [Path(item.data(Qt.ItemDataRole.UserRole)) for item in found]
        self.accept()
