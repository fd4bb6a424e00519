"""The question before a changed picture is left: export it, discard what was done, or stay."""

from typing import Literal

from PySide6.QtWidgets import QMessageBox, QWidget

Answer = Literal["export", "discard", "stay"]


class UnsavedQuestion(QMessageBox):
    """Three honest answers; closing the question stays. `words` are its title, its text, what is
    said besides, and what the button that discards is called.
    """

    def __init__(self, words: tuple[str, str, str, str], parent: QWidget | None = None):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.setIcon(QMessageBox.Icon.Question)
        title, text, told, discarding = words
        self.setWindowTitle(title)
        self.setText(text)
        self.setInformativeText(told)
        role = QMessageBox.ButtonRole
        self.exporting = self.addButton(self.tr("Export…"), role.AcceptRole)
        self.discarding = self.addButton(discarding, role.DestructiveRole)
        self.staying = self.addButton(self.tr("Cancel"), role.RejectRole)
        self.setDefaultButton(self.exporting)
        self.setEscapeButton(self.staying)

    def ask(self) -> Answer:
        """Ask, and wait for the answer."""
        self.exec()
        chosen = self.clickedButton()
        if chosen is self.exporting:
            return "export"
        return "discard" if chosen is self.discarding else "stay"
