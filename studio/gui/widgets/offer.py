"""A line above a page that offers to go on with what was interrupted."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from studio.gui import theme


class Offer(QFrame):
    """Hidden until `show_offer`; accepted() or declined() as the buttons say."""

    accepted = Signal()
    declined = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.text = QLabel(wordWrap=True)
        self.accept, self.decline = QPushButton(), QPushButton()
        self.accept.setProperty("role", "primary")
        self.accept.clicked.connect(self.accepted)
        self.decline.clicked.connect(self.declined)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.addWidget(self.text, 1)
        row.addWidget(self.decline)
        row.addWidget(self.accept)
        self.hide()

    def show_offer(self, text: str, accept: str, decline: str) -> None:
        """Say what can be gone on with, and what the two buttons do."""
        self.text.setText(text)
        self.accept.setText(accept)
        self.decline.setText(decline)
        self.show()
