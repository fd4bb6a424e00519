"""What a workspace shows while it has nothing to work on: one sentence and one button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyPage(QWidget):
    """Says what is missing; asked(): the user wants to go where it can be had."""

    asked = Signal()

    def __init__(self, title: str, text: str, action: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.button = QPushButton(action)
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        for words, role in ((title, "title"), (text, "quiet")):
            label = QLabel(words, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
            label.setProperty("role", role)
            column.addWidget(label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
