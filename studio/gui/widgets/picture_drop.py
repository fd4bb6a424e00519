"""Where a picture to be repaired comes in: dropped, opened or pasted."""

from pathlib import Path

from PySide6.QtCore import Qt, QTemporaryDir, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets import canvas_files


class PictureDrop(QFrame):
    """A dashed frame: dropped(list of Path), open_asked(), paste_asked()."""

    dropped = Signal(list)
    open_asked = Signal()
    paste_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.open = QPushButton(self.tr("Open…"))
        self.open.setProperty("role", "primary")
        self.open.setToolTip(self.tr("Choose a picture to repair (Ctrl+Shift+O)"))
        self.open.clicked.connect(self.open_asked)
        self.paste = QPushButton(theme.icon("paste", 16), self.tr("Paste"))
        self.paste.setToolTip(self.tr("Repair the picture on the clipboard (Ctrl+V)"))
        self.paste.clicked.connect(self.paste_asked)
        self._lay_out()

    def _lay_out(self) -> None:
        picture, title = QLabel(), QLabel(self.tr("Open, drop or paste a picture"))
        picture.setPixmap(theme.pixmap("repair", 48, theme.QUIET))
        title.setProperty("role", "heading")
        words = self.tr(
            "Paint over scratches, stains, writing or whole things:\n"
            "they are filled from the rest of the picture, and nothing else changes.\n"
            "Your file stays as it is."
        )
        told = QLabel(words, alignment=Qt.AlignmentFlag.AlignHCenter)
        told.setProperty("role", "quiet")
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.open)
        row.addWidget(self.paste)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.GAP)
        column.addStretch(1)
        for each in (picture, title, told, buttons):
            column.addWidget(each, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if canvas_files.given(event.mimeData()):
            event.acceptProposedAction()
            self._light(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        found: list[Path] = canvas_files.paths(event.mimeData(), self._drawer)
        if found:
            event.acceptProposedAction()
            self.dropped.emit(found)

    def _light(self, on: bool) -> None:
        self.setProperty("over", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)
