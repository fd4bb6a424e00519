"""The content desk: the picture that is restyled is opened, exported and copied, and never lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from studio.gui.desks import picture_files
from studio.gui.pasting import is_loose
from studio.gui.restyling import Content, Result
from studio.gui.session import Session
from studio.gui.widgets.style_room import PICTURE, StyleRoom
from studio.gui.widgets.unsaved_question import UnsavedQuestion


class ContentDesk(QObject):
    """Holds the picture. shown(): another is there. result_asked(): a result is wanted, to be given
    to `deliver`.
    """

    shown = Signal()
    result_asked = Signal()

    def __init__(self, session: Session, room: StyleRoom, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.room = session, room
        self.content: Content | None = None
        self.unsaved = False  # whether there is a result that no export holds
        self._wanted: Callable[[Result], object] | None = None  # what is done with the result
        self._then: Callable[[], None] | None = None  # what is done once it is exported
        self._exporting: Result | None = None
        self._last: Result | None = None
        session.done.connect(self._on_done)
        session.failed.connect(self._on_failed)
        does = room.actions_
        does.open.triggered.connect(self.ask_open)
        does.copy.triggered.connect(self.copy)
        does.export.triggered.connect(self.ask_export)
        does.keep.triggered.connect(self.keep)
        room.content_drop.open_asked.connect(self.ask_open)
        room.content_drop.paste_asked.connect(self.paste)
        room.content_drop.dropped.connect(self.take)
        room.canvas.dropped.connect(self.take)

    def take(self, found: list[Path]) -> None:
        """Open a file that was dropped or chosen; of several, the first."""
        if len(found) > 1:
            said = self.tr("{n} files were given; the first is opened. `atelier style` takes many.")
            self.session.said.emit(said.format(n=len(found)))
        if found and is_loose(found[0]):
            self.session.open_content(found[0].read_bytes(), self.tr("Dropped picture"))
        elif found:
            self.session.open_content(found[0], found[0].name)

    @Slot()
    def ask_open(self) -> None:
        """Let the user choose a picture."""
        own = self.content.path if self.content else None
        title = self.tr("Choose a picture to restyle")
        path = picture_files.choose(self.room, title, str(own.parent) if own else "")
        if path:
            self.take([path])

    @Slot()
    def paste(self) -> None:
        """Open what is on the clipboard: a file, or a picture such as a screenshot."""
        found, source = picture_files.from_clipboard()
        if found:
            self.take(found)
        elif source is not None:
            self.session.open_content(source, self.tr("Pasted picture"))
        else:
            self.session.failed.emit("content", picture_files.nothing_to_paste())

    @Slot()
    def copy(self) -> None:
        """Put the restyled picture on the clipboard."""
        self.want(lambda result: self.session.share(result.pixels, self._name()))

    @Slot()
    def keep(self) -> None:
        """Keep the restyled picture in the gallery."""
        self.want(self._keep)

    def _keep(self, result: Result) -> None:
        if self.content is not None:
            self.session.keep_styled(result, self.content, self.suggested().stem)

    @Slot()
    def ask_export(self) -> None:
        """Let the user choose where the restyled picture is written to."""
        self.want(self._export)

    def want(self, use: Callable[[Result], object]) -> None:
        """Do something with the picture in full size as it is shown, once that is made."""
        if self.content is not None:
            self._wanted = use
            self.result_asked.emit()

    def deliver(self, result: Result | None) -> None:
        """Do what the picture in full size was wanted for; None = it was not made."""
        use, self._wanted = self._wanted, None
        if use is not None and result is not None:
            use(result)

    def note(self, result: Result) -> None:
        """Take note of a result that was just made."""
        self.unsaved, self._last = True, result

    @property
    def made(self) -> Result | None:
        """The result that was made last, if no export holds it."""
        return self._last if self.unsaved else None

    def _name(self) -> str:
        return self.content.name if self.content else ""

    def suggested(self) -> Path:
        """Return a name beside the picture's own file: NAME-styled.png."""
        content = self.content
        path = content.path or picture_files.handed_on(content.name) if content else None
        return picture_files.beside(path, self.tr("picture"), self.tr("styled"))

    def _export(self, result: Result) -> None:
        if self.content is None or self.session.title("styled"):
            return
        title, own = self.tr("Export the restyled picture"), self.content.path
        target = picture_files.target(self.room, title, self.suggested(), own)
        if target is None:
            self._then = None
            return
        self._exporting = result
        asked = (self.content, result.pixels, target, result.wish, self.session.memory.tells())
        self.session.write_styled(*asked)

    def leave(self, then: Callable[[], None]) -> None:
        """Do `then` once nothing would be lost by it: at once, after an export, or never."""
        answer = self._question().ask() if self.unsaved else "discard"
        if answer == "discard":
            self.unsaved = False
            then()
        elif answer == "export" and self._last is not None:
            self._then = then
            self._export(self._last)

    def _question(self) -> UnsavedQuestion:
        text = self.tr("The new look of {name} is not exported yet.").format(name=self._name())
        told = self.tr("Your file itself was not changed.")
        title, discard = self.tr("The look is not exported"), self.tr("Discard it")
        return UnsavedQuestion((title, text, told, discard), self.room)

    def show(self, content: Content) -> None:
        """Put another picture on the canvas."""
        self.content, self.unsaved, self._last, self._wanted = content, False, None, None
        self.room.canvas.show_painting(content.painting, content.preview)
        self.room.pages.setCurrentIndex(PICTURE)
        self.room.bar.show_picture(content.name, picture_files.facts(content.photograph))
        self.room.canvas.setFocus()
        self.shown.emit()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "content":
            self.leave(lambda: self.show(result))
        elif lane == "styled":
            self._exported(*result)
        elif lane == "gallery keep" and any(kept.token is self._last for kept in result):
            self.unsaved = False
        elif lane == "sharing" and isinstance(result, QImage):
            QGuiApplication.clipboard().setImage(result)
            self.session.said.emit(self.tr("The restyled picture is on the clipboard."))

    def _exported(self, path: Path, notes: tuple[str, ...]) -> None:
        if self._exporting is self._last:
            self.unsaved = False
        then, self._then, self._exporting = self._then, None, None
        text = self.tr("Exported as {name} in {dir}.").format(name=path.name, dir=path.parent)
        self.session.said.emit(" ".join((text, *notes)))
        if then is not None:
            then()

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "styled":
            self._exporting, self._then = None, None
