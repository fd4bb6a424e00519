"""A robot that uses the real window for hours and tells what grew, broke or stood still.

    python -m tests.faults.robot --minutes 30 --seed 1 FOLDER

It warms up: does every errand twice and goes on at random for five minutes, so that every page is
built, every lane has its thread, and libraries that load when first used are there. Then it comes
to rest and measures; goes on at random, coming to rest and measuring now and then; and prints what
it found as one line of JSON. `FOLDER` must be empty or absent.
"""

import argparse
import ctypes
import gc
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

WARM_UP = 300.0  # seconds at random before the first rest that is measured
RESTS = 6  # measured on the way, beside the first and the last
BEAT = 5  # ms between two looks at the clock in the window's thread
HARMLESS = ("This plugin does not support", "propagateSizeHints")
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DOCUMENTS_DIR")
HOMES = (*HOMES, "XDG_DATA_HOME", "XDG_CACHE_HOME")


def main(arguments: list[str]) -> int:
    """Prepare the folder, let the robot work, print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grown", action="store_true", help="tell which objects became more")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    settle_in(asked.folder)
    found = worked(asked.folder, asked.minutes * 60, asked.seed, asked.grown)
    print(json.dumps(found))
    return 0


def settle_in(folder: Path) -> None:
    """Give the program a home in the folder, and no screen."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for name in HOMES:
        home = folder / "home" / name.lower()
        home.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(home)


def furnish(folder: Path) -> None:
    """Make what the robot works with: two projects with a model, pictures, a kept handful."""
    import shutil

    import numpy as np
    from PIL import Image

    from studio.core import training
    from studio.core.gallery.keeping import keep
    from studio.core.provenance.record import Record
    from tests.core import toys

    rng = np.random.default_rng(0)
    project = toys.project(folder)
    toys.finish(training.start(project, toys.request("vae", 12), toys.known(12)))
    for name in ("photo", "style"):
        coarse = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        coarse.resize((320, 240), Image.Resampling.BICUBIC).save(folder / f"{name}.png")
    (folder / "pictures").mkdir()
    for k, pixels in enumerate(toys.pictures(8, 32, 32, 4)):
        Image.fromarray(pixels).save(folder / "pictures" / f"walk-{k}.png")
        keep(project.folder / "gallery", pixels, Record(title=f"picture {k}"), f"p{k}")
    shutil.copytree(project.folder, folder / "still.atelier")
    project.folder.rename(folder / "walked.atelier")


def worked(folder: Path, seconds: float, seed: int, grown: bool) -> dict[str, Any]:
    """Run the window with the robot at it; return what was found."""
    furnish(folder)
    found = Findings()
    found.listen()
    from studio.gui.app import prepare
    from studio.gui.garbage import Garbage
    from studio.gui.session import Session
    from studio.gui.window import Window
    from tests.faults.robot_actions import Errands

    app = prepare(["atelier"])
    session, garbage = Session(), Garbage()
    session.busy_changed.connect(garbage.settle)
    session.failed.connect(found.on_failed)
    session.done.connect(found.on_done)
    window = Window(session)
    window.restore()
    window.show()
    window.first = folder / "walked.atelier"
    errands = Errands(window, session, folder, seed)
    found.file = folder / "found.json"
    robot = Robot(errands, found, seconds, grown)
    app.processEvents()
    robot.begin()
    app.exec()
    errands.discards = True
    closed = session.close(60)
    garbage.end()
    return found.told() | {"closed": closed, "seed": seed}


class Findings:
    """Counts what went wrong, wherever it was said."""

    def __init__(self) -> None:
        self.exceptions: list[str] = []
        self.warnings: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()  # jobs that returned something, by lane
        self.stuck: list[str] = []
        self.rests: list[dict[str, Any]] = []
        self.blocks: list[tuple[float, float, str]] = []  # seconds, of them computing, errand
        self.grown: list[tuple[str, int]] = []
        self.file: Path | None = None  # where all is written at every rest, too

    def listen(self) -> None:
        """Hear of every exception nobody caught, every job that broke, and Qt's warnings."""
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        def handle(kind: QtMsgType, _context: object, text: str) -> None:
            if kind != QtMsgType.QtDebugMsg and not any(word in text for word in HARMLESS):
                self.warnings[text] += 1

        def caught(kind: type, error: BaseException | None, trace: Any) -> None:
            self.exceptions.append("".join(traceback.format_exception(kind, error, trace)))

        qInstallMessageHandler(handle)
        sys.excepthook = caught
        threading.excepthook = lambda a: caught(a.exc_type, a.exc_value, a.exc_traceback)
        sys.unraisablehook = lambda a: caught(a.exc_type, a.exc_value, a.exc_traceback)
        logging.getLogger("studio").addHandler(Logged(self.exceptions))

    def on_failed(self, lane: str, sentence: str) -> None:
        """Note what the user was told."""
        self.refusals[f"{lane}: {sentence}"] += 1

    def on_done(self, lane: str, _result: object) -> None:
        """Note that the robot got what it wanted."""
        self.finished[lane] += 1

    def told(self) -> dict[str, Any]:
        """Return all, and how much memory drifted from the first to the last rest."""
        rss = [rest["rss"] for rest in self.rests]
        hours = [rest["time"] / 3600 for rest in self.rests]
        longest = sorted(self.blocks, reverse=True)[:8]
        return {
            "actions": sum(self.done.values()),
            "done": dict(self.done),
            "finished": dict(self.finished),
            "exceptions": self.exceptions,
            "warnings": dict(self.warnings),
            "refusals": dict(self.refusals),
            "stuck": self.stuck,
            "rests": self.rests,
            "drift": (rss[-1] - rss[0]) / rss[0] if rss else None,
            "slope_mb_per_hour": slope(hours, rss) / 1e6 if len(rss) > 2 else None,
            "longest_blocks": longest,
            "grown": self.grown,
        }


