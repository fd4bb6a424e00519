"""What jobs say can't be changed behind a listener's back, and Stop is not a crash."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Job, Note, Progress, Refused, Samples, Saved, Scalars

PICTURES = np.zeros((1, 2, 2, 3), np.uint8)
EVENTS = (
    Progress(1, 2, "Reading"),
    Scalars(3, {"loss": 1.0}, 2.0),
    Samples(3, "ema", PICTURES),
    Saved(3, Path("checkpoint")),
    Note("Slow."),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_events_are_frozen(event):
    field = dataclasses.fields(event)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, field, None)


def test_events_are_compared_by_value_but_pictures_by_identity():
    assert Progress(1, 2, "a") == Progress(1, 2, "a") != Progress(1, 3, "a")
    assert Saved(3, Path("a")) == Saved(3, Path("a"))
    assert Samples(3, "ema", PICTURES) != Samples(3, "ema", PICTURES)
    assert len({*EVENTS[2:], *EVENTS[2:]}) == 3


def test_a_note_is_for_information_unless_it_says_more():
    assert (Note("x").level, Note("x").kind, Note("x").step) == ("info", "", None)


def worker(kept: list[str]) -> Job[int]:
    try:
        for number in range(3):
            order = yield Progress(number, 3, "Working")
            kept += ["paused"] if order == "pause" else []
    except GeneratorExit:
        kept.append("saved")
        raise
    return 7


def test_the_protocol_tells_stop_pause_and_the_end_apart():
    kept: list[str] = []
    job = worker(kept)
    next(job)
    assert job.send("pause") == Progress(1, 3, "Working") and kept == ["paused"]
    job.close()
    assert kept == ["paused", "saved"]
    crashed = worker(kept := [])
    next(crashed)
    with pytest.raises(Refused, match="No room"):
        crashed.throw(Refused("No room left."))
    assert kept == []


def test_a_refusal_is_one_line_whatever_name_it_quotes():
    told = str(Refused("The file a\nb\x1b[31m\u202egnp.exe is damaged; ü 漢 👨\u200d👩 stay."))
    assert told == "The file a?b?[31m?gnp.exe is damaged; ü 漢 👨\u200d👩 stay."
