"""What can be done to a repaired picture as a whole, with the keys for it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.gui.widgets.page_actions import PageActions

Context = Qt.ShortcutContext


class RepairActions(PageActions):
    """Actions of `page`: their keys work while it is on show. Those that lead from one candidate
    to the next work only where `stage` has the keyboard, as arrows mean other things elsewhere.
    """

    def __init__(self, page: QWidget, stage: QWidget):
        super().__init__(page)
        tr = self.tr
        self.open = self.add(tr("Open picture…"), "folder")
        self.open.setToolTip(tr("Choose a picture to repair (Ctrl+Shift+O)"))
        self.paste = self.add(tr("Paste picture"), "paste", "Ctrl+V")
        self.paste.setToolTip(tr("Repair the picture on the clipboard (Ctrl+V)"))
        self.copy = self.add(tr("Copy picture"), "pictures", "Ctrl+C")
        self.copy.setToolTip(tr("Put the repaired picture on the clipboard (Ctrl+C)"))
        self.keep = self.add(tr("Keep in gallery"), "keep", "Ctrl+K")
        self.keep.setToolTip(tr("Keep the picture as it is now in the gallery (Ctrl+K)"))
        self.export = self.add(tr("Export picture…"), "export", "Ctrl+Shift+E")
        self.export.setIconText(tr("Export…"))
        self.export.setToolTip(tr("Write the repaired picture to a file (Ctrl+Shift+E)"))
        self.style = self.add(tr("Send to Style"), "style")
        self.style.setToolTip(tr("Restyle the picture as it is now in the Style workspace"))
        self.undo = self.add(tr("Undo"), "undo", "Ctrl+Z")
        self.redo = self.add(tr("Redo"), "redo", "Ctrl+Y", "Ctrl+Shift+Z")
        self.compare = self.add(tr("Compare"), "compare", "C")
        self.compare.setCheckable(True)
        self.compare.setToolTip(
            tr("Drag a line between the picture as it was opened and as it is now (C); hold Tab")
            + " "
            + tr("to see it as it was")
        )
        self.enter = self.add(tr("Fill, or keep the candidate"), "", "Return", "Enter")
        self.escape = self.add(tr("Stop filling, or discard the candidates"), "", "Esc")
        self.next = self.add(tr("Next candidate"), "", "Right")
        self.previous = self.add(tr("Previous candidate"), "", "Left")
        for each in (self.next, self.previous):
            page.removeAction(each)
            stage.addAction(each)
            each.setShortcutContext(Context.WidgetShortcut)

    def allow(self, picture: bool, undo: str | None, redo: str | None, offered: bool) -> None:
        """Allow what is possible: with a picture, with edits to undo and redo, with candidates."""
        for each in (self.copy, self.keep, self.export, self.style, self.enter, self.escape):
            each.setEnabled(picture)
        for action, title, words in (
            (self.undo, undo, self.tr("Undo {title} (Ctrl+Z)")),
            (self.redo, redo, self.tr("Redo {title} (Ctrl+Y)")),
        ):
            action.setEnabled(title is not None)
            action.setToolTip(words.format(title=title or "").replace("  ", " "))
        for each in (self.next, self.previous, self.compare):
            each.setEnabled(offered)
