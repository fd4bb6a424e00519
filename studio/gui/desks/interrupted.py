"""The interruptions desk: repairs that a crash interrupted are offered, the newest first."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from studio.gui.session import Session
from studio.gui.widgets import words
from studio.gui.widgets.offer import Offer


class InterruptedDesk(QObject):
    """resumed(): a repair goes on; the place where it is seen is wanted."""

    resumed = Signal()

    def __init__(self, session: Session, offer: Offer, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.offer = session, offer
        self.found: list[Any] = []  # core's Unfinished, not yet decided on
        session.done.connect(self._on_done)
        offer.accepted.connect(self._resume)
        offer.declined.connect(self._discard)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "unfinished" and result is not None:
            self.found = list(result)
            self._show()

    def _show(self) -> None:
        if not self.found:
            self.offer.hide()
            return
        repair = self.found[0]
        text = self.tr("Your repair of {name} was interrupted; {n} steps of it are kept.")
        said = text.format(name=repair.name, n=words.count(repair.edits))
        self.offer.show_offer(said, self.tr("Continue"), self.tr("Discard"))

    @Slot()
    def _resume(self) -> None:
        """Go on with it; the others are offered when the program starts again."""
        repair, self.found = self.found[0], []
        self._show()
        self.resumed.emit()
        self.session.resume_repair(repair)

    @Slot()
    def _discard(self) -> None:
        repair = self.found.pop(0)
        self.session.discard_repair(repair)
        self._show()
