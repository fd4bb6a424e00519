"""What a workspace does beside its layout: ask before a run begins, use a run that is there."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.events import Progress, Saved
from studio.core.metrics import evaluation
from studio.core.project import Run
from studio.core.request import TrainRequest
from studio.gui.session import Session
from studio.gui.widgets.forecast_line import ForecastLine
from studio.gui.widgets.run_list import RunList
from studio.gui.widgets.run_rows import RunRows
from studio.gui.widgets.run_view import RunView
from studio.gui.widgets.train_setup import TrainSetup

SETTLED = 400  # ms without a change before a forecast is asked for
SLOW = "diffusion"  # the family whose runs can be made instant


class StartDesk(QObject):
    """Before a run begins: what suits the pictures, what it would take, why it can't be.

    problem_changed(): what stands in the form has been refused.
    """

    problem_changed = Signal()

    def __init__(
        self, session: Session, setup: TrainSetup, line: ForecastLine, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.session, self.setup, self.line = session, setup, line
        self.settling = QTimer(self, singleShot=True, interval=SETTLED)
        self.asked: TrainRequest | None = None  # measured, or being measured
        self.refused: tuple[TrainRequest | None, str] = (None, "")
        self.waiting = False  # for an evaluation to end
        self.advised = ""  # the set that advice was asked about last
        self.settling.timeout.connect(self._ask_forecast)
        session.done.connect(self._on_done)
        session.busy_changed.connect(self._on_busy)
        session.failed.connect(self._on_failed)

    @property
    def problem(self) -> str:
        """Why what stands in the form can't be trained, in one sentence; '' if it can."""
        refused, sentence = self.refused
        here = self.session.shut or self.setup.problem
        return here or (sentence if refused == self._bare() else "")

    def settle(self, visible: bool) -> None:
        """Something may have changed: ask for advice, and soon for a forecast."""
        self._ask_advice()
        if problem := self.problem:
            self.settling.stop()
            self.line.show_reason(problem, refused=not self.setup.problem)
        elif self.session.title("train"):
            self.line.show_reason("")
        elif visible:
            self.settling.start()

    @Slot()
    def train(self) -> None:
        """Train what stands in the form, unless it can't be or something trains."""
        request = self.setup.request
        if request is not None and not self.problem and not self.session.title("train"):
            self.settling.stop()
            self.session.train(request)

    def retry(self) -> None:
        """What was refused may be possible by now: ask again."""
        self.refused = (None, "")

    def renew(self) -> None:
        """What was measured is to be measured again."""
        self.asked = None
        self.retry()

    def rest(self) -> None:
        """Measure nothing while the workspace is not on show: another one has the processor."""
        self.settling.stop()
        if self.session.title("forecast"):
            self.session.stop("forecast")
            self.renew()

    def forget(self) -> None:
        """Another project follows: nothing that was found out holds for it."""
        self.advised = ""
        self.renew()

    @Slot()
    def _ask_forecast(self) -> None:
        asked = self._bare()
        if asked is not None and asked != self.asked and not self.session.title("train"):
            self.asked = asked
            self.session.check(asked)
            self._measure()

    def _measure(self) -> None:
        """Measure what is asked; beside an evaluation it would come out too slow, so after it."""
        if self.asked is not None and not self.session.title("evaluate"):
            self.line.show_measuring()
            self.session.forecast(self.asked)
        elif self.asked is not None:
            self.line.show_reason(self.tr("Measured as soon as the evaluation has ended."))
            self.waiting = True

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "evaluate" and self.waiting and not self.session.title(lane):
            self.waiting = False
            if not self.session.title("train"):
                self._measure()

    def _ask_advice(self) -> None:
        dataset = self.setup.set.currentData()
        if dataset and self.session.ready and dataset not in (*self.setup.advice, self.advised):
            self.advised = dataset
            self.session.advise(dataset)

    def _bare(self) -> TrainRequest | None:
        """Return the request as far as it matters for a forecast."""
        request = self.setup.request
        return request.updated({"name": ""}) if request else None

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "forecast" and self.asked is not None and self._bare() == self.asked:
            self.line.show_forecast(result)
        if lane == "advice":
            self.setup.show_advice(result.dataset, result.advice)

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane in ("check", "forecast") and self._bare() == self.asked:
            self.refused, self.asked = (self.asked, sentence), None
            self.session.stop("forecast")
            self.settle(False)
            self.problem_changed.emit()


class RowDesk(QObject):
    """The list of runs: rows at once, how each run stands as soon as its log was looked at."""

    def __init__(
        self, session: Session, rows: RunRows, list: RunList, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.session, self.rows, self.list = session, rows, list
        self.runs: Mapping[int, Run] = {}
        self.live: int | None = None  # the run that trains: its row comes from what it says
        session.events.connect(self._on_events)

    def show_runs(self, runs: Mapping[int, Run]) -> None:
        """List these runs; what has changed since it was looked at is looked at."""
        self.runs, unread = runs, self.rows.unread(runs)
        self.list.show_rows([self.rows.row(run) for run in runs.values()])
        if unread:
            self.session.look_through(unread)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        for standing in events if lane == "rows" else ():
            run = self.runs.get(standing.run.number)
            if run is None or run.folder != standing.run.folder:
                continue  # another project was opened meanwhile
            self.rows.take(standing)
            if run.number != self.live:
                self.list.update_row(self.rows.row(run))
                self.list.show_picture(run.number, standing.picture)


class RunDesk(QObject):
    """What can be made of the run on show beside training it on: a report, an instant model."""

    def __init__(self, session: Session, view: RunView, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.view, self.tools = session, view, view.tools
        self.run: Run | None = None
        session.events.connect(self._on_events)
        session.busy_changed.connect(self._on_busy)
        session.done.connect(self._on_done)
        self.tools.evaluate_asked.connect(self._evaluate)
        self.tools.instant_asked.connect(self._make_instant)
        view.progress.stop_asked.connect(self._stop)
        self._on_busy("evaluate")

    def show_run(self, run: Run | None) -> None:
        """Have the run's newest report at hand, and offer what suits it."""
        self.run = run
        found = evaluation.newest(run) if run else None
        self.view.show_evaluation(found, evaluation.picture(found, run) if found and run else None)
        self._offer()

    def _offer(self) -> None:
        saved = self.run is not None and any(self.run.checkpoints.glob("step-*"))
        record = self.run.record if self.run and self.run.record.family == SLOW else None
        slow = record is not None and not record.settings.get("instant")
        self.tools.show_run(saved, slow, self.view.report.evaluation is not None)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane == "evaluate" and isinstance(events[-1], Progress):
            self.view.progress.tell(events[-1])
        elif lane == "train" and any(isinstance(event, Saved) for event in events):
            self._offer()

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        work, trains = self.session.title("evaluate"), self.session.title("train")
        if lane == "evaluate":
            self.view.progress.begin(work) if work else self.view.progress.hide()
        self.tools.allow(self.session.ready and not work, self.session.ready and not trains)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "evaluate" and self.run is not None and result.run == self.run.number:
            self.show_run(self.run)
            self.view.tools.report.setChecked(self.view.report.evaluation is not None)

    @Slot()
    def _evaluate(self) -> None:
        if self.run is not None:
            self.session.evaluate(self.run)

    @Slot()
    def _make_instant(self) -> None:
        if self.run is not None:
            self.session.make_instant(self.run)

    @Slot()
    def _stop(self) -> None:
        self.session.stop("evaluate")
