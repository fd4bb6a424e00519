"""What is asked of a model that is explored: to open, draw, settle, study and keep."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from studio.gui.jobs import LIVE
from studio.gui.trainings import Trainings

if TYPE_CHECKING:
    import numpy as np

    from studio.core.events import Job, Published
    from studio.core.explore.explorer import Explorer
    from studio.core.explore.opening import Opened
    from studio.core.explore.place import Place
    from studio.core.project import Run


class Explorations(Trainings):
    """Turns moves into jobs of the live lanes, and studies into jobs that are told of.

    done("explore", Opened): another model, or the same at another step, is open (see `opened`).
    done("draw", View): a place was drawn; done("strip", (key, places, pictures)): several were.
    done("study", …): what a study found; done("path", frames or a file).
    said(str): something went well that can't be seen where the user looks.
    """

    said = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.opened: Opened | None = None

    def explore(self, run: "Run", step: int | None = None) -> None:
        """Open a run's model; the steps and directions of the run that is open are kept."""
        title = self.tr("Opening run {n}").format(n=run.number)
        same = self.opened is not None and self.opened.run.folder == run.folder
        if same:
            make = self._waiting("at_step", self.opened, self.project, step)
        else:
            make = self._waiting("open_run", self.project, run.number, step)
        self.start("explore", title, make)

    def follow(self, published: "Published") -> None:
        """Explore the model as it has just been published by the training of the run that is
        open; one that is being opened goes first.
        """
        if self.opened is not None and not self.title("explore"):
            title = self.tr("Following the training")
            self.start("explore", title, self._waiting("as_published", self.opened, published))

    def reopen(self, path: Path) -> None:
        """Go to the model and place of a kept picture; done("explore", (Opened, Place))."""
        title = self.tr("Opening {name}").format(name=path.name)
        self.start("explore", title, self._waiting("open_kept", self.project, path))

    def look(self, find: "Callable[[Explorer], Place]", draft: bool) -> None:
        """Draw the place `find` leads to; the newest wish counts. done("draw", View)."""
        if self.opened is not None:
            make = self._live("look", self.opened.explorer, find, draft, self._threads())
            self.start("draw", "draw", make, short=draft)

    def settle(
        self, find: "Callable[[Explorer], Place]", title: str, parents: Sequence[int]
    ) -> None:
        """Draw the place in full and keep it as a step; done("draw", View)."""
        if self.opened is not None:
            known = (self.opened.explorer, self.opened.exploration)
            make = self._live("settle", *known, find, title, tuple(parents), self._threads())
            self.start("draw", "draw", make)

    def lay_out(
        self, key: str, find: "Callable[[Explorer], Sequence[Place]]", draft: bool = False
    ) -> None:
        """Draw several places; done("strip", (key, places, pictures))."""
        if self.opened is not None:
            known = (self.opened.explorer, key, find, draft, self._threads())
            self.start("strip", "strip", self._live("laid_out", *known), short=draft)

    def study(self, title: str, verb: str, *asked: Any, lane: str = "study") -> None:
        """Study the open model by a job of `engine.VERBS`; done(lane, what it found)."""
        if self.opened is not None:
            make = self._live if lane in LIVE else self._waiting
            self.start(lane, title, make(verb, self.opened, *asked))

    def keep(
        self, place: "Place", picture: "np.ndarray | None", target: Path | None = None
    ) -> None:
        """Write the picture (None: drawn in full), with its place inside, to `target` or the
        project's gallery; done("keep", Path).
        """
        inside = target is None or self.holds(target)
        if self.opened is not None and not (inside and self.refused("keep")):
            asked = (self.project, self.opened, place, picture, target)
            self.start("keep", self.tr("Keeping the picture"), self._waiting("kept", *asked))

    def remember(self) -> None:
        """Save the names and stars of directions, and which were deleted."""
        if self.opened is not None:
            words = self.tr("Saving the directions")
            self.start("keep", words, self._waiting("remember", self.opened))

    def adopt(self, opened: "Opened") -> None:
        """Take note that another model, step or set of directions is open."""
        self.opened = opened

    def leave_model(self) -> None:
        """Forget the open model, as another project is opened."""
        self.opened = None
        for lane in ("draw", "strip", "explore", "study", "path", "invert", "judge"):
            self.stop(lane)

    def _live(self, verb: str, *asked: Any) -> "Callable[[], Job[Any]]":
        """Return a job that also tells the run it drew from: late, it may be another's turn."""
        make, run = self._waiting(verb, *asked), self.opened.run.folder if self.opened else None

        def job() -> "Job[Any]":
            return run, (yield from make())

        return job

    def _threads(self) -> int:
        """One beside a training; else all but the one that the window paints with."""
        from studio.core.device import cores

        return 1 if self.title("train") else max(1, cores() - 1)
