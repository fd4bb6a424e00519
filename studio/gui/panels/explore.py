"""The Explore workspace: a model played like an instrument, and nothing found is lost."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.core.events import Note, Progress, Published, Saved
from studio.core.project import Run
from studio.gui.desks.breeding import BreedDesk, PadDesk
from studio.gui.desks.depths import DepthDesk
from studio.gui.desks.directions import DirectionDesk
from studio.gui.desks.finding import MapDesk, OwnPictureDesk
from studio.gui.desks.history import HistoryDesk
from studio.gui.desks.paths import PathDesk
from studio.gui.desks.seeds import SeedDesk
from studio.gui.desks.stand import Stand
from studio.gui.desks.tagging import TagDesk
from studio.gui.desks.walk import WalkDesk
from studio.gui.session import Session
from studio.gui.widgets.explore_room import OWN, ExploreRoom
from studio.gui.widgets.run_rows import written

SLOW = ("study", "path", "invert")  # lanes whose progress is shown under the picture


class ExplorePanel(ExploreRoom):
    """Session to widgets, and what the user does to requests; each tool has its desk."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.stand = Stand(session, self)
        self.walk = WalkDesk(self.stand, self.canvas, self.bar.place, self)
        self.seeds_desk = SeedDesk(self.walk, self.seeds, self)
        self.directions_desk = DirectionDesk(self.stand, self.directions, self)
        self.pad_desk = PadDesk(self.stand, self.pad, self)
        self.depth_desk = DepthDesk(self.stand, self.depths, self)
        self.breed_desk = BreedDesk(self.stand, self.breed, self)
        self.history_desk = HistoryDesk(self.stand, self.history, self)
        self.tag_desk = TagDesk(self.stand, self.tags, self)
        self.own_desk = OwnPictureDesk(self.stand, self.own, self)
        self.map_desk = MapDesk(self.stand, self.map, self)
        self.path_desk = PathDesk(self.stand, self.path, self)
        self.runs: dict[int, Run] = {}
        self.shown: Path | None = None  # the folder of the run whose model is on show
        self._connect()
        self._on_project()

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self._on_project)
        session.events.connect(self._on_events)
        session.busy_changed.connect(self._on_busy)
        session.done.connect(self._on_done)
        session.failed.connect(self._on_failed)
        self.bar.model.run_chosen.connect(self._choose)
        self.bar.model.step_chosen.connect(self._scrub)
        steps = self.bar.steps
        steps.undo_asked.connect(self._undo)
        steps.redo_asked.connect(self._redo)
        steps.starred.connect(self._star)
        steps.keep_asked.connect(self._keep)
        self.stand.stepped.connect(self._show_state)
        self.canvas.dropped.connect(self.take_in)
        self.progress.stop_asked.connect(self._stop)

    @Slot()
    def _on_project(self) -> None:
        project = self.session.project
        runs = project.runs() if project else []
        self.runs = {run.number: run for run in runs if steps_of(run)}
        titles = [(run.number, f"{run.number}  {run.record.name}") for run in self.runs.values()]
        opened = self.session.opened
        if opened is not None and opened.run.number not in self.runs:
            self.session.leave_model()  # it was deleted
            opened = None
        self.bar.model.show_runs(titles, opened.run.number if opened else None)
        self.pages.setCurrentIndex(1 if self.runs else 0)
        if opened is None:
            self.shown = None
            self.stand.forget()
            self.canvas.show_picture(None)
        self._open_first()
        self._show_steps()

    def _open_first(self) -> None:
        if self.isVisible() and self.runs and self.session.opened is None:
            self.session.explore(max(self.runs.values(), key=written))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._on_project()

    @Slot(int)
    def _choose(self, number: int) -> None:
        self.session.explore(self.runs[number])

    @Slot(int)
    def _scrub(self, step: int) -> None:
        opened = self.session.opened
        if opened is not None:
            self.session.explore(opened.run, step)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "keep" and isinstance(result, Path):
            words = self.tr("Kept as {name} in {dir}").format(name=result.name, dir=result.parent)
            self.session.said.emit(words)
        if lane == "explore":
            self._show_opened(*(result if isinstance(result, tuple) else (result, None)))

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        """Name the model that is still open where another could not be opened."""
        opened = self.session.opened
        if lane == "explore" and opened is not None:
            self._name(opened)

    def _name(self, opened: Any) -> None:
        self.bar.model.show_run(opened.run.number)
        self.bar.model.show_step(opened.explorer.step)

    def _show_opened(self, opened: Any, place: Any) -> None:
        """Show a model; at `place` where one was asked for, else where one stood in it."""
        new, self.shown = self.shown != opened.run.folder, opened.run.folder
        self.bar.model.show_run(opened.run.number)
        self.jumps.setVisible(not opened.explorer.family.smooth)
        if new:
            self._begin(opened)
        if new or place is not None:
            self._name(opened)
        if place is not None:
            self.stand.rest(place, self.tr("A kept picture"))
        elif not new:
            self.stand.redraw()
        self._show_state()

    def _begin(self, opened: Any) -> None:
        """Stand where one stood in this model last, or at its first seed."""
        self.stand.forget()
        self.walk.forget()
        self.pad_desk.forget()
        self.depth_desk.begin(opened)
        self.breed_desk.forget()
        self.tag_desk.forget()
        self.own_desk.forget()
        self.map_desk.begin(opened.atlas)
        self.path_desk.begin(opened.route)
        self.history_desk.show()
        self.bar.place.show_classes(list(opened.explorer.classes))
        self.seeds_desk.begin(opened)
        self._show_steps()
        if opened.exploration.at is not None:
            self.stand.go(opened.exploration.at)
        else:
            self.walk.begin()

    def _show_steps(self) -> None:
        opened = self.session.opened
        if opened is not None:
            self.bar.model.show_steps(steps_of(opened.run))

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane == "train":
            self._on_training(events)
        if lane in SLOW and isinstance(events[-1], Progress):
            self.progress.tell(events[-1])
        for event in events:
            if lane in (*SLOW, "explore") and isinstance(event, Note):
                self._tell(lane, event)

    def _tell(self, lane: str, note: Note) -> None:
        if note.level == "info":
            self.session.said.emit(note.text)
        else:
            self.session.failed.emit(lane, note.text)

    def _on_training(self, events: list[Any]) -> None:
        """Follow the run that trains, if it is the one on show and its newest step is wanted."""
        if not self.isVisible():
            return
        if any(isinstance(event, Saved) for event in events):
            self._on_project()
        opened = self.session.opened
        if opened is None or not self._trains(opened.run):
            return
        published = [event for event in events if isinstance(event, Published)]
        if published and self.bar.model.timeline.live.isChecked():
            self.session.follow(published[-1])

    def _trains(self, run: Run) -> bool:
        newest = max(self.runs.values(), key=written, default=run)
        return bool(self.session.title("train")) and newest.number == run.number

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane in SLOW:
            busy = next((each for each in SLOW if self.session.title(each)), "")
            self.progress.begin(self.session.title(busy)) if busy else self.progress.hide()
        if lane == "train" and not self.session.title("train"):
            self._on_project()

    @Slot()
    def _show_state(self) -> None:
        tree = self.stand.exploration
        here = tree.current if tree else None
        undo, redo = (tree.undone(), tree.redone()) if tree else (None, None)
        self.bar.steps.show_state(undo is not None, redo is not None, here.star if here else None)

    @Slot()
    def _undo(self) -> None:
        self.stand.go(self.stand.exploration.undone())

    @Slot()
    def _redo(self) -> None:
        self.stand.go(self.stand.exploration.redone())

    @Slot(bool)
    def _star(self, on: bool) -> None:
        tree = self.stand.exploration
        if tree is not None and tree.at is not None:
            self.stand.change("star", tree.at, on)

    @Slot()
    def _keep(self) -> None:
        place, picture = self.stand.seen
        if place is not None:
            self.session.keep(place, picture)

    @Slot(str)
    def take_in(self, path: str) -> None:
        """Open a kept picture at its place; any other is looked for in the model."""
        from studio.core.explore.kept import holds_place

        if holds_place(Path(path)):
            self.session.reopen(Path(path))
        else:
            self.tools.setCurrentIndex(OWN)
            self.own_desk.find(path)

    @Slot()
    def _stop(self) -> None:
        for lane in SLOW:
            self.session.stop(lane)


def steps_of(run: Run) -> list[int]:
    """Return the steps of a run's checkpoints, ascending."""
    names = [path.name.removeprefix("step-") for path in run.checkpoints.glob("step-*")]
    return sorted(int(name) for name in names if name.isdecimal())
