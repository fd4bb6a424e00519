"""Exceptions planted in jobs, slots, timers, painting, threads: the window and its lanes live."""

import itertools
import logging
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from studio.core.events import Progress, Refused
from studio.gui.jobs import Lanes
from tests.faults import house as _offscreen  # noqa: F401 (sets the platform before Qt starts)

SECTION = "Environment"
PATIENCE = 20_000  # ms
Job = Generator[Any, Any, Any]


class Broken(Exception):
    """What is planted; it can't even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


ERRORS: tuple[Callable[[], BaseException], ...] = (
    lambda: ValueError("planted"),
    lambda: MemoryError("planted"),
    lambda: OSError(5, "Input/output error", "a file"),
    lambda: RecursionError("planted"),
    lambda: KeyboardInterrupt("planted"),
    lambda: SystemExit(3),
    lambda: Refused("Choose another picture."),
    lambda: StopAsyncIteration("planted"),
    lambda: Broken(),
)


def at_pull(error: Callable[[], BaseException], pull: int) -> Job:
    """A job that breaks at a pull; the first is 0."""
    for step in range(pull):
        yield Progress(step, None, "")
    raise error()


def at_close(error: Callable[[], BaseException]) -> Job:
    """A job that breaks where it should save."""
    try:
        for step in itertools.count():
            yield Progress(step, None, "")
            time.sleep(0.001)
    except GeneratorExit:
        raise error() from None


def deaf() -> Job:
    """A job that goes on although it is closed."""
    while True:
        try:
            yield Progress(0, None, "")
        except GeneratorExit:
            yield Progress(1, None, "")


def quiet(value: int) -> Job:
    """A job that does well."""
    yield Progress(0, None, "")
    return value


def endless(steps: list[int]) -> Job:
    """A training that counts its steps."""
    while True:
        steps.append(1)
        yield Progress(len(steps), None, "Training")
        time.sleep(0.001)


class House(QObject):
    """Lanes in which a training runs beside what breaks."""

    def __init__(self, qtbot: QtBot):
        super().__init__()
        self.qtbot, self.lanes = qtbot, Lanes()
        self.steps: list[int] = []
        self.failures: list[str] = []
        self.results: list[Any] = []
        self.lanes.failed.connect(self.on_failed)
        self.lanes.done.connect(self.on_done)
        self.lanes.start("train", "Training", lambda: endless(self.steps))

    @Slot(str, str)
    def on_failed(self, _lane: str, sentence: str) -> None:
        self.failures.append(sentence)

    @Slot(str, object)
    def on_done(self, _lane: str, value: Any) -> None:
        self.results.append(value)

    def outlives(self, make: Callable[[], Job], stop: bool = False) -> str:
        """Run a job that breaks; return what is wrong afterwards, or nothing."""
        told, steps = len(self.failures), len(self.steps)
        self.lanes.start("evaluate", "Evaluating", make)
        if stop:
            self.qtbot.wait(5)
            self.lanes.stop("evaluate")
        self.qtbot.waitUntil(lambda: not self.lanes.title("evaluate"), timeout=PATIENCE)
        said = self.failures[told:]
        if len(said) != 1 or "\n" in said[0] or not said[0].endswith("."):
            return f"said {said}"
        self.lanes.start("evaluate", "Evaluating", lambda: quiet(told))
        self.qtbot.waitUntil(lambda: not self.lanes.title("evaluate"), timeout=PATIENCE)
        if not self.results or self.results[-1] != told:
            return "the next job did not run"
        self.qtbot.waitUntil(lambda: len(self.steps) > steps, timeout=PATIENCE)
        return "" if self.lanes.title("train") else "the training ended"


@pytest.fixture
def house(qtbot: QtBot) -> Iterator[House]:
    """Lanes that are closed afterwards."""
    made = House(qtbot)
    yield made
    assert made.lanes.close(20)


def test_a_job_that_breaks_anywhere_frees_its_lane(
    house: House, promise: Any, amount: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with promise(SECTION, "a job that breaks: one sentence, its lane is free") as kept:
        for error, pull in itertools.product(ERRORS, range(amount(2, 20))):
            trial = f"{error()!r:.60} at pull {pull}"
            wrong = house.outlives(lambda e=error, p=pull: at_pull(e, p))
            kept.check(not wrong, f"{trial}: {wrong}")
        for error in ERRORS:
            wrong = house.outlives(lambda e=error: at_close(e), stop=True)
            kept.check(not wrong, f"{error()!r:.60} while closing: {wrong}")
        kept.check(not (wrong := house.outlives(deaf, stop=True)), f"a deaf job: {wrong}")
        kept.check("the job in lane 'evaluate' broke" in caplog.text, "nothing is in the log")


def test_a_lane_that_is_not_freed_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: a worker that lets an exception out."""
    house.lanes.start("evaluate", "Evaluating", lambda: quiet(0))
    house.qtbot.waitUntil(lambda: bool(house.results), timeout=PATIENCE)
    monkeypatch.setattr("studio.gui.jobs.sentence", lambda *_: "")
    assert house.outlives(lambda: at_pull(ERRORS[0], 0)) == "said ['']"


class Planted(QWidget):
    """A widget whose every slot, timer and painting can break."""

    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.breaks = False
        self.paints = 0
        self.asked.connect(self.on_asked)
        self.timer = QTimer(self, interval=1, singleShot=True)
        self.timer.timeout.connect(self.on_timeout)

    @Slot(int)
    def on_asked(self, number: int) -> None:
        raise ValueError(f"planted in slot {number}")

    @Slot()
    def on_timeout(self) -> None:
        raise ValueError("planted in a timer")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        self.paints += 1
        if self.breaks:
            raise ValueError("planted in paintEvent")


def test_what_breaks_in_the_window_is_logged_and_told_once(
    house: House, qtbot: QtBot, promise: Any, amount: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    from studio.gui.crash import CrashReporter

    reporter, widget = CrashReporter(tmp_path), Planted()
    qtbot.addWidget(widget)
    monkeypatch.setattr(logging.getLogger(), "level", logging.INFO)
    hooks = sys.excepthook, threading.excepthook
    caught: list[str] = []
    reporter.caught.connect(lambda what, *_: caught.append(what))
    with (
        promise(SECTION, "a slot, timer, painting or thread that breaks") as kept,
        capture_exceptions() as _,
    ):
        reporter.install()
        try:
            for number in range(amount(30, 300)):
                told = len(caught)
                plant(widget, number)
                qtbot.waitUntil(lambda n=told: len(caught) > n, timeout=PATIENCE)
                widget.breaks = False
                alive = not (wrong := house.outlives(lambda: at_pull(ERRORS[0], 0)))
                kept.check(alive and reporter.dialog is not None, f"plant {number}: {wrong}")
        finally:
            sys.excepthook, threading.excepthook = hooks
            if reporter.dialog is not None:
                reporter.dialog.close()
            reporter.close()
        written = "".join(p.read_text("utf-8") for p in tmp_path.glob("*.log"))
        kept.check(written.count("planted in") >= amount(30, 300), "not all is in the log")


def plant(widget: Planted, number: int) -> None:
    """Make something break: a slot, a timer, a painting, a Python thread."""
    kind = number % 4
    if kind == 0:
        widget.asked.emit(number)
    elif kind == 1:
        widget.timer.start()
    elif kind == 2:
        widget.breaks = True
        widget.resize(50 + number, 50)
        widget.show()
        widget.update()
    else:
        thread = threading.Thread(target=_break, args=(number,), daemon=True)
        thread.start()
        thread.join()


def _break(number: int) -> None:
    raise ValueError(f"planted in thread {number}")
