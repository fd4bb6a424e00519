"""Where pictures are dropped or chosen: a large frame with three buttons."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.gui import theme


class AddButtons(QWidget):
    """Buttons that bring pictures in: `chosen` carries paths, `starter` the name of a source."""

    chosen = Signal(list)
    starter = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.folder = self._button(self.tr("Folder…"), "folder", self._ask_folder)
        self.folder.setToolTip(
            self.tr("Import all pictures of a folder; sub-folders become classes")
        )
        self.file = self._button(self.tr("Zip or files…"), "zip", self._ask_files)
        self.file.setToolTip(self.tr("Import a zip, MNIST idx files, or chosen pictures"))
        self.starters = self._button(self.tr("Starter set"), "spark", None)
        self.starters.setToolTip(self.tr("Import pictures that come with Atelier"))
        menu = QMenu(self.starters)
        for text, source in (
            (self.tr("Sprites, 32 × 32 with transparency"), "starter:sprites"),
            (self.tr("Handwritten digits"), "starter:digits"),
        ):
            menu.addAction(text, self._take_starter).setData(source)
        self.starters.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        for each in (self.folder, self.file, self.starters):
            row.addWidget(each)

    def _button(self, text: str, icon: str, slot: object) -> QPushButton:
        button = QPushButton(theme.icon(icon, 16), text)
        if slot:
            button.clicked.connect(slot)
        return button

    @Slot()
    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of pictures"))
        if folder:
            self.chosen.emit([Path(folder)])

    @Slot()
    def _ask_files(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(self, self.tr("Open a zip, idx files or pictures"))
        if found:
            self.chosen.emit([Path(each) for each in found])

    @Slot()
    def _take_starter(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.starter.emit(action.data())


class DropZone(QFrame):
    """A dashed frame that takes folders, zips and pictures; `dropped` carries a list of paths."""

    dropped = Signal(list)

    def __init__(self, buttons: AddButtons, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        picture, title = QLabel(), QLabel(self.tr("Drop a folder, a zip or pictures here"))
        picture.setPixmap(theme.pixmap("drop", 48, theme.QUIET))
        title.setProperty("role", "heading")
        kinds = QLabel(
            self.tr("PNG, JPEG, WebP, GIF, BMP, TIFF and MNIST idx. Your files stay as they are.")
        )
        kinds.setProperty("role", "quiet")
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.GAP)
        column.addStretch(1)
        for each in (picture, title, kinds, buttons):
            column.addWidget(each, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and any(u.isLocalFile() for u in event.mimeData().urls()):
            event.acceptProposedAction()
            self._light(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        event.acceptProposedAction()
        self.dropped.emit(
            [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        )

    def _light(self, on: bool) -> None:
        self.setProperty("over", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)
