"""The question before the window closes while a model trains: stop and save, or keep running."""

from PySide6.QtWidgets import QMessageBox, QWidget


class LeaveQuestion(QMessageBox):
    """Two honest answers; closing the question keeps the training running."""

    def __init__(self, title: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.finished.connect(self.deleteLater)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("A model is training"))
        self.setText(self.tr("{title} is under way.").format(title=title))
        self.setInformativeText(
            self.tr(
                "Stop and save: the run is saved at its present step and the program closes; "
                "it can go on from there another day.\n\n"
                "Keep running: the window stays open and the training goes on."
            )
        )
        role = QMessageBox.ButtonRole
        self.stopping = self.addButton(self.tr("Stop and save"), role.AcceptRole)
        self.keeping = self.addButton(self.tr("Keep running"), role.RejectRole)
        self.setDefaultButton(self.keeping)
        self.setEscapeButton(self.keeping)

    def stop(self) -> bool:
        """Ask; True for stop and save."""
        self.exec()
        return self.clickedButton() is self.stopping
