"""What can be done to a restyled picture as a whole, with the keys for it."""

from PySide6.QtWidgets import QWidget

from studio.gui.widgets.page_actions import PageActions


class StyleActions(PageActions):
    """Actions of the Style workspace."""

    def __init__(self, page: QWidget):
        super().__init__(page)
        tr = self.tr
        self.open = self.add(tr("Open picture…"), "folder")
        self.open.setToolTip(tr("Choose a picture to restyle"))
        self.paste = self.add(tr("Paste picture"), "paste", "Ctrl+V")
        self.paste.setToolTip(tr("Restyle the picture on the clipboard (Ctrl+V)"))
        self.copy = self.add(tr("Copy picture"), "pictures", "Ctrl+C")
        self.copy.setToolTip(tr("Put the restyled picture on the clipboard (Ctrl+C)"))
        self.keep = self.add(tr("Keep in gallery"), "keep", "Ctrl+K")
        self.keep.setToolTip(tr("Keep the restyled picture in the gallery (Ctrl+K)"))
        self.export = self.add(tr("Export picture…"), "export", "Ctrl+Shift+E")
        self.export.setIconText(tr("Export…"))
        self.export.setToolTip(tr("Write the restyled picture to a file (Ctrl+Shift+E)"))
        self.repair = self.add(tr("Send to Repair"), "repair")
        self.repair.setToolTip(tr("Go on with the restyled picture in the Repair workspace"))
        self.undo = self.add(tr("Undo"), "undo", "Ctrl+Z")
        self.redo = self.add(tr("Redo"), "redo", "Ctrl+Y", "Ctrl+Shift+Z")
        self.compare = self.add(tr("Compare"), "compare", "C")
        self.compare.setCheckable(True)
        self.compare.setToolTip(
            tr("Drag a line between the picture and its new look (C); hold Tab to see it as it was")
        )
        self.both = self.add(tr("Compare A with B"), "", "Shift+C")
        self.both.setCheckable(True)
        self.both.setIconText("A|B")
        self.both.setToolTip(tr("Drag a line between the settings A and B (Shift+C)"))
        self.flip = self.add(tr("Flip between A and B"), "", "A")
        self.pin = self.add(tr("Keep this setting in the history"), "star", ".")
        self.pin.setToolTip(tr("Keep this setting in the history, to come back to it (.)"))
        keys = ("Return", "Enter", "Ctrl+Return", "Ctrl+Enter")
        self.restyle = self.add(tr("Restyle the whole picture"), "", *keys)
        self.escape = self.add(tr("Stop restyling, or end painting"), "", "Esc")

    def allow(self, picture: bool, look: bool) -> None:
        """Allow what is possible with a picture, and with a look that can be made of it."""
        for each in (self.escape, self.flip):
            each.setEnabled(picture)
        for each in (
            self.copy,
            self.keep,
            self.export,
            self.repair,
            self.compare,
            self.both,
            self.pin,
        ):
            each.setEnabled(look)
        self.restyle.setEnabled(look)

    def allow_steps(self, undo: str | None, redo: str | None) -> None:
        """Allow to undo and redo what has these titles; None = nothing."""
        for action, title, words in (
            (self.undo, undo, self.tr("Undo {title} (Ctrl+Z)")),
            (self.redo, redo, self.tr("Redo {title} (Ctrl+Y)")),
        ):
            action.setEnabled(title is not None)
            action.setToolTip(words.format(title=title or "").replace("  ", " "))
