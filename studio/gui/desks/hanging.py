"""The hanging desk: the gallery is opened and searched, and what is found hangs on the wall."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from studio.core.events import Note
from studio.gui.session import Session
from studio.gui.widgets import search_terms
from studio.gui.widgets.gallery_room import EMPTY, STAGE, WALL, GalleryRoom


class HangDesk(QObject):
    """Searches as the user types, and gives the wall what comes into sight."""

    def __init__(self, session: Session, room: GalleryRoom, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.room = session, room
        self.counts: Any = None  # core.gallery.entry.Counts, None before the gallery is open
        self.hung: str | None = None  # the search whose pictures hang there
        session.done.connect(self._on_done)
        session.events.connect(self._on_events)
        session.failed.connect(self._on_failed)
        room.search.changed.connect(self.search)
        room.search.sized.connect(room.wall.set_side)
        room.wall.side_changed.connect(room.search.show_side)
        room.wall.wanted.connect(self._hang)
        room.wall.chosen_changed.connect(self.show_count)
        room.sidebar.chosen.connect(self._choose)

    def open(self) -> None:
        """Look what is in the gallery now; what hangs there stays meanwhile."""
        self.room.refuse("")
        if self.session.gallery is None:
            self.hung, self.counts = None, None
            self.room.wall.store.clear()
            self.room.wall.empty = self.tr("Looking at the pictures…")
        self.session.open_gallery()

    @Slot()
    def search(self) -> None:
        """Search for what is asked for."""
        bar = self.room.search
        self.room.sidebar.show_active(set(bar.terms))
        self.room.refuse("")
        self.session.search(bar.words)

    @Slot(str, bool)
    def _choose(self, term: str, add: bool) -> None:
        """Narrow the search by a row of the sidebar; with `add` beside what narrows it already."""
        bar, known = self.room.search, list(self.room.search.terms)
        if not add or not term:
            bar.show_terms([term] if term else [])
        elif term in known:
            bar.show_terms([each for each in known if each != term])
        else:
            bar.add(term)
        if self.room.pages.currentIndex() == STAGE:
            self.room.pages.setCurrentIndex(WALL)

    @Slot(list)
    def _hang(self, ids: list[int]) -> None:
        ratio = self.room.devicePixelRatioF()
        self.session.hang(ids, round(self.room.wall.layout_.cell_side * ratio))

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "gallery":
            self.show_counts(result.counts)
            self.search()
        elif lane == "search":
            same = result.words == self.hung
            self.hung = result.words
            self.room.wall.show_ids(result.ids, stay=same)
            self.room.wall.renew()
            self._show_page()
        elif lane == "boards":
            self.show_counts(result)
            self.search()
        elif lane in ("gallery keep", "take in") and self.room.isVisible():
            self.open()

    def show_counts(self, counts: Any) -> None:
        """Write how many pictures there are of everything."""
        self.counts = counts
        project = self.session.project
        runs = {r.number: r.record.name for r in project.runs()} if project else {}
        self.room.sidebar.show_counts(counts, runs, self.session.own_gallery if project else None)
        self.room.search.know(
            search_terms.written(key, str(word))
            for key, found in (
                ("tag", counts.tags),
                ("board", counts.boards),
                ("from", counts.workspaces),
                ("family", counts.families),
                ("run", counts.runs),
            )
            for word, _ in found
        )

    def _show_page(self) -> None:
        """Show the wall, or how pictures come here where there is none."""
        pages, counts = self.room.pages, self.counts
        empty = counts is not None and not counts.total and not counts.trashed
        if empty:
            pages.setCurrentIndex(EMPTY)
        elif pages.currentIndex() == EMPTY:
            pages.setCurrentIndex(WALL)
        self.room.wall.empty = self._nothing()
        self.show_count()

    def _nothing(self) -> str:
        """Return why nothing hangs there."""
        if self.room.search.terms == ["trash"]:
            return self.tr("The trash is empty.")
        if self.room.search.narrowed:
            return self.tr("Nothing is found. Take a word or a chip away.")
        return self.tr("Nothing is kept; what was deleted lies in the trash.")

    @Slot()
    def show_count(self) -> None:
        """Tell how many pictures hang there and are chosen."""
        choice = self.room.wall.choice
        self.room.search.show_count(len(choice.ids), len(choice.chosen))

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        for event in events:
            if lane == "wall" and hasattr(event, "hung"):
                self.room.wall.give(event.hung)
            elif lane in ("gallery", "take in", "marks") and isinstance(event, Note):
                self.session.failed.emit(lane, event.text)

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane in ("gallery", "search"):
            self.room.refuse(sentence)
