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
    found = ended(evened(picture, 1.0))
    ends = found[:, :20].mean() / most, found[:, -20:].mean() / most
    assert abs(ends[0] - ends[1]) < 0.1 and found.dtype == dtype
    half = ended(evened(picture, 0.5))
    assert ends[0] > half[:, :20].mean() / most > picture[:, :20].mean() / most


def test_none_is_the_same_and_alpha_stays():
    picture = noise(1, 64, 1.0, 4)
    assert ended(evened(picture, 0.0)) is picture
    assert np.array_equal(ended(evened(picture, 1.0))[..., 3], picture[..., 3])


@pytest.mark.parametrize("level", [0, 255])
def test_black_white_and_clear_are_no_trouble(level: int):
    for channels in (1, 3, 4):
        picture = np.full((5, 3, channels), level, np.uint8)
        assert np.abs(ended(evened(picture, 1.0)).astype(int) - level).max() <= 1
