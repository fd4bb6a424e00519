"""Thin damage comes back, whatever the picture's size, channels and content."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.events import finished
from studio.core.repair import restoring
from studio.core.repair.classic import biharmonic
from studio.core.repair.hole import Hole


def filled(colors: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return `colors` restored under the mask, whatever they hold there."""
    damaged = np.where(mask[..., None], np.float32(0), colors)
    return finished(restoring.fill(Hole(damaged, mask, ~mask)))


def scene(side: int = 96) -> np.ndarray:
    """Return crossing edges on a slope, [side, side, 3]."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    edge = 1 / (1 + np.exp(-60 * (0.7 * x + 0.5 * y - 0.6)))
    bars = 1 / (1 + np.exp(-20 * np.sin(25 * (x - 0.4 * y))))
    return np.stack([0.2 + 0.6 * edge, 0.3 + 0.3 * bars + 0.1 * y, 0.8 - 0.5 * edge], 2)


def scratches(side: int = 96) -> np.ndarray:
    """Return lines of three to six pixels."""
    mask = np.zeros((side, side), bool)
    mask[:, 20:24] = mask[50:56, 10:] = mask[:, 70:73] = True
    return mask


def error(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> float:
    """Return the root mean square error under the mask."""
    return float(np.sqrt(np.square(a - b)[mask].mean()))


def test_sharp_edges_go_on_through_scratches_better_than_biharmonic():
    y, x = np.mgrid[0:288, 0:288]
    inside = (np.hypot(x - 150, y - 100) < 80) | (x + 2 * y > 640)
    fine = np.where(
        inside[..., None],
        np.array([0.8, 0.7, 0.3], np.float32),
        np.array([0.2, 0.3, 0.35], np.float32),
    )
    truth, mask = fine.reshape(96, 3, 96, 3, 3).mean((1, 3)), scratches()
    damaged = np.where(mask[..., None], np.float32(0), truth)
    other = finished(biharmonic(Hole(damaged, mask, ~mask)))
    assert error(filled(truth, mask), truth, mask) < 0.95 * error(other, truth, mask)


def test_what_is_plain_stays_plain():
    mask = scratches()
    plain = np.full((96, 96, 3), (0.2, 0.5, 0.7), np.float32)
    assert np.array_equal(filled(plain, mask), plain)


def test_what_lies_outside_the_mask_is_kept_and_the_damage_itself_is_not_seen():
    truth, mask = scene(), scratches()
    first = filled(truth, mask)
    assert np.array_equal(first[~mask], truth[~mask])
    damaged = np.where(mask[..., None], np.float32(1), truth)
    second = finished(restoring.fill(Hole(damaged, mask, ~mask)))
    assert np.array_equal(first, second)


@settings(max_examples=40, deadline=None)
@given(
    h=st.integers(1, 40),
    w=st.integers(1, 40),
    channels=st.sampled_from([1, 3, 4]),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_picture_is_filled_within_its_range(h, w, channels, share, seed):
    rng = np.random.default_rng(seed)
    colors = rng.integers(0, 2, (h, w, channels)).astype(np.float32)
    if channels == 4:
        colors[..., :3] *= colors[..., 3:]
    mask = rng.random((h, w)) < share
    mask[rng.integers(h), rng.integers(w)] = h * w == 1
    made = filled(colors, mask)
    assert made.shape == colors.shape
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1
    if channels == 4:
        assert (made[..., :3] <= made[..., 3:]).all()


def test_gray_is_filled_as_gray_colors_are():
    truth, mask = scene()[..., 1:2], scratches()
    assert error(filled(truth, mask), truth, mask) < 0.05
    colored = filled(truth.repeat(3, 2), mask).mean(2, keepdims=True)
    assert np.abs(filled(truth, mask) - colored).mean() < 1e-3


def test_opaque_stays_opaque_and_an_alpha_edge_goes_on():
    mask = scratches()
    opaque = np.concatenate([scene(), np.ones((96, 96, 1), np.float32)], 2)
    assert np.array_equal(filled(opaque, mask)[..., 3], opaque[..., 3])
    alpha = scene()[..., :1]
    cut_out = np.concatenate([scene() * alpha, alpha], 2)
    assert error(filled(cut_out, mask), cut_out, mask) < 0.06


def test_thick_holes_are_smooth_in_the_middle():
    truth = scene()
    mask = np.zeros((96, 96), bool)
    mask[20:76, 20:76] = True
    middle = filled(truth, mask)[45:51, 45:51]
    assert np.abs(np.diff(middle, axis=0)).max() < 0.02


def test_two_fills_are_equal_to_the_bit():
    assert np.array_equal(filled(scene(), scratches()), filled(scene(), scratches()))


@given(
    points=st.lists(st.tuples(st.integers(0, 199), st.integers(0, 149)), min_size=1, max_size=30)
)
def test_the_pieces_hold_all_damage_once(points):
    mask = np.zeros((200, 150), bool)
    mask[tuple(np.transpose(points))] = True
    covered = np.zeros(mask.shape, int)
    for core in restoring._cores(mask):
        core.of(covered)[:] += 1
    assert (covered[mask] == 1).all()
    assert covered.max() == 1


def test_a_large_damage_is_restored_in_many_short_pulls():
    mask = np.zeros((512, 512), bool)
    mask[::9] = True
    colors = np.zeros((512, 512, 1), np.float32)
    assert len(list(restoring.fill(Hole(colors, mask, ~mask)))) >= 16


def test_there_is_nothing_to_add_to_a_picture_without_damage():
    truth = scene()
    assert filled(truth, np.zeros((96, 96), bool)) == pytest.approx(truth)
