"""The question before a repaired picture is left: export it, discard what was done, or stay."""

from typing import Literal

from PySide6.QtWidgets import QMessageBox, QWidget

Answer = Literal["export", "discard", "stay"]


class UnsavedQuestion(QMessageBox):
    """Three honest answers; closing the question stays."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Repairs are not exported"))
        self.setText(self.tr("The repairs of {name} are not exported yet.").format(name=name))
        self.setInformativeText(
            self.tr("Your file itself was not changed; discarded repairs can't be brought back.")
        )
        role = QMessageBox.ButtonRole
        self.exporting = self.addButton(self.tr("Export…"), role.AcceptRole)
        self.discarding = self.addButton(self.tr("Discard repairs"), role.DestructiveRole)
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
