"""Jobs on a terminal: what is printed, as lines and as JSON, and what Ctrl-C does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from studio import terminal
from studio.core.events import Event, Job, Note, Progress, Refused, Samples, Saved, Scalars
from studio.terminal import Speed, clock, pull

PICTURES = np.zeros((4, 8, 8, 3), np.uint8)
EVENTS: tuple[Event, ...] = (
    Note("Training on CPU.", kind="device"),
    Scalars(1, {"loss": 0.5, "gone": float("nan")}, 0.25),
    Samples(1, "raw", PICTURES),
    Samples(1, "ema", PICTURES),
    Note("Looks odd.", "warning", "health", 1),
    Progress(1, 2, "Training"),
    Saved(1, Path("checkpoints/step-00000001")),
)


def job(closed: list[str], endless: bool = False) -> Job[str]:
    """Yield EVENTS, once or for ever; note when it is closed."""
    try:
        yield from EVENTS
        while endless:
            yield Progress(1, None, "Training")
            time.sleep(0.01)
    except GeneratorExit:
        closed.append("closed")
        raise
    return "result"


def where(event: Samples) -> Path:
    """The file of a grid."""
    return Path(f"{event.kind}.png")


def test_json_is_one_object_a_line_with_paths_instead_of_pixels(capsys):
    assert pull(job([]), json_lines=True, where=where) == "result"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == [
        "note", "scalars", "samples", "samples", "note", "progress", "saved",
    ]  # fmt: skip
    assert lines[1] == {
        "event": "scalars", "step": 1, "seconds": 0.25, "values": {"loss": 0.5, "gone": None},
    }  # fmt: skip
    assert lines[3] == {"event": "samples", "step": 1, "kind": "ema", "count": 4, "path": "ema.png"}
    assert lines[5] == {"event": "progress", "done": 1, "total": 2, "text": "Training"}


def test_plain_lines_name_notes_state_and_the_averaged_grid(capsys):
    pull(job([]), where=where)
    assert capsys.readouterr().out.splitlines() == [
        "Training on CPU.",
        "Step 1: ema.png",
        "Warning: Looks odd.",
        "Training  1/2  loss 0.5  gone nan",
    ]


def test_plain_lines_come_every_few_seconds_only(capsys):
    def busy() -> Job[None]:
        for done in range(1000):
            yield Progress(done, 1000, "Training")

    pull(busy())
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_bar_on_a_terminal_prints_notes_above_it(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    pull(job([]), where=where)
    out = capsys.readouterr().out
    assert "Warning: Looks odd." in out
    assert "Step 1: ema.png" in out


def test_what_a_job_refuses_passes_through_and_signals_are_given_back(capsys):
    before = signal.getsignal(signal.SIGINT)

    def refusing() -> Job[None]:
        yield Progress(0, None, "Looking")
        raise Refused("There is nothing.")

    with pytest.raises(Refused, match="There is nothing"):
        pull(refusing())
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_that_comes_too_often_is_left_out_and_nothing_else(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])

    def counting() -> Job[str]:
        for k in range(100):
            now[0] += 0.01
            yield Progress(k, 100, "")
            if k % 50 == 0:
                yield Note("half")
        return "done"

    job, events = terminal.seldom(counting()), list[Event]()
    with pytest.raises(StopIteration) as ended:
        while True:
            events.append(next(job))
    assert ended.value.value == "done"
    assert len([event for event in events if isinstance(event, Note)]) == 2
    assert 5 <= len([event for event in events if isinstance(event, Progress)]) <= 10


def test_a_failing_reader_closes_the_job(monkeypatch):
    closed: list[str] = []
    monkeypatch.setattr(terminal, "write_json", lambda _: (_ for _ in ()).throw(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        pull(job(closed), json_lines=True)
    assert closed == ["closed"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_job_between_two_events(number):
    closed: list[str] = []

    def interrupted() -> Job[str]:
        yield Progress(0, None, "Starting")
        os.kill(os.getpid(), number)
        closed.append("still at work")
        return (yield from job(closed, endless=True))

    with pytest.raises(KeyboardInterrupt):
        pull(interrupted())
    assert closed == ["still at work", "closed"]


@pytest.mark.skipif(os.name != "posix", reason="signals to another process")
def test_a_second_ctrl_c_quits_at_once():
    program = (
        "import time\nfrom studio.core.events import Progress\nfrom studio.terminal import pull\n"
        "def stubborn():\n    yield Progress(0, None, 'a')\n    print('busy', flush=True)\n"
        "    time.sleep(60)\n    yield Progress(0, None, 'b')\npull(stubborn())"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert "busy" in list(until(process.stdout, "busy"))
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def until(lines: Iterator[str], wanted: str) -> Iterator[str]:
    """Yield lines, stripped, up to the one wanted."""
    for line in lines:
        yield line.strip()
        if line.strip() == wanted:
            return


def test_speed_and_time_left(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    speed = Speed()
    for second in range(30):
        now[0] = float(second)
        speed.seen(Progress(second * 4, 1000, "Training"))
    assert speed.rate == pytest.approx(4)
    assert speed.line(Progress(200, 1000, "Training")) == "Training  200/1000  4.0/s  3:20 left"
    speed.seen(Progress(0, None, "Saving"))
    assert speed.line(Progress(0, None, "Saving")) == "Saving  0"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (187, "3:07"), (3765, "1:02:45")])
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_what_a_stop_could_not_save_is_raised_not_the_stop():
    def unsaved() -> Job[None]:
        try:
            yield Progress(1, None, "Training")
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                yield Progress(1, None, "Training")
        except GeneratorExit:
            raise Refused("What was learned since step 3 could not be saved.") from None

    with pytest.raises(Refused, match="since step 3"):
        pull(unsaved())
