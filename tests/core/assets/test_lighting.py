"""Even light: one side no lighter than the other, detail and color kept."""

import numpy as np
import pytest

from studio.core.assets.lighting import evened
from studio.core.steps import Steps
from tests.core.assets.textures import noise


def ended(job: Steps[np.ndarray]) -> np.ndarray:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_ramp_of_light_is_taken_out(dtype: type):
    most = np.iinfo(dtype).max
    fine = noise(0, 128, 0.0, 3) / 255
    lit = (fine * 0.2 + np.linspace(0.2, 0.7, 128)[:, None]) * most
    picture = np.rint(lit).astype(dtype)
    found = ended(evened(picture, 0.0, 1.0))
    ends = found[:, :20].mean() / most, found[:, -20:].mean() / most
    assert abs(ends[0] - ends[1]) < 0.1 and found.dtype == dtype
    half = ended(evened(picture, 0.0, 0.5))
    assert ends[0] > half[:, :20].mean() / most > picture[:, :20].mean() / most


def test_none_is_the_same_and_alpha_stays():
    picture = noise(1, 64, 1.0, 4)
    assert ended(evened(picture, 0.0, 0.0)) is picture
    assert np.array_equal(ended(evened(picture, 0.0, 1.0))[..., 3], picture[..., 3])


@pytest.mark.parametrize("level", [0, 255])
def test_black_white_and_clear_are_no_trouble(level: int):
    for channels in (1, 3, 4):
        picture = np.full((5, 3, channels), level, np.uint8)
        assert np.abs(ended(evened(picture, 1.0, 1.0)).astype(int) - level).max() <= 1


@pytest.mark.parametrize("axis", [0, 1])
def test_matched_sides_are_alike_in_light_and_color_and_a_seamless_texture_stays(axis: int):
    fine = noise(0, 128, 0.3, 3) / 255 * 0.2
    ramp = np.linspace(0, 1, 128)[:, None, None] * [0.3, 0.15, 0.1] + [0.3, 0.3, 0.3]
    picture = np.rint((fine + (ramp if axis == 0 else ramp.swapaxes(0, 1))) * 255).astype(np.uint8)
    found = ended(evened(picture, 1.0, 0.0)).swapaxes(0, axis).astype(float)
    before = picture.swapaxes(0, axis).astype(float)
    apart, was = (np.abs(p[:12].mean((0, 1)) - p[-12:].mean((0, 1))) for p in (found, before))
    assert (apart < 0.25 * was).all() and was.min() > 12
    even = noise(1, 128, 0.3, 3)
    assert np.abs(ended(evened(even, 1.0, 0.0)).astype(int) - even).mean() < 2
