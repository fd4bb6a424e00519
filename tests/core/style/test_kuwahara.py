"""The Kuwahara filter makes even places flat and leaves borders crisp."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.style.flow import tensor_field
from studio.core.style.kuwahara import kuwahara


def filtered(colors: np.ndarray, radius: float) -> np.ndarray:
    return kuwahara(colors, *tensor_field(colors.mean(2), 2.0, wide=True), radius)


def test_a_border_stays_crisp_and_noise_is_evened():
    rng = np.random.default_rng(0)
    colors = 0.05 * rng.standard_normal((48, 64, 3)).astype(np.float32) + 0.2
    colors[:, 32:] += 0.5
    flat = filtered(colors, 5.0)
    assert flat[8:-8, 8:24].std() < 0.35 * colors[8:-8, 8:24].std()
    assert (flat[8:-8, 34] - flat[8:-8, 29]).mean() > 0.45


def test_dabs_follow_the_forms():
    y, x = np.indices((64, 64), np.float32)
    crests = 0.5 + 0.2 * np.sin((x + y) * 0.25)
    noise = 0.05 * np.random.default_rng(1).standard_normal((64, 64, 1))
    colors = (crests[..., None] + noise).repeat(3, 2).astype(np.float32)
    change = filtered(colors, 6.0)[16:-16, 16:-16] - crests[16:-16, 16:-16, None]
    assert np.abs(change).mean() < 0.05


def test_a_flat_picture_and_a_radius_of_nothing_change_nothing():
    flat = np.full((20, 30, 3), 0.4, np.float32)
    assert np.allclose(filtered(flat, 6.0), 0.4, atol=1e-4)
    noise = np.random.default_rng(2).random((20, 30, 3), np.float32)
    assert np.array_equal(filtered(noise, 0.2), noise)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 30))
def test_any_size_will_do_and_no_color_is_invented(h, w, radius):
    colors = np.random.default_rng(h * 20 + w).random((h, w, 3), np.float32)
    result = filtered(colors, radius)
    assert result.shape == colors.shape
    assert (result >= colors.min((0, 1)) - 1e-4).all()
    assert (result <= colors.max((0, 1)) + 1e-4).all()
