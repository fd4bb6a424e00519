"""A calm line above the page: why nothing can be changed here, and a button to try again."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from studio.gui import theme


class AccessLine(QFrame):
    """Hidden while everything may be changed; tried(): the user wants to know anew."""

    tried = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.text = QLabel(wordWrap=True)
        self.again = QPushButton(self.tr("Try again"))
        self.again.setToolTip(self.tr("Change this project here, if that is possible by now"))
        self.again.clicked.connect(self.tried)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.addWidget(self.text, 1)
        row.addWidget(self.again)
        self.hide()

    @Slot(str)
    def say(self, why: str) -> None:
        """Show why nothing can be changed; nothing for ""."""
        self.text.setText(why)
        self.text.setAccessibleName(why)
        self.setVisible(bool(why))
