"""The proofs desk: what is wished is seen at once, small, and on demand in full size."""

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.events import Progress
from studio.gui.desks.content import ContentDesk
from studio.gui.desks.masking import MaskingDesk
from studio.gui.desks.setups import A, B, SetupDesk
from studio.gui.desks.sources import SourceDesk
from studio.gui.desks.wish import Wish
from studio.gui.restyling import Proof, Result, Shrunk
from studio.gui.session import Session
from studio.gui.widgets.style_room import StyleRoom

PATIENCE = 0.4  # seconds that a preview may take to show something before a newer wish stops it


class Shown:
    """What a slot shows: its last proof, what was seen of the whole picture while it is made, and
    the whole picture, if it was.
    """

    def __init__(self) -> None:
        self.proof: Proof | None = None
        self.coarse: Proof | None = None
        self.result: Result | None = None

    def take(self, proof: Proof) -> None:
        """Take a proof unless it is a coarse one of what is known better."""
        known = self.proof
        if known is None or known.wish != proof.wish or proof.final or not known.final:
            self.proof = proof

    def best(self, wish: Wish | None) -> Proof | None:
        """Return the finest there is, short of the whole picture."""
        coarse, proof = self.coarse, self.proof
        if coarse is None or coarse.wish != wish:
            return proof
        if proof is not None and proof.wish == wish and proof.picture.size > coarse.picture.size:
            return proof
        return coarse


