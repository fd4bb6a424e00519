"""JobRunner: threads, batches, pause, stop, failure and closing."""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from studio.core.events import Note, Progress, Refused
from studio.gui.jobs import JobRunner, sentence
from tests.gui.conftest import python

Job = Generator[Any, Any, Any]


class Listener(QObject):
    """Keeps what the runner said, and in which thread it was heard."""

    def __init__(self, runner: JobRunner):
        super().__init__()
        self.batches: list[tuple[float, list[Any]]] = []
        self.endings: list[tuple[str, str, Any]] = []
        self.threads: set[Any] = set()
        runner.told.connect(self.on_told)
        runner.ended.connect(self.on_ended)

    @property
    def events(self) -> list[Any]:
        return [event for _, batch in self.batches for event in batch]

    @Slot(str, list)
    def on_told(self, _lane: str, events: list[Any]) -> None:
        self.threads.add(QThread.currentThread())
        self.batches.append((time.monotonic(), events))

    @Slot(str, str, object)
    def on_ended(self, lane: str, how: str, value: Any) -> None:
        self.threads.add(QThread.currentThread())
        self.endings.append((lane, how, value))


@pytest.fixture
def runner(qtbot: QtBot) -> Any:
    runner = JobRunner()
    yield runner
    assert runner.close(5)


@pytest.fixture
def listener(runner: JobRunner) -> Listener:
    return Listener(runner)


def counting(count: int, told: list[Any] | None = None, nap: float = 0.001) -> Callable[[], Job]:
    """A job that counts, notes what it is sent, and notes that it was closed."""

    def job() -> Job:
        told.append(threading.get_ident()) if told is not None else None
        try:
            for k in range(count):
                order = yield Progress(k, count, "counting")
                if order and told is not None:
                    told.append(order)
                    yield Note("paused")
                time.sleep(nap)
        except GeneratorExit:
            told.append("closed") if told is not None else None
            raise
        return count

    return job


