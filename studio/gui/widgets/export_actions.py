"""What can be done in the export room, with the keys for it."""

from PySide6.QtWidgets import QWidget

from studio.gui.widgets.page_actions import PageActions


class ExportActions(PageActions):
    """Actions of the export room."""

    def __init__(self, page: QWidget):
        super().__init__(page)
        tr = self.tr
        self.back = self.add(tr("Back"), "back")
        self.back.setToolTip(tr("Go back to where you were (Esc)"))
        self.add_pictures = self.add(tr("Add pictures…"), "pictures")
        self.add_pictures.setIconText(tr("Add…"))
        self.add_pictures.setToolTip(tr("Export more pictures together with these"))
        self.command = self.add(tr("Copy as command"), "paste")
        self.command.setToolTip(
            tr("Put the line on the clipboard that does the same in a terminal")
        )
        self.paste = self.add(tr("Paste pictures"), "", "Ctrl+V")
        self.export = self.add(tr("Export"), "", "Return", "Enter", "Ctrl+Return", "Ctrl+Enter")
        self.escape = self.add(tr("Stop, or go back"), "", "Esc")
        self.outlines = self.add(tr("Show outlines"), "", "O")

    def allow(self, pictures: bool) -> None:
        """Allow what is possible with pictures, or without any."""
        for each in (self.add_pictures, self.command, self.export, self.outlines):
            each.setEnabled(pictures)
