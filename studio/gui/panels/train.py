"""The Train workspace: what to train, the run on show, and all runs of the project."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from studio.core import pictures
from studio.core.data.packed import open_packed
from studio.core.events import Refused, Samples, Saved, Scalars
from studio.core.project import Run
from studio.core.request import TrainRequest
from studio.gui.session import Session
from studio.gui.widgets.empty_page import EmptyPage
from studio.gui.widgets.forecast_line import ForecastLine
from studio.gui.widgets.parts import label
from studio.gui.widgets.recording import Recording
from studio.gui.widgets.run_list import RunList
from studio.gui.widgets.run_rows import RunRows, four, written
from studio.gui.widgets.run_view import HANDLE, RunView
from studio.gui.widgets.train_buttons import State, TrainButtons
from studio.gui.widgets.train_setup import SetChoice, TrainSetup

SETTLED = 400  # ms without a change before a forecast is asked for
JUDGED = 1500  # ms between two looks at the health of a run that trains


class TrainPanel(QWidget):
    """Layout and wiring. library_asked: the user wants to add pictures."""

    library_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.folder: Path | None = None
        self.sets = Sets()
        self.runs: dict[int, Run] = {}
        self.shown: int | None = None  # the run on show
        self.live: int | None = None  # the run that trains, once it has said something
        self.recording = Recording()  # of the live run
        self.stopping = False
        self.forecasted: TrainRequest | None = None
        self.setup, self.forecast, self.buttons = TrainSetup(), ForecastLine(), TrainButtons()
        self.view, self.list, self.rows = RunView(), RunList(), RunRows(self)
        self.settling = QTimer(self, singleShot=True, interval=SETTLED)
        self.judging = QTimer(self, singleShot=True, interval=JUDGED)
        self._lay_out()
        self._connect()
        self._on_project()
        self._on_busy("engine")
        self._on_busy("train")

    @Slot()
    def _on_project(self) -> None:
        project = self.session.project
        if project is not None and project.folder != self.folder:
            self._forget(project.folder)
        self.setup.show_sets(self.sets.choices(project.datasets()) if project else [])
        self.runs = {run.number: run for run in project.runs()} if project else {}
        self.list.show_rows(self.rows.show_runs(self.runs))
        self.pages.setCurrentIndex(1 if self.setup.choices or self.runs else 0)
        if self.shown in self.runs:
            self.view.title.setText(title(self.runs[self.shown]))
        else:
            self.shown = None
            self.list.choose(max(self.runs)) if self.runs else self._show(None)
        self._show_state()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane != "train":
            return
        if self.live is None and any(isinstance(e, Scalars | Samples | Saved) for e in events):
            self._attach()
        if self.live is None:
            return
        sampled = self.recording.add(events)
        if self.shown == self.live:
            self.view.grew(sampled)
        if not self.judging.isActive():
            self.judging.start()

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "engine" and self.session.ready:
            self.setup.show_families(self.session.families())
        if lane == "train" and not self.session.title("train"):
            self.stopping = False
            self._detach()
        if lane in ("train", "engine"):
            self._show_state()
            self._settle()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "forecast" and self.forecasted is not None and self._asked() == self.forecasted:
            self.forecast.show_forecast(result)

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "forecast":
            self.forecast.show_reason(sentence)

    @Slot()
    def _start(self) -> None:
        request = self.setup.request
        if request is not None and not self.session.title("train"):
            self.settling.stop()
            self.session.train(request)

    @Slot(bool)
    def _pause(self, on: bool) -> None:
        self.session.pause("train", on)

    @Slot()
    def _stop(self) -> None:
        self.stopping = True
        self.session.stop("train")
        self._show_state()

    @Slot(int, str)
    def _rename(self, number: int, name: str) -> None:
        self.session.rename_run(self.runs[number], name)

    @Slot(int)
    def _resume(self, number: int) -> None:
        """Complete the run's plan; a finished run gets the plan that stands in the form on top."""
        run = self.runs[number]
        finished = run.history().status == "finished"
        self.session.resume(run, self.setup.chosen_plan if finished else None)

    @Slot(object)
    def _remedy(self, remedy: Any) -> None:
        """Apply what the health line proposes for the run on show."""
        if self.shown == self.live and remedy.stop and remedy.back_to is None:
            self._stop()
        elif self.shown is not None:
            self.session.treat(self.runs[self.shown], remedy)

    @Slot(int)
    def _duplicate(self, number: int) -> None:
        self.setup.show_record(self.runs[number].record)

    @Slot(int)
    def _delete(self, number: int) -> None:
        self.session.delete_run(self.runs[number])

    @Slot(int)
    def _select(self, number: int) -> None:
        if number != self.shown and number in self.runs:
            self._show(number)

    @Slot()
    def _settle(self) -> None:
        self._show_state()
        if self.setup.problem:
            self.settling.stop()
            self.forecast.show_reason(self.setup.problem)
        elif self.session.title("train"):
            self.forecast.show_reason("")
        elif self.isVisible():
            self.settling.start()

    @Slot()
    def _ask_forecast(self) -> None:
        asked = self._asked()
        if asked is not None and asked != self.forecasted and not self.session.title("train"):
            self.forecasted = asked
            self.forecast.show_measuring()
            self.session.forecast(asked)

    def _asked(self) -> TrainRequest | None:
        """Return the request as far as it matters for a forecast."""
        request = self.setup.request
        return request.updated({"name": ""}) if request else None

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._settle()

    def _attach(self) -> None:
        """Follow the run that has just begun: the one whose log was written last."""
        if not self.runs:
            return
        run = max(self.runs.values(), key=written)
        self.live = run.number
        self.recording = Recording(run.history(), run.history)
        self.shown = None
        self.list.choose(run.number)
        if self.shown is None:  # it was chosen already
            self._show(run.number)
        self.setup.show_record(run.record)

    def _detach(self) -> None:
        if self.live is not None and self.live in self.runs:
            self.recording.status = self.runs[self.live].history().status
            self._judge()
        self.live = None
        self.forecasted = None
        self.view.health.settle()

    def _show(self, number: int | None) -> None:
        self.shown = number
        if number is None:
            self.view.show_recording(Recording())
            self.view.show_verdict(None)
            return
        run = self.runs[number]
        recording = self.recording if number == self.live else Recording(run.history(), run.history)
        losses = self.setup.losses(run.record.family)
        self.view.show_recording(recording, title(run), losses, run.record.settings)
        self.view.judge()

    @Slot()
    def _judge(self) -> None:
        """Say how the live run stands, in the list and, if it is on show, in the health line."""
        if self.live is None or self.live not in self.runs:
            return
        self.list.update_row(self.rows.row(self.runs[self.live], self.recording.history()))
        steps = self.recording.sample_steps
        newest = self.recording.pictures(steps[-1], "ema") if steps else None
        self.list.show_picture(self.live, None if newest is None else four(newest))
        if self.shown == self.live:
            self.view.judge()

    def _show_state(self) -> None:
        state: State = "idle"
        if self.session.title("train"):
            state = "paused" if self.session.paused("train") else "training"
            state = "stopping" if self.stopping else state
        self.buttons.show_state(state, self.setup.problem)
        self.list.resumable = state == "idle" and self.session.ready
        self.view.health.allow(self._treatable(state))
        if self.live is not None:
            self.recording.status = "paused" if state == "paused" else "running"
            self._judge()

    def _treatable(self, state: State) -> bool:
        """Tell whether the run on show can be given a remedy: it trains, or nothing does."""
        mine = self.shown is not None and self.shown == self.live and state != "stopping"
        return self.session.ready and (state == "idle" or mine)

    def _forget(self, folder: Path) -> None:
        self.folder, self.shown, self.live, self.forecasted = folder, None, None, None
        self.rows.known.clear()

    def _connect(self) -> None:
        self.session.project_changed.connect(self._on_project)
        self.session.events.connect(self._on_events)
        self.session.busy_changed.connect(self._on_busy)
        self.session.done.connect(self._on_done)
        self.session.failed.connect(self._on_failed)
        self.setup.changed.connect(self._settle)
        self.settling.timeout.connect(self._ask_forecast)
        self.judging.timeout.connect(self._judge)
        self.buttons.start_asked.connect(self._start)
        self.buttons.pause_asked.connect(self._pause)
        self.buttons.stop_asked.connect(self._stop)
        self.view.health.remedy_asked.connect(self._remedy)
        self.rows.read.connect(self._on_row)
        self.list.selected.connect(self._select)
        self.list.renamed.connect(self._rename)
        self.list.resume_asked.connect(self._resume)
        self.list.duplicate_asked.connect(self._duplicate)
        self.list.delete_asked.connect(self._delete)
        self.empty.asked.connect(self.library_asked)

    @Slot(object, object)
    def _on_row(self, row: Any, picture: Any) -> None:
        if row.number != self.live:
            self.list.update_row(row)
            self.list.show_picture(row.number, picture)

    def _lay_out(self) -> None:
        self.empty = EmptyPage(
            self.tr("Add pictures in the Library first"),
            self.tr("A folder, a zip or a starter set becomes what the model learns from."),
            self.tr("Open the Library"),
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        left = _column(self.setup, self.forecast, self.buttons)
        right = _column(label(self.tr("Runs"), "heading"), self.list)
        self.pages.addWidget(_columns(left, self.view, right))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)


