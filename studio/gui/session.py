"""Session: the panels' only partner. Holds the open project and the runner; hands jobs to core."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from studio import paths
from studio.gui import engine
from studio.gui.drafts import Drafts
from studio.gui.exports import EXPORT
from studio.gui.galleries import GALLERY
from studio.gui.jobs import LIVE
from studio.gui.repairs import REPAIR
from studio.gui.styles import STYLE
from studio.gui.trainings import RECORDED

PACK = ".atelierpack"

if TYPE_CHECKING:
    from studio.core.project import Project, Run


class Session(Drafts):
    """What the panels ask for and listen to. All signals are emitted in the window's thread.

    project_changed: another project was opened, or its sets or runs changed (read `project`).
    events(str, list): events of the job of a lane ("train", "import", "evaluate" …), batched.
    done(str, object): the lane's job returned this result.
    busy_changed(str): a lane started, paused, resumed or ended (see `title(lane)`, `paused(lane)`).
    failed(str, str): the lane's job was refused or broke; the text is one sentence for the user.
    """

    project_changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.access_changed.connect(self._on_access)

    def open_project(self, folder: Path) -> None:
        """Open the project in `folder`; `failed("project", sentence)` if that is impossible."""
        from studio.core import project

        self._open(lambda: project.look(folder))

    def new_project(self, folder: Path) -> None:
        """Make a project at `folder` and open it."""
        from studio.core import project

        self._open(lambda: project.create(engine.suffixed(folder)))

    def _open(self, find: "Callable[[], Project]") -> None:
        if self.title("train"):
            sentence = self.tr("Stop the training before you change project.")
            return self.failed.emit("project", sentence)
        found = self._ask("project", find)
        if found is None:
            return None
        for lane in ("tend", "import", "advice", "check", "forecast", "evaluate"):
            self.stop(lane)
        self.leave_model()
        self.leave_gallery()
        self.leave_project()
        self.project = found
        self.hold()
        self._tend()
        self.memory.remember(found.folder)
        return self.project_changed.emit()

    @Slot()
    def _on_access(self) -> None:
        self._tend()
        self.project_changed.emit()

    def _tend(self) -> None:
        """Clean up what a crash left, and bring an older project up to date, once that may be."""
        found = self.project
        if found is None or self.shut:
            return
        if self.draft is None and not self.title("import"):
            self._ask("project", lambda: engine.sweep(found.folder))
        if engine.due(found.folder):
            title = self.tr("Bringing the project up to date")
            self.start("tend", title, lambda: engine.tend(found.folder))

    def leave_project(self) -> None:
        """Discard the draft and let others hold the project; one made for an import of which
        nothing came goes too.
        """
        self.discard_draft()
        self.release()
        if self._made is not None:
            engine.remove_if_empty(self._made)
        self._made = None

    def rename_run(self, run: "Run", name: str) -> None:
        """Give the run another name."""
        self._change(lambda projects: projects.rename(run, name))

    def delete_run(self, run: "Run") -> None:
        """Move the run to the desktop's trash."""
        self._change(lambda projects: projects.delete(run))

    def _change(self, action: Callable[[Any], Any]) -> None:
        from studio.core import project

        if self.refused("project"):
            return
        self._ask("project", lambda: action(project))
        self.project_changed.emit()

    def take(self, found: list[Path]) -> str:
        """Open a project, go to the place of a picture kept from a model, or import pictures.

        Returns the workspace where that is seen; "" where opening a project shows it.
        """
        if len(found) == 1 and (found[0] / "project.json").is_file():
            self.open_project(found[0])
            return ""
        if len(found) == 1 and self.is_pack(found[0]):
            self.open_pack(found[0])
            return "train"
        if self.explorable(found):
            self.reopen(found[0])
            return "explore"
        self.import_paths(found, None)
        return "library"

    def explorable(self, found: list[Path]) -> bool:
        """Tell whether this is one picture kept from a model, and a project is open."""
        from studio.core.explore.kept import holds_place  # 90 ms that the first paint need not wait

        one = len(found) == 1 and engine.is_picture(found[0])  # a zip of gigabytes is not searched
        return one and self.project is not None and holds_place(found[0])

    def is_pack(self, path: Path) -> bool:
        """Tell whether this is the file of a packed model, by its name."""
        return path.suffix.lower() == PACK and path.is_file()

    def open_pack(self, pack: Path) -> None:
        """Take the model in a pack into the project, or into a new one; done("pack", Run)."""
        if self.anywhere(pack.stem) is not None:
            self.unpack(pack)

    def try_now(self, starter: str) -> None:
        """Make a project with a starter set and train it at once."""
        if self.title("train") or self.title("import"):
            self.failed.emit("import", self.tr("Wait until what is running has ended, or stop it."))
            return
        chosen = engine.STARTERS[starter]
        folder = engine.free(paths.projects(), chosen.name)
        title = self.tr("Making {name}").format(name=chosen.name)
        self.start("import", title, lambda: engine.starting(chosen, folder))

    def close(self, seconds: float) -> bool:
        """Save and stop everything; False if a job needs longer (call again, destroy nothing)."""
        ended = super().close(seconds)
        if ended:
            self.leave_project()
        return ended

    def tell(self, lane: str, events: list[Any]) -> None:
        """Hand a lane's events on; the engine's are the session's own."""
        if lane == "engine":
            for event in events:
                self.on_engine(event)
            return
        if lane == "train" and self._fresh and engine.tells_of_run(events):
            self._fresh = False
            self.project_changed.emit()
        self.events.emit(lane, events)

    def finish(self, lane: str, how: str, value: Any, last: bool) -> None:
        """Take what a lane's job returned; `last` is False if a newer request follows at once."""
        if how == "done":
            self._on_done(lane, value, last)
        elif how == "failed" and last:
            self._broken = value if lane == "engine" and not self.ready else self._broken
            self.failed.emit(lane, value)
        if lane == "train":
            self.project_changed.emit()
        self.go_on_with(lane)

    def _on_done(self, lane: str, value: Any, announce: bool) -> None:
        if lane == "import":
            self._on_imported(value, announce)
        elif lane == "explore":
            self._on_opened(value)
        elif lane in GALLERY:
            self.on_gallery(lane, value, announce)
        elif lane in (*REPAIR, *STYLE, *EXPORT, *RECORDED):
            if announce:
                self.done.emit(lane, value)
        elif lane in LIVE:
            run, found = value
            if self.opened is not None and self.opened.run.folder == run:
                self.done.emit(lane, found)
        elif lane == "pack":
            self.project_changed.emit()
            self.done.emit(lane, value)
        elif announce and lane not in ("engine", "tend"):
            self._measured = (self._measured[0], value if lane == "forecast" else None)
            self.done.emit(lane, value)

    def _on_opened(self, value: Any) -> None:
        opened = value[0] if isinstance(value, tuple) else value
        if self.project and opened.run.folder.is_relative_to(self.project.folder):
            self.adopt(opened)
            self.done.emit("explore", value)  # else another project was opened meanwhile

    def _on_imported(self, value: Any, announce: bool) -> None:
        if isinstance(value, engine.Started):
            self.open_project(value.project.folder)
            self.train(value.request)
            return
        if isinstance(value, engine.Kept):
            self.draft = None
            self.project_changed.emit()
            self.done.emit("accept", value.packed)
            return
        self.discard_draft()
        self.draft = value
        if announce and self.project and value.folder.is_relative_to(self.project.folder):
            self.done.emit("import", value)
        else:  # other settings, or another project, have been asked for meanwhile
            self.discard_draft()
