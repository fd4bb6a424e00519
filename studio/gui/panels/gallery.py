"""The Gallery workspace: everything that was kept, found again, compared and handed on."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QTemporaryDir, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from studio.gui.desks import picture_files
from studio.gui.desks.hanging import HangDesk
from studio.gui.desks.marking import MarkDesk
from studio.gui.desks.sending import SendDesk
from studio.gui.desks.viewing import ViewDesk
from studio.gui.session import Session
from studio.gui.widgets import canvas_files, search_terms
from studio.gui.widgets.gallery_room import WALL, GalleryRoom


class GalleryPanel(GalleryRoom):
    """Session to widgets, and what the user does to requests; each part of it has its desk.

    export_asked(paths), origin_asked(path), explore_asked(path), style_asked(paths, as_style),
    repair_asked(paths), recall_asked(path, Record): go on with kept pictures elsewhere.
    """

    export_asked = Signal(list)
    origin_asked = Signal(object)
    explore_asked = Signal(object)
    style_asked = Signal(list, bool)
    repair_asked = Signal(list)
    recall_asked = Signal(object, object)

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self._drawer = QTemporaryDir()  # where pictures lie that are let fall without a file
        self.hanging = HangDesk(session, self, self)
        self.marking = MarkDesk(session, self, self.hanging, self)
        self.viewing = ViewDesk(session, self, self)
        self.sending = SendDesk(session, self, self.viewing, self)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.wall)
        self._connect()
        self._show_state()

    def _connect(self) -> None:
        does = self.actions_
        self.session.project_changed.connect(self._on_project)
        self.sending.sent.connect(self._on_sent)
        self.viewing.known_changed.connect(self._show_state)
        self.wall.chosen_changed.connect(self._show_state)
        self.wall.menu_asked.connect(self._on_menu)
        self.sidebar.own_asked.connect(self._show_own)
        self.drop.dropped.connect(self.take)
        self.drop.open_asked.connect(self._ask_open)
        self.drop.paste_asked.connect(self.paste)
        does.paste.triggered.connect(self.paste)
        does.all.triggered.connect(self.wall.choose_all)
        does.find.triggered.connect(self._find)
        does.like.triggered.connect(self._find_similar)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.hanging.open()

    @Slot()
    def _on_project(self) -> None:
        self.session.own_gallery = False
        self._change_gallery()

    @Slot(bool)
    def _show_own(self, own: bool) -> None:
        """Show the user's own gallery, or the project's."""
        self.session.own_gallery = own
        self.search.clear()
        self._change_gallery()

    def _change_gallery(self) -> None:
        folder = self.session.shown_folder
        if self.session.gallery is None or self.session.gallery.folder != folder:
            self.marking.steps.clear()
            self.hanging.hung = None
            self.viewing.leave() if self.pages.currentIndex() != WALL else None
            if self.isVisible():
                self.hanging.open()

    @Slot()
    def _show_state(self) -> None:
        """Allow what is possible with what is chosen, and tell how much that is."""
        choice, current = self.wall.choice, self.viewing.current
        trashed = "trashed" in {search_terms.key_of(term) for term in self.search.terms}
        closer = self.viewing.closer
        record = closer.record if current is not None and closer is not None else None
        placed = record is not None and (record.place is not None or "method" in record.settings)
        self.actions_.allow(len(choice.chosen), trashed, placed)
        self.show_trash(trashed)
        count = len(choice.chosen)
        many = self.tr("{n} pictures chosen").format(n=count)
        name = current.name if current is not None else ""
        self.bar.show_picture(many if count > 1 else name if count else "", "")
        self.hanging.show_count()

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        does, menu = self.actions_, QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for group in (
            (does.star, does.board, does.tag),
            (does.compare, does.like),
            (does.recall, does.explore, does.style, does.as_style, does.repair),
            (does.export, does.origin, does.copy, does.folder),
            (does.restore if does.restore.isEnabled() else does.remove,),
        ):
            for action in group:
                menu.addAction(action)
            menu.addSeparator()
        menu.popup(at)

    @Slot()
    def _find(self) -> None:
        self.pages.setCurrentIndex(WALL)
        self.search.box.setFocus()
        self.search.box.selectAll()

    @Slot()
    def _find_similar(self) -> None:
        """Show first what looks like the current picture."""
        hung = self.wall.store.get(self.wall.choice.id)
        if hung is not None:
            entry: Any = hung.entry
            self.search.add(search_terms.written("like", entry.name))

    @Slot(str, list)
    def _on_sent(self, purpose: str, paths: list[Path]) -> None:
        if purpose == "export":
            self.export_asked.emit(paths)
        elif purpose == "origin":
            self.origin_asked.emit(paths[0])
        elif purpose == "explore":
            self.explore_asked.emit(paths[0])
        elif purpose in ("style", "as style"):
            self.style_asked.emit(paths, purpose == "as style")
        elif purpose == "repair":
            self.repair_asked.emit(paths)
        elif purpose == "recall" and self.viewing.closer is not None:
            self.recall_asked.emit(paths[0], self.viewing.closer.record)

    @Slot(list)
    def take(self, found: list[Path]) -> None:
        """Keep copies of picture files."""
        if found:
            self.session.take_in([(path, path.stem) for path in found])

    @Slot()
    def _ask_open(self) -> None:
        path = picture_files.choose(self, self.tr("Choose a picture to keep"), "")
        if path:
            self.take([path])

    @Slot()
    def paste(self) -> None:
        """Keep what is on the clipboard: files, or a picture such as a screenshot."""
        found, source = picture_files.from_clipboard()
        if found:
            self.take(found)
        elif source is not None:
            self.session.take_in([(source, self.tr("pasted"))])
        else:
            self.session.failed.emit("take in", picture_files.nothing_to_paste())

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        folder = any(Path(url.toLocalFile()).is_dir() for url in data.urls())
        if event.source() is not self.wall and canvas_files.given(data) and not folder:
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take(canvas_files.paths(event.mimeData(), self._drawer))
