"""Pull a job from a terminal: as a bar, as plain lines or as JSON, until it ends or Ctrl-C."""

import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from studio.core.events import Event, Job, Note, Progress, Samples, Saved, Scalars

T = TypeVar("T")
SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_GRIDS = 30.0
SECONDS_BETWEEN_STEPS = 0.1
Told = Progress | Scalars | Samples | Saved | Note  # all but what is for the window alone
Where = Callable[[Samples], Path | None]


def pull(job: Job[T], json_lines: bool = False, where: Where = lambda _: None) -> T:
    """Run `job` to its end and show its events on stdout; return its result.

    Ctrl-C closes the job, which saves, and raises KeyboardInterrupt; SIGTERM and a closed terminal
    do the same and raise Terminated. A second one quits at once. `where` finds the file of a sample
    grid. What the job raises passes through.
    """
    with stop_asked() as asked, shown(json_lines, where) as show:
        try:
            while True:
                try:
                    event = next(job)
                except StopIteration as ended:
                    return ended.value
                if isinstance(event, Told):
                    show(event)
                if stop := asked():
                    raise stop
        except BaseException as error:
            job.close()
            if isinstance(error, OSError) and (stop := asked()):
                raise stop from None  # nobody reads what is told after a hang-up
            raise


def seldom(job: Job[T]) -> Job[T]:
    """Pass a job on, its progress ten times a second at most: some count thousands of steps."""
    said = 0.0
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value
        now = time.monotonic()
        if type(event) is not Progress or now - said > SECONDS_BETWEEN_STEPS:
            said = now
            yield event


class Terminated(KeyboardInterrupt):
    """The system ends the program, which is no fault: its exit code is 0."""

    code = 0


@contextmanager
def stop_asked() -> Iterator[Callable[[], KeyboardInterrupt | None]]:
    """Take Ctrl-C, SIGTERM and SIGHUP as a wish that is granted between two events, by what is to
    be raised then; twice is an order.
    """
    wishes: list[int] = []

    def wish(number: int, _frame: Any) -> None:
        if wishes:
            os._exit(130)
        wishes.append(number)

    def asked() -> KeyboardInterrupt | None:
        if not wishes:
            return None
        return KeyboardInterrupt() if wishes[0] == signal.SIGINT else Terminated()

    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before = {number: signal.signal(number, wish) for number in ending()}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ending() -> Set[int]:
    """Return the signals that end a program; nohup's wish not to be ended by SIGHUP is kept."""
    hang_up: int = getattr(signal, "SIGHUP", signal.SIGTERM)
    kept = signal.getsignal(hang_up) is signal.SIG_IGN
    return {signal.SIGINT, signal.SIGTERM} | (set() if kept else {hang_up})


@contextmanager
def shown(json_lines: bool, where: Where) -> Iterator[Callable[[Told], None]]:
    """Give the function that shows one event, fit for where stdout goes."""
    if json_lines:
        yield lambda event: write_json(as_dict(event, where))
    elif sys.stdout.isatty():
        with Bar(where) as bar:
            yield bar.show
    else:
        yield Lines(where).show


def write_json(value: dict[str, Any]) -> None:
    """Write one JSON object as a line of its own, at once."""
    print(json.dumps(value, allow_nan=False, ensure_ascii=False), flush=True)


def as_dict(event: Told, where: Where = lambda _: None) -> dict[str, Any]:
    """Return an event as a JSON object: a sample grid by its file, not-a-number as null."""
    if isinstance(event, Progress):
        return {"event": "progress", "done": event.done, "total": event.total, "text": event.text}
    if isinstance(event, Scalars):
        values = {key: v if math.isfinite(v) else None for key, v in event.values.items()}
        return {
            "event": "scalars",
            "step": event.step,
            "seconds": round(event.seconds, 3),
            "values": values,
        }
    if isinstance(event, Samples):
        path = where(event)
        return {
            "event": "samples",
            "step": event.step,
            "kind": event.kind,
            "count": len(event.pictures),
            "path": path and str(path),
        }
    if isinstance(event, Saved):
        return {"event": "saved", "step": event.step, "path": str(event.path)}
    return {
        "event": "note",
        "step": event.step,
        "level": event.level,
        "kind": event.kind,
        "text": event.text,
    }


