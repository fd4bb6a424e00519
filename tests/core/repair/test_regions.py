"""Regions: every hole pixel belongs to exactly one, thin apart from thick, however large it is."""

import time

import cv2
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from studio.core.events import Progress
from studio.core.painting.box import Box
from studio.core.repair import regions as module
from studio.core.repair.filling import parts
from studio.core.repair.regions import THIN, TILE, Region, find, regions, thickness


def owned(mask: np.ndarray, found: tuple[Region, ...]) -> np.ndarray:
    """How many regions each pixel belongs to."""
    count = np.zeros(mask.shape, int)
    for region in found:
        own = region.own
        assert own is not None and own.any()
        for part, rows, columns in parts(region.core, *mask.shape):
            part.of(count)[...] += own[rows, columns]
    return count


def scene(h: int, w: int, seed: int) -> np.ndarray:
    """Lines, discs, boxes and dots."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((h, w), np.uint8)
    for _ in range(rng.integers(0, 4)):
        (a, b), (c, d) = rng.integers(0, (w, h), (2, 2)).tolist()
        cv2.line(canvas, (a, b), (c, d), 1, int(rng.integers(1, 9)))
    for _ in range(rng.integers(0, 4)):
        a, b = rng.integers(0, (w, h)).tolist()
        cv2.circle(canvas, (a, b), int(rng.integers(1, 40)), 1, -1)
    canvas[rng.random((h, w)) < rng.choice([0, 0.02])] = 1
    return canvas > 0


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 500), st.booleans())
def test_every_hole_pixel_has_one_region(h, w, seed, wrap):
    mask = scene(h, w, seed)
    found = regions(mask, wrap)
    assert np.array_equal(owned(mask, found), mask.astype(int))
    kinds = [region.thin for region in found]
    assert kinds == sorted(kinds, reverse=True)  # thin ones first
    for region in found:
        core, box = region.core, region.box
        assert box.top <= core.top < core.bottom <= box.bottom
        assert box.left <= core.left < core.right <= box.right
        if not wrap:
            assert box == box.clipped(h, w)


@pytest.mark.parametrize("tile", [64, 96, 512])
def test_tiles_change_nothing_about_what_is_thick(monkeypatch, tile):
    mask = scene(400, 400, 7) | scene(400, 400, 8)
    monkeypatch.setattr(module, "TILE", 4096)
    whole = thick_of(mask)
    monkeypatch.setattr(module, "TILE", tile)
    assert np.array_equal(thick_of(mask), whole)


def thick_of(mask: np.ndarray) -> np.ndarray:
    """What belongs to thick regions."""
    return owned(mask, tuple(region for region in regions(mask) if not region.thin)) > 0


def test_width_decides():
    for width, thin in ((int(THIN) - 4, True), (int(THIN) + 4, False)):
        mask = np.zeros((200, 200), bool)
        mask[50 : 50 + width, 20:180] = True
        assert [region.thin for region in regions(mask)] == [thin]


def test_a_scratch_through_a_hole_stays_thin_but_slivers_go_with_it():
    mask = np.zeros((300, 600), bool)
    mask[100:160, 270:330] = True
    mask[128:132] = True
    thick = thick_of(mask)
    assert thick[100:160, 270:330].all()
    assert thick[130, 262:270].any() and not thick[130, :250].any()


def test_thick_holes_close_by_are_one_region_and_far_ones_are_not():
    mask = np.zeros((400, 400), bool)
    mask[50:80, 50:80] = mask[50:80, 92:122] = mask[300:340, 300:340] = True
    found = regions(mask)
    assert [region.core for region in found] == [Box(50, 50, 80, 122), Box(300, 300, 340, 340)]


def test_a_huge_hole_is_filled_in_pieces_of_bounded_size():
    mask = np.zeros((3000, 3000), bool)
    mask[100:2900, 100:2900] = True
    found = regions(mask)
    assert len(found) == 9
    assert max(max(r.box.bottom - r.box.top, r.box.right - r.box.left) for r in found) < 2400


def test_a_hole_over_an_edge_is_one_where_the_picture_repeats():
    mask = np.zeros((200, 200), bool)
    mask[80:120, :20] = mask[80:120, -20:] = True
    assert len(regions(mask)) == 2
    (region,) = regions(mask, wrap=True)
    assert region.core.right - region.core.left == 40 and region.core.right > 200


def test_only_the_neighborhood_of_holes_is_looked_at():
    """Tens of megapixels in a moment, pull by pull, and dropout is no slower than its tiles."""
    mask = np.zeros((8192, 8192), bool)
    mask[4000:4064, 4000:4064] = True
    regions(mask)
    begun = time.process_time()
    assert len(regions(mask)) <= 4
    assert time.process_time() - begun < 0.5  # 0.05 s on an idle machine
    dropout = np.random.default_rng(0).random((2048, 2048)) < 0.8
    events = list(find(dropout))
    assert len(events) == (2048 // TILE) ** 2 and all(isinstance(e, Progress) for e in events)
    assert all(region.thin for region in regions(dropout))


def test_thickness():
    mask = np.zeros((100, 100), bool)
    assert thickness(mask) == 0
    mask[50, 20:80] = True
    assert thickness(mask) == pytest.approx(2, abs=0.2)
    mask[40:60, 20:80] = True
    assert thickness(mask) == pytest.approx(20, abs=1.5)


@given(st.integers(-60, 60), st.integers(-60, 60), st.integers(1, 90), st.integers(1, 90))
def test_a_crop_repeats_what_is_beyond_the_edges(top, left, height, width):
    array = np.arange(20 * 30).reshape(20, 30)
    box = Box(top, left, top + height, left + width)
    tiled = np.tile(array, (12, 9))
    expected = tiled[top + 80 : top + 80 + height, left + 90 : left + 90 + width]
    assert np.array_equal(box.crop(array), expected)
    assert not np.shares_memory(box.crop(array), array)


def test_boxes():
    box = Box(2, 3, 10, 20)
    assert box.grown(2) == Box(0, 1, 12, 22)
    assert box.shifted(1, -3) == Box(3, 0, 11, 17)
    assert box.clipped(5, 10) == Box(2, 3, 5, 10)
    assert box.joined(Box(0, 5, 4, 30)) == Box(0, 3, 10, 30)
    assert box.of(np.zeros((40, 40))).shape == (8, 17)
