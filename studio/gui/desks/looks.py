"""The looks desk: presets drawn on the user's own picture, and the history of what was made."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.style.methods import methods
from studio.gui.desks.content import ContentDesk
from studio.gui.desks.own import OwnDesk
from studio.gui.desks.proofs import ProofDesk
from studio.gui.desks.setups import SetupDesk
from studio.gui.desks.sources import SourceDesk
from studio.gui.desks.wish import Setup, Wish
from studio.gui.restyling import OwnPreset, Result
from studio.gui.session import Session
from studio.gui.widgets.look_strip import HISTORY, PRESETS
from studio.gui.widgets.style_room import StyleRoom

BUDGET = 600_000_000  # bytes of whole pictures that the history keeps; older ones are made again
MOST = 40  # entries of the history
REST = 700  # ms without another wish before presets are drawn


@dataclass(frozen=True, eq=False)
class Entry:
    """What was wished, and the whole picture, if it was made and is kept still."""

    wish: Wish
    words: str
    picture: np.ndarray
    result: Result | None = None

    @property
    def size(self) -> int:
        """Bytes it keeps: a picture in full size with its smaller copies, and masks."""
        whole = 0 if self.result is None else self.result.pixels.nbytes * 7 // 3
        return whole + self.wish.masks.size


class LookDesk(QObject):
    """Offers looks to begin with, and to come back to."""

    def __init__(
        self,
        session: Session,
        room: StyleRoom,
        parts: tuple[ContentDesk, SetupDesk, SourceDesk, ProofDesk],
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.strip = session, room, room.strip
        self.content, self.setups, self.sources, self.proofs = parts
        self.presets: dict[Any, Setup] = {}
        self.entries: dict[int, Entry] = {}
        self._count = 0
        self.own = OwnDesk(session, room, parts, self)
        self._timer = QTimer(self, interval=REST, singleShot=True)
        self._timer.timeout.connect(self._draw)
        self.content.shown.connect(self._begin)
        self.sources.changed.connect(self._timer.start)
        self.setups.changed.connect(self._mark)
        self.proofs.made.connect(self._on_made)
        session.events.connect(self._on_events)
        self.strip.presets.chosen.connect(self._take_preset)
        self.strip.history.chosen.connect(self._come_back)
        room.actions_.pin.triggered.connect(self.pin)

    @Slot()
    def _begin(self) -> None:
        """Begin with another picture: its history is empty, its presets are to be drawn."""
        self.entries = {}
        self.presets = {}
        self.strip.history.clear()
        self.strip.presets.clear()
        self.strip.show_row(PRESETS)
        self._timer.start()

    def resume(self) -> None:
        """Go on, as the workspace is in sight again."""
        if self.content.content is not None and not self.presets:
            self._timer.start()

    @Slot()
    def _draw(self) -> None:
        """Draw the presets once nothing else is drawn, as they come last."""
        content = self.content.content
        if content is None or not self.room.isVisible():  # `resume` follows
            return
        if self.session.title("preview") or self.session.title("restyle"):
            self._timer.start()
            return
        self.session.draw_presets(content, self.sources.weighed)

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane != "presets":
            return
        from studio.core.style.live import PresetDrawn

        for event in events:
            if isinstance(event, PresetDrawn):
                self._offer(event)
            elif isinstance(event, OwnPreset):
                self.own.offer(event)

    def _offer(self, drawn: Any) -> None:
        key = (drawn.method, drawn.title)
        way = methods()[drawn.method]
        self.presets[key] = Setup(drawn.method, drawn.settings)
        name, kind = self.tr(drawn.title), self.tr(way.title)
        self.strip.presets.put(key, name, f"{kind}: {name}", drawn.picture)
        self._mark()

    @Slot()
    def _mark(self) -> None:
        """Mark what is shown among the presets and in the history."""
        now, wish = self.setups.now, self.proofs.wish()
        self.strip.presets.choose(next((k for k, s in self.presets.items() if s == now), None))
        known = (key for key, entry in self.entries.items() if entry.wish == wish)
        self.strip.history.choose(next(known, None))

    @Slot(object)
    def _take_preset(self, key: Any) -> None:
        if key not in self.presets:
            self.own.take(key)
            return
        self.setups.take(self.presets[key], self.tr("Preset"))
        self._mark()
        self.room.canvas.setFocus()

    @Slot()
    def pin(self) -> None:
        """Keep the setting that is shown, with its preview, in the history."""
        wish = self.proofs.wish()
        shown = self.proofs.slots[self.setups.at]
        if wish is None or shown.proof is None:
            return
        from studio.core.style.live import words

        result = self.proofs.result
        picture = result.thumbnail if result is not None else shown.proof.picture
        self._enter(Entry(wish, words(wish.look()), picture, result))
        self.strip.show_row(HISTORY)

    def bring_back(self, entries: list[Entry]) -> None:
        """Fill the history, oldest first, as it was before a crash."""
        for entry in entries:
            self._enter(entry)
        self._mark()

    @Slot(object)
    def _on_made(self, result: Result) -> None:
        self._enter(Entry(result.wish, result.words, result.thumbnail, result))

    def _enter(self, entry: Entry) -> None:
        same = [key for key, known in self.entries.items() if known.wish == entry.wish]
        for key in same:
            self._forget(key)
        self._count += 1
        self.entries[self._count] = entry
        self.strip.history.put(
            self._count, self._title(entry), entry.words, entry.picture, first=True
        )
        self.strip.history.choose(self._count)
        self._bound()

    def _title(self, entry: Entry) -> str:
        title = self.tr(methods()[entry.wish.setup.method].title)
        return title if entry.result is not None else self.tr("★ {title}").format(title=title)

    def _forget(self, key: int) -> None:
        self.entries.pop(key)
        self.strip.history.drop(key)

    def _bound(self) -> None:
        """Keep the newest pictures in full size only, and not too many entries."""
        for key in list(self.entries)[:-MOST]:
            self._forget(key)
        kept = 0
        for key, entry in reversed(list(self.entries.items())):
            kept += entry.size
            if kept > BUDGET and key != self._count and entry.result is not None:
                self.entries[key] = replace(entry, result=None)
                kept -= entry.result.pixels.nbytes * 7 // 3

    @Slot(object)
    def _come_back(self, key: int) -> None:
        """Bring back an entry's setting, styles and masks, and its picture."""
        entry = self.entries[key]
        self.proofs.masking.put(entry.wish.masks)
        if entry.wish.styles and entry.wish.styles != self.sources.weighed:
            self.sources.change(entry.wish.styles, self.tr("History"))
        self.setups.take(entry.wish.setup, self.tr("History"))
        if entry.result is not None:
            self.proofs.bring_back(entry.result)
        self.strip.history.choose(key)
        self.room.canvas.setFocus()
