"""Tiles without a seam: no step along the cut, nothing changed beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.assets.seams import seam_score
from studio.core.assets.tiling import blended, laid, mirrored
from studio.core.events import Refused
from studio.core.steps import Steps
from tests.core.assets.textures import noise


def ended(job: Steps[tuple[np.ndarray, float]]) -> tuple[np.ndarray, float]:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


def part(seed: int, channels: int = 3) -> np.ndarray:
    """A part of a texture, lighter to the right: with a seam."""
    found = noise(seed, 256, 1.2, channels)[:150, :140].astype(float)
    return np.rint(found * 0.7 + np.linspace(0, 70, 140)[:, None]).astype(np.uint8)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_blended_texture_has_no_seam_at_its_border_or_its_cuts(seed: int):
    picture = part(seed)
    tile, cuts = ended(blended(picture, 0.33, 1.5))
    assert seam_score(picture) > 2.5
    assert seam_score(tile) < 1.4 and cuts < 1.4
    assert tile.shape[0] > 0.6 * 150 and tile.shape[1] > 0.6 * 140


def test_all_beside_the_overlap_is_kept_to_the_bit_in_8_and_16_bits():
    picture = part(3)
    for pixels in (picture, picture.astype(np.uint16) * 257):
        tile, _ = ended(blended(pixels, 0.33, 1.5))
        assert tile.dtype == pixels.dtype
        down, right = tile.shape[0] // 2, tile.shape[1] // 2
        assert np.array_equal(tile[down:, right:], pixels[down : len(tile), right : tile.shape[1]])


def test_a_hard_cut_has_no_color_that_the_picture_has_not():
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 256, (5, 4), np.uint8)
    colors[0] = 0
    colors[1:, 3] = 255
    picture = colors[rng.integers(0, 5, (32, 32))]
    tile, _ = ended(blended(picture, 0.33, 0))
    known = {tuple(color) for color in colors}
    assert {tuple(color) for color in tile.reshape(-1, 4)} <= known


def test_the_same_picture_gives_the_same_tile():
    assert np.array_equal(ended(blended(part(1), 0.3, 2))[0], ended(blended(part(1), 0.3, 2))[0])


@settings(max_examples=15, deadline=None)
@given(st.integers(8, 40), st.integers(8, 40), st.sampled_from([1, 3, 4]), st.floats(0, 8))
def test_any_size_gives_a_tile(h: int, w: int, channels: int, soft: float):
    picture = np.random.default_rng(h * w).integers(0, 256, (h, w, channels), np.uint8)
    tile, cuts = ended(blended(picture, 0.45, soft))
    assert tile.shape[2] == channels and 3 < tile.shape[0] <= h and 3 < tile.shape[1] <= w
    assert np.isfinite(cuts)


@pytest.mark.parametrize("shape", [(7, 30, 3), (30, 7, 3), (8, 16385, 1)])
def test_too_small_or_too_large_is_refused(shape: tuple[int, int, int]):
    with pytest.raises(Refused, match="pixels"):
        ended(blended(np.zeros(shape, np.uint8), 0.33, 1))


def test_mirrored_and_laid():
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    assert mirrored(picture)[..., 0].tolist()[0] == [0, 1, 2, 2, 1, 0]
    assert mirrored(picture).shape == (4, 6, 1)
    found = laid(picture, 2, 3, (1, 0))
    assert found.shape == (6, 6, 1) and found[0, :, 0].tolist() == [2, 0, 1, 2, 0, 1]
    assert laid(picture, 1, 1, (0, 1))[0, :, 0].tolist() == [3, 4, 5]