class ProofDesk(QObject):
    """Asks for looks and shows them. made(Result): the whole picture was restyled.

    looked(): something else is shown.
    """

    made = Signal(object)
    looked = Signal()

    def __init__(
        self,
        session: Session,
        room: StyleRoom,
        parts: tuple[ContentDesk, SetupDesk, SourceDesk, MaskingDesk],
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.canvas = session, room, room.canvas
        self.content, self.setups, self.sources, self.masking = parts
        self.slots = [Shown(), Shown()]
        self.refused = ""  # why there is no look
        self._small = Shrunk()
        self._at_work: tuple[Wish, float] | None = None  # what is drawn small, and since when
        self._seen = False  # whether anything of it was shown
        self._running: Wish | None = None  # what is restyled in full size
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.catch_up)
        self._connect()

    def _connect(self) -> None:
        session = self.session
        session.done.connect(self._on_done)
        session.events.connect(self._on_events)
        session.failed.connect(self._on_failed)
        session.busy_changed.connect(self._on_busy)
        for desk in (self.setups, self.sources, self.masking):
            desk.changed.connect(self.refresh)
        self.content.shown.connect(self.begin)
        self.content.result_asked.connect(self._on_asked)
        self.room.options.restyle_asked.connect(self.restyle)
        self.room.strip.progress.stop_asked.connect(self.stop)

    def wish(self, at: int | None = None) -> Wish | None:
        """Return what a slot's setup asks for, the shown one's for None; None = something lacks."""
        setup = self.setups.slots[self.setups.at if at is None else at]
        if setup is None or self.content.content is None:
            return None
        from studio.core.style.methods import methods

        way = methods()[setup.method]
        styles = self.sources.weighed if way.styled else ()
        weights = self.session.memory.weights() if way.weighted else None
        if (way.styled and not styles) or (way.weighted and weights is None):
            return None
        return Wish(setup, styles, self.masking.masks, weights, self.content.content)

    @Slot()
    def begin(self) -> None:
        """Begin with another picture."""
        self.session.stop("restyle")
        self.slots = [Shown(), Shown()]
        self._small = Shrunk()
        self.masking.begin()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what there is of the wish, and ask for what is not."""
        self.refused = ""
        self.looked.emit()
        self.catch_up()

    @Slot()
    def catch_up(self) -> None:
        """Ask for the next look that is missing, unless one at work is about to show something."""
        wanted = next((at for at in self._order() if self._lacks(at)), None)
        if wanted is None or self.content.content is None:
            return
        wish = self.wish(wanted)
        assert wish is not None
        if self._at_work is not None:
            if self._at_work[0] == wish:
                return
            since = time.monotonic() - self._at_work[1]
            same = self._at_work[0].setup.method == wish.setup.method
            if same and not self._seen and since < PATIENCE:
                self._again.start(int(1000 * (PATIENCE - since)) + 1)
                return
        self._at_work, self._seen = (wish, time.monotonic()), False
        self.session.preview(self.content.content, wish, self._small)
        self._give_way()

    def _give_way(self) -> None:
        """Let the presets wait while something else is drawn."""
        busy = self._at_work is not None or self._running is not None
        self.session.pause("presets", busy)

    def _order(self) -> tuple[int, int]:
        return (A, B) if self.setups.at == A else (B, A)

    def _lacks(self, at: int) -> bool:
        wish, shown = self.wish(at), self.slots[at]
        if wish is None or (self.refused and at == self.setups.at):
            return False
        made = shown.result is not None and shown.result.wish == wish
        proof = shown.proof
        return not made and not (proof is not None and proof.final and proof.wish == wish)

    @property
    def result(self) -> Result | None:
        """The whole picture as it is wished now, if it was made."""
        found = self.slots[self.setups.at].result
        return found if found is not None and found.wish == self.wish() else None

    @Slot()
    def restyle(self) -> None:
        """Restyle the whole picture."""
        wish, content = self.wish(), self.content.content
        if wish is None or content is None or self.room.options.form.wrong:
            return
        if self.result is not None:
            self.session.said.emit(self.tr("This is the whole picture already."))
        elif self._running != wish:
            self._running = wish
            self.session.restyle(content, wish)
            self._give_way()

    @Slot()
    def stop(self) -> None:
        """Restyle no more; the preview stays."""
        self.session.stop("restyle")

    @Slot()
    def _on_asked(self) -> None:
        if self.result is not None:
            self.content.deliver(self.result)
        else:
            self.restyle()

    def _take(self, proof: Proof) -> None:
        """Show a proof in the slots that wish for it."""
        if self._at_work is not None and proof.wish == self._at_work[0]:
            self._seen = True
        for at in (A, B):
            if self._fits(at, proof):
                self.slots[at].take(proof)
        self.looked.emit()

    def _watch(self, proof: Proof | None) -> None:
        """Show what is seen of the whole picture while it is made, or, None, no more."""
        for at in (A, B):
            fits = proof is not None and proof.wish == self.wish(at)
            self.slots[at].coarse = proof if fits else None
        self.looked.emit()

    def _fits(self, at: int, proof: Proof) -> bool:
        """Whether the slot wishes for that, or did so when it was asked for and has none since."""
        setup = self.setups.slots[at]
        here = proof.wish.content is self.content.content and at == self.setups.at
        late = here and proof.wish.setup.method == getattr(setup, "method", "")
        return setup is not None and (proof.wish == self.wish(at) or late)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane not in ("preview", "restyle"):
            return
        proofs = [event for event in events if isinstance(event, Proof)]
        if proofs:
            self._take(proofs[-1]) if lane == "preview" else self._watch(proofs[-1])
        told = [e for e in events if isinstance(e, Progress) and not isinstance(e, Proof)]
        if lane == "restyle" and told:
            self.room.strip.progress.tell(told[-1])
        if proofs:
            self.catch_up()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "preview":
            if result.wish == self.wish():
                self.refused = ""
            self._take(result)
            if self._at_work is not None and result.wish == self._at_work[0]:
                self._at_work = None
            self.catch_up()
            self._give_way()
        elif lane == "restyle":
            self._made(result)

    def _made(self, result: Result) -> None:
        self._running = None
        if result.wish.content is not self.content.content:  # another was opened meanwhile
            return
        for at in (A, B):
            if self.wish(at) == result.wish:
                self.slots[at].result = result
        self.content.note(result)
        self.looked.emit()
        self.made.emit(result)
        self.content.deliver(self.result)

    def bring_back(self, result: Result) -> None:
        """Show a picture that was made before, as what it was made of is wished again."""
        self.slots[self.setups.at].result = result
        self.looked.emit()

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "preview":
            self._at_work, self.refused = None, sentence
            self._give_way()
            self.looked.emit()
        elif lane == "restyle":
            self._running = None
            self.content.deliver(None)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane != "restyle":
            return
        busy, strip = self.session.title(lane), self.room.strip
        strip.progress.begin(busy) if busy else strip.progress.hide()
        if not busy and self._running is not None:  # it was stopped
            self._running = None
            self.content.deliver(None)
        if not busy:
            self._give_way()
            self._watch(None)
