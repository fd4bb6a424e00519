"""A sentence above the page that stays until it is read: refusals and failures."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.gui import theme


class Notice(QFrame):
    """Hidden until `say`; closed with its button."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.text = QLabel(wordWrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QToolButton(autoRaise=True)
        self.button.setAccessibleName(self.tr("Close this message"))
        self.button.setToolTip(self.tr("Close this message"))
        self.button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.setProperty("role", "message")
        self.hide()

    @Slot(str, str)
    def say(self, sentence: str, level: str = "warning") -> None:
        """Show the sentence in the color of its level, 'warning' or 'error'."""
        color = theme.ERROR if level == "error" else theme.WARNING
        self.setStyleSheet(
            f'QFrame[role="message"] {{ background: {theme.RAISED};'
            f" border-left: 4px solid {color}; }}"
        )
        self.button.setIcon(theme.icon("close", 16))
        self.text.setText(sentence)
        self.text.setAccessibleName(sentence)
        self.show()