def values_text(values: Any) -> str:
    """Return the values of a step in one short line."""
    return "  ".join(f"{key} {value:.4g}" for key, value in values.items())


def clock(seconds: float) -> str:
    """Return a duration as 3:07 or 1:02:45."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Speed:
    """Units per second, averaged over about the last ten seconds, and the time that is left."""

    def __init__(self) -> None:
        self.text, self.points = "", []

    def seen(self, event: Progress) -> None:
        """Take what is done by now; another text is another piece of work."""
        if event.text != self.text or (self.points and event.done < self.points[-1][1]):
            self.text, self.points = event.text, []
        self.points.append((time.monotonic(), event.done))
        while len(self.points) > 2 and self.points[-1][0] - self.points[1][0] > 10:
            del self.points[0]

    @property
    def rate(self) -> float:
        """Units per second; 0 while unknown."""
        if len(self.points) < 2 or self.points[-1][0] - self.points[0][0] < 0.2:
            return 0.0
        (began, first), (ended, last) = self.points[0], self.points[-1]
        return (last - first) / (ended - began)

    def line(self, event: Progress) -> str:
        """Return what is done, how fast and how long it will still take."""
        counted = f"{event.done}" if event.total is None else f"{event.done}/{event.total}"
        words = [event.text, counted]
        if self.rate:
            words.append(f"{self.rate:.1f}/s")
        if self.rate and event.total is not None:
            words.append(f"{clock((event.total - event.done) / self.rate)} left")
        return "  ".join(words)


class Lines:
    """Plain lines for a file or pipe: the state every few seconds, every note, the grids' files."""

    def __init__(self, where: Where):
        self.where, self.speed, self.values = where, Speed(), ""
        self.said, self.drawn = 0.0, 0.0

    def show(self, event: Event) -> None:
        """Take one event; print it if it is time."""
        now = time.monotonic()
        if isinstance(event, Scalars):
            self.values = values_text(event.values)
        elif isinstance(event, Progress):
            self.speed.seen(event)
            if now - self.said > SECONDS_BETWEEN_LINES:
                self.said = now
                self.say("  ".join(filter(None, [self.speed.line(event), self.values])))
        elif isinstance(event, Note):
            self.say(
                event.text if event.level == "info" else f"{event.level.title()}: {event.text}"
            )
        elif self._grid_due(event, now):
            self.drawn = now
            self.say(f"Step {event.step}: {self.where(event)}")

    def _grid_due(self, event: Event, now: float) -> TypeGuard[Samples]:
        if not isinstance(event, Samples) or event.kind != "ema":
            return False
        return now - self.drawn > SECONDS_BETWEEN_GRIDS

    def say(self, line: str) -> None:
        """Print one line."""
        print(line, flush=True)


class Bar(Lines):
    """The same on a terminal, with the state in a bar that stays at the bottom."""

    def __init__(self, where: Where):
        from rich import progress
        from rich.console import Console

        super().__init__(where)
        self.console = Console(highlight=False)
        columns = (progress.BarColumn(24), progress.TextColumn("{task.description}", markup=False))
        self.bar = progress.Progress(*columns, console=self.console, transient=True)
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> "Bar":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def show(self, event: Event) -> None:
        """Take one event; the bar follows every Progress."""
        if not isinstance(event, Progress):
            super().show(event)
            return
        self.speed.seen(event)
        text = "  ".join(filter(None, [self.speed.line(event), self.values]))
        self.bar.update(self.task, completed=event.done, total=event.total, description=text)

    def say(self, line: str) -> None:
        """Print one line above the bar."""
        self.console.print(line, markup=False, soft_wrap=True)
