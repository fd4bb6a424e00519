"""JobRunner: pulls jobs in threads of their own. The only threading code in the program."""

import builtins
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

LIVE = (
    "draw",
    "strip",
    "judge",
    "preview",
    "export preview",
)  # lanes that follow the user's hand: no word of their coming and going
LANES = (
    "engine",
    "tend",
    "import",
    "advice",
    "check",
    "forecast",
    "explore",
    "study",
    "path",
    "invert",
    "keep",
    "evaluate",
    "model",
    "pack",
    "recall",
    "rows",
    "picture",
    "outlook",
    "repair",
    "export",
    "copy",
    "mask",
    "journal",
    "origin",
    "content",
    "source",
    "presets",
    "preset",
    "thumbnails",
    "style mask",
    "restyle",
    "styled",
    "sharing",
    "gallery",
    "search",
    "wall",
    "closer",
    "marks",
    "gallery keep",
    "take in",
    "boards",
    "files",
    "export pictures",
    "export files",
    "export copies",
    "recovery",
    "recovering",
    "train",
)
FLUSH = 50  # ms between two batches of events: at most 20 a second reach the window

Make = Callable[[], Generator[Any, Any, Any]]

log = logging.getLogger("studio.jobs")


def plain_imports() -> None:
    """Take PySide's hook out of `import`, as none of its optional features is used.

    The hook reads the source of every module that is imported, which costs 12 % of torch's import,
    and while two threads import it trips over modules that are half there (seen with pydantic).
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


class Worker(QObject):
    """Lives in its lane's thread and pulls one job at a time.

    While `run` pulls, no queued slot of the worker is served; so orders come through the condition
    and events leave through a deque, which the window empties at its own pace.
    """

    started = Signal(object)  # asks for `run`; emitted by the window, served in the worker's thread
    ended = Signal(str, str, object)  # lane, "done" | "stopped" | "failed", result or sentence

    def __init__(self, lane: str):
        super().__init__()
        self.lane = lane
        self.events: deque[Any] = deque()
        self._orders = threading.Condition()
        self._stop = self._pause = False
        self.started.connect(self.run, Qt.ConnectionType.QueuedConnection)

    def order(self, *, stop: bool | None = None, pause: bool | None = None) -> None:
        """Set what the job shall do next; called from the window's thread."""
        with self._orders:
            self._stop = self._stop if stop is None else stop
            self._pause = self._pause if pause is None else pause
            self._orders.notify_all()

    @Slot(object)
    def run(self, make: Make) -> None:
        """Make the job and pull it to its end. Whatever happens, `ended` is emitted once."""
        try:
            how, value = self._finish(make)
        except BaseException as error:
            how, value = "failed", sentence(error, self.lane)
        self.ended.emit(self.lane, how, value)

    def _finish(self, make: Make) -> tuple[str, Any]:
        if self._stop:
            return "stopped", None
        job = make()
        try:
            while not self._stop:
                self.events.append(next(job))
                if self._pause:
                    self._wait(job)
        except StopIteration as finished:
            return "done", finished.value
        job.close()
        return "stopped", None

    def _wait(self, job: Generator[Any, Any, Any]) -> None:
        if not self._stop:
            self.events.append(job.send("pause"))
        with self._orders:
            self._orders.wait_for(self._released)

    def _released(self) -> bool:
        return self._stop or not self._pause


def sentence(error: BaseException, lane: str) -> str:
    """Return what the user reads: a refusal's own words; for all else the log has the details."""
    from studio.core.events import Refused

    if isinstance(error, Refused):
        return str(error)
    log.error("the job in lane %r broke", lane, exc_info=error)
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}. Nothing that was saved before is lost."
    try:
        first = str(error).partition("\n")[0].rstrip(" :")  # torch tells every tensor on a line
    except Exception:  # an error that can't even say what it is must not keep the lane
        first = "no words"
    return f"Something broke ({type(error).__name__}: {first}). The details are in the log."


class Lane:
    """One thread, its worker, and what it is doing."""

    def __init__(self, name: str):
        self.title = ""
        self.paused = False
        self.thread = QThread()
        self.thread.setObjectName(f"lane {name}")
        self.worker = Worker(name)
        self.worker.moveToThread(self.thread)

    def close(self, deadline: float) -> bool:
        """Stop and wait until `deadline` (monotonic); False if the job did not end in time."""
        self.worker.order(stop=True)
        self.thread.quit()
        return self.thread.wait(max(1, int(1000 * (deadline - time.monotonic()))))


