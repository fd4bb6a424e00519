"""What is loaded behind the window after its first paint: the engine."""

from typing import Any

from PySide6.QtCore import QObject

from studio.gui import engine
from studio.gui.exports import Exports
from studio.gui.jobs import JobRunner
from studio.gui.memory import Memory


class Loading(Exports):
    """Loads the engine in its lane, and knows the families once it is there."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.memory = Memory()
        self.aside = JobRunner(self)  # for jobs that no panel hears of
        self._families: list[Any] = []

    def warm_up(self, *later: str) -> None:
        """Load the engine in the background, then the modules the window will want `later`; the
        window calls this after its first paint.
        """
        title = self.tr("Loading the engine")
        self.runner.run("engine", title, lambda: engine.loading(later))

    def title(self, lane: str) -> str:
        """Return what runs in the lane, or nothing; loading ends when the engine is ready."""
        return "" if lane == "engine" and self.ready else super().title(lane)

    def close(self, seconds: float) -> bool:
        """Save and stop everything; False if a job needs longer (call again, destroy nothing)."""
        return self.aside.close(seconds) and super().close(seconds)

    def families(self) -> list[Any]:
        """Return the studio.core.family.Family values; none until the engine is loaded."""
        return self._families

    def on_engine(self, event: Any) -> None:
        """Take what the engine's job tells."""
        if isinstance(event, engine.Loaded):
            self._families, self.ready = list(event.families), True
        self.busy_changed.emit("engine")
