"""One run on screen: health, sample grids of the averaged and the raw model, timeline, curves."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.evaluation_view import EvaluationView
from studio.gui.widgets.health_line import HealthLine
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.lightbox import Lightbox
from studio.gui.widgets.loss_plot import LossPlot
from studio.gui.widgets.progress_row import ProgressRow
from studio.gui.widgets.recording import Recording
from studio.gui.widgets.run_tools import RunTools
from studio.gui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from studio.core.health import Verdict
    from studio.core.metrics.evaluation import Evaluation

KINDS = ("ema", "raw")
HANDLE = 3  # pixels of a splitter


class RunView(QWidget):
    """Shows a recording; the timeline moves grids and plot cursor together."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.recording = Recording()
        self.settings: Mapping[str, Any] = {}
        self.title = QLabel()
        self.health = HealthLine()
        titles = (self.tr("Averaged model (EMA)"), self.tr("Latest weights (raw)"))
        self.grids = {kind: ImageGrid(t) for kind, t in zip(KINDS, titles, strict=True)}
        for grid in self.grids.values():
            grid.keeps = True
        self.timeline = Timeline()
        self.plot = LossPlot()
        self.tools, self.report, self.pages = RunTools(), EvaluationView(), QStackedWidget()
        self.progress = ProgressRow(
            self.tr("Progress of the evaluation"),
            self.tr("End the evaluation; nothing of it is kept"),
        )
        self.leaving = ProgressRow(
            self.tr("Progress of the model's export"),
            self.tr("End the export; nothing of it is written"),
        )
        self.lightbox: Lightbox | None = None
        self._lay_out()
        self.timeline.step_changed.connect(self.show_step)
        self.plot.step_picked.connect(self.timeline.go_to)
        self.grids["ema"].current_changed.connect(self.grids["raw"].set_current)
        self.grids["raw"].current_changed.connect(self.grids["ema"].set_current)
        self.grids["ema"].opened.connect(self._enlarge_ema)
        self.grids["raw"].opened.connect(self._enlarge_raw)
        self.tools.report_shown.connect(self._turn)

    def show_recording(
        self,
        recording: Recording,
        title: str = "",
        losses: tuple[str, ...] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Show another run from its newest step on; its `losses` are plotted at first.

        `settings` are those it was started with: remedies are changes to them.
        """
        self.recording, self.settings = recording, settings or {}
        self.title.setText(title)
        self.timeline.play.setChecked(False)
        self.timeline.live.setChecked(True)
        self.plot.show_curves(recording.curves, losses)
        self.plot.show_marks(recording.notes)
        self.timeline.show_steps(recording.sample_steps)
        self.show_step(self.timeline.step)

    def grew(self, sampled: bool) -> None:
        """Show what the recording has learned since; `sampled` if its grids changed."""
        if sampled:
            before = self.timeline.step
            self.timeline.show_steps(self.recording.sample_steps)
            if self.timeline.step == before:  # a second kind of the same step has arrived
                self.show_step(before)
        self.plot.show_marks(self.recording.notes)
        self.plot.grew()

    def show_verdict(self, verdict: "Verdict | None") -> None:
        """Say how the run is doing."""
        self.health.show_verdict(verdict)

    def judge(self) -> None:
        """Say how the run on show is doing, judged from what is known of it."""
        from studio.core.health import judge

        self.show_verdict(judge(self.recording.history(), self.settings))

    def show_evaluation(self, found: "Evaluation | None", picture: Path | None = None) -> None:
        """Have a report ready, with the file of the closest pairs, or none."""
        self.report.show_evaluation(found, picture)

    def _turn(self, report: bool) -> None:
        self.pages.setCurrentIndex(int(report))

    def show_step(self, step: int | None) -> None:
        """Show the grids of `step` and put the plot's cursor there."""
        for kind, grid in self.grids.items():
            grid.show_pictures(None if step is None else self.recording.pictures(step, kind))
        self.plot.set_cursor(step)

    def _enlarge_ema(self, index: int) -> None:
        self._enlarge("ema", index)

    def _enlarge_raw(self, index: int) -> None:
        self._enlarge("raw", index)

    def _enlarge(self, kind: str, index: int) -> None:
        if self.lightbox is None:
            self.lightbox = Lightbox(self.window())
        self.lightbox.open(self.grids[kind], index)

    def _lay_out(self) -> None:
        font = QFont(self.title.font())
        font.setPointSizeF(font.pointSizeF() * 1.15)
        font.setBold(True)
        self.title.setFont(font)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addStrut(34)  # so that nothing jumps when the buttons go
        top.addWidget(self.title, 1)
        top.addWidget(self.tools)
        self.pages.addWidget(self._pictures_and_curves())
        self.pages.addWidget(self.report)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 12, 8)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addWidget(self.health)
        whole.addWidget(self.progress)
        whole.addWidget(self.leaving)
        whole.addWidget(self.pages, 1)

    def _pictures_and_curves(self) -> QWidget:
        pictures = QWidget()
        upper = QVBoxLayout(pictures)
        upper.setContentsMargins(0, 0, 0, 4)
        upper.setSpacing(6)
        both = QHBoxLayout()
        both.setSpacing(12)
        for grid in self.grids.values():
            both.addWidget(_titled(grid), 1)
        upper.addLayout(both, 1)
        upper.addWidget(self.timeline)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(HANDLE)
        split.addWidget(pictures)
        split.addWidget(self.plot)
        split.setSizes([570, 232])
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        return split


def _titled(grid: ImageGrid) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    title = QLabel(grid.title, alignment=Qt.AlignmentFlag.AlignHCenter)
    title.setProperty("role", "quiet")
    column.addWidget(title)
    column.addWidget(grid, 1)
    return box
