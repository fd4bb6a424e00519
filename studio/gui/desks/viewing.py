"""The viewing desk: the current picture with its facts, one alone, two to four compared."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.gui.session import Session
from studio.gui.widgets.gallery_room import STAGE, WALL, GalleryRoom

REST = 90  # ms that the keyboard rests on a picture before it is opened


class ViewDesk(QObject):
    """Opens pictures in full; known_changed(): another is the current one, and `closer` tells of
    it.
    """

    known_changed = Signal()

    def __init__(self, session: Session, room: GalleryRoom, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.room = session, room
        self.closer: Any = None  # gui.browsing.Closer of what was looked at last
        self._asked: tuple[int, ...] = ()
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self._look)
        session.done.connect(self._on_done)
        wall, stage = room.wall, room.stage
        wall.current_changed.connect(self._on_current)
        wall.opened.connect(self.enlarge)
        room.actions_.compare.triggered.connect(self.compare)
        stage.stepped.connect(self._step)
        stage.left.connect(self.leave)

    @property
    def current(self) -> Any:
        """The current picture's entry, None while it is not known."""
        closer, id = self.closer, self.room.wall.choice.id
        return closer.entry if closer and closer.entry and closer.entry.id == id else None

    @Slot(int)
    def _on_current(self, id: int) -> None:
        if id < 0:
            self.closer = None
            self.room.facts.forget()
            self.leave() if self.room.pages.currentIndex() == STAGE else None
            self.known_changed.emit()
        elif not self._compares:
            self._rest.start()

    @property
    def _compares(self) -> bool:
        return self.room.pages.currentIndex() == STAGE and len(self._asked) > 1

    @Slot()
    def _look(self) -> None:
        id = self.room.wall.choice.id
        if id >= 0:
            self._ask((id,))

    def _ask(self, ids: tuple[int, ...]) -> None:
        self._rest.stop()
        self._asked = ids
        self.session.look_closely(ids)

    @Slot()
    def enlarge(self) -> None:
        """Show the current picture large, in the wall's place."""
        if self.room.wall.choice.current >= 0:
            self._show_stage()
            self._look()

    @Slot()
    def compare(self) -> None:
        """Show the chosen pictures side by side."""
        ids = tuple(self.room.wall.choice.in_order())
        if 2 <= len(ids) <= 4:
            self._show_stage()
            self._ask(ids)

    def _show_stage(self) -> None:
        self.room.pages.setCurrentIndex(STAGE)
        self.room.stage.setFocus()

    @Slot(int)
    def _step(self, by: int) -> None:
        """Go to a neighbor on the wall, and show that large."""
        wall = self.room.wall
        there = wall.choice.current + by
        if 0 <= there < len(wall.choice.ids):
            wall.go(there)
            self._look()

    @Slot()
    def leave(self) -> None:
        """Go back to the wall."""
        compared = self._compares
        self.room.pages.setCurrentIndex(WALL)
        self.room.stage.show_pictures([])
        self.room.wall.setFocus()
        if compared:
            self._look()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane != "closer" or tuple(each.id for each in result.shown) != self._asked:
            return
        if self.room.pages.currentIndex() == STAGE:
            self.room.stage.show_pictures(result.shown)
        self.closer = result
        self.show_facts()

    def show_facts(self) -> None:
        """Write what is known of the picture that was looked at last."""
        closer = self.closer
        if closer is None or closer.entry is None:
            return
        entry, project = closer.entry, self.session.project
        names = {r.number: r.record.name for r in project.runs()} if project else {}
        run = f"{entry.run} {names.get(entry.run, '')}".strip() if entry.run else ""
        facts = self.room.facts
        written = facts.facts(entry, closer.record, self.tr("run {n}").format(n=run) if run else "")
        choice = self.room.wall.choice
        place = self.tr("{name}, {k} of {n}")
        self.room.wall.setAccessibleDescription(
            place.format(name=entry.name, k=choice.current + 1, n=len(choice.ids))
        )
        facts.show_picture(closer.shown[0] if closer.shown else None, written, entry.name)
        self.known_changed.emit()
