"""Where a picture comes in: dropped, opened or pasted."""

from pathlib import Path

from PySide6.QtCore import Qt, QTemporaryDir, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from studio.gui import theme
from studio.gui.widgets import canvas_files


class PictureDrop(QFrame):
    """A dashed frame with an icon, a title and a few words.

    dropped(list of Path), open_asked(), paste_asked(). The tips say what the two buttons do.
    """

    dropped = Signal(list)
    open_asked = Signal()
    paste_asked = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        words: str,
        tips: tuple[str, str],
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.open = QPushButton(self.tr("Open…"))
        self.open.setProperty("role", "primary")
        self.open.setToolTip(tips[0])
        self.open.clicked.connect(self.open_asked)
        self.paste = QPushButton(theme.icon("paste", 16), self.tr("Paste"))
        self.paste.setToolTip(tips[1])
        self.paste.clicked.connect(self.paste_asked)
        self.picture, self.title = QLabel(), QLabel(title)
        self.picture.setPixmap(theme.pixmap(icon, 48, theme.QUIET))
        self.title.setProperty("role", "heading")
        self.told = QLabel(words, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.told.setProperty("role", "quiet")
        self._lay_out()

    def show_picture(self, picture: QPixmap, words: str) -> None:
        """Show what came in, in place of the icon and the words."""
        self.picture.setPixmap(picture)
        self.told.setText(words)

    def _lay_out(self) -> None:
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.open)
        row.addWidget(self.paste)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.GAP)
        column.addStretch(1)
        for each in (self.picture, self.title, self.told, buttons):
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
