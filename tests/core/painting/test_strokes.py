"""Strokes: as round, as straight and as soft as they should be, and inside the box they name."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.painting import strokes
from studio.core.painting.strokes import Brush

FINE = 8  # samples of a pixel a side


def capsule(shape: tuple[int, int], a: tuple, b: tuple, radius: float) -> np.ndarray:
    """Return how much of each pixel a hard stroke covers, 0 to 255, by counting samples."""
    h, w = shape
    y, x = np.mgrid[: h * FINE, : w * FINE]
    y, x = (y + 0.5) / FINE, (x + 0.5) / FINE
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
    inside = np.hypot(x - a[0] - t * dx, y - a[1] - t * dy) <= radius
    return inside.reshape(h, FINE, w, FINE).mean((1, 3)) * 255


@pytest.mark.parametrize("radius", [2, 5, 20, 45])
@pytest.mark.parametrize("end", [(60.2, 60.1), (140.2, 100.9), (140.5, 60.5), (60.0, 140.0)])
def test_a_hard_stroke_covers_what_a_capsule_covers(radius: float, end: tuple) -> None:
    mask, start = np.zeros((190, 200), np.uint8), (60.3, 60.6)
    strokes.segment(mask, start, end, Brush(radius))
    wanted = capsule(mask.shape, start, end, radius)
    off = np.abs(mask - wanted)
    assert off.max() <= 70  # of 255, in pixels at the edge alone
    assert abs(mask.sum() / wanted.sum() - 1) < 0.1 / radius
    assert (mask[wanted == 255] > 145).all()


def test_the_smallest_brush_sets_one_pixel() -> None:
    mask = np.zeros((9, 9), np.uint8)
    strokes.segment(mask, (4.9, 3.1), (4.9, 3.1), Brush(0.5))
    assert mask[3, 4] == mask.sum() == 255


def test_the_smallest_brush_leaves_no_gaps() -> None:
    mask = np.zeros((40, 40), np.uint8)
    strokes.segment(mask, (2.5, 3.5), (35.5, 20.5), Brush(0.5))
    assert (mask.max(0)[2:36] == 255).all()
    assert set(np.unique(mask)) == {0, 255}


@pytest.mark.parametrize("hardness", [0.0, 0.5])
def test_a_soft_stroke_falls_off_from_its_middle_and_does_not_wave(hardness: float) -> None:
    mask = np.zeros((140, 400), np.uint8)
    strokes.segment(mask, (60, 70), (340, 70), Brush(50, hardness))
    profile = mask[70:, 200].astype(int)
    assert (np.diff(profile) <= 0).all()
    assert profile[0] >= 250
    assert profile[52:].max() == 0
    core = int(50 * hardness)
    assert profile[core // 2] >= 250
    assert 90 < profile[core + (50 - core) // 2] < 165
    assert int(np.ptp(mask[:, 100:300].astype(int), axis=1).max()) <= 4


@given(
    st.floats(0.5, 70),
    st.sampled_from([0.0, 0.3, 0.8, 1.0]),
    st.booleans(),
    st.lists(st.floats(-60, 160), min_size=4, max_size=4),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_nothing_changes_outside_the_box_and_only_one_way(
    radius: float, hardness: float, erase: bool, at: list[float], pressures: tuple[float, float]
) -> None:
    before = np.random.default_rng(0).integers(0, 256, (97, 103), dtype=np.uint8)
    mask, brush = before.copy(), Brush(radius, hardness, erase)
    box = strokes.segment(mask, (at[0], at[1]), (at[2], at[3]), brush, pressures)
    assert box == strokes.reach(((at[0], at[1]), (at[2], at[3])), radius).clipped(97, 103) or (
        max(pressures) < 1
    )
    outside = np.ones(mask.shape, bool)
    box.of(outside)[...] = False
    np.testing.assert_array_equal(mask[outside], before[outside])
    assert (mask <= before if erase else mask >= before).all()


def test_erasing_along_the_same_way_takes_all_away() -> None:
    mask = np.zeros((80, 120), np.uint8)
    strokes.segment(mask, (20, 30), (100, 50), Brush(12))
    strokes.segment(mask, (20, 30), (100, 50), Brush(14, 1.0, True))
    assert mask.max() == 0


def test_a_stroke_over_itself_is_one_stroke() -> None:
    mask = np.zeros((80, 120), np.uint8)
    strokes.segment(mask, (20, 30), (100, 50), Brush(12, 0.4))
    once = mask.copy()
    strokes.segment(mask, (20, 30), (100, 50), Brush(12, 0.4))
    np.testing.assert_array_equal(mask, once)


def test_pressure_makes_one_end_thinner() -> None:
    mask = np.zeros((80, 160), np.uint8)
    strokes.segment(mask, (30, 40), (130, 40), Brush(20), (1.0, 0.25))
    widths = (mask[:, [35, 80, 128]] > 127).sum(0)
    assert widths[0] == pytest.approx(40, abs=2)
    assert widths[2] == pytest.approx(10, abs=2)
    assert widths[0] > widths[1] > widths[2]


def test_a_rectangle_fills_whole_pixels_whichever_way_it_is_drawn() -> None:
    mask = np.zeros((20, 20), np.uint8)
    box = strokes.rectangle(mask, (12.2, 15.9), (3.1, 4.4))
    assert box == (4, 3, 16, 12)
    assert (mask[4:16, 3:12] == 255).all()
    assert mask.sum() == 255 * 12 * 9
    strokes.rectangle(mask, (-50, -50), (50, 50), erase=True)
    assert not mask.any()


def test_a_lasso_fills_what_it_goes_around() -> None:
    mask = np.zeros((100, 100), np.uint8)
    circle = [(50 + 30 * math.cos(a / 10), 50 + 30 * math.sin(a / 10)) for a in range(63)]
    strokes.lasso(mask, circle)
    assert mask.sum() / 255 == pytest.approx(math.pi * 900, rel=0.05)
    assert mask[50, 50] == 255
    assert mask[50, 15] == 0
    strokes.lasso(mask, [(0, 0), (100, 0), (100, 100), (0, 100)], erase=True)
    assert mask[2:98, 2:98].max() == 0


def test_a_lasso_of_two_points_is_nothing() -> None:
    mask = np.zeros((9, 9), np.uint8)
    assert strokes.lasso(mask, [(1, 1), (5, 5)]).empty
    assert not mask.any()
