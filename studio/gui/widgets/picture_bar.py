"""The line above a picture that is repaired: what it is, and what is done with all of it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from studio.gui import theme


class PictureBar(QWidget):
    """Shows a picture's name and facts beside the buttons of `actions`; those with a text on them
    are named in `worded`.
    """

    def __init__(
        self, actions: list[QAction], worded: list[QAction], parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._name, self._facts = "", ""
        self.text = QLabel()
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.text, 1)
        row.addSpacing(theme.GAP)
        for action in actions:
            row.addWidget(_button(action, action in worded))

    def show_picture(self, name: str, facts: str) -> None:
        """Show a picture's name and what is known about it."""
        self._name, self._facts = name, facts
        self.text.setToolTip(f"{name}\n{facts}".strip())
        self._write()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._write()

    def _write(self) -> None:
        whole = "  ·  ".join(filter(None, (self._name, self._facts)))
        room = self.text.width()
        self.text.setText(
            self.text.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        )


def _button(action: QAction, worded: bool) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(18, 18))
    made.setAutoRaise(True)
    made.setAccessibleName(action.text().replace("&", ""))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the canvas
    if worded:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made
