"""Thick holes: texture continues, limits are kept, nothing ever raises."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from studio.core.events import Progress, finished
from studio.core.repair import patching
from studio.core.repair.blending import harmonic
from studio.core.repair.hole import Hole
from studio.core.repair.patching import FILLS

FIRST = next(iter(FILLS.values()))


def hole_in(colors: np.ndarray, top: int, left: int, side: int, seed: int = 0) -> Hole:
    mask = np.zeros(colors.shape[:2], bool)
    mask[top : top + side, left : left + side] = True
    return Hole(np.where(mask[..., None], 0, colors).astype(np.float32), mask, ~mask, seed)


def bricks(size: int = 96) -> np.ndarray:
    rng = np.random.default_rng(4)
    tile = np.full((12, 24, 3), 0.7, np.float32)
    tile[:2], tile[2:, :2] = 0.2, 0.2
    wall = np.vstack([tile, np.roll(tile, 12, 1)])
    wall = np.tile(wall, (size // 24 + 1, size // 24 + 1, 1))[:size, :size]
    return (wall + rng.normal(0, 0.02, wall.shape)).clip(0, 1).astype(np.float32)


@pytest.mark.parametrize("title", FILLS)
def test_a_wall_is_built_on(title: str) -> None:
    truth = bricks()
    hole = hole_in(truth, 34, 30, 28)
    filled = finished(FILLS[title](hole))
    assert filled.dtype == np.float32
    assert filled.shape == truth.shape
    error = np.square(filled - truth)[hole.mask].mean()
    smooth = harmonic(hole.colors, ~hole.mask)
    assert error < 0.4 * np.square(smooth - truth)[hole.mask].mean()


def test_the_same_seed_gives_the_same_fill_and_another_another() -> None:
    rng = np.random.default_rng(0)
    hole = hole_in(rng.random((64, 64, 3), np.float32), 20, 20, 20)
    once, again = finished(FIRST(hole)), finished(FIRST(hole))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, finished(FIRST(replace(hole, seed=1))))


def test_the_ways_of_filling_differ() -> None:
    hole = hole_in(np.random.default_rng(0).random((64, 64, 3), np.float32), 20, 20, 20)
    fills = [finished(fill(hole)) for fill in FILLS.values()]
    assert len(fills) >= 3
    for k, one in enumerate(fills):
        assert all(np.abs(one - other)[hole.mask].mean() > 0.02 for other in fills[:k])


def test_texture_is_only_taken_from_where_it_may() -> None:
    colors = np.zeros((80, 80, 3), np.float32)
    colors[..., 0] = 1
    colors[:, :26] = np.random.default_rng(0).random((80, 26, 1), np.float32) * [0, 1, 0]
    hole = hole_in(colors, 30, 34, 20)
    allowed = np.zeros((80, 80), bool)
    allowed[:, :26] = True
    filled = finished(FIRST(replace(hole, source=allowed, adapt_color=False)))
    assert not filled[hole.mask][:, 0].any()


@pytest.mark.parametrize("title", FILLS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_without_adapted_colors_every_color_is_the_pictures_own(title: str, channels: int) -> None:
    rng = np.random.default_rng(0)
    palette = rng.random((6, channels), np.float32)
    hole = hole_in(palette[rng.integers(0, 6, (32, 32))], 10, 12, 9)
    filled = finished(FILLS[title](replace(hole, adapt_color=False)))
    own = {tuple(color) for color in hole.colors[hole.source]}
    assert {tuple(color) for color in filled[hole.mask]} <= own


@given(
    h=st.integers(1, 24),
    w=st.integers(1, 24),
    channels=st.sampled_from([1, 3, 4]),
    adapt=st.booleans(),
    title=st.sampled_from(list(FILLS)),
    seed=st.integers(0, 2**31 - 1),
    share=st.floats(0.0, 1.0),
)
@trying(max_examples=60, deadline=None)
def test_nothing_is_too_small(
    h: int, w: int, channels: int, adapt: bool, title: str, seed: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((h, w), bool)
    mask[: rng.integers(1, h + 1), : rng.integers(1, w + 1)] = True
    source = ~mask & (rng.random((h, w)) < share)
    colors = rng.random((h, w, channels), np.float32)
    filled = finished(FILLS[title](Hole(colors, mask, source, seed, adapt)))
    assert filled.shape == colors.shape
    assert np.isfinite(filled).all()
    assert filled.min() >= 0
    assert filled.max() <= 1


def test_a_hole_far_larger_than_what_is_looked_at_costs_no_more_surroundings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patching, "REACH", 24)
    colors = bricks(120)
    hole = hole_in(colors, 50, 50, 16)
    marked = hole.colors.copy()
    marked[:20] = 1  # out of reach
    assert np.array_equal(
        finished(FIRST(hole))[hole.mask], finished(FIRST(replace(hole, colors=marked)))[hole.mask]
    )


@pytest.mark.parametrize("title", FILLS)
def test_how_far_it_is_only_grows(title: str) -> None:
    shares = [
        event.done / event.total
        for event in FILLS[title](hole_in(bricks(), 34, 30, 28))
        if isinstance(event, Progress) and event.total
    ]
    assert shares == sorted(shares) and shares[-1] == 1
    assert len(set(shares)) > 5 and shares[0] < 0.1


def test_it_can_be_stopped_at_any_time() -> None:
    job = FIRST(hole_in(bricks(), 34, 30, 28))
    longest, begun = 0.0, time.process_time()
    for event in job:
        longest = max(longest, time.process_time() - begun)
        assert isinstance(event, Progress)
        begun = time.process_time()
    assert longest < 0.2
