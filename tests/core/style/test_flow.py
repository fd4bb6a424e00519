"""The tangent field runs along forms, and smoothing along it keeps them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.style.flow import along, blurred, tensor_field


def stripes(angle: float, size: int = 64) -> np.ndarray:
    """Return waves whose crests run at `angle`."""
    y, x = np.indices((size, size), np.float32)
    return (0.5 + 0.4 * np.sin((x * np.sin(angle) - y * np.cos(angle)) * 0.6)).astype(np.float32)


@pytest.mark.parametrize("angle", [0.0, 0.5, np.pi / 2, 2.5])
def test_the_tangent_runs_along_the_crests(angle):
    found, anisotropy = tensor_field(stripes(angle), 3.0)
    apart = np.abs(np.sin(found - angle))[8:-8, 8:-8]
    assert apart.max() < 0.05
    assert anisotropy[8:-8, 8:-8].min() > 0.9


def test_noise_and_flat_places_have_no_direction():
    noise = np.random.default_rng(0).random((64, 64), np.float32)
    assert tensor_field(noise, 4.0)[1].mean() < 0.35
    assert tensor_field(np.full((32, 32), 0.5, np.float32), 2.0)[1].max() == 0


def test_where_nothing_is_near_the_angle_is_that_of_forms_further_away():
    picture = np.zeros((96, 96), np.float32)
    picture[:, 40:] = 1
    assert np.abs(np.cos(tensor_field(picture, 2.0, wide=True)[0][:, 75])).max() < 0.01


def test_along_keeps_crests_and_evens_noise():
    crests = stripes(0.5)
    kept = along(crests, tensor_field(crests, 3.0)[0], 15)
    assert np.abs(kept - crests)[12:-12, 12:-12].max() < 0.06
    noise = np.random.default_rng(1).random((64, 64), np.float32)
    flat = np.zeros((64, 64), np.float32)
    hairs = along(noise, flat, 27)[16:48, 16:48]
    assert np.abs(np.diff(hairs, axis=1)).mean() < 0.4 * np.abs(np.diff(hairs, axis=0)).mean()


def test_colors_are_smoothed_alike():
    colors = np.random.default_rng(2).random((20, 30, 3), np.float32)
    angle = np.random.default_rng(3).random((20, 30), np.float32)
    together = along(colors, angle, 9)
    assert np.allclose(together[..., 1], along(colors[..., 1], angle, 9), atol=1e-6)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 12.0])
def test_a_blur_keeps_what_is_flat_and_the_mean(sigma):
    assert np.allclose(blurred(np.full((30, 50, 3), 0.3, np.float32), sigma), 0.3, atol=1e-5)
    noise = np.random.default_rng(0).random((96, 96), np.float32)
    assert abs(blurred(noise, sigma).mean() - noise.mean()) < 0.01


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0, 40))
def test_any_size_will_do(h, w, size):
    values = np.random.default_rng(h * 100 + w).random((h, w), np.float32)
    angle, anisotropy = tensor_field(values, size, wide=True)
    smooth = along(values, angle, size)
    assert angle.shape == anisotropy.shape == smooth.shape == (h, w)
    assert np.isfinite(angle).all()
    assert 0 <= anisotropy.min() <= anisotropy.max() <= 1
    assert values.min() - 1e-5 <= smooth.min() <= smooth.max() <= values.max() + 1e-5
