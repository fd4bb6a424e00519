"""The list of all keys, read from the actions and buttons of a window."""

from collections.abc import Iterator

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.parts import scrolling

NATIVE = QKeySequence.SequenceFormat.NativeText
HALF = 24  # entries below which one column is enough


class ShortcutList(QDialog):
    """Lists what has a key: every action of a menu, and what of the page in sight has one."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.finished.connect(self.deleteLater)
        self.setWindowTitle(self.tr("Shortcuts"))
        rows = [*self._actions(window), *self._buttons(window)]
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(24)
        half = len(rows) if len(rows) < HALF else (len(rows) + 1) // 2
        for k, (text, keys) in enumerate(rows):
            column, row = divmod(k, half)
            grid.addWidget(QLabel(text), row, 3 * column)
            grid.addWidget(QLabel(keys), row, 3 * column + 1)
        grid.setColumnMinimumWidth(2, 24)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 16)
        whole.addWidget(scrolling(inner))
        whole.addWidget(buttons)
        size = inner.sizeHint()
        self.resize(size.width() + 80, min(size.height() + 110, window.height() - 40))

    def _actions(self, window: QWidget) -> Iterator[tuple[str, str]]:
        for action in window.findChildren(QAction):
            keys = ", ".join(each.toString(NATIVE) for each in action.shortcuts())
            if keys and action.text() and _in_reach(action):
                yield action.text().replace("&", "").rstrip("…"), keys

    def _buttons(self, window: QWidget) -> Iterator[tuple[str, str]]:
        for button in window.findChildren(QAbstractButton):
            keys = button.shortcut().toString(NATIVE)
            if keys and button.isVisible():
                yield button.accessibleName() or button.text(), keys


def _in_reach(action: QAction) -> bool:
    """Tell whether the key works now: the action is in a menu, or of a widget in sight."""
    holders = [each for each in action.associatedObjects() if isinstance(each, QWidget)]
    return any(isinstance(each, QMenu) or each.isVisible() for each in holders)
