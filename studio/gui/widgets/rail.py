"""The rail at the left: one button for each workspace."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme

WIDTH = 88


class Rail(QFrame):
    """Shows workspaces (id, title, icon) from top to bottom; `chosen(id)` on a click."""

    chosen = Signal(str)

    def __init__(self, spaces: list[tuple[str, str, str]], parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(WIDTH)
        self.buttons: dict[str, QToolButton] = {}
        self.icons: dict[str, str] = {}  # that are still to be drawn
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP)
        for number, (id, title, icon) in enumerate(spaces, 1):
            self.buttons[id] = button = self._button(title)
            self.icons[id] = icon
            button.setToolTip(self.tr("{title} (Ctrl+{n})").format(title=title, n=number))
            button.clicked.connect(self._on_clicked)
            column.addWidget(button)
        column.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        """Draw the icons only now: the welcome page is painted without them."""
        for id, icon in self.icons.items():
            self.buttons[id].setIcon(theme.icon(icon))
        self.icons.clear()
        super().showEvent(event)

    def choose(self, id: str) -> None:
        """Mark the workspace as the one that is shown; none for an unknown id."""
        for each, button in self.buttons.items():
            button.setChecked(each == id)

    def _button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setFixedWidth(WIDTH - 2 * theme.GAP)
        button.setAccessibleName(title)
        return button

    def _on_clicked(self) -> None:
        chosen = next(id for id, button in self.buttons.items() if button is self.sender())
        self.choose(chosen)
        self.chosen.emit(chosen)