class JobRunner(QObject):
    """Runs at most one job in each lane; every signal is emitted in the window's thread.

    told(lane, events), ended(lane, "done" | "stopped" | "failed", result or sentence),
    changed(lane): started, paused, resumed or ended.
    """

    told = Signal(str, list)
    ended = Signal(str, str, object)
    changed = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        plain_imports()
        self._lanes: dict[str, Lane] = {}
        self._closed = False
        self._timer = QTimer(self, interval=FLUSH)
        self._timer.timeout.connect(self._flush)

    def run(self, lane: str, title: str, make: Make) -> bool:
        """Make and pull a job, both in the lane's thread; False if the lane is busy, or all is
        closed: a timer of the window may still ask then.
        """
        if self.title(lane) or self._closed:
            return False
        slot = self._lane(lane)
        slot.title, slot.paused = title, False
        slot.worker.order(stop=False, pause=False)
        slot.worker.started.emit(make)
        if not self._timer.isActive():  # starting it again would put the next flush off
            self._timer.start()
        self._say_changed(lane)
        return True

    def title(self, lane: str) -> str:
        """Return what runs in the lane, or nothing."""
        return self._lanes[lane].title if lane in self._lanes else ""

    def paused(self, lane: str) -> bool:
        """Tell whether the lane's job waits to be resumed."""
        return lane in self._lanes and self._lanes[lane].paused

    def pause(self, lane: str, on: bool) -> None:
        """Hold the lane's job after its next event, or let it go on."""
        if self.title(lane) and self.paused(lane) != on:
            self._lanes[lane].paused = on
            self._lanes[lane].worker.order(pause=on)
            self.changed.emit(lane)

    def stop(self, lane: str) -> None:
        """Ask the lane's job to save and end; `ended` follows, also while it is paused."""
        if self.title(lane):
            self._lanes[lane].worker.order(stop=True)

    def close(self, seconds: float) -> bool:
        """Stop everything and wait; False if a job is still at it, which must not be destroyed."""
        deadline = time.monotonic() + seconds
        for lane in self._lanes.values():
            lane.worker.order(stop=True)
        ended = [lane.close(deadline) for lane in self._lanes.values()]
        if all(ended):
            self._closed = True
            self._timer.stop()
            self._lanes.clear()
        return all(ended)

    def _lane(self, name: str) -> Lane:
        if name not in (*LIVE, *LANES):
            raise KeyError(name)
        if name not in self._lanes:
            self._lanes[name] = lane = Lane(name)
            lane.worker.ended.connect(self._on_ended)
            lane.thread.start()
        return self._lanes[name]

    @Slot()
    def _flush(self) -> None:
        for name, lane in list(self._lanes.items()):  # a listener may open another lane
            self._tell(name, lane)
        if not any(lane.title for lane in self._lanes.values()):
            self._timer.stop()

    def _tell(self, name: str, lane: Lane) -> None:
        events = [lane.worker.events.popleft() for _ in range(len(lane.worker.events))]
        if events:
            self.told.emit(name, events)

    @Slot(str, str, object)
    def _on_ended(self, name: str, how: str, value: Any) -> None:
        if name not in self._lanes:  # queued before `close`, served after it
            return
        lane = self._lanes[name]
        self._tell(name, lane)
        lane.title, lane.paused = "", False
        self.ended.emit(name, how, value)
        self._say_changed(name)

    def _say_changed(self, lane: str) -> None:
        if lane not in LIVE:
            self.changed.emit(lane)


class Lanes(QObject):
    """A JobRunner whose lanes may be asked anew: the newest request follows the one at work.

    A live lane hands on every result, as the next one only replaces it on the screen.
    events(lane, list), done(lane, result), busy_changed(lane), failed(lane, sentence), all in the
    window's thread.
    """

    events = Signal(str, list)
    done = Signal(str, object)
    busy_changed = Signal(str)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._next: dict[str, tuple[str, Make, bool]] = {}
        self._short: dict[str, bool] = {}  # whether a lane's job is left to end when another comes
        self.runner = JobRunner(self)
        self.runner.told.connect(self._on_told)
        self.runner.ended.connect(self._on_ended)
        self.runner.changed.connect(self.busy_changed)

    def start(self, lane: str, title: str, make: Make, short: bool = False) -> None:
        """Run the job, or let it follow the lane's present one, which is asked to stop.

        A `short` one is left to end: or dragging over a model slower than the mouse, each request
        stopped by the next, would never show anything.
        """
        if self.runner.run(lane, title, make):
            self._short[lane] = short
            return
        self._next[lane] = (title, make, short)
        if not self._short.get(lane):
            self.runner.stop(lane)

    def title(self, lane: str) -> str:
        """Return what runs in the lane, or nothing."""
        return self.runner.title(lane)

    def paused(self, lane: str) -> bool:
        """Tell whether the lane is held."""
        return self.runner.paused(lane)

    def pause(self, lane: str, on: bool) -> None:
        """Hold the lane's job, which frees its device, or let it go on."""
        self.runner.pause(lane, on)

    def stop(self, lane: str) -> None:
        """Ask the lane's job to save and end; `busy_changed` follows."""
        self._next.pop(lane, None)
        self.runner.stop(lane)

    def close(self, seconds: float) -> bool:
        """Save and stop everything; False if a job needs longer (call again, destroy nothing)."""
        self._next.clear()
        return self.runner.close(seconds)

    def tell(self, lane: str, events: list[Any]) -> None:
        """Hand a lane's events on."""
        self.events.emit(lane, events)

    def finish(self, lane: str, how: str, value: Any, last: bool) -> None:
        """Say how a lane's job ended; `last` is False if a newer request follows at once."""
        if how == "done" and last:
            self.done.emit(lane, value)
        elif how == "failed" and last:
            self.failed.emit(lane, value)

    @Slot(str, list)
    def _on_told(self, lane: str, events: list[Any]) -> None:
        self.tell(lane, events)

    @Slot(str, str, object)
    def _on_ended(self, lane: str, how: str, value: Any) -> None:
        follows = self._next.pop(lane, None)
        if lane in LIVE and follows:  # first, so that drawing goes on while the window paints
            self.start(lane, *follows)
        try:
            self.finish(lane, how, value, last=follows is None or lane in LIVE)
        finally:  # what breaks on the way to the screen must not lose the next request
            if lane not in LIVE and follows:
                self.start(lane, *follows)
