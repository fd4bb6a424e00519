"""The journal desk: every finished edit is written by a worker, so that a crash loses none."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.gui.desks.picture import PictureDesk
from studio.gui.session import Session
from studio.gui.widgets.repair_room import RepairRoom


class JournalDesk(QObject):
    """Hands what happens to the picture desk's painting on, in order."""

    def __init__(
        self,
        session: Session,
        room: RepairRoom,
        desk: PictureDesk,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.desk = session, desk
        self.journal: Any = None  # core's, of the picture on the canvas
        self.pending: list[Any] = []  # entries that no worker has yet
        self._sent: tuple[Any, int, Any] = (None, 0, None)  # what is exported: see _on_export
        desk.shown.connect(self._begin)
        desk.stepped.connect(self._move)
        desk.edited.connect(self._add)
        room.canvas.painted.connect(self._add)
        session.busy_changed.connect(self._on_busy)
        session.busy_changed.connect(self._on_export)
        session.done.connect(self._on_done)

    def end(self) -> None:
        """Forget the history, as nothing of it is wanted any more; no worker is left."""
        if self.journal is not None:
            self.journal.close()

    @Slot()
    def _begin(self) -> None:
        """Forget the history of the picture before; it was exported or discarded."""
        old, self.journal = self.journal, self.desk.opened.journal
        self._note(old, -1)

    @Slot(object)
    def _add(self, edit: Any) -> None:
        if edit is not None:
            self._note(self.journal, self._position, edit)

    @Slot()
    def _move(self) -> None:
        self._note(self.journal, self._position)

    @property
    def _position(self) -> int:
        painting = self.desk.painting
        return painting.dropped + painting.position

    @property
    def _last(self) -> Any:
        """The edit that was done last; None before all that are known."""
        painting = self.desk.painting
        return painting.edits[painting.position - 1] if painting.position else None

    @Slot(str)
    def _on_export(self, lane: str) -> None:
        """Remember which state of the picture is on its way to a file."""
        if lane == "export" and self.session.title(lane) and self.desk.opened is not None:
            self._sent = self.journal, self._position, self._last

    @Slot(str, object)
    def _on_done(self, lane: str, _result: object) -> None:
        """What was exported is safe, unless that state was undone and replaced meanwhile."""
        journal, position, edit = self._sent
        if lane == "export" and journal is not None and journal is self.journal:
            painting = self.desk.painting
            at = position - painting.dropped
            known = painting.edits[at - 1] if 0 < at <= len(painting.edits) else None
            if known is edit:
                self._note(journal, self._position, exported=position)

    def _note(
        self, journal: Any, position: int, edit: Any = None, exported: int | None = None
    ) -> None:
        if journal is not None:
            from studio.core.repair.live import Entry

            self.pending.append(Entry(journal, position, edit, exported))
            self._on_busy("journal")

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "journal" and self.pending and not self.session.title("journal"):
            batch, self.pending = tuple(self.pending), []
            self.session.write_history(batch)
