"""Worker processes for large sources: they decode in any order, answers come out in order."""

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from studio.core.data import chunk, worker
from studio.core.data.chunk import Chunk
from studio.core.data.fit import Target
from studio.core.data.sources import Source

SECONDS_AT_MOST = 60.0  # for one chunk; then its worker is ended and the chunk halved
TICK = 0.05
PICTURES, BYTES = 256, 8 << 20  # a chunk's size
WORKERS_AT_MOST = 8
SICK = "The decoder crashed or hung on this picture; it was left out."
# -P: not even a numpy.py in the current folder may be taken for a module.
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); import studio.core.data.worker as w; w.serve()"
)


class Task(NamedTuple):
    """A chunk to decode: the number of its first entry, and where its entries are."""

    first: int
    wheres: list[list]


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def possible() -> bool:
    """Tell whether worker processes can be started; a frozen app has no interpreter to call."""
    return not getattr(sys, "frozen", False)


def tasks(source: Source, pictures: int, size: int) -> Iterator[Task]:
    """Cut a source into chunks of at most `pictures` entries and about `size` bytes."""
    first, wheres, total = 0, [], 0
    for k, entry in enumerate(source.entries):
        if wheres and (len(wheres) >= pictures or total + entry.size > size):
            yield Task(first, wheres)
            first, wheres, total = k, [], 0
        wheres.append(entry.where)
        total += entry.size
    if wheres:
        yield Task(first, wheres)


class Driver(threading.Thread):
    """Leads one worker process through task after task, and starts a new one when it dies."""

    def __init__(
        self, hello: bytes, todo: "queue.SimpleQueue[Task | None]", done: queue.SimpleQueue
    ):
        super().__init__(daemon=True, name="import worker")
        self.hello, self.todo, self.done = hello, todo, done
        self.process: subprocess.Popen[bytes] | None = None
        self.since: float | None = None  # when the task at hand was begun
        self.ended = False
        self.guard = threading.Lock()

    def run(self) -> None:
        """Answer every task: bytes, None if the worker died of it, b"" if none could be started."""
        while (task := self.todo.get()) is not None:
            self.since = time.monotonic()
            answer = b""
            try:
                process = self.process or self._launched()
                answer = None
                assert process.stdin and process.stdout
                worker.send(process.stdin, json.dumps(task.wheres).encode())
                answer = worker.receive(process.stdout)
            except Exception:  # a broken pipe, a torn answer: whatever it is, the task is answered
                self.kill()
            self.since = None
            self.done.put((task, answer))
        self.kill()

    def _launched(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[3])
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with self.guard:
            if self.ended:
                raise EOFError
            process = self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, root],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **threads},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        assert process.stdin and process.stdout
        worker.send(process.stdin, self.hello)
        if worker.receive(process.stdout) != worker.READY:
            raise EOFError
        return process

    def kill(self) -> None:
        """End the worker process, if there is one."""
        with self.guard:
            process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe:
                        pipe.close()

    def end(self) -> None:
        """Let the thread end now, whatever the worker is doing."""
        with self.guard:
            self.ended = True
            if self.process is not None:
                self.process.kill()


def decoded(source: Source, target: Target, count: int) -> Iterator[tuple[int, Chunk] | None]:
    """Decode a source in `count` worker processes; yield (first entry, chunk) in order.

    None comes at least every TICK seconds, so that the caller can show progress and stop. A
    chunk whose worker dies or takes too long is halved until the picture at fault is alone.
    """
    hello = json.dumps([source.kind, source.place, dataclasses.asdict(target)]).encode()
    todo: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Task, bytes | None]] = queue.SimpleQueue()
    drivers = [Driver(hello, todo, done) for _ in range(count)]
    for driver in drivers:
        driver.start()
    try:
        yield from _in_order(source, target, drivers, todo, done)
    finally:
        for driver in drivers:
            driver.end()
        for _ in drivers:
            todo.put(None)
        for driver in drivers:
            driver.join()


def _in_order(
    source: Source, target: Target, drivers: list[Driver], todo, done
) -> Iterator[tuple[int, Chunk] | None]:
    coming = tasks(source, PICTURES, BYTES)
    ready: dict[int, tuple[int, Chunk]] = {}  # first entry: (entries, chunk)
    again: deque[Task] = deque()
    next_first, given = 0, 0
    while True:
        while given + len(ready) < 3 * len(drivers) or again:
            task = again.popleft() if again else next(coming, None)
            if task is None:
                break
            todo.put(task)
            given += 1
        if not given:
            return
        try:
            task, answer = done.get(timeout=TICK)
        except queue.Empty:
            _end_the_sick(drivers)
            yield None
            continue
        given -= 1
        made = _chunk(answer, task, target) if answer != b"" else _here(source, task, target)
        if made is None:
            half = len(task.wheres) // 2
            again.append(Task(task.first, task.wheres[:half]))
            again.append(Task(task.first + half, task.wheres[half:]))
            continue
        ready[task.first] = (len(task.wheres), made)
        while next_first in ready:
            length, made = ready.pop(next_first)
            yield next_first, made
            next_first += length


def _chunk(answer: bytes | None, task: Task, target: Target) -> Chunk | None:
    """Return the chunk of an answer, or None if the task has to be halved."""
    if answer is not None:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            return chunk.unpack(answer)
    return chunk.lost(SICK, target) if len(task.wheres) == 1 else None


def _here(source: Source, task: Task, target: Target) -> Chunk:
    """Decode a chunk in this process: better than nothing where none can be started."""
    with contextlib.closing(source.reader()) as reader:
        return chunk.make(reader, task.wheres, target)


def _end_the_sick(drivers: list[Driver]) -> None:
    for driver in drivers:
        since = driver.since
        if since is not None and time.monotonic() - since > SECONDS_AT_MOST:
            process = driver.process
            if process is not None:
                process.kill()
