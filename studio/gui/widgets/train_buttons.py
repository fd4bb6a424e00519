"""Start, Pause and Stop with states that never lie: what can't be done is not offered."""

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

State = Literal["idle", "training", "pausing", "paused", "stopping"]


class TrainButtons(QWidget):
    """Start when idle; Pause or Continue, and Stop, while a run trains."""

    start_asked = Signal()
    pause_asked = Signal(bool)
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.state: State = "idle"
        self.start = QPushButton(self.tr("Start training"))
        self.start.setProperty("role", "primary")
        self.pause = QPushButton()
        self.stop = QPushButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.start, self.pause, self.stop):
            button.setMinimumHeight(40)
            row.addWidget(button, 1)
        self.start.clicked.connect(self.start_asked)
        self.pause.clicked.connect(self._pause)
        self.stop.clicked.connect(self.stop_asked)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.start.click)
        self.show_state("idle", "")

    def show_state(self, state: State, problem: str) -> None:
        """Show what can be done in `state`; `problem` is why Start can't be pressed, or ''."""
        self.state = state
        idle = state == "idle"
        self.start.setVisible(idle)
        self.pause.setVisible(not idle)
        self.stop.setVisible(not idle)
        self.start.setEnabled(idle and not problem)
        self.start.setToolTip(problem or self.tr("Train with these settings (Ctrl+Return)"))
        self.pause.setEnabled(state in ("training", "paused"))
        self.pause.setText(self.tr("Continue") if state == "paused" else self.tr("Pause"))
        self.pause.setToolTip(
            self.tr("Go on from the step it was paused at")
            if state == "paused"
            else self.tr("Hold after this step; the device is free meanwhile")
        )
        self.stop.setEnabled(state != "stopping")
        self.stop.setText(self.tr("Saving…") if state == "stopping" else self.tr("Stop"))
        self.stop.setToolTip(self.tr("Save and end; the run can be continued later"))

    def _pause(self) -> None:
        self.pause_asked.emit(self.state != "paused")
