"""Actions of a page, whose keys work wherever the focus is while the page is on show."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.gui import theme


class PageActions(QObject):
    """Base of a workspace's actions."""

    def __init__(self, page: QWidget):
        super().__init__(page)
        self.page = page

    def add(self, text: str, icon: str, *keys: str) -> QAction:
        """Return a new action of the page with an icon of the theme, "" for none, and keys."""
        made = QAction(text, self)
        if icon:
            made.setIcon(theme.icon(icon, 18))
        made.setShortcuts([QKeySequence(key) for key in keys])
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.page.addAction(made)
        return made
