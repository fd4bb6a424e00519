"""The picture desk: one picture is opened, undone, exported and copied, and never lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from studio.core.events import Note
from studio.gui.desks import picture_files
from studio.gui.pasting import is_loose
from studio.gui.session import Session
from studio.gui.widgets.repair_room import PICTURE, RepairRoom
from studio.gui.widgets.unsaved_question import UnsavedQuestion

AT_ONCE = 0.02  # seconds that an edit may take before the canvas waits for it


class PictureDesk(QObject):
    """Holds the picture on the canvas.

    shown(): another picture is there. stepped(): an edit was undone or done again. edited(Edit):
    one was done that no hand drew.
    """

    shown = Signal()
    stepped = Signal()
    edited = Signal(object)

    def __init__(self, session: Session, room: RepairRoom, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.room, self.canvas = session, room, room.canvas
        self.opened: Any = None  # core's OpenedPicture
        self.settled: Any = None  # the last edit of the picture that is exported or discarded
        self.lent = False  # a worker copies the pixels: they must not change
        self._exporting: tuple[Any, Callable[[], None] | None] = (None, None)
        self._work: tuple[Any, tuple[str, ...]] | None = None  # an edit in the making, its layers
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._work_on)
        session.done.connect(self._on_done)
        session.events.connect(self._on_events)
        session.busy_changed.connect(self._on_busy)
        session.failed.connect(self._on_failed)
        does = room.actions_
        does.open.triggered.connect(self.ask_open)
        does.paste.triggered.connect(self.paste)
        does.copy.triggered.connect(self.copy)
        does.export.triggered.connect(self.ask_export)
        does.keep.triggered.connect(self.keep)
        does.undo.triggered.connect(self.undo)
        does.redo.triggered.connect(self.redo)

    @property
    def painting(self) -> Any:
        """The painting on the canvas, None without a picture."""
        return self.opened.painting if self.opened else None

    @property
    def unsaved(self) -> bool:
        """Whether the picture was changed in a way that no export holds."""
        return self._last() is not self.settled

    @property
    def busy(self) -> bool:
        """Whether the picture must not change now: it is copied, or changing."""
        return self.opened is None or self.lent or self._work is not None

    def edit(self, job: Any, *layers: str) -> None:
        """Do an edit, core's job, part by part, so that a large one does not hold the window."""
        self._work, begun = (job, layers), time.monotonic()
        while self._work is not None and time.monotonic() - begun < AT_ONCE:
            self._work_on()
        if self._work is not None:
            self.canvas.setEnabled(False)
            self._timer.start()

    @Slot()
    def _work_on(self) -> None:
        assert self._work is not None
        job, layers = self._work
        try:
            self.canvas.refresh(next(job).box, *layers)
        except StopIteration as ended:
            self._work = None
            self._timer.stop()
            self.canvas.setEnabled(True)
            self.canvas.setFocus()
            self.edited.emit(ended.value)

    def take(self, found: list[Path]) -> None:
        """Open a file that was dropped or chosen; of several, the first."""
        if len(found) > 1:
            said = self.tr(
                "{n} files were given; the first is opened. `atelier repair` takes many."
            )
            self.session.said.emit(said.format(n=len(found)))
        if found and is_loose(found[0]):
            self.session.open_picture(found[0].read_bytes(), self.tr("Dropped picture"))
        elif found:
            self.session.open_picture(found[0], found[0].name)

    @Slot()
    def ask_open(self) -> None:
        """Let the user choose a picture."""
        start = str(self.opened.path.parent) if self.opened and self.opened.path else ""
        path = picture_files.choose(self.room, self.tr("Choose a picture to repair"), start)
        if path:
            self.take([path])

    @Slot()
    def paste(self) -> None:
        """Open what is on the clipboard: a file, or a picture such as a screenshot."""
        found, source = picture_files.from_clipboard()
        if found:
            self.take(found)
        elif source is not None:
            self.session.open_picture(source, self.tr("Pasted picture"))
        else:
            self.session.failed.emit("picture", picture_files.nothing_to_paste())

    @Slot()
    def copy(self) -> None:
        """Put the picture as it is now on the clipboard."""
        if not self.busy:
            self.lent = True
            self.session.copy_picture(self.painting.pixels, self.opened.name)

    @Slot()
    def keep(self) -> None:
        """Keep the picture as it is now in the gallery."""
        if not self.busy:
            pixels, name = self.painting.pixels.copy(), self.suggested().stem
            self.session.keep_repaired(self.opened, pixels, name, (self.opened, self._last()))

    @Slot()
    def ask_export(self) -> None:
        """Let the user choose where the picture is written to."""
        self._ask_export(None)

    def _ask_export(self, then: Callable[[], None] | None) -> None:
        if self.busy or self.session.title("export"):
            return
        title, own = self.tr("Export the repaired picture"), self.opened.path
        target = picture_files.target(self.room, title, self.suggested(), own)
        if target is not None:
            self.lent, self._exporting = True, (self._last(), then)
            tells = self.session.memory.tells()
            self.session.export(self.opened, self.painting.pixels, target, True, tells)

    def suggested(self) -> Path:
        """Return a name beside the picture's own file: NAME-repaired.png."""
        path = self.opened.path or picture_files.handed_on(self.opened.name)
        return picture_files.beside(path, self.tr("picture"), "repaired")

    def leave(self, then: Callable[[], None]) -> None:
        """Do `then` once nothing would be lost by it: at once, after an export, or never."""
        answer = self._question().ask() if self.unsaved else "discard"
        if answer == "discard":
            self.settled = self._last()
            then()
        elif answer == "export":
            self._ask_export(then)

    def _question(self) -> UnsavedQuestion:
        text = self.tr("The repairs of {name} are not exported yet.").format(name=self.opened.name)
        told = self.tr("Your file itself was not changed; discarded repairs can't be brought back.")
        title, discard = self.tr("Repairs are not exported"), self.tr("Discard repairs")
        return UnsavedQuestion((title, text, told, discard), self.room)

    @Slot()
    def undo(self) -> None:
        """Undo the last stroke or fill."""
        if not self.busy:
            self.canvas.undo()
            self.stepped.emit()

    @Slot()
    def redo(self) -> None:
        """Do again what was undone."""
        if not self.busy:
            self.canvas.redo()
            self.stepped.emit()

    def show_steps(self, offered: bool) -> None:
        """Allow what is possible now; `offered` tells whether there are candidates."""
        edits, at = (self.painting.edits, self.painting.position) if self.opened else ([], 0)
        undo = edits[at - 1].title if at else None
        redo = edits[at].title if at < len(edits) else None
        self.room.actions_.allow(self.opened is not None, undo, redo, offered)
        changed = self.opened is not None and self.painting.repainted
        self.room.actions_.compare.setEnabled(offered or changed)

    def facts(self) -> str:
        """Return size, depth and what of the file is kept."""
        return picture_files.facts(self.opened.photograph)

    def _last(self) -> Any:
        """Return the last edit that is done and changed the picture; None as it was opened."""
        if self.opened is None:
            return None
        done = self.painting.edits[: self.painting.position]
        return next((edit for edit in reversed(done) if "picture" in edit.sizes), None)

    def show(self, opened: Any) -> None:
        """Put another picture on the canvas."""
        self.opened, self.settled = opened, None
        self.canvas.show_painting(opened.painting, opened.preview)
        self.room.pages.setCurrentIndex(PICTURE)
        self.room.bar.show_picture(opened.name, self.facts())
        self.canvas.setFocus()
        self.shown.emit()

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "picture":
            self.leave(lambda: self.show(result))
        elif lane == "export":
            self._exported(*result)
        elif lane == "gallery keep":
            for opened, edit in (each.token for each in result if isinstance(each.token, tuple)):
                self.settled = edit if opened is self.opened else self.settled
        elif lane == "copy" and isinstance(result, QImage):
            QGuiApplication.clipboard().setImage(result)
            self.session.said.emit(self.tr("The repaired picture is on the clipboard."))

    def _exported(self, path: Path, notes: tuple[str, ...]) -> None:
        self.settled, then = self._exporting
        self._exporting = (None, None)
        text = self.tr("Exported as {name} in {dir}.").format(name=path.name, dir=path.parent)
        self.session.said.emit(" ".join((text, *notes)))
        if then is not None:
            then()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        for event in events if lane in ("picture", "export") else ():
            if isinstance(event, Note):
                self.session.failed.emit(lane, event.text)
        if lane in ("export", "copy"):
            from studio.core.repair.live import Copied

            self.lent = self.lent and not any(isinstance(event, Copied) for event in events)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane in ("export", "copy") and not self.session.title(lane):
            self.lent = False

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "export":
            self._exporting = (None, None)
