"""Nothing the user does is lost: kept every second while it is not saved, offered after a crash."""

import importlib
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot

from studio import paths
from studio.gui.widgets import words

if TYPE_CHECKING:
    from studio.core.events import Job
    from studio.core.recovery.shelf import Change, Found, Held
    from studio.gui.pages import Pages

INTERVAL = 1000  # ms between two looks at what is not saved yet
KEPT = ("library", "train", "run", "explore", "style", "repair", "export", "place")
PICTURES = ("style", "repair")  # whose pictures a quit asks about
LAST = ("run", "place")  # given back when all else is in its place
PAGES = {"run": "train", **{id: id for id in ("train", "explore", "style", "repair", "export")}}
WRITING, READING = "recovery", "recovering"  # lanes

log = logging.getLogger("studio.recovery")


def holder(workspace: str) -> Any:
    """Return the module that takes and gives what a workspace holds."""
    return importlib.import_module(f"studio.gui.holding.{workspace}")


def begun() -> "Job[tuple[Any, tuple[Found, ...]]]":
    """Return a shelf for this window, and what a crash left; in a worker, as the modules that this
    needs take a while to be read.
    """
    from studio.core.recovery.offers import offers
    from studio.core.recovery.shelf import Shelf

    own, found = Shelf(), ()
    if any(paths.recovery().glob("*")) or any(paths.repairs().glob("*")):
        try:
            found = tuple(e for e in (yield from offers()) if e.workspace in KEPT)
        except Exception:  # what is done from now on is kept all the same
            log.exception("what a crash left could not be read")
    return own, found


def loaded(found: "Found") -> "Job[Any]":
    """Read what is needed to give back what was found; whatever is wrong with it, Refused says it
    in a sentence, and it stays where it is.
    """
    from studio.core.events import Refused

    try:
        return (yield from holder(found.workspace).load(found))
    except Refused:
        raise
    except Exception:
        log.exception("what was held of %s could not be read", found.workspace)
        name = words.short(found.title)
        raise Refused(
            f"{name} could not be recovered: what was kept of it is damaged; it stays on the disk."
        ) from None


class Keeper(QObject):
    """Looks every second at what each workspace holds, and has a worker keep what changed.

    A look is a value that is compared with the last one; so no desk needs to say that it changed,
    and none can forget to.
    """

    def __init__(self, window: "Pages"):
        super().__init__(window)
        self.window, self.runner = window, window.session.aside
        self.shelf: Any = None
        self.kept: dict[str, Held] = {}
        self.known: dict[str, Found] = {}  # given back, and not kept here yet
        self.keys: dict[str, str] = {}
        self._writing: tuple[Change, ...] = ()
        self._told: set[str] = set()  # what has been said or logged already
        self.timer = QTimer(self, interval=INTERVAL)
        self.timer.timeout.connect(self.look)
        self.runner.ended.connect(self._on_ended)

    def begin(self, shelf: Any) -> None:
        """Keep in a core.recovery.shelf.Shelf from now on."""
        self.shelf = shelf
        self.timer.start()

    def adopt(self, found: "Found") -> None:
        """What was found is in its place again; it stays where it is until it is kept here."""
        self.known[found.workspace] = found
        self.keys[found.workspace] = found.key
        self.kept.pop(found.workspace, None)

    @Slot()
    def look(self) -> None:
        """Have kept what changed since the last look."""
        if self.shelf is None or self.runner.title(WRITING):
            return
        changes = tuple(change for each in KEPT if (change := self._change(each)) is not None)
        if changes:
            from studio.core.recovery import shelf

            self._writing = changes
            self.runner.run(WRITING, WRITING, lambda: shelf.keep(self.shelf, changes))

    def _change(self, workspace: str) -> "Change | None":
        from studio.core.recovery.shelf import Change

        held, kept = self._taken(workspace), self.kept.get(workspace)
        if held is None and kept is None:
            return None
        if held is not None and held.same(kept):
            return None
        if held is None:
            self.keys.pop(workspace, None)
        key = self.keys.setdefault(workspace, f"{self.shelf.folder.name} {time.time()}")
        return Change(workspace, key, held, self.known.get(workspace) if held else None)

    def _taken(self, workspace: str) -> "Held | None":
        """Return what a workspace holds; what breaks here must not break the window."""
        if workspace in PAGES and PAGES[workspace] not in self.window.pages:
            return None  # nor need its module be read
        try:
            return holder(workspace).take(self.window)
        except Exception:
            if workspace not in self._told:
                self._told.add(workspace)
                log.exception("what %s holds could not be taken", workspace)
            return self.kept.get(workspace)

    @Slot(str, str, object)
    def _on_ended(self, lane: str, how: str, value: object) -> None:
        if lane != WRITING:
            return
        changes, self._writing = self._writing, ()
        if how == "done":
            for change in changes:
                self._note(change)
            self._told.discard(WRITING)
        elif how == "failed" and WRITING not in self._told:
            self._told.add(WRITING)
            self.window.session.failed.emit(WRITING, str(value))

    def _note(self, change: "Change") -> None:
        if change.held is None:
            self.kept.pop(change.workspace, None)
            return
        self.kept[change.workspace] = change.held
        if change.was is not None and self.known.get(change.workspace) is change.was:
            del self.known[change.workspace]

    def end(self, asked: bool) -> None:
        """Forget what was kept, as the user quits; no worker is left. Where nobody was `asked`, or
        could answer, what is not exported stays and is offered at the next start.
        """
        self.timer.stop()
        if self.shelf is None:
            return
        pages = self.window.pages
        unsaved = [id for id in PICTURES if id in pages and pages[id].unsaved]  # type: ignore[attr-defined]  # both panels'
        stays = [each for each in self.kept if each not in LAST] if not asked else unsaved
        for workspace in set(KEPT) - set(stays):
            self.shelf.forget(workspace)
        if not stays:
            self._forget_known()
            self.shelf.close()

    def _forget_known(self) -> None:
        """What was given back and needed no keeping is not offered again."""
        from studio.core.recovery.shelf import discard

        for found in self.known.values():
            discard(found)


