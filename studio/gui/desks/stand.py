"""Where the user stands in a model: the place, drawn live while it moves, kept when it rests."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from studio.gui.session import Session

if TYPE_CHECKING:
    from studio.core.explore.explorer import Explorer
    from studio.core.explore.place import Place


class Stand(QObject):
    """The one place all tools of the Explore workspace move.

    viewed(View): a picture of it was drawn. stepped(): it became a step of the exploration, or one
    went to another step. returned(): the latter. awaited(bool): a picture is asked for, or has
    come. peeked(picture): that of another place is looked at for a moment.
    """

    viewed = Signal(object)
    stepped = Signal()
    returned = Signal()
    awaited = Signal(bool)
    peeked = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self.place: Place | None = None
        self.picture: np.ndarray | None = None
        self._wanted: Place | None = None  # known before it is drawn: no late picture replaces it
        # What the user looks at: its place, and its picture if that is not a mere draft.
        self.seen: tuple[Place | None, np.ndarray | None] = (None, None)
        session.events.connect(self._on_events)
        session.done.connect(self._on_done)
        session.failed.connect(self._on_failed)

    @property
    def exploration(self) -> Any:
        """The tree of steps of the open model; None while none is open."""
        return self.session.opened.exploration if self.session.opened else None

    def look(self, find: "Callable[[Explorer], Place]") -> None:
        """Draw quickly where `find` leads, without keeping it."""
        self._wanted = None
        self.awaited.emit(True)
        self.session.look(find, True)

    def settle(
        self,
        find: "Callable[[Explorer], Place]",
        title: str,
        parents: Sequence[int] | None = None,
    ) -> None:
        """Draw in full where `find` leads, as a step below `parents` (the present one if None)."""
        tree = self.exploration
        if tree is None:
            return
        self._wanted = None
        self.awaited.emit(True)
        here = [] if tree.at is None else [tree.at]
        self.session.settle(find, title, here if parents is None else parents)

    def show(self, place: "Place") -> None:
        """Draw a place quickly, and take it for the present one at once: a slider moves on."""
        self.look(lambda _: place)
        self.place = self._wanted = place

    def glance(self, place: "Place", picture: np.ndarray) -> None:
        """Look at another place, whose picture is drawn already; where one stands stays."""
        self.seen = (place, picture)
        self.peeked.emit(picture)

    def rest(self, place: "Place", title: str) -> None:
        """Draw a place in full, as a step; where one stands already there is no step to take."""
        tree = self.exploration
        if tree is not None and tree.current is not None and tree.current.place.same(place):
            self.session.look(lambda _: place, False)
        else:
            self.settle(lambda _: place, title)
        self.place = self._wanted = place

    def go(self, id: int | None) -> None:
        """Stand at a step that was come to before; nothing new is kept."""
        tree = self.exploration
        if tree is None or id not in tree.steps:
            return
        self.place = self._wanted = place = tree.steps[id].place
        self.awaited.emit(True)
        self.session.look(lambda _: place, False)
        self.change("go", id)
        self.returned.emit()

    def change(self, verb: str, *asked: Any) -> None:
        """Go, star or note in the exploration; says why where that can't be written."""
        from studio.core.events import Refused

        try:
            getattr(self.exploration, verb)(*asked)
        except Refused as refused:
            self.session.failed.emit("explore", str(refused))
        self.stepped.emit()

    def redraw(self) -> None:
        """Draw the present place again, in a model that has changed."""
        place = self.place
        if place is not None:
            self.session.look(lambda _: place, False)

    def forget(self) -> None:
        """Stand nowhere, as another model is open."""
        self.place = self.picture = self._wanted = None
        self.seen = (None, None)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        """Show how a slow model gets on with the picture."""
        from studio.core.events import Drawn

        drawn = [event for event in events if isinstance(event, Drawn)]
        if lane == "draw" and drawn:
            self.peeked.emit(drawn[-1].pictures[0])

    @Slot(str, object)
    def _on_done(self, lane: str, view: Any) -> None:
        if lane != "draw" or self.session.opened is None:
            return
        self.place = self._wanted or view.place
        self.picture = view.picture
        self.seen = (view.place, None if view.draft else view.picture)
        if not view.moving or not self.session.title("draw"):  # else the next is on its way
            self.awaited.emit(False)
        self.viewed.emit(view)
        if view.step is not None:
            self.stepped.emit()

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "draw":
            self.awaited.emit(False)
