"""What can be done with a run on show: evaluate it, read the report, make it instant."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from studio.gui import theme
from studio.gui.widgets.parts import switch


class RunTools(QWidget):
    """Buttons for a run; while it is evaluated, how far that is and a Stop button.

    evaluate_asked(), instant_asked(), stop_asked(): as the buttons say. report_shown(bool): the
    report is wanted in place of the pictures, or no more.
    """

    evaluate_asked = Signal()
    instant_asked = Signal()
    stop_asked = Signal()
    report_shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.report = switch(self.tr("Report"))
        self.report.setToolTip(self.tr("Show what the last evaluation found, or the pictures"))
        self.evaluate = QPushButton(self.tr("Evaluate"))
        self.evaluate.setToolTip(
            self.tr("Draw 1,000 pictures, compare them with yours and look for copies")
        )
        self.instant = QPushButton(self.tr("Make it instant"))
        self.instant.setToolTip(
            self.tr("Train a new run from this one that draws in one or two looks")
        )
        self.text = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(90, 6)
        self.bar.setAccessibleName(self.tr("Progress of the evaluation"))
        self.stop = QToolButton(autoRaise=True)
        self.stop.setIcon(theme.icon("stop", 16))
        self.stop.setAccessibleName(self.tr("Stop the evaluation"))
        self.stop.setToolTip(self.tr("End the evaluation; nothing of it is kept"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.text, self.bar, self.stop, self.report, self.evaluate, self.instant):
            row.addWidget(widget)
        self.evaluate.clicked.connect(self.evaluate_asked)
        self.instant.clicked.connect(self.instant_asked)
        self.stop.clicked.connect(self._stop)
        self.report.toggled.connect(self.report_shown)
        self.show_run(False, False, False)
        self.show_work("")

    def show_run(self, saved: bool, slow: bool, evaluated: bool) -> None:
        """Offer what suits the run: it has a save, it could be made instant, it has a report."""
        self.evaluate.setVisible(saved)
        self.instant.setVisible(saved and slow)
        self.report.setVisible(evaluated)
        if not evaluated:
            self.report.setChecked(False)

    def show_work(self, title: str, free: bool = True) -> None:
        """Show that the evaluation `title` is at work, '' for none; training is `free` to begin."""
        for widget in (self.text, self.bar, self.stop):
            widget.setVisible(bool(title))
        self.text.setText(title)
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.evaluate.setEnabled(not title)
        self.instant.setEnabled(free)

    def tell(self, event: Any) -> None:
        """Show one studio.core.events.Progress."""
        self.text.setText(event.text)
        self.bar.setRange(0, event.total or 0)
        self.bar.setValue(event.done)

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop_asked.emit()
