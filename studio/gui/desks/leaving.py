"""Models that leave and come in: the run on show as a file, a pack as a run."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.events import Progress
from studio.core.project import Run
from studio.gui.session import Session
from studio.gui.widgets.run_view import RunView


class ModelDesk(QObject):
    """Asks how the run on show leaves, and says how far it is and what came of it.

    came(int): a pack was taken in as the run of this number.
    """

    came = Signal(int)

    def __init__(self, session: Session, view: RunView, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.view = session, view
        self.run: Run | None = None
        view.tools.export_asked.connect(self.ask)
        view.leaving.stop_asked.connect(self._stop)
        session.events.connect(self._on_events)
        session.busy_changed.connect(self._on_busy)
        session.done.connect(self._on_done)
        self._on_busy("model")

    def show_run(self, run: Run | None) -> None:
        """Take over the run on show."""
        self.run = run

    @Slot()
    def ask(self) -> None:
        """Open the dialog for the run on show."""
        from studio.gui.widgets.model_dialog import ModelDialog  # numpy and more, when asked

        if self.run is None:
            return
        name = f"{self.session.project.name if self.session.project else ''} {self.run.number}"
        title = f"{self.run.number}  {self.run.record.name}"
        dialog = ModelDialog(title, name.strip(), self.view.window())
        dialog.asked.connect(self._export)
        dialog.open()

    @Slot(object, object)
    def _export(self, target: Any, settings: Any) -> None:
        if self.run is not None:
            self.session.export_model(self.run, target, settings)

    @Slot()
    def _stop(self) -> None:
        self.session.stop("model")

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane == "model" and isinstance(events[-1], Progress):
            self.view.leaving.tell(events[-1])

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane in ("model", "engine"):
            work = self.session.title("model")
            self.view.leaving.begin(work) if work else self.view.leaving.hide()
            self.view.tools.allow_export(self.session.ready and not work)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "model":
            self.session.said.emit(f"{result.paths[0].name}: {result.words}.")
        if lane == "pack":
            self.came.emit(result.number)
