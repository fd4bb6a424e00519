"""The rail at the left: one button for each workspace."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from studio.gui import theme

WIDTH = 88
REST = 350  # ms that a dragged picture rests on a button to open its workspace


class Rail(QFrame):
    """Shows workspaces (id, title, icon, key) from top to bottom.

    chosen(id): one was clicked, or a picture that is dragged rests on it.
    """

    chosen = Signal(str)

    def __init__(self, spaces: list[tuple[str, str, str, int]], parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(WIDTH)
        self.buttons: dict[str, QToolButton] = {}
        self.icons: dict[str, str] = {}  # that are still to be drawn
        self.over = ""  # the workspace that a picture is dragged over
        self.rest = QTimer(self, interval=REST, singleShot=True)
        self.rest.timeout.connect(self._open_over)
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP)
        for id, title, icon, key in spaces:
            self.buttons[id] = button = self._button(title)
            self.icons[id] = icon
            button.setToolTip(self.tr("{title} (Ctrl+{n})").format(title=title, n=key))
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

    def allow(self, ids: set[str]) -> None:
        """Let only these workspaces be chosen."""
        for id, button in self.buttons.items():
            button.setEnabled(id in ids)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        event.accept()  # or else it would not be heard of again

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        at = event.position().toPoint()
        over = next((id for id, b in self.buttons.items() if b.geometry().contains(at)), "")
        if over != self.over:
            self.over = over
            self.rest.start()
        event.ignore()  # it is let fall on the workspace itself

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 (Qt's name; override costs 16 ms)
        self.over = ""

    @Slot()
    def _open_over(self) -> None:
        if self.over and self.buttons[self.over].isEnabled():
            self.chosen.emit(self.over)

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