def test_events_and_result_reach_the_window_thread(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    told: list[Any] = []
    assert runner.run("import", "Counting", counting(50, told))
    assert runner.title("import") == "Counting"
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert [e.done for e in listener.events] == list(range(50))
    assert listener.endings == [("import", "done", 50)]
    assert listener.threads == {QCoreApplication.instance().thread()}
    assert told[0] != threading.get_ident(), "the job must be pulled in its own thread"
    assert runner.title("import") == ""


def test_at_most_twenty_batches_a_second(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    runner.run("train", "Counting", counting(500))
    qtbot.waitUntil(lambda: bool(listener.endings))
    times = [t for t, _ in listener.batches]
    assert len(listener.events) == 500
    assert len(times) <= 20 * (times[-1] - times[0]) + 3


def test_an_event_is_not_held_back_by_a_slow_next_pull(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    gate = threading.Event()

    def job() -> Job:
        yield Note("at once")
        gate.wait(10)
        yield Note("late")

    runner.run("train", "Slow", job)
    qtbot.waitUntil(lambda: [e.text for e in listener.events] == ["at once"])
    gate.set()
    qtbot.waitUntil(lambda: bool(listener.endings))


def test_a_busy_lane_takes_no_second_job(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    runner.run("train", "One", counting(10_000))
    assert not runner.run("train", "Two", counting(1))
    assert runner.run("import", "Elsewhere", counting(1))
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert runner.title("train") == "One"


def test_pause_is_sent_once_and_nothing_is_pulled_until_resumed(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    told: list[Any] = []
    runner.run("train", "Counting", counting(200, told))
    qtbot.waitUntil(lambda: len(listener.events) > 2)
    runner.pause("train", True)
    assert runner.paused("train")
    qtbot.waitUntil(lambda: any(isinstance(e, Note) for e in listener.events))
    seen = len(listener.events)
    qtbot.wait(200)
    assert len(listener.events) == seen
    runner.pause("train", False)
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert told[1:] == ["pause"]
    assert [e.done for e in listener.events if isinstance(e, Progress)] == list(range(200))


@pytest.mark.parametrize("paused", [False, True])
def test_stop_closes_the_job_in_its_own_thread(
    qtbot: QtBot, runner: JobRunner, listener: Listener, paused: bool
) -> None:
    told: list[Any] = []
    runner.run("train", "Counting", counting(100_000, told))
    qtbot.waitUntil(lambda: len(listener.events) > 2)
    if paused:
        runner.pause("train", True)
        qtbot.waitUntil(lambda: "pause" in told)
    began = time.monotonic()
    runner.stop("train")
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert time.monotonic() - began < 1
    assert listener.endings == [("train", "stopped", None)]
    assert told[-1] == "closed"
    assert runner.run("train", "Again", counting(1))
    qtbot.waitUntil(lambda: len(listener.endings) == 2)


def test_stopped_before_it_was_made(qtbot: QtBot, runner: JobRunner, listener: Listener) -> None:
    made: list[int] = []
    runner.run("train", "Never", lambda: made.append(1) or counting(1)())
    runner.stop("train")
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert listener.endings[0][1] == "stopped" or made


def test_a_refusal_is_told_in_its_own_words(
    qtbot: QtBot, runner: JobRunner, listener: Listener
) -> None:
    def job() -> Job:
        raise Refused("The folder is empty; choose another.")
        yield

    runner.run("import", "Reading", job)
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert listener.endings == [("import", "failed", "The folder is empty; choose another.")]


@pytest.mark.parametrize("where", ["make", "pull", "close"])
def test_what_breaks_is_a_sentence_and_a_logged_traceback(
    qtbot: QtBot, runner: JobRunner, listener: Listener, caplog: Any, where: str
) -> None:
    def job() -> Job:
        try:
            yield Progress(0, 1, "")
            if where == "pull":
                raise ValueError("boom")
            while True:
                yield Progress(0, 1, "")
                time.sleep(0.01)
        except GeneratorExit:
            raise ValueError("boom") from None

    def make() -> Job:
        if where == "make":
            raise ValueError("boom")
        return job()

    runner.run("train", "Breaking", make)
    if where == "close":
        qtbot.waitUntil(lambda: len(listener.events) > 1)
        runner.stop("train")
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert listener.endings[0][1] == "failed"
    assert "boom" in listener.endings[0][2] and "log" in listener.endings[0][2]
    assert "Traceback" in caplog.text


def test_a_full_disk_is_a_sentence(qtbot: QtBot, runner: JobRunner, listener: Listener) -> None:
    def job() -> Job:
        raise OSError(28, "No space left on device", "pictures.npy")
        yield

    runner.run("import", "Writing", job)
    qtbot.waitUntil(lambda: bool(listener.endings))
    assert listener.endings[0][2].startswith("No space left on device (pictures.npy).")


def test_lanes_import_side_by_side() -> None:
    code = """
import importlib
from PySide6.QtWidgets import QApplication
from studio.gui.jobs import JobRunner, sentence
app, runner, ended = QApplication([]), JobRunner(), []
def job(name):
    importlib.import_module(name)
    return name
    yield
def gather(*told):
    ended.append(told)
    if len(ended) == 3:
        app.quit()
runner.ended.connect(gather)
for lane, name in (('engine', 'studio.core.project'), ('import', 'studio.core.request'),
                   ('draw', 'studio.core.data.packed')):
    runner.run(lane, lane, lambda name=name: job(name))
app.exec()
runner.close(5)
print({how for _, how, _ in ended})
"""
    assert python(code)[:2] == (0, "{'done'}\n")


def test_close_stops_all_lanes_and_waits(qtbot: QtBot) -> None:
    runner, told = JobRunner(), []
    for lane in ("train", "import", "draw"):
        runner.run(lane, lane, counting(100_000, told))
    qtbot.wait(50)
    assert runner.close(5)
    assert told.count("closed") == 3


def test_close_says_so_when_a_job_needs_longer(qtbot: QtBot) -> None:
    gate, runner = threading.Event(), JobRunner()

    def job() -> Job:
        yield Progress(0, 1, "")
        gate.wait(20)
        yield Progress(0, 1, "")

    runner.run("train", "Stubborn", job)
    qtbot.wait(50)
    assert not runner.close(0.05)
    gate.set()
    assert runner.close(5)


def test_what_breaks_is_told_on_one_line() -> None:
    told = sentence(RuntimeError("Error(s) in loading:\n\tsize mismatch\n\tsize mismatch"), "train")
    assert told.startswith("Something broke (RuntimeError: Error(s) in loading). ")
