"""The export desk: the pictures in their order, the kind and its settings, the preview."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from studio.core.assets.kind import Kind
from studio.core.events import Note, Progress, Refused
from studio.core.settings import Settings
from studio.gui.desks import picture_files
from studio.gui.desks.exporting_faces import film_of, loops_of, still_of
from studio.gui.layouts import Layout, Pick, Wish
from studio.gui.session import Session
from studio.gui.widgets.export_kinds import KINDS
from studio.gui.widgets.export_room import EMPTY, PICTURES, ExportRoom
from studio.gui.widgets.export_stage import STILL
from studio.gui.widgets.words import count

SHORT = 0.4  # seconds up to which a layout is left to end while a control is dragged
LONG = 400  # ms after which it is said that a layout takes its time


class ExportDesk(QObject):
    """Holds what shall be exported. looked(): another layout, kind or sentence is there.

    repicked(): other pictures or another order.
    """

    looked = Signal()
    repicked = Signal()

    def __init__(self, session: Session, room: ExportRoom, parent: QObject | None = None):
        super().__init__(parent)
        self.session, self.room = session, room
        self.picks: tuple[Pick, ...] = ()
        self.kind: Kind = KINDS[0]
        self.settings: dict[str, Settings] = {}
        self.layout_: Layout | None = None
        self.refused = ""
        self.endings: dict[str, str] = {}  # of each kind's main file, where another was chosen
        self._adds = False  # pictures that are being opened come after those there are
        self._asked = (0.0, SHORT)  # when the last preview was asked for, and what the last took
        self._late = QTimer(self, interval=LONG, singleShot=True)
        self._late.timeout.connect(self._say_late)
        session.done.connect(self._on_done)
        session.failed.connect(self._on_failed)
        session.events.connect(self._on_events)
        room.kinds.chosen.connect(self.choose)
        room.options.changed.connect(self._on_changed)
        room.options.defaults_asked.connect(self._on_defaults)
        room.options.file_asked.connect(self._ask_file)
        room.strip.ordered.connect(self._on_ordered)
        room.strip.dropped.connect(self.add)
        room.strip.chosen.connect(self._on_chosen)
        room.drop.dropped.connect(self.take)
        room.drop.open_asked.connect(self.ask)
        room.drop.paste_asked.connect(self.paste)
        room.opening.stop_asked.connect(self._stop_opening)
        room.actions_.add_pictures.triggered.connect(self.ask)
        room.actions_.paste.triggered.connect(self.paste)
        room.kinds.choose(self.kind.id)

    @property
    def values(self) -> Settings:
        """The settings of the kind that is chosen: this session's, else those of last time."""
        if self.kind.id not in self.settings:
            stored = self.session.memory.export_settings(self.kind.id)
            self.settings[self.kind.id] = _updated(self.kind.settings(), stored)
        return self.settings[self.kind.id]

    @property
    def ending(self) -> str:
        """What the main file's name ends with."""
        return self.endings.get(self.kind.id, self.kind.endings[0])

    def wish(self, name: str) -> Wish | None:
        """Return what is to be exported under a name; None without pictures."""
        picks = self.used
        return Wish(self.kind, picks, self.values, name) if picks else None

    @property
    def used(self) -> tuple[Pick, ...]:
        """The pictures that the kind takes: the one looked at where it takes only one."""
        row = self.room.strip.currentRow()
        if self.kind.most == 1 and 0 <= row < len(self.picks):
            return self.picks[row : row + 1]
        return self.picks

    @Slot(list)
    def take(self, found: Sequence[Path]) -> None:
        """Export these pictures, and no others."""
        self._open(found, adds=False)

    @Slot(list)
    def add(self, found: Sequence[Path]) -> None:
        """Export these pictures, too."""
        self._open(found, adds=True)

    def _open(self, found: Sequence[Path], adds: bool) -> None:
        if found:
            self._adds = adds
            self.session.open_exports(list(found))
            self.room.opening.begin(self.tr("Opening pictures"))

    @Slot()
    def ask(self) -> None:
        """Let the user choose pictures to add."""
        title, kinds = self.tr("Choose pictures to export"), picture_files.kinds()
        start = str(self.picks[-1].path.parent) if self.picks else ""
        found, _ = QFileDialog.getOpenFileNames(self.room, title, start, kinds)
        self.add([Path(each) for each in found])

    @Slot()
    def paste(self) -> None:
        """Add the files on the clipboard."""
        found, _ = picture_files.from_clipboard()
        if found:
            self.add(found)
        else:
            self.session.said.emit(self.tr("There are no picture files on the clipboard."))

    @Slot(str)
    def choose(self, id: str) -> None:
        """Export as another kind."""
        self.kind = next(kind for kind in KINDS if kind.id == id)
        self.room.kinds.choose(id)
        self.room.options.show_kind(self.kind, self.values)
        self.repicked.emit()
        self.refresh()

    def bring_back(
        self,
        picks: Sequence[Pick],
        id: str,
        settings: dict[str, dict[str, Any]],
        endings: dict[str, str],
    ) -> None:
        """Export these pictures as kind `id`, with the settings and endings that kinds had."""
        for kind in KINDS:
            if kind.id in settings:
                self.settings[kind.id] = _updated(kind.settings(), settings[kind.id])
            if endings.get(kind.id) in kind.endings:
                self.endings[kind.id] = endings[kind.id]
        self.choose(id if any(kind.id == id for kind in KINDS) else self.kind.id)
        self._show_picks(tuple(picks))

    def show_ending(self, ending: str) -> None:
        """Write another kind of file, which may be laid out otherwise."""
        if ending != self.ending:
            self.endings[self.kind.id] = ending
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Lay out what is wished now."""
        self.refused = ""
        wish = self.wish(f"preview{self.ending}")
        if wish is not None:
            self._asked = (monotonic(), self._asked[1])
            self.session.preview_export(wish, short=self._asked[1] < SHORT)
            self._late.start()
        self.looked.emit()

    def rest(self) -> None:
        """Stop what nobody sees; remember the settings for next time."""
        self.session.stop("export preview")
        self.room.stage.player.play.setChecked(False)
        for id, settings in self.settings.items():
            self.session.memory.keep_export_settings(id, settings.model_dump())

    @Slot(object)
    def _on_changed(self, settings: Settings) -> None:
        self.settings[self.kind.id] = settings
        self.refresh()

    @Slot(str)
    def _ask_file(self, name: str) -> None:
        """Let the user choose the file that a setting names."""
        title, known = self.room.options.title_of(name), getattr(self.values, name)
        path, _ = QFileDialog.getOpenFileName(self.room, title, known)
        if path:
            self._on_changed(self.values.updated({name: path}))
            self.room.options.form.show_value(self.values)

    @Slot()
    def _on_defaults(self) -> None:
        self.settings[self.kind.id] = self.kind.settings()
        self.room.options.show_kind(self.kind, self.values)
        self.refresh()

    @Slot(list)
    def _on_ordered(self, places: Sequence[int]) -> None:
        self._show_picks(tuple(self.picks[place] for place in places))

    @Slot(int)
    def _on_chosen(self, _: int) -> None:
        if self.kind.most == 1:
            self.repicked.emit()
            self.refresh()

    def _show_picks(self, picks: tuple[Pick, ...]) -> None:
        self.picks = picks
        row = max(self.room.strip.currentRow(), 0)
        self.room.strip.show_pictures([(p.item.name, p.thumbnail) for p in picks], row)
        self.room.pages.setCurrentIndex(PICTURES if picks else EMPTY)
        told = self.tr("1 picture") if len(picks) == 1 else self.tr("{n} pictures")
        told = told.format(n=count(len(picks))) if picks else ""
        self.room.bar.show_picture(self.tr("Export"), told)
        self.room.actions_.allow(bool(picks))
        self.repicked.emit()
        self.refresh()

    @Slot(str, object)
    def _on_done(self, lane: str, value: Any) -> None:
        if lane == "export pictures":
            self.room.opening.hide()
            self._show_picks((*self.picks, *value) if self._adds else value)
        elif lane == "export preview" and value.wish.kind is self.kind:
            self._late.stop()
            self._asked = (self._asked[0], monotonic() - self._asked[0])
            self._show(value)

    def _show(self, layout: Layout) -> None:
        other = self.layout_ is None or self.layout_.wish.kind is not layout.wish.kind
        self.layout_, self.refused = layout, ""
        film = film_of(layout)
        still = still_of(layout, self.room.stage.still)
        self.room.stage.show_faces(still, film, layout.product.fps, loops_of(layout))
        self.room.stage.swatches.show_colors(layout.facts.get("colors", ()))
        if other:
            self.room.stage.prefer(STILL)
        self.looked.emit()

    @Slot(str, str)
    def _on_failed(self, lane: str, sentence: str) -> None:
        if lane == "export preview":
            self._late.stop()
            self.refused = sentence
            if self.layout_ is None or self.layout_.wish.kind is not self.kind:
                self.layout_ = None
                self.room.stage.show_faces(None, None, 1)
                self.room.stage.swatches.show_colors(())
            self.looked.emit()
        elif lane == "export pictures":
            self.room.opening.hide()

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane != "export pictures":
            return
        for event in events:
            if isinstance(event, Progress):
                self.room.opening.tell(event)
            elif isinstance(event, Note):
                self.session.said.emit(event.text)

    @Slot()
    def _say_late(self) -> None:
        self.room.say(self.tr("Laying out…"))

    @Slot()
    def _stop_opening(self) -> None:
        self.session.stop("export pictures")
        self.room.opening.hide()


def _updated(settings: Settings, stored: dict[str, Any]) -> Settings:
    """Return settings with what was stored, as far as this version still knows and accepts it."""
    for name, value in stored.items():
        try:
            settings = settings.updated({name: value})
        except Refused:
            continue
    return settings
