"""Relief: flat is flat, slopes lean the right way, tiles continue."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.assets import relief
from studio.core.steps import Steps
from tests.core.assets.textures import noise


def ended(job: Steps[np.ndarray]) -> np.ndarray:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


def test_flat_is_the_color_everyone_knows():
    normal = ended(relief.normals(np.full((9, 7), 0.3, np.float32), 10, True, "wrap"))
    assert (relief.stored_normals(normal) == [128, 128, 255]).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 100), st.booleans())
def test_normals_are_of_unit_length(h: int, w: int, depth: float, up: bool):
    height = np.random.default_rng(h).random((h, w)).astype(np.float32)
    normal = ended(relief.normals(height, depth, up, "mirror"))
    assert np.allclose(np.linalg.norm(normal, axis=2), 1, atol=1e-5) and (normal[..., 2] > 0).all()
    decoded = relief.stored_normals(normal) / 127.5 - 1
    assert np.allclose(np.linalg.norm(decoded, axis=2), 1, atol=0.015)


def test_a_ramp_leans_by_its_slope_and_directx_turns_green():
    down = np.repeat(np.linspace(0, 1, 11, dtype=np.float32)[:, None], 9, 1)
    gl = ended(relief.normals(down, 10, True, "mirror"))[5, 4]
    dx = ended(relief.normals(down, 10, False, "mirror"))[5, 4]
    # One pixel up for each pixel down the picture: the surface looks up, at 45 degrees.
    assert gl == pytest.approx([0, 0.5**0.5, 0.5**0.5], abs=1e-5)
    assert dx == pytest.approx([0, -(0.5**0.5), 0.5**0.5], abs=1e-5)
    right = ended(relief.normals(down.T, 10, True, "mirror"))[4, 5]
    assert right == pytest.approx([-(0.5**0.5), 0, 0.5**0.5], abs=1e-5)


def test_a_tile_shifted_has_its_maps_shifted():
    height = relief.luminance(noise(0, 64))
    shifted = np.roll(height, (16, 24), (0, 1))
    for make in (
        lambda h: ended(relief.normals(h, 9, True, "wrap")),
        lambda h: ended(relief.occlusion(h, 9, 1, "wrap")),
        lambda h: relief.mixed(h, 0.8, 8, "wrap"),
    ):
        assert np.allclose(np.roll(make(height), (16, 24), (0, 1)), make(shifted), atol=2e-3)


@pytest.mark.parametrize("edge", ["wrap", "mirror"])
@pytest.mark.parametrize("sigma", [2.0, 20.0])
def test_a_blur_keeps_what_is_flat_and_a_wave_of_a_tile_in_place(edge: relief.Edge, sigma: float):
    assert np.allclose(relief.blurred(np.full((50, 70), 0.4, np.float32), sigma, edge), 0.4)
    x = np.cos(2 * np.pi * (np.arange(256) + 0.5) / 256).astype(np.float32)
    soft = relief.blurred(np.tile(x, (64, 1)), sigma, "wrap")[30]
    assert np.allclose(soft, x * np.exp(-0.5 * (2 * np.pi * sigma / 256) ** 2), atol=0.02)


def test_detail_and_large_shapes_are_the_whole():
    height = relief.luminance(noise(0, 96, 1.5))
    assert np.allclose(relief.mixed(height, 0.5, 5, "wrap"), height, atol=1e-5)
    fine, large = (relief.mixed(height, share, 5, "wrap") for share in (1.0, 0.0))
    assert np.allclose(fine + large, height, atol=1e-5)
    assert np.abs(np.diff(large)).mean() < 0.5 * np.abs(np.diff(fine)).mean()


def test_a_pit_is_dark_and_a_plain_is_not():
    height = np.full((64, 64), 0.8, np.float32)
    height[28:36, 28:36] = 0.2
    shade = ended(relief.occlusion(height, 10, 1, "wrap"))
    assert shade[32, 32] < 0.8 and shade[2, 2] > 0.99 and shade.min() > 0


def test_brightness_and_storing():
    picture = np.zeros((1, 3, 4), np.uint16)
    picture[0, 0], picture[0, 1] = (65535, 65535, 65535, 65535), (0, 65535, 0, 65535)
    found = relief.luminance(picture)[0]
    assert found[:2] == pytest.approx([1, 0.7152], abs=1e-4) and found[2] == found[1]
    assert relief.stored(np.array([0, 0.5, 1]), 16).tolist() == [0, 32768, 65535]
    assert relief.stored(np.array([-1, 0.5, 2]), 8).tolist() == [0, 128, 255]
    assert (relief.stretched(np.full((3, 3), 0.2, np.float32), 1) == 0.5).all()