class Sets:
    """What the form shows of each picture set; a set never changes, so each is read once."""

    def __init__(self) -> None:
        self.known: dict[Path, SetChoice | None] = {}

    def choices(self, folders: list[Path]) -> list[SetChoice]:
        """Return the sets in `folders` that can be read."""
        for folder in folders:
            if folder not in self.known:
                self.known[folder] = read_choice(folder)
        return [choice for folder in folders if (choice := self.known[folder])]


def title(run: Run) -> str:
    """Return a run's number and name."""
    return f"{run.number}  {run.record.name}"


def read_choice(folder: Path) -> SetChoice | None:
    """Return what the set in `folder` is called and looks like; None if it can't be read."""
    try:
        packed = open_packed(folder)
    except Refused:
        return None
    made = packed.manifest
    kind = {1: "grey", 3: "RGB", 4: "RGBA"}[made.channels]
    text = f"{made.count} pictures  ·  {made.width} × {made.height} {kind}"
    if made.classes:
        text += f"  ·  {len(made.classes)} classes"
    shown = pictures.straighten(four(packed.pictures)) if len(packed.pictures) else None
    return SetChoice(made.id, made.name, text, shown)


def _columns(left: QWidget, middle: QWidget, right: QWidget) -> QSplitter:
    made = QSplitter(Qt.Orientation.Horizontal)
    made.setHandleWidth(HANDLE)
    for widget in (left, middle, right):
        made.addWidget(widget)
    made.setSizes([320, 850, 260])
    made.setStretchFactor(1, 1)
    made.setChildrenCollapsible(False)
    return made


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(12, 12, 12, 12)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget, int(isinstance(widget, TrainSetup | RunList)))
    return box
