"""Seeded textures are the same at every size, and fade where they would be finer than pixels."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.style.texture import paper, turbulence


def lumps(h: int, w: int, scale: float, seed: int = 0) -> np.ndarray:
    return turbulence(h, w, scale, 4, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_and_another_another():
    assert np.array_equal(lumps(40, 60, 20), lumps(40, 60, 20))
    assert np.abs(lumps(40, 60, 20) - lumps(40, 60, 20, seed=1)).mean() > 0.1


def test_a_smaller_picture_has_the_same_lumps():
    large = cv2.resize(lumps(256, 320, 128), (80, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(large - lumps(64, 80, 32)).max() < 0.03


def test_a_wider_picture_goes_on_where_the_other_ends():
    assert np.allclose(lumps(50, 200, 24)[:, :60], lumps(50, 60, 24))


def test_some_rows_are_those_of_the_whole():
    whole = paper(300, 90, np.random.default_rng(3), grain=20)
    assert np.array_equal(
        whole[120:170], paper(300, 90, np.random.default_rng(3), grain=20, rows=(120, 170))
    )


@pytest.mark.parametrize("scale", [3.0, 12.0, 50.0])
def test_texture_is_neither_flat_nor_clipped(scale):
    texture = lumps(300, 300, scale)
    assert 0.45 < texture.mean() < 0.55
    assert 0.12 < texture.std() < 0.3
    assert np.mean((texture == 0) | (texture == 1)) < 0.03


def test_grain_finer_than_a_pixel_is_left_out():
    assert np.all(paper(40, 40, np.random.default_rng(0)) == 0.5)
    assert paper(1024, 1024, np.random.default_rng(0)).std() > 0.12


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.floats(0.1, 500))
def test_any_size_will_do(h, w, scale):
    texture = lumps(h, w, scale)
    assert texture.shape == (h, w)
    assert texture.dtype == np.float32
    assert 0 <= texture.min() <= texture.max() <= 1
