"""A trainer that is started warm and killed at any moment: what it announced, and what is left.

    with Server() as server:
        life = server.start(Order(folder, family, steps))
        life.wait(0.3)
        life.kill()
        announced = life.announced

The server has torch loaded and forks for each life, so that a life begins within milliseconds.
"""

import contextlib
import hashlib
import json
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SAVES = 0.05  # of the usual time lies between two saves, so that many fall into a second
SLOW = 0.03  # seconds that each step of a save takes longer where it is to be hit
READY, SAVING, SAVED, STEP, OVER = "ready", "saving", "saved", "step", "over"


@dataclass(frozen=True)
class Order:
    """What a life does: train the run of `family` in the project in `folder`, begun or resumed."""

    folder: str
    family: str
    steps: int
    slow: bool = False
    often: bool = True


@dataclass
class Life:
    """A trainer's process: what it has said so far."""

    pid: int
    lines: "Lines"
    step: int = 0  # the newest it has announced
    seconds: float = 0.0  # of training, at that step
    first: int = -1  # the step it went on from
    saved: dict[str, Any] = field(default_factory=dict)  # the newest announced save
    saves: int = 0
    saving: bool = False
    over: str | None = None

    def hear(self, timeout: float) -> bool:
        """Take in what it says within `timeout` s; return False once it is over or silent."""
        line = self.lines.read(timeout)
        if line is None or self.over is not None:
            return False
        kind = line.pop("kind")
        self.saving = kind == SAVING or (self.saving and kind == STEP)
        if kind == STEP:
            self.step, self.seconds = line["step"], line["seconds"]
            self.first = self.step if self.first < 0 else self.first
        elif kind == SAVED:
            self.saved, self.saves = line, self.saves + 1
        elif kind == OVER:
            self.over = line["how"]
        return self.over is None

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Listen for `seconds`, or until `until()`, or until it is over."""
        end = time.monotonic() + seconds
        while not until() and (left := end - time.monotonic()) > 0:
            if not self.hear(left) and self.over is not None:
                return

    def kill(self) -> None:
        """End it where it stands, and take in what it had said before."""
        with contextlib.suppress(ProcessLookupError):  # it has just come to its end
            os.kill(self.pid, signal.SIGKILL)
        self.wait(30.0)


class Lines:
    """Reads JSON lines from a pipe."""

    def __init__(self, handle: int):
        self.handle, self.kept = handle, b""

    def read(self, timeout: float) -> dict[str, Any] | None:
        """Return the next line; None if there is none within `timeout` s."""
        end = time.monotonic() + timeout
        while b"\n" not in self.kept:
            left = max(0.0, end - time.monotonic())
            if not select.select([self.handle], [], [], left)[0]:
                return None
            data = os.read(self.handle, 65536)
            if not data:
                return None
            self.kept += data
        line, _, self.kept = self.kept.partition(b"\n")
        return json.loads(line)


class Server:
    """A warm process that begins a life for each order; one lives at a time."""

    def __enter__(self) -> "Server":
        env = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        command, top = [sys.executable, "-m", "tests.faults.killing"], Path(__file__).parents[2]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=env, cwd=top, bufsize=0
        )
        assert self.process.stdout is not None
        self.lines = Lines(self.process.stdout.fileno())
        assert self.lines.read(120.0) == {"kind": READY}
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def start(self, order: Order) -> Life:
        """Begin a life."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        begun = self.lines.read(30.0)
        assert begun is not None
        return Life(begun["pid"], self.lines)


def manifest_hash(path: Path) -> str:
    """Return the hash of a checkpoint's manifest, which holds the hashes of all else in it."""
    return hashlib.sha256((path / "MANIFEST.json").read_bytes()).hexdigest()


def _say(kind: str, **values: Any) -> None:
    os.write(1, json.dumps({"kind": kind, **values}).encode() + b"\n")  # whole: it is short


def _serve() -> None:
    _warm()
    _say(READY)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(Order(**json.loads(line)))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) or status:
            _say(OVER, how="killed" if os.WIFSIGNALED(status) else "failed")


def _warm() -> None:
    """Load all that a life needs, by living a short one."""
    from studio.core import training
    from studio.core.events import finished
    from tests.core import toys

    with tempfile.TemporaryDirectory() as folder:
        made = toys.project(Path(folder))
        finished(training.start(made, toys.request("vae", 1), toys.known(1)))


def _live(order: Order) -> None:
    """Train in this process, say what happens, and end it."""
    _say("born", pid=os.getpid())
    code = 1
    try:
        _train(order)
        _say(OVER, how="done")
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    os._exit(code)


def _train(order: Order) -> None:
    from studio.core import checkpoint, training
    from studio.core import project as projects
    from studio.core.events import Progress, Saved, Scalars
    from tests.core import toys

    made = projects.open(Path(order.folder))
    if order.often:
        _save_often(training)
    if order.slow:
        _slow_saves()
    if made.runs() and checkpoint.checkpoints(made.run().checkpoints):
        job = training.resume(made)
    else:  # or it was hit before it had saved anything
        job = training.start(made, toys.request(order.family, order.steps), toys.known(order.steps))
    seconds = 0.0
    for event in job:
        if isinstance(event, Scalars):
            seconds = event.seconds
        if isinstance(event, Saved):
            path = event.path
            _say(SAVED, step=event.step, path=str(path), hash=manifest_hash(path), seconds=seconds)
        if isinstance(event, Progress) and event.text == "Training":
            _say(STEP, step=event.done, seconds=seconds)


def _save_often(training: Any) -> None:
    usual = training.Due

    class Often(usual):
        """Due sooner if it is a save, and however much that costs."""

        def __init__(self, least: float, share: float, most: float = math.inf):
            sooner = SAVES if math.isfinite(most) else 1.0
            super().__init__(sooner * least, sooner * share, sooner * most)

        def due(self, now: float) -> bool:
            """Forget the cost."""
            self.cost = 0.0
            return super().due(now)

    training.Due = Often


def _slow_saves() -> None:
    """Make what a save does take time, and say that one has begun, so that it can be hit."""
    import shutil

    def slowed(module: Any, name: str) -> None:
        original = getattr(module, name)

        def call(*arguments: Any, **named: Any) -> Any:
            _say(SAVING)
            time.sleep(SLOW)
            return original(*arguments, **named)

        setattr(module, name, call)

    for module, name in ((os, "fsync"), (os, "rename"), (os, "replace"), (shutil, "rmtree")):
        slowed(module, name)


if __name__ == "__main__":
    _serve()
