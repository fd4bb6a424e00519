"""Garbage: what is young goes soon, what is old goes too, and nothing holds the window."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.gui import garbage as module
from studio.gui.garbage import FULL, Garbage


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[Garbage]:
    gc.collect()
    gc.freeze()  # what the other tests have loaded
    made = Garbage()
    made.timer.stop()
    yield made
    made.end()


def test_young_garbage_goes_at_once(garbage: Garbage) -> None:
    ring = weakref.ref(Ring())
    garbage.collect()
    assert ring() is None


def test_what_became_garbage_late_goes_too(garbage: Garbage) -> None:
    held = Ring()
    ring = weakref.ref(held)
    for _ in range(3):
        garbage.collect()  # it is old by now
    del held
    garbage.collect()
    assert ring() is not None  # young garbage alone was collected
    for _ in range(FULL):
        garbage.collect()
    assert ring() is None


def test_so_much_at_once_that_it_would_hold_the_window_is_left_alone(
    garbage: Garbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY", 100)
    kept = [[] for _ in range(1000)]
    before = gc.get_freeze_count()
    garbage.collect()
    assert gc.get_freeze_count() - before >= len(kept)
    assert len(gc.get_objects(generation=2)) < 100


def test_what_took_long_to_look_through_is_not_looked_through_again(
    garbage: Garbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [[] for _ in range(1000)]
    before = gc.get_freeze_count()
    for _ in range(FULL):
        garbage.collect()
    assert gc.get_freeze_count() == before
    monkeypatch.setattr(module, "LONG", 0.0)
    for _ in range(FULL):
        garbage.collect()
    assert gc.get_freeze_count() - before >= len(kept)


def test_python_collects_by_itself_afterwards(garbage: Garbage) -> None:
    assert not gc.isenabled()
    garbage.end()
    assert gc.isenabled() and not gc.get_freeze_count()
