"""Whether this window may change the open project, or only looks at it, and why."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.gui.jobs import Lanes

if TYPE_CHECKING:
    from studio.core.locking import Lock
    from studio.core.project import Project

AGAIN = 400  # ms between two tries to hold a project that another program holds
CHANGING = {  # verbs of the engine that write into the project
    *("start", "resume", "treat", "tuning", "import_pack", "evaluating"),
    *("remember", "tag"),
}


class Access(Lanes):
    """Holds the open project against other programs, or waits until it can.

    access_changed: `shut`, which says why nothing may be changed, is another sentence, or none.
    """

    access_changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.project: Project | None = None
        self.shut = ""
        self._lock: Lock | None = None
        self._again = QTimer(self, interval=AGAIN)
        self._again.timeout.connect(self.try_again)

    def hold(self) -> None:
        """Hold the open project, or shut it for changes and try again until that is possible."""
        from studio.core import locking
        from studio.core.events import Refused

        assert self.project is not None
        folder, before = self.project.folder, self.shut
        try:
            self._lock, self.shut = locking.take(folder), ""
            self._again.stop()
        except locking.Taken as taken:
            self.shut = self._elsewhere(taken.pid)
            self._again.start()
        except Refused as refused:
            self.shut = str(refused)
            self._again.start()
        locking.shut(folder, self.shut)
        if self.shut != before:
            self.access_changed.emit()

    def release(self) -> None:
        """Let others hold the project that is left."""
        from studio.core import locking

        self._again.stop()
        if self._lock is not None:
            self._lock.free()
        if self.project is not None:
            locking.shut(self.project.folder, "")
        self._lock = None

    @Slot()
    def try_again(self) -> None:
        """Hold the project if it is free by now."""
        if self.project is not None and self.shut:
            self.hold()

    def refused(self, lane: str, folder: Path | None = None) -> bool:
        """Tell whether a change of the project, or of what lies in `folder`, is refused; say
        failed(lane, why) then.
        """
        outside = folder is not None and not self.holds(folder)
        if not self.shut or outside:
            return False
        self.failed.emit(lane, self.shut)
        return True

    def holds(self, path: Path) -> bool:
        """Tell whether a path lies in the open project."""
        return self.project is not None and path.is_relative_to(self.project.folder)

    def close(self, seconds: float) -> bool:
        """Save and stop everything; False if a job needs longer (call again, destroy nothing)."""
        ended = super().close(seconds)
        if ended:
            self._again.stop()
        return ended

    def _elsewhere(self, pid: int) -> str:
        other = self.tr("Open in another Atelier (process {pid}).").format(pid=pid)
        other = other if pid else self.tr("Open in another Atelier.")
        rest = self.tr(
            "You can look, explore and export; training and changes are off until it is closed."
        )
        return f"{other} {rest}"
