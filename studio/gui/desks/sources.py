"""The sources desk: one to four pictures that styles are taken from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog

from studio.core.events import Note
from studio.gui.desks.picture_files import from_clipboard, kinds, nothing_to_paste
from studio.gui.desks.steps import Step, Steps
from studio.gui.pasting import image_of, is_loose
from studio.gui.restyling import Source
from studio.gui.session import Session
from studio.gui.widgets.kept_dialog import KeptDialog
from studio.gui.widgets.style_options import MOST
from studio.gui.widgets.style_room import StyleRoom
from studio.gui.widgets.style_well import FULL

LARGE = 180  # pixels of the picture in the empty page's well


class SourceDesk(QObject):
    """Holds the styles and their weights. changed(): they are others. moved(int): the one at that
    place was taken away, and those after it moved up.
    """

    changed = Signal()
    moved = Signal(int)

    def __init__(
        self, session: Session, room: StyleRoom, steps: Steps, parent: QObject | None = None
    ):
        super().__init__(parent)
        self.session, self.room, self.steps = session, room, steps
        self._before: tuple[tuple[Source, float], ...] = ()  # as they were told of last
        self.sources: list[Source] = []
        session.done.connect(self._on_done)
        session.events.connect(self._on_events)
        for row in room.options.rows:
            row.well.clicked.connect(self._ask)
            row.well.dropped.connect(self._on_dropped)
            row.well.paste_asked.connect(self._on_paste)
            row.well.kept_asked.connect(self._ask_kept)
            row.well.removed.connect(self._on_removed)
            row.weighed.connect(self._on_weighed)
        room.style_drop.open_asked.connect(self.ask)
        room.style_drop.paste_asked.connect(self.paste)
        room.style_drop.dropped.connect(self.take)
        self._show()

    @property
    def weighed(self) -> tuple[tuple[Source, float], ...]:
        """The styles with their weights, above 0."""
        rows = self.room.options.rows
        alone = len(self.sources) == 1
        weights = [1.0 if alone else row.weight.value() / FULL for row in rows]
        return tuple(zip(self.sources, weights, strict=False))

    def put(self, styles: Sequence[tuple[Source, float]]) -> None:
        """Show these styles with their weights."""
        self.sources = [source for source, _ in styles]
        weights = [weight for _, weight in styles] + [1.0] * MOST
        for row, weight in zip(self.room.options.rows, weights, strict=False):
            with QSignalBlocker(row.weight):
                row.weight.setValue(round(FULL * weight))
        self._show()
        self._before = self.weighed
        self.changed.emit()

    def change(self, styles: Sequence[tuple[Source, float]], title: str, kind: str = "") -> None:
        """Take these styles, as a step that can be undone; those of one `kind` are one step."""
        before, after = self._before, tuple(styles)
        self.put(after)
        step = Step(title, lambda: self.put(before), lambda: self.put(after), kind, bool(kind))
        self.steps.add(step)

    @Slot()
    def _on_weighed(self) -> None:
        self.change(self.weighed, self.tr("Weight"), "weight")

    def take(self, found: list[Path], place: int | None = None) -> None:
        """Take styles from files, from `place` on; None = after those that are there."""
        at = len(self.sources) if place is None else place
        at = min(at, MOST - 1)
        named = [
            (path.read_bytes(), self.tr("Dropped picture")) if is_loose(path) else (path, path.name)
            for path in found
        ]
        if named:
            self.session.open_sources(named[: MOST - at], at)
        if len(named) > MOST - at:
            self.session.said.emit(self.tr("A look is taken from one to four pictures."))

    def send(self, pixels: Any, name: str, told: Any = None) -> None:
        """Take a style from pixels of another page, which may have `told` where they come from."""
        self.session.open_sources([(pixels, name)], min(len(self.sources), MOST - 1), told)

    @Slot()
    def ask(self, place: int | None = None) -> None:
        """Let the user choose pictures to take styles from."""
        title = self.tr("Choose a painting, or several")
        found, _ = QFileDialog.getOpenFileNames(self.room, title, "", kinds())
        self.take([Path(path) for path in found], place)

    @Slot()
    def paste(self, place: int | None = None) -> None:
        """Take a style from the clipboard."""
        found, source = from_clipboard()
        at = len(self.sources) if place is None else place
        if found:
            self.take(found, at)
        elif source is not None:
            self.session.open_sources([(source, self.tr("Pasted picture"))], min(at, MOST - 1))
        else:
            self.session.failed.emit("source", nothing_to_paste())

    def _place(self) -> int:
        """Return the place whose well says something."""
        rows = self.room.options.rows
        return next(k for k, row in enumerate(rows) if row.well is self.sender())

    @Slot()
    def _ask(self) -> None:
        self.ask(self._place())

    @Slot(list)
    def _on_dropped(self, found: list[Path]) -> None:
        self.take(found, self._place())

    @Slot()
    def _on_paste(self) -> None:
        self.paste(self._place())

    @Slot()
    def _ask_kept(self) -> None:
        """Let the user choose among the pictures that the project keeps."""
        place, project = self._place(), self.session.project
        found = sorted((project.folder / "gallery").glob("*.png")) if project else []
        if not found:
            said = self.tr("No picture is kept yet: open a project and keep some in Explore.")
            self.session.failed.emit("source", said)
            return
        dialog = KeptDialog(self.room)
        self.session.events.connect(dialog.tell)
        self.session.look_at(found[::-1])
        dialog.exec()
        self.session.stop("thumbnails")
        self.take(dialog.chosen, place)

    @Slot()
    def _on_removed(self) -> None:
        place = self._place()
        if place < len(self.sources):
            left = [style for k, style in enumerate(self.weighed) if k != place]
            self.change(left, self.tr("Take a style away"))
            self.moved.emit(place)

    def _show(self) -> None:
        shown = [(source.name, source.thumbnail) for source in self.sources]
        self.room.options.show_styles(list(shown))
        if self.sources:
            small = image_of(self.sources[0].thumbnail)
            keep = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            picture = QPixmap.fromImage(small.scaled(LARGE, LARGE, keep, smooth))
            self.room.style_drop.show_picture(picture, self.sources[0].name)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "source":
            place, found = result
            known, weights = list(self.weighed), [weight for _, weight in self.weighed]
            fresh = [
                (each, weights[k]) if (k := place + n) < len(known) else (each, 1.0)
                for n, each in enumerate(found)
            ]
            styles = [*known[:place], *fresh, *known[place + len(fresh) :]]
            self.change(styles, self.tr("Styles"))

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        for event in events if lane == "source" else ():
            if isinstance(event, Note):
                self.session.failed.emit(lane, event.text)
