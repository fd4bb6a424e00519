"""Trimming finds what is seen; a common canvas holds pictures by their pivots."""

import numpy as np
import pytest

from studio.core.assets.trimming import Box, aligned, seen


def test_what_is_seen_is_boxed():
    pixels = np.zeros((9, 7, 4), np.uint8)
    pixels[2:5, 3:6, 3] = 1
    assert seen(pixels) == Box(3, 2, 3, 3)
    assert seen(pixels)[:2] == (3, 2)
    assert (Box(3, 2, 3, 3).cut(pixels)[..., 3] == 1).all()


def test_nothing_seen_leaves_one_pixel_and_no_alpha_leaves_all():
    assert seen(np.zeros((5, 6, 4), np.uint16)) == Box(0, 0, 1, 1)
    assert seen(np.zeros((5, 6, 3), np.uint8)) == Box(0, 0, 6, 5)


@pytest.mark.parametrize(
    ("pivot", "corners"),
    [
        ((0.0, 0.0), ((0, 0), (0, 0))),
        ((1.0, 1.0), ((0, 6), (7, 0))),
        ((0.5, 1.0), ((0, 6), (3, 0))),
    ],
)
def test_pivots_are_on_one_spot(pivot, corners):
    canvas = aligned([(10, 4), (3, 10)], pivot)
    assert (canvas.width, canvas.height) == (10, 10)
    assert canvas.corners == corners