class Recovery(QObject):
    """Offers once after the start what a crash left, and puts back what is wanted of it."""

    def __init__(self, window: "Pages"):
        super().__init__(window)
        self.window, self.session = window, window.session
        self.runner = self.session.aside
        self.keeper = Keeper(window)
        self.found: tuple[Found, ...] = ()
        self.wanted: list[Found] = []  # still to be put back
        self.dialog: Any = None
        self._then: Callable[[Any], None] | None = None  # takes what the reading lane brings
        self.runner.ended.connect(self._on_ended)
        self.runner.told.connect(self._on_told)
        self.session.busy_changed.connect(self._on_busy)

    @Slot()
    def begin(self) -> None:
        """Begin to keep, and look what a crash left."""
        self._read(begun, self._begin)

    def _begin(self, begun: "tuple[Any, tuple[Found, ...]]") -> None:
        self.keeper.begin(begun[0])
        self._offer(begun[1])

    def _read(self, make: Any, then: Callable[[Any], None]) -> None:
        self._then = then
        self.runner.run(READING, READING, make)

    def _offer(self, found: "tuple[Found, ...]") -> None:
        if not found:
            return
        self.found = found
        from studio.gui.widgets.recovery_dialog import RecoveryDialog

        self.dialog = RecoveryDialog(self.found, self.window)
        self.dialog.recovered.connect(self._recover)
        self.dialog.discarded.connect(self._discard)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    @Slot(list)
    def _recover(self, wanted: "list[Found]") -> None:
        """Put back what is wanted, one after the other; the rest is offered at the next start."""
        self.wanted = sorted(wanted, key=lambda each: each.workspace in LAST)
        folders = [f for each in wanted if (f := each.values.get("project")) is not None]
        there = [Path(f) for f in folders if (Path(f) / "project.json").is_file()]
        if there and (self.session.project is None or self.session.project.folder != there[0]):
            self.session.open_project(there[0])
        self._next()

    @Slot(list)
    def _discard(self, unwanted: "list[Found]") -> None:
        from studio.core.recovery.offers import discard

        self._read(lambda: discard(unwanted), lambda _: None)

    def _next(self) -> None:
        """Put back the next, unless it has to wait for the engine."""
        if not self.wanted or self.runner.title(READING):
            return
        found = self.wanted[0]
        if found.workspace in ("train", "run") and not self.session.ready:
            return
        del self.wanted[0]
        if found.workspace != "library" and not self._at_home(found):  # which makes a project
            self._next()
            return
        self._read(partial(loaded, found), partial(self._give, found))

    def _at_home(self, found: "Found") -> bool:
        """Tell whether the project it belongs to is open."""
        project, here = found.values.get("project"), self.session.project
        return project is None or (here is not None and str(here.folder) == project)

    def _give(self, found: "Found", loaded: Any) -> None:
        try:
            holder(found.workspace).give(self.window, found, loaded)
        except Exception:  # it is still where it was found, and what comes after it must come
            log.exception("%s could not be given back", found.workspace)
            told = self.tr("{name} could not be recovered; it is offered again at the next start.")
            self.session.failed.emit(READING, told.format(name=words.short(found.title)))
            return
        self.keeper.adopt(found)

    @Slot(str)
    def _on_busy(self, lane: str) -> None:
        if lane == "engine":
            self._next()

    @Slot(str, list)
    def _on_told(self, lane: str, events: list[Any]) -> None:
        from studio.core.events import Note

        for event in events if lane == READING else ():
            if isinstance(event, Note):
                self.session.failed.emit(lane, event.text)

    @Slot(str, str, object)
    def _on_ended(self, lane: str, how: str, value: Any) -> None:
        if lane != READING:
            return
        then, self._then = self._then, None
        if how == "failed":
            self.session.failed.emit(lane, str(value))
        elif how == "done" and then is not None:
            then(value)
        self._next()

    @Slot(int)
    def _on_closed(self, _: int) -> None:
        from studio.core.recovery.shelf import mark_offered

        mark_offered({each.folder for each in self.found})
        self.dialog.deleteLater()
        self.dialog = None

    def end(self, asked: bool) -> None:
        """Forget what was kept; see Keeper."""
        self.keeper.end(asked)
