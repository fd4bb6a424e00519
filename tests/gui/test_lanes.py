"""Lanes: the newest wish wins, what is short is shown, live lanes come and go without a word."""

import time
from collections.abc import Callable, Generator
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from studio.core.events import Progress, Refused
from studio.gui.jobs import LIVE, Lanes

Job = Generator[Any, Any, Any]


class Heard(QObject):
    """Keeps what Lanes said."""

    def __init__(self, lanes: Lanes):
        super().__init__()
        self.results: list[Any] = []
        self.failures: list[str] = []
        self.busy: list[str] = []
        self.told: dict[str, list[float]] = {}
        lanes.done.connect(self.on_done)
        lanes.failed.connect(self.on_failed)
        lanes.busy_changed.connect(self.on_busy)
        lanes.events.connect(self.on_events)

    @Slot(str, object)
    def on_done(self, _lane: str, result: Any) -> None:
        self.results.append(result)

    @Slot(str, str)
    def on_failed(self, _lane: str, text: str) -> None:
        self.failures.append(text)

    @Slot(str)
    def on_busy(self, lane: str) -> None:
        self.busy.append(lane)

    @Slot(str, list)
    def on_events(self, lane: str, _events: list[Any]) -> None:
        self.told.setdefault(lane, []).append(time.monotonic())


@pytest.fixture
def lanes(qtbot: QtBot) -> Any:
    lanes = Lanes()
    yield lanes
    assert lanes.close(5)


@pytest.fixture
def heard(lanes: Lanes) -> Heard:
    return Heard(lanes)


def drawing(name: str, pulls: int = 20, nap: float = 0.005) -> Callable[[], Job]:
    """A job that draws for a while and returns its name."""

    def job() -> Job:
        for k in range(pulls):
            time.sleep(nap)
            yield Progress(k, pulls, name)
        return name

    return job


def idle(qtbot: QtBot, lanes: Lanes, lane: str) -> None:
    qtbot.waitUntil(lambda: not lanes.title(lane))


@pytest.mark.parametrize("lane", ["draw", "explore"])
def test_the_newest_wish_wins(qtbot: QtBot, lanes: Lanes, heard: Heard, lane: str) -> None:
    for name in "abcdef":
        lanes.start(lane, name, drawing(name))
        qtbot.wait(10)
    idle(qtbot, lanes, lane)
    assert heard.results == ["f"], "the others were stopped, or never begun"


def test_a_short_job_ends_and_is_shown_though_newer_ones_wait(
    qtbot: QtBot, lanes: Lanes, heard: Heard
) -> None:
    """Dragging over a slow model: each wish stopped by the next would never show anything."""
    begun = time.monotonic()
    asked = 0
    while time.monotonic() < begun + 1.0:
        asked += 1
        lanes.start("draw", "draw", drawing(str(asked), 10, 0.01), short=True)
        qtbot.wait(8)
    idle(qtbot, lanes, "draw")
    assert asked > 40
    assert 4 <= len(heard.results) < asked, "about ten in a second, and not each"
    numbers = [int(name) for name in heard.results]
    assert numbers == sorted(numbers) and numbers[-1] == asked


def test_a_short_wish_ends_a_long_job(qtbot: QtBot, lanes: Lanes, heard: Heard) -> None:
    lanes.start("draw", "draw", drawing("full", 1000))
    lanes.start("draw", "draw", drawing("draft", 2), short=True)
    idle(qtbot, lanes, "draw")
    assert heard.results == ["draft"]


def test_a_long_wish_waits_for_a_short_job(qtbot: QtBot, lanes: Lanes, heard: Heard) -> None:
    lanes.start("draw", "draw", drawing("draft", 10), short=True)
    lanes.start("draw", "draw", drawing("full", 2))
    idle(qtbot, lanes, "draw")
    assert heard.results == ["draft", "full"], "what is let go of is drawn in full, last"


def test_live_lanes_come_and_go_without_a_word(qtbot: QtBot, lanes: Lanes, heard: Heard) -> None:
    for lane in LIVE:
        lanes.start(lane, lane, drawing(lane, 2))
        assert lanes.title(lane) == lane
        idle(qtbot, lanes, lane)
    assert heard.busy == [] and heard.results == list(LIVE)
    lanes.start("study", "Finding", drawing("study", 2))
    idle(qtbot, lanes, "study")
    assert heard.busy == ["study", "study"]


def test_a_training_is_told_of_while_a_live_lane_is_asked_all_the_time(
    qtbot: QtBot, lanes: Lanes, heard: Heard
) -> None:
    lanes.start("train", "Training", drawing("train", 100_000, 0.001))
    begun = time.monotonic()
    while time.monotonic() < begun + 1.5:
        lanes.start("draw", "draw", drawing("x", 1, 0.002), short=True)
        qtbot.wait(10)
    told = [when for when in heard.told["train"] if when < begun + 1.5]
    assert len(told) >= 8, "the next flush must not be put off by each wish"
    assert max(b - a for a, b in pairwise(told)) < 0.5
    lanes.stop("train")
    idle(qtbot, lanes, "train")


def test_what_fails_is_said_and_the_next_wish_is_drawn(
    qtbot: QtBot, lanes: Lanes, heard: Heard
) -> None:
    def refusing() -> Job:
        yield Progress(0, 1, "")
        raise Refused("This latent belongs to another model; open that one.")

    lanes.start("draw", "draw", refusing)
    idle(qtbot, lanes, "draw")
    lanes.start("draw", "draw", drawing("next", 2))
    idle(qtbot, lanes, "draw")
    assert heard.failures == ["This latent belongs to another model; open that one."]
    assert heard.results == ["next"]


def test_stop_forgets_what_waits(qtbot: QtBot, lanes: Lanes, heard: Heard) -> None:
    lanes.start("strip", "strip", drawing("a", 1000))
    lanes.start("strip", "strip", drawing("b"))
    lanes.stop("strip")
    idle(qtbot, lanes, "strip")
    qtbot.wait(50)
    assert heard.results == [] and not lanes.title("strip")


def test_closing_while_wishes_come_ends_every_thread(qtbot: QtBot) -> None:
    lanes = Lanes()
    for name in "abc":
        lanes.start("draw", "draw", drawing(name, 1000), short=True)
        lanes.start("strip", "strip", drawing(name, 1000))
    qtbot.wait(30)
    assert lanes.close(5)
    qtbot.wait(30)
