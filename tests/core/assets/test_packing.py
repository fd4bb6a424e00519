"""Packing: nothing overlaps or sticks out, equal input gives equal pages, and pages are full."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.assets.packing import Page, Room, Skyline, pack
from studio.core.events import finished

SIZES = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=60)
ROOMS = st.builds(
    Room,
    side=st.integers(50, 400),
    around=st.integers(-2, 8),
    power_of_two=st.booleans(),
    square=st.booleans(),
)


def cover(page: Page, sizes: np.ndarray, around: int) -> np.ndarray:
    """Return how often each pixel of a page is covered."""
    covered = np.zeros((page.height - around, page.width - around), int)
    for index, (x, y) in page.spots.items():
        width, height = sizes[index]
        part = covered[y : y + height, x : x + width]
        assert x >= 0 and y >= 0 and part.shape == (height, width), "it sticks out of the page"
        part += 1
    return covered


@settings(max_examples=150, deadline=None)
@given(SIZES, ROOMS, st.booleans())
def test_each_is_placed_once_inside_and_none_overlap(sizes, room, pages):
    sizes = np.array(sizes) + max(0, -room.around)  # each with the gap that the page saves once
    found = finished(pack(sizes, room, pages))
    if found is None:
        assert not pages or sizes.max() > room.inside
        return
    assert pages or len(found) == 1
    assert sorted(k for page in found for k in page.spots) == list(range(len(sizes)))
    for page in found:
        assert cover(page, sizes, room.around).max() <= 1
        assert max(page.width, page.height) <= room.side
        assert not room.square or page.width == page.height
        if room.power_of_two:
            assert page.width.bit_count() == page.height.bit_count() == 1


def test_equal_input_gives_equal_pages():
    sizes = np.random.default_rng(3).integers(5, 60, (200, 2))
    assert finished(pack(sizes, Room(4096))) == finished(pack(sizes.copy(), Room(4096)))


@pytest.mark.parametrize(("count", "least"), [(30, 0.91), (300, 0.97), (1000, 0.985)])
def test_pages_are_full(count, least):
    sizes = np.random.default_rng(count).integers(8, 129, (count, 2))
    (page,) = finished(pack(sizes, Room(8192))) or ()
    assert sizes.prod(1).sum() / (page.width * page.height) >= least
    assert max(page.width, page.height) <= 2.1 * min(page.width, page.height)


@pytest.mark.parametrize("count", [1, 12, 24, 1000])
def test_equal_ones_leave_nothing_empty(count):
    (page,) = finished(pack(np.tile([[16, 24]], (count, 1)), Room(4096))) or ()
    assert page.width * page.height == count * 16 * 24


def test_several_pages_are_filled_one_after_the_other():
    sizes = np.random.default_rng(0).integers(8, 65, (500, 2))
    found = finished(pack(sizes, Room(512), True)) or []
    assert len(found) == -(-sizes.prod(1).sum() // 512**2)
    assert [(p.width, p.height) for p in found[:-1]] == [(512, 512)] * (len(found) - 1)


def test_too_much_for_one_page_is_none():
    assert finished(pack(np.full((5, 2), 60), Room(100))) is None
    assert finished(pack(np.array([[200, 1]]), Room(100), True)) is None


def test_steps_that_come_level_are_one():
    line = Skyline(10)
    line.split(0, 4)
    line.fill(0, 7)
    assert (line.lefts, line.levels, line.widths) == ([0, 4], [7, 0], [4, 6])
    line.fill(1, 7)
    assert (line.lefts, line.levels, line.widths) == ([0], [7], [10])
