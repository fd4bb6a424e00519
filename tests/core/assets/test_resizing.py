"""Tiles scaled: still seamless, and as smooth as their size asks."""

import numpy as np
import pytest

from studio.core.assets.resizing import resized
from studio.core.assets.seams import seam_score
from studio.core.steps import Steps
from tests.core.assets.textures import noise


def ended(job: Steps[np.ndarray]) -> np.ndarray:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(("h", "w"), [(150, 200), (40, 90), (96, 31), (300, 300)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_seamless_tile_stays_seamless(h: int, w: int, dtype: type):
    tile = noise(2, 96, 1.2, 3).astype(dtype)
    found = ended(resized(tile, h, w))
    assert found.shape == (h, w, 3) and found.dtype == dtype
    assert seam_score(found) < 1.5


def test_a_wave_stays_that_wave():
    x = np.arange(128)
    wave = np.rint(127 + 100 * np.cos(2 * np.pi * 3 * (x + 0.5) / 128)).astype(np.uint8)
    for w in (256, 64, 100):
        found = ended(resized(np.tile(wave, (16, 1))[..., None], 16, w))[3, :, 0]
        at = 2 * np.pi * 3 * (np.arange(w) + 0.5) / w
        assert np.abs(found - (127 + 100 * np.cos(at))).max() < 4


def test_fine_noise_becomes_gray_not_other_noise():
    tile = np.random.default_rng(0).integers(0, 2, (256, 256, 1), np.uint8) * 255
    assert ended(resized(tile, 16, 16)).std() < 25


def test_the_same_size_is_the_same():
    tile = noise(0)
    assert ended(resized(tile, 96, 96)) is tile