class Logged(logging.Handler):
    """Takes what the program logs as an error: jobs that broke are told there."""

    def __init__(self, into: list[str]):
        super().__init__(logging.ERROR)
        self.into = into

    def emit(self, record: logging.LogRecord) -> None:
        trace = traceback.format_exception(*record.exc_info) if record.exc_info else []
        self.into.append("".join([record.getMessage(), "\n", *trace]))


def slope(x: list[float], y: list[float]) -> float:
    """Return the least-squares slope of y over x."""
    import numpy as np

    return float(np.polyfit(x, y, 1)[0])


def measured(start: float) -> dict[str, Any]:
    """Return what this process holds now; call at rest."""
    for _ in range(3):
        gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    process = psutil.Process()
    files = open_files()
    return {
        "time": round(time.monotonic() - start, 1),
        "rss": process.memory_info().rss,
        "threads": process.num_threads(),
        "fds": sum(files.values()),
        "files": dict(files),
        "children": len(process.children(recursive=True)),
    }


def open_files() -> Counter[str]:
    """Return what this process' file descriptors lead to; {} where that can't be told."""
    found: Counter[str] = Counter()
    folder = Path("/proc/self/fd")
    for each in folder.iterdir() if folder.is_dir() else ():
        try:
            found[str(each.readlink()).split("[")[0]] += 1
        except OSError:  # the one that lists this folder
            continue
    return found


class Robot:
    """Does errands one after the other, in the window's own loop."""

    def __init__(self, errands: Any, found: Findings, seconds: float, grown: bool):
        from PySide6.QtCore import Qt, QTimer

        self.errands, self.found, self.seconds, self.compares = errands, found, seconds, grown
        self.start = self.beat = time.monotonic()
        self.used = time.thread_time()
        self.name, self.kinds = "begin", Counter[str]()
        self.plan = self._plan()
        self.errand: Any = iter(())
        self.timer = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._on_beat)

    def begin(self) -> None:
        """Start with the first errand."""
        from PySide6.QtCore import QTimer

        self.timer.start()
        QTimer.singleShot(0, self.step)

    def _on_beat(self) -> None:
        now, used = time.monotonic(), time.thread_time()
        late = now - self.beat - BEAT / 1000
        if late > 0.1:
            self.found.blocks.append((round(late, 3), round(used - self.used, 3), self.name))
        self.beat, self.used = now, used

    def _plan(self) -> Any:
        """Yield errands: each twice, at random, rest, at random with rests between, rest."""
        errands = self.errands
        yield self._ready()
        for errand in (*errands.errands, *errands.errands):
            yield errand()
        warm = min(WARM_UP, self.seconds)
        yield from self._at_random(warm)
        for _ in range(RESTS + 1):
            yield from self._at_random(self.seconds / (RESTS + 1))

    def _at_random(self, seconds: float) -> Any:
        """Yield errands for so long, then a rest, and measure."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            yield self.errands.one(self.errands.errands)()
        yield self.errands.rest()
        self._measure()
        yield self.errands.work()

    def _ready(self) -> Any:
        from studio.gui.jobs import LANES, LIVE

        session = self.errands.session
        yield from self.errands.until(lambda: session.ready and session.project, 60, "engine")
        for name in (*LIVE, *LANES):  # a thread each, which otherwise comes when first used
            session.runner._lane(name)

    def _measure(self) -> None:
        first = not self.found.rests
        self.found.rests.append(measured(self.start))
        if self.found.file is not None:
            self.found.file.write_text(json.dumps(self.found.told()), "utf-8")
        if self.compares:
            kinds = Counter(type(each).__qualname__ for each in gc.get_objects())
            self.found.grown = [] if first else (kinds - self.kinds).most_common(30)
            self.kinds = kinds if first else self.kinds
        self.beat, self.used = time.monotonic(), time.thread_time()

    def step(self) -> None:
        """Make the next move; a broken errand is noted, and the next one follows."""
        from PySide6.QtCore import QCoreApplication, QTimer

        try:
            wait = next(self.errand)
        except StopIteration:
            wait = 0.0
            self.errand = next(self.plan, None)
            if self.errand is None:
                QCoreApplication.quit()
                return
            self.name = self.errand.__name__
            self.found.done[self.name] += 1
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            self.found.stuck.append(f"{self.name}: {text}")
            self.errand, wait = iter(()), 0.2
        QTimer.singleShot(int(1000 * wait), self.step)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
