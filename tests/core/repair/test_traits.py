"""Texture is measured on what is known; hue is what gray lacks."""

import numpy as np

from studio.core.repair.scales import Level
from studio.core.repair.traits import hue, liveliness


def level_of(colors: np.ndarray) -> Level:
    mask = np.zeros(colors.shape[:2], bool)
    mask[10:16, 10:16] = True
    return Level(np.where(mask[..., None], 0, colors).astype(np.float32), mask, ~mask)


def test_stripes_are_lively_across_and_calm_along() -> None:
    stripes = np.zeros((30, 30, 3))
    stripes[::2] = 0.5
    level = level_of(stripes)
    down, right = np.moveaxis(liveliness(level), 2, 0)
    np.testing.assert_allclose(down[~level.mask], 0.5, atol=1e-5)
    assert not right.any()


def test_the_edge_of_a_hole_is_no_texture() -> None:
    level = level_of(np.full((30, 30, 3), 0.9))
    assert np.abs(liveliness(level)).max() < 1e-6


def test_gray_has_no_hue() -> None:
    gray = np.random.default_rng(0).random((30, 30, 1))
    assert hue(level_of(gray)).shape == (30, 30, 0)
    assert not hue(level_of(np.repeat(gray, 3, 2))).any()
    assert (hue(level_of(np.full((30, 30, 4), (0.5, 0.2, 0.1, 1.0))))[0, 0] != 0).all()
