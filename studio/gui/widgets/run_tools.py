"""What can be done with a run on show: evaluate it, read the report, make it instant, export it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.gui.widgets.parts import switch


class RunTools(QWidget):
    """Buttons for a run; what does not suit it is not there.

    evaluate_asked(), instant_asked(), export_asked(): as the buttons say. report_shown(bool): the
    report is wanted in place of pictures and curves, or no more.
    """

    evaluate_asked = Signal()
    instant_asked = Signal()
    export_asked = Signal()
    report_shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.report = switch(self.tr("Report"))
        self.report.setToolTip(self.tr("Read what the last evaluation found, or go back"))
        self.evaluate = QPushButton(self.tr("Evaluate"))
        self.evaluate.setToolTip(
            self.tr("Draw 1,000 pictures, compare them with yours and look for copies")
        )
        self.instant = QPushButton(self.tr("Make it instant"))
        self.instant.setToolTip(
            self.tr("Train a new run from this one that draws in one or two looks (3 minutes)")
        )
        self.export = QPushButton(self.tr("Export model…"))
        self.export.setToolTip(self.tr("Take the model away: to another Atelier, or into a game"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.report, self.evaluate, self.instant, self.export):
            row.addWidget(widget)
        self.evaluate.clicked.connect(self.evaluate_asked)
        self.instant.clicked.connect(self.instant_asked)
        self.export.clicked.connect(self.export_asked)
        self.report.toggled.connect(self.report_shown)
        self.show_run(False, False, False)

    def show_run(self, saved: bool, slow: bool, evaluated: bool) -> None:
        """Offer what suits the run: it has a save, it could be made instant, it has a report."""
        self.evaluate.setVisible(saved)
        self.export.setVisible(saved)
        self.instant.setVisible(saved and slow)
        self.report.setVisible(evaluated)
        if not evaluated:
            self.report.setChecked(False)

    def allow(self, evaluate: bool, train: bool) -> None:
        """Offer what can be begun now: an evaluation, a training."""
        self.evaluate.setEnabled(evaluate)
        self.instant.setEnabled(train)

    def allow_export(self, on: bool) -> None:
        """Offer to export while no other model leaves."""
        self.export.setEnabled(on)
