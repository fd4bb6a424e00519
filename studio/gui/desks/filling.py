"""The filling desk: what is painted over is filled, looked at in several ways, and kept."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit

from studio.core.events import Note, Progress
from studio.gui.desks.picture import PictureDesk
from studio.gui.session import Session
from studio.gui.widgets.repair_room import RepairRoom


class FillDesk(QObject):
    """Fills the mask of the picture desk's painting; what is kept is one edit."""

    def __init__(
        self,
        session: Session,
        room: RepairRoom,
        desk: PictureDesk,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.session, self.room, self.desk, self.canvas = session, room, desk, room.canvas
        self.offered: list[Any] = []  # candidates of the mask as it is
        self.at = -1  # the one that is looked at
        self.asked: tuple[Any, ...] = ()  # what they were asked for with
        self.healing = self.stopped = False
        self._stale = False  # whether what fills now is of another mask
        self.strokes: list[Any] = []  # edits that are healed when the fill is ready
        self._connect()

    def _connect(self) -> None:
        session, room, does = self.session, self.room, self.room.actions_
        session.events.connect(self._on_events)
        session.done.connect(self._on_done)
        session.busy_changed.connect(self._on_busy)
        self.desk.shown.connect(self.forget)
        self.desk.stepped.connect(self.forget)
        self.desk.edited.connect(self.forget)
        self.canvas.painted.connect(self._on_painted)
        self.canvas.tool_changed.connect(self._on_tool)
        room.options.fill_asked.connect(self.fill)
        room.options.changed.connect(self.look_ahead)
        room.options.healing_changed.connect(self._heal)
        room.strip.chosen.connect(self.look)
        room.strip.kept.connect(self.keep)
        room.strip.dismissed.connect(self.discard)
        room.strip.progress.stop_asked.connect(self.stop)
        does.enter.triggered.connect(self._enter)
        does.escape.triggered.connect(self._escape)
        does.next.triggered.connect(self._turn)
        does.previous.triggered.connect(self._turn)
        does.compare.toggled.connect(self._compare)

    @Slot()
    def fill(self) -> None:
        """Fill what is painted over, in several ways; asked for again, in others."""
        if self.desk.opened is None:
            return
        if self.offered and self.asked == self._wish():
            self.room.options.reseed()
        self.forget()
        self.asked = self._wish()
        self._ask(self.room.options.settings)
        self.canvas.setFocus()

    def _wish(self) -> tuple[Any, ...]:
        """Return all that the candidates of a mask depend on: asked for twice, others are meant."""
        options = self.room.options
        return options.settings, options.only_region, options.run

    def _ask(self, settings: Any) -> None:
        options, painting = self.room.options, self.desk.painting
        region = painting.region.copy() if options.only_region else None
        run = options.run
        self.session.fill(painting.pixels, painting.mask.copy(), settings, region, run)

    @Slot()
    @Slot(object)
    def forget(self, *_: object) -> None:
        """Show no candidates, as there is another mask or picture."""
        self._end()
        self.offered, self.at, self.strokes = [], -1, []
        self.canvas.show_layer(None)
        self.room.strip.clear(self._hint())
        self.desk.show_steps(offered=False)
        self.look_ahead()

    def _end(self) -> None:
        """Let the fill end; what it still offers is not wanted."""
        self.session.stop("repair")
        self._stale, self.stopped = bool(self.session.title("repair")), False

    @Slot()
    def _on_tool(self) -> None:
        """Another layer may be painted on now."""
        self.room.strip.hint.setText(self._hint())

    def _hint(self) -> str:
        if self.canvas.layer == "allowed":
            text = self.tr("Paint where texture may come from; then untick “{box}”.")
            return text.format(box=self.room.options.painting.text())
        if self.healing:
            return self.tr("Paint over what is to be repaired: it is filled at once.")
        return self.tr("Paint over what is to be repaired, then press Enter.")

    @Slot()
    def look_ahead(self) -> None:
        """Say what is painted, and what filling it would do."""
        self.canvas.set_regional(self.room.options.only_region)
        if self.desk.opened is not None:
            self.session.look_ahead(self.desk.painting.mask, self.room.options.settings.wrap)

    @Slot(int)
    def look(self, index: int) -> None:
        """Look at a candidate, laid over the picture."""
        if not 0 <= index < len(self.offered):
            return
        self.at = index
        self.canvas.show_layer(self.offered[index].patches)
        self.room.strip.choose(index, self.stopped)

    @Slot()
    def keep(self) -> None:
        """Make the candidate that is looked at part of the picture."""
        if self.offered and self.desk.busy:
            QTimer.singleShot(50, self.keep)
        elif self.offered:
            candidate = self.offered[self.at]
            self._end()
            self._lay(candidate, self.tr("Fill: {title}").format(title=candidate.title))

    def _lay(self, candidate: Any, title: str) -> None:
        from studio.core.repair.live import laid

        self.canvas.show_layer(None)
        self.desk.edit(laid(self.desk.painting, candidate.patches, title), "picture", "mask")

    @Slot()
    def discard(self) -> None:
        """Keep no candidate; the mask stays."""
        self.forget()
        self.canvas.setFocus()

    @Slot()
    def stop(self) -> None:
        """Stop filling; what was offered stays."""
        self.session.stop("repair")
        self.stopped = bool(self.session.title("repair"))

    def _say_stopped(self) -> None:
        """Say that the fill has ended before its time, and what there is of it."""
        if self.strokes or not self.offered:
            self.forget()
            self.room.strip.say(self.tr("Stopped; what you painted stays."))
        else:
            self.look(self.at)

    @Slot()
    def _enter(self) -> None:
        if isinstance(QApplication.focusWidget(), QAbstractSpinBox | QLineEdit):
            self.canvas.setFocus()  # a number was typed: that is all Enter ends
        elif self.offered:
            self.keep()
        else:
            self.fill()

    @Slot()
    def _escape(self) -> None:
        if self.canvas.cancel():
            return
        if self.session.title("repair"):
            self.stop()
        elif self.offered:
            self.discard()

    @Slot()
    def _turn(self) -> None:
        """Look at the candidate before or after this one."""
        if self.offered:
            by = 1 if self.sender() is self.room.actions_.next else -1
            self.look((self.at + by) % len(self.offered))

    @Slot(bool)
    def _compare(self, on: bool) -> None:
        self.canvas.set_split(0.5 if on else None)

    @Slot(bool)
    def _heal(self, on: bool) -> None:
        self.healing = on
        self.forget()

    @Slot(object)
    def _on_painted(self, edit: Any) -> None:
        """Another mask: its candidates are no longer those; a stroke of healing is filled."""
        strokes = self.strokes
        self.forget()
        if self.healing and "mask" in edit.sizes and self.desk.painting.mask.any():
            self.strokes = [*strokes, edit]
            self._ask(self.room.options.settings.updated({"candidates": 1}))

    def _healed(self, candidate: Any) -> None:
        """Lay the fill in place of the strokes that asked for it: undone, both go at once."""
        painting = self.desk.painting
        if painting.editing or self.desk.busy:  # the next stroke is under way: filled with it
            return
        while self.strokes and painting.position:
            if painting.edits[painting.position - 1] is not self.strokes.pop():
                break
            self.canvas.undo()
        self._lay(candidate, self.tr("Heal"))

    @Slot(str, list)
    def _on_events(self, lane: str, events: list[Any]) -> None:
        if lane != "repair":
            return
        from studio.core.repair.live import Shown

        for event in events:
            if isinstance(event, Shown):
                self._offer(event)
            elif isinstance(event, Note):
                self._tell(event)
        if isinstance(events[-1], Progress) and self.room.strip.progress.isVisible():
            self.room.strip.progress.tell(events[-1])

    def _tell(self, note: Note) -> None:
        if note.level == "info":
            self.session.said.emit(note.text)
        else:
            self.session.failed.emit("repair", note.text)

    def _offer(self, shown: Any) -> None:
        if self._stale or not self.session.title("repair"):
            return
        candidate = shown.candidate
        self.offered.append(candidate)
        if self.healing and self.strokes:
            return
        self.room.strip.add(candidate.title, candidate.seconds, shown.thumbnail)
        self.desk.show_steps(offered=True)
        self.look(self.at if self.at >= 0 else 0)

    @Slot(str, object)
    def _on_done(self, lane: str, result: Any) -> None:
        if lane == "outlook":
            self.room.outlook.tell(result, self.room.options.settings.method)
        elif lane == "repair":
            self.stopped = False  # it was ready before it heard of that
            if self.strokes and self.offered:
                self._healed(self.offered[0])

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "repair":
            busy, self._stale = self.session.title("repair"), False
            progress = self.room.strip.progress
            progress.begin(busy) if busy else progress.hide()
            if self.stopped and not busy:
                self._say_stopped()
