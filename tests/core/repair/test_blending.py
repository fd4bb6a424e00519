"""Membranes are smooth and meet what is known."""

import numpy as np
import pytest

from studio.core.repair.blending import harmonic, seamless, shrunk


def hole(h: int, w: int) -> np.ndarray:
    mask = np.zeros((h, w), bool)
    mask[h // 4 : -h // 4, w // 4 : -w // 4] = True
    return mask


@pytest.mark.parametrize("shape", [(40, 50), (33, 47)])
def test_a_slope_continues_over_a_hole(shape: tuple[int, int]) -> None:
    h, w = shape
    slope = np.linspace(0, 1, w, dtype=np.float32)[None, :, None].repeat(h, 0)
    known = ~hole(h, w)
    filled = harmonic(np.where(known[..., None], slope, 0), known)
    assert np.array_equal(filled[known], slope[known])
    assert np.abs(filled - slope).max() < 0.08


def test_a_membrane_stays_between_what_surrounds_it() -> None:
    values = np.random.default_rng(0).random((30, 30, 2), np.float32)
    known = np.random.default_rng(1).random((30, 30)) > 0.7
    filled = harmonic(values, known)
    assert filled.min() >= values[known].min() - 1e-6
    assert filled.max() <= values[known].max() + 1e-6


def test_nothing_known_is_no_error() -> None:
    assert not harmonic(np.ones((9, 9, 1), np.float32), np.zeros((9, 9), bool)).any()


def test_shrinking_counts_only_what_is_known() -> None:
    values = np.array([[[1], [5], [2]], [[3], [9], [2]], [[7], [7], [7]]], np.float32)
    known = np.array([[True, False, True], [True, False, True], [True, True, False]])
    means, share = shrunk(values, known)
    np.testing.assert_allclose(means[..., 0], [[2, 2], [7, 0]])
    np.testing.assert_allclose(share, [[0.5, 0.5], [0.5, 0]])


def test_a_fill_that_is_too_bright_is_moved_to_its_surroundings_and_keeps_its_steps() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((40, 40, 3), np.float32)
    mask = hole(40, 40)
    blended = seamless(truth + 0.25, truth, mask)
    assert np.array_equal(blended[~mask], truth[~mask])
    assert np.abs(blended - truth).max() < 0.01


def test_another_thing_beside_the_hole_does_not_bleed_into_it() -> None:
    truth = np.zeros((40, 40, 1), np.float32)
    mask = hole(40, 40)
    filled = np.full_like(truth, 0.75)
    assert seamless(filled, truth, mask, most=0.1)[mask].min() > 0.64
