"""The Train workspace: what to train, the run on show, and all runs of the project."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.core import runlog
from studio.core.events import Samples, Saved, Scalars
from studio.core.project import Run
from studio.gui.desks.leaving import ModelDesk
from studio.gui.desks.train import RowDesk, RunDesk, StartDesk
from studio.gui.session import Session
from studio.gui.widgets.recording import Recording
from studio.gui.widgets.run_rows import four, written
from studio.gui.widgets.sets import Sets
from studio.gui.widgets.train_buttons import State
from studio.gui.widgets.train_room import TrainRoom

JUDGED = 1500  # ms between two looks at the health of a run that trains


class TrainPanel(TrainRoom):
    """Session to widgets, and what the user does to requests."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.start_desk = StartDesk(session, self.setup, self.forecast, self)
        self.row_desk = RowDesk(session, self.rows, self.list, self)
        self.desk = RunDesk(session, self.view, self)
        self.models = ModelDesk(session, self.view, self)
        self.judging = QTimer(self, singleShot=True, interval=JUDGED)
        self.folder: Path | None = None
        self.sets = Sets()
        self.runs: dict[int, Run] = {}
        self.shown: int | None = None  # the run on show
        self.live: int | None = None  # the run that trains, once it has said something
        self.recording = Recording()  # of the live run
        self.early: list[Any] | None = None  # heard of it while its log is read
        self.stopping = False
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
        self.row_desk.show_runs(self.runs)
        self.pages.setCurrentIndex(1 if self.setup.choices or self.runs else 0)
        if self.shown in self.runs:
            self.view.title.setText(title(self.runs[self.shown]))
        else:
            self.shown = None
            self.list.choose(max(self.runs)) if self.runs else self._show(None)
        self._show_state()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane == "recall" and isinstance(events[0], Recording):
            self._present(events[0], whole=False)
        elif lane == "train":
            if self.live is None and any(isinstance(e, Scalars | Samples | Saved) for e in events):
                self._attach()
            self._on_told(events)

    def _on_told(self, events: list[Any]) -> None:
        """The live run has said something."""
        if self.live is None:
            return
        if self.early is not None:
            self.early += events
            return
        sampled = self.recording.add(events)
        if self.shown == self.live:
            self.view.grew(sampled)
        if not self.judging.isActive():
            self.judging.start()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != "recall":
            return
        live = self.runs.get(self.live) if self.live is not None else None
        if live is not None and self.early is not None and result.folder == live.folder:
            result.catch_up(self.early)
            result.status = self.recording.status
            self.recording, self.early = result, None
        self._present(result)
        if live is not None and self.early is not None:  # another run was chosen meanwhile
            self.session.recall(live)

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
        finished = runlog.ending(run.folder) == "finished"
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
        self.start_desk.settle(self.isVisible())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.start_desk.retry()
        self._settle()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.start_desk.rest()

    def _attach(self) -> None:
        """Follow the run that has just begun: the one whose log was written last."""
        if not self.runs:
            return
        run = max(self.runs.values(), key=written)
        self.live, self.early = run.number, []
        self.row_desk.live = run.number
        self.recording = Recording(folder=run.folder)
        self.shown = None
        self.list.choose(run.number)
        if self.shown is None:  # it was chosen already
            self._show(run.number)
        self.setup.show_record(run.record)

    def _detach(self) -> None:
        if self.live is not None and self.live in self.runs:
            self.recording.status = runlog.ending(self.runs[self.live].folder)
            self._judge()
        self.live = self.early = self.row_desk.live = None
        self.start_desk.renew()
        self.view.health.settle()

    def _show(self, number: int | None) -> None:
        self.shown = number
        self.view.show_verdict(None)
        if number is None:
            self.view.show_recording(Recording())
            self.desk.show_run(None)
            self.models.show_run(None)
            return
        run = self.runs[number]
        self.desk.show_run(run)
        self.models.show_run(run)
        if number == self.live and self.early is None:
            self._present(self.recording)
        else:
            self.session.recall(run)

    def _present(self, recording: Recording, whole: bool = True) -> None:
        """Show what the chosen run recorded, or its end while the rest is read."""
        run = self.runs.get(self.shown) if self.shown is not None else None
        if run is None or recording.folder != run.folder:
            return
        losses = self.setup.losses(run.record.family)
        self.view.show_recording(recording, title(run), losses, run.record.settings)
        if whole:
            self.view.judge()
        else:
            self.view.title.setText(self.tr("{run}  ·  reading…").format(run=title(run)))

    @Slot()
    def _judge(self) -> None:
        """Say how the live run stands, in the list and, if it is on show, in the health line."""
        if self.live is None or self.live not in self.runs:
            return
        if self.early is not None:
            return
        self.list.update_row(self.rows.row(self.runs[self.live], self.recording))
        newest = self.recording.newest("ema")
        self.list.show_picture(self.live, None if newest is None else four(newest))
        if self.shown == self.live:
            self.view.judge()

    @Slot()
    def _show_state(self) -> None:
        state: State = "idle"
        if self.session.title("train"):
            state = "paused" if self.session.paused("train") else "training"
            state = "stopping" if self.stopping else state
        self.buttons.show_state(state, self.start_desk.problem)
        self.list.resumable = state == "idle" and self.session.ready
        mine = self.shown is not None and self.shown == self.live and state != "stopping"
        self.view.health.allow(self.session.ready and (state == "idle" or mine))
        if self.live is not None:
            self.recording.status = "paused" if state == "paused" else "running"
            self._judge()

    def _forget(self, folder: Path) -> None:
        self.folder, self.shown, self.live, self.early = folder, None, None, None
        self.start_desk.forget()
        self.setup.forget()
        self.rows.known.clear()

    def _connect(self) -> None:
        self.session.project_changed.connect(self._on_project)
        self.session.events.connect(self._on_events)
        self.session.done.connect(self._on_done)
        self.session.busy_changed.connect(self._on_busy)
        self.setup.changed.connect(self._settle)
        self.start_desk.problem_changed.connect(self._show_state)
        self.judging.timeout.connect(self._judge)
        self.buttons.start_asked.connect(self.start_desk.train)
        self.buttons.pause_asked.connect(self._pause)
        self.buttons.stop_asked.connect(self._stop)
        self.view.health.remedy_asked.connect(self._remedy)
        self.list.selected.connect(self._select)
        self.list.renamed.connect(self._rename)
        self.list.resume_asked.connect(self._resume)
        self.list.duplicate_asked.connect(self._duplicate)
        self.list.delete_asked.connect(self._delete)
        self.empty.asked.connect(self.library_asked)
        self.models.came.connect(self.list.choose)


def title(run: Run) -> str:
    """Return a run's number and name."""
    return f"{run.number}  {run.record.name}"
