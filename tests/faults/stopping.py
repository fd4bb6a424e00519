"""Jobs pulled as the window pulls them, stopped at a moment, watched until they have ended."""

import tempfile
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop

from studio.gui.jobs import JobRunner

Make = Callable[[], Generator[Any, Any, Any]]
GOAL = 2.0  # seconds from stop() to `ended`
PULL = 0.1  # seconds that one pull shall take, in the middle
CACHE = "torchinductor"  # torch's own, made once
ALONE = 30.0  # seconds that work may go on alone which was let go
FEW = 40  # pulls of a job that is stopped at one of them rather than at a moment
LANE = "study"  # any lane whose word is told


@dataclass
class Seen:
    """One job from its start to its end: how it ended, what it returned or said, every pull's
    seconds, and the seconds from stop() to `ended` (0 where it ended by itself).
    """

    how: str = ""
    value: Any = None
    pulls: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wait: float = 0.0


@dataclass(frozen=True)
class Case:
    """Something the window can start. `make` gives a new job each time; `left` names what a stopped
    one left behind that it should not have; `cap` bounds the seconds in which it is stopped.
    """

    name: str
    make: Make
    left: Callable[[], list[str]] = list
    cap: float = 5.0


def timed(
    job: Generator[Any, Any, Any], pulls: list[float], stop: Callable[[], None], at: int
) -> Generator[Any, Any, Any]:
    """Be the job, and note what each pull takes; ask to `stop` in pull number `at` (-1: never)."""
    order = None
    try:
        while True:
            if len(pulls) == at:
                stop()
            begun = time.monotonic()
            try:
                event = job.send(order)
            except StopIteration as ended:
                return ended.value
            finally:
                pulls.append(time.monotonic() - begun)
            order = yield event
    finally:
        job.close()


class Watched:
    """A runner of jobs as the window has it, one job at a time."""

    def __init__(self) -> None:
        self.runner = JobRunner()
        self.runner.ended.connect(self._on_ended)
        self.ended: tuple[str, Any] | None = None

    def _on_ended(self, _lane: str, how: str, value: Any) -> None:
        self.ended = how, value

    def _serve(self, until: float) -> None:
        while self.ended is None and time.monotonic() < until:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            time.sleep(0.002)

    def run(self, make: Make, after: float, at: int = -1, longest: float = 120.0) -> Seen:
        """Run a job, stop it `after` seconds, or in its pull number `at`, unless it ended before;
        wait for its end at most `longest` seconds.
        """
        seen, begun = Seen(), time.monotonic()
        self.ended = None
        stops: list[float] = []

        def stop() -> None:
            stops.append(time.monotonic())
            self.runner.stop(LANE)

        assert self.runner.run(LANE, "test", lambda: timed(make(), seen.pulls, stop, at))
        self._serve(begun + after)
        if self.ended is None and not stops:
            stop()
        asked = stops[0] if stops else time.monotonic()
        self._serve(asked + longest)
        seen.wait = time.monotonic() - asked if stops else 0.0
        seen.seconds = asked - begun
        seen.how, seen.value = self.ended or ("never ended", None)
        return seen

    def close(self) -> bool:
        """End the lane's thread."""
        return self.runner.close(30)


def moments(rng: np.random.Generator, length: float, count: int) -> list[float]:
    """Return random moments of a job, one in each equal part of its length."""
    return [float(length * (k + rng.random()) / count) for k in range(count)]


def behind(before: set[int]) -> list[str]:
    """Return what is still there that was not among the threads `before`: threads, child processes
    and temporary files.
    """
    for thread in threading.enumerate():
        if thread.name == "aside":  # let go: it may only come to its end
            thread.join(ALONE)
    new = [t.name for t in threading.enumerate() if t.ident not in before]
    threads = [name for name in new if "Dummy" not in name]  # the lane's own, as Python sees it
    children = [c.name() for c in psutil.Process().children(recursive=True)]
    kept = [p.name for p in Path(tempfile.gettempdir()).iterdir() if CACHE not in p.name]
    found = {"threads": threads, "processes": children, "temporary files": kept}
    return [f"{what}: {', '.join(names[:3])}" for what, names in found.items() if names]


def now() -> set[int]:
    """Return the threads that are there."""
    return {t.ident or 0 for t in threading.enumerate()}


@dataclass
class Tried:
    """What became of one case."""

    name: str
    waits: list[float] = field(default_factory=list)
    pulls: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def tried(watched: Watched, case: Case, rng: np.random.Generator, count: int) -> Tried:
    """Let a job run once, for `cap` seconds at most; then stop new ones at random moments of it.

    Each new start after a stop shows that one works. A job that fails is noted as wrong.
    """
    found, begun = Tried(case.name), time.monotonic()
    whole = watched.run(case.make, case.cap)
    before = now()  # the lane's own thread among them
    there = set(case.left())
    for after in (None, *moments(rng, whole.seconds, count)):
        if after is None:
            seen = whole
        elif len(whole.pulls) < FEW:  # a long pull would be met again and again
            at = int(rng.integers(1, max(2, len(whole.pulls))))
            seen = watched.run(case.make, case.cap, at)
        else:
            seen = watched.run(case.make, after)
        found.pulls += seen.pulls
        if seen.how == "stopped":
            found.waits.append(seen.wait)
        elif seen.how != "done":
            found.wrong.append(f"{case.name}, {seen.seconds:.2f} s: {seen.how} {seen.value}")
        if seen.how == "never ended":
            break
        new, there = set(case.left()) - there, set(case.left())
        if seen.how == "stopped" and after is not None:
            left = [*behind(before), *new]
            found.wrong += [f"{case.name}, stopped at {seen.seconds:.2f} s, left {w}" for w in left]
    found.seconds = time.monotonic() - begun
    return found
