"""Boxes: joined, cut, seen through."""

import numpy as np

from studio.core.painting.box import Box

EMPTY = Box(0, 0, 0, 0)


def test_nothing_is_lost_and_nothing_added_by_joining() -> None:
    assert Box(1, 2, 3, 4).joined(Box(0, 3, 2, 9)) == Box(0, 2, 3, 9)
    assert Box(1, 2, 3, 4).joined(None) == Box(1, 2, 3, 4)
    assert EMPTY.joined(Box(5, 5, 6, 6)) == Box(5, 5, 6, 6)
    assert Box(5, 5, 6, 6).joined(EMPTY) == Box(5, 5, 6, 6)


def test_what_lies_apart_has_nothing_in_common() -> None:
    apart = Box(0, 0, 2, 2).common(Box(5, 0, 7, 2))
    assert apart.empty
    assert (apart.height, apart.width) == (0, 2)


def test_grown_and_clipped_it_lies_in_the_picture() -> None:
    assert Box(1, 1, 3, 3).grown(5).clipped(6, 4) == Box(0, 0, 6, 4)


def test_what_it_shows_of_an_array_is_the_array() -> None:
    array = np.zeros((4, 5), np.uint8)
    Box(1, 2, 3, 4).of(array)[...] = 7
    assert array.sum() == 4 * 7
    assert array[1, 2] == array[2, 3] == 7
