"""The marking desk: stars, tags, boards and the trash, each to be undone."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

from studio.gui.browsing import Mark
from studio.gui.desks.hanging import HangDesk
from studio.gui.desks.steps import Step, Steps
from studio.gui.session import Session
from studio.gui.widgets import search_terms
from studio.gui.widgets.gallery_room import GalleryRoom
from studio.gui.widgets.wall_store import Hung


class MarkDesk(QObject):
    """Makes marks on the pictures that are chosen, and takes note of what they changed."""

    def __init__(
        self,
        session: Session,
        room: GalleryRoom,
        hanging: HangDesk,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.hanging = session, room, hanging
        self.steps = Steps(self)
        session.events.connect(self._on_events)
        does = room.actions_
        does.star.triggered.connect(self.star)
        does.board.triggered.connect(self.ask_board)
        does.tag.triggered.connect(self.ask_tag)
        does.remove.triggered.connect(self.remove)
        does.restore.triggered.connect(self.restore)
        does.empty.triggered.connect(self._empty)
        does.undo.triggered.connect(self.steps.undo)
        does.redo.triggered.connect(self.steps.redo)
        self.steps.changed.connect(self._show_steps)
        room.sidebar.rename_asked.connect(self._rename)
        room.sidebar.empty_asked.connect(self._empty)
        room.sidebar.dropped.connect(self._on_dropped)
        self._show_steps()

    @property
    def chosen(self) -> list[int]:
        """The pictures that are chosen, as they hang."""
        return self.room.wall.choice.in_order()

    def _entries(self) -> list[Any]:
        """Return what is known of those chosen pictures that were seen lately."""
        found = (self.room.wall.store.get(id) for id in self.chosen)
        return [hung.entry for hung in found if hung is not None]

    def mark(self, kind: str, word: str, on: bool) -> None:
        """Make a mark on what is chosen."""
        if self.chosen:
            self.session.mark(Mark(kind, word, on, tuple(self.chosen)))

    @Slot()
    def star(self) -> None:
        """Give the chosen pictures a star; if all have one, take it away."""
        entries = self._entries()
        every = len(entries) == len(self.chosen) and all(entry.star for entry in entries)
        self.mark("star", "", not every)

    @Slot()
    def remove(self) -> None:
        """Move the chosen pictures to the gallery's trash."""
        self.mark("trash", "", True)

    @Slot()
    def restore(self) -> None:
        """Take the chosen pictures out of the trash again."""
        self.mark("trash", "", False)

    @Slot()
    def ask_board(self) -> None:
        """Let the user pin what is chosen to a board, or take it off."""
        boards = [word for word, _ in self._counts().boards]
        self._ask("board", boards, self.tr("New board…"))

    @Slot()
    def ask_tag(self) -> None:
        """Let the user put a tag on what is chosen, or take it off."""
        self._ask("tag", [word for word, _ in self._counts().tags], self.tr("New tag…"))

    def _counts(self) -> Any:
        assert self.session.gallery is not None
        return self.session.gallery.counts

    def _ask(self, kind: str, words: list[str], new: str) -> None:
        """Show a menu of words, checked where all that is chosen has them."""
        menu, entries = QMenu(self.room), self._entries()
        menu.aboutToHide.connect(menu.deleteLater)
        for word in words:
            action = menu.addAction(word.replace("&", "&&"), self._on_word)
            action.setCheckable(True)
            action.setChecked(bool(entries) and all(word in _words(e, kind) for e in entries))
            action.setData((kind, word))
        if words:
            menu.addSeparator()
        menu.addAction(new, self._ask_new).setData((kind, ""))
        menu.popup(self._place())

    def _place(self) -> QPoint:
        """Return where a menu for the chosen pictures opens: at the current one."""
        wall = self.room.wall
        seen = wall.viewport().rect()
        cell = wall.layout_.cell(max(0, wall.choice.current)).translated(0, -wall.top)
        at = cell.center() if seen.contains(cell.center()) else seen.center()
        return wall.viewport().mapToGlobal(at)

    @Slot()
    def _on_word(self) -> None:
        sent: Any = self.sender()
        kind, word = sent.data()
        self.mark(kind, word, sent.isChecked())

    @Slot()
    def _ask_new(self) -> None:
        sent: Any = self.sender()
        kind, _ = sent.data()
        title = self.tr("New board") if kind == "board" else self.tr("New tag")
        word, given = QInputDialog.getText(self.room, title, self.tr("Name"))
        if given and word.strip():
            self.mark(kind, word.strip(), True)

    @Slot(str)
    def _rename(self, board: str) -> None:
        title = self.tr("Rename the board")
        name, given = QInputDialog.getText(self.room, title, self.tr("Name"), text=board)
        if given and name.strip() and name.strip() != board:
            terms = search_terms.without(self.room.search.terms, "board")
            if terms != self.room.search.terms:
                term = search_terms.written("board", name.strip())
                self.room.search.terms = [*terms, term]
            self.session.rename_board(board, name.strip())

    @Slot()
    def _empty(self) -> None:
        count = self._counts().trashed
        text = self.tr("Move {n} pictures from the gallery's trash to the desktop's?")
        title, kinds = self.tr("Empty the trash"), QMessageBox.StandardButton
        if count and QMessageBox.question(self.room, title, text.format(n=count)) == kinds.Yes:
            self.steps.clear()
            self.session.empty_trash()

    @Slot(str)
    def _on_dropped(self, term: str) -> None:
        """Mark what is dragged onto a row of the sidebar."""
        kinds = {"starred": "star", "trashed": "trash"}
        key = search_terms.key_of(term)
        word = search_terms.value_of(term) if key in ("board", "tag") else ""
        self.mark(kinds.get(key, key), word, True)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        marked = [e for e in events if lane == "marks" and hasattr(e, "mark")]
        for event in marked:
            self._take(event)
        if marked and self.session.gallery is not None:
            counts = marked[-1].counts
            self.session.gallery = replace(self.session.gallery, counts=counts)
            self.hanging.show_counts(counts)
            self._search_again([event.mark.kind for event in marked])

    def _search_again(self, kinds: list[str]) -> None:
        """Look again where what is found may be other pictures now."""
        narrowed = {
            search_terms.key_of(term) for term in search_terms.split(self.room.search.words)
        }
        of = {"star": "starred", "tag": "tag", "board": "board"}
        if "trash" in kinds or narrowed & {of.get(kind, "") for kind in kinds}:
            self.hanging.search()

    def _take(self, event: Any) -> None:
        """Take note of a mark that was made."""
        store, mark = self.room.wall.store, event.mark
        known = [(e.id, store.get(e.id)) for e in event.entries]
        fresh = {entry.id: entry for entry in event.entries}
        self.room.wall.give((id, Hung(fresh[id], old.image)) for id, old in known if old)
        self.room.wall.current_changed.emit(self.room.wall.choice.id)
        if mark.told and mark.ids:
            self._note(mark)

    def _note(self, mark: Mark) -> None:
        back = replace(mark, on=not mark.on, told=False)
        again = replace(mark, told=False)
        title = self._title(mark)
        step = Step(title, lambda: self.session.mark(back), lambda: self.session.mark(again))
        self.steps.add(step)
        if mark.kind == "trash" and mark.on:
            many = self.tr("{n} pictures are in the gallery's trash; Ctrl+Z brings them back.")
            one = self.tr("The picture is in the gallery's trash; Ctrl+Z brings it back.")
            self.session.said.emit((one if len(mark.ids) == 1 else many).format(n=len(mark.ids)))

    def _title(self, mark: Mark) -> str:
        titles = {
            "star": self.tr("star") if mark.on else self.tr("no star"),
            "tag": self.tr("tag {word}"),
            "board": self.tr("board {word}"),
            "trash": self.tr("delete") if mark.on else self.tr("put back"),
        }
        return titles[mark.kind].format(word=mark.word)

    @Slot()
    def _show_steps(self) -> None:
        self.room.actions_.allow_steps(*self.steps.titles)


def _words(entry: Any, kind: str) -> tuple[str, ...]:
    return entry.boards if kind == "board" else entry.tags
