"""Says that a run starts from another run's model."""

from PySide6.QtWidgets import QLabel, QWidget


class Ground(QLabel):
    """`number` is that of the other run, 0 for none; hidden then."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWordWrap(True)
        self.setProperty("role", "help")
        self.show_run(0)

    def show_run(self, number: int) -> None:
        """Say that it starts from run `number`, or nothing."""
        self.number = number
        text = self.tr("Starts from the model of run {n}; choose an aim to start anew.")
        self.setText(text.format(n=number))
        self.setVisible(bool(number))
