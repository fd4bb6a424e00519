"""Rims and shadows: as wide as asked, round, and inside their margins."""

import numpy as np
import pytest

from studio.core.assets.outlining import Rim, multiplied, reduced, rimmed, scaled, straight

RED = np.array([1, 0, 0], np.float32)


def disk(radius: float, side: int) -> np.ndarray:
    """A white disk with a smooth edge, color times alpha."""
    far = np.hypot(*(np.mgrid[:side, :side] - (side - 1) / 2))
    return np.clip(radius + 0.5 - far, 0, 1)[..., None].repeat(4, 2).astype(np.float32)


@pytest.mark.parametrize("width", [1.0, 3.5, 10.0])
def test_a_rim_is_as_wide_as_asked_and_round(width: float):
    found = rimmed(disk(20, 81), Rim(width, RED))
    area = found[..., 3].sum()
    assert area == pytest.approx(np.pi * (20 + width) ** 2, rel=0.02)
    assert np.allclose(found[..., 3], found[..., 3].T, atol=0.02)
    assert found[40, 40].tolist() == [1, 1, 1, 1]
    assert found[40, int(40 + 20 + width / 2), 1] < 0.6 and found[..., 1:3].max() <= 1


@pytest.mark.parametrize("rim", [Rim(3.4, RED), Rim(2, RED, 0.8, 4, 2.5), Rim(0, RED, 1, 5, 1)])
def test_nothing_is_cut_off_within_the_margins(rim: Rim):
    side, above, below = rim.margins
    block = np.ones((12, 12, 4), np.float32)
    wide = np.pad(block, ((above, below), (side, side), (0, 0)))
    far = np.pad(block, ((above + 20, below + 20), (side + 20, side + 20), (0, 0)))
    whole = rimmed(far, rim)
    inside = whole[20:-20, 20:-20]
    assert whole[..., 3].sum() == pytest.approx(inside[..., 3].sum(), rel=0.004)
    assert np.allclose(rimmed(wide, rim), inside, atol=0.02)


def test_no_rim_and_nothing_seen_change_nothing():
    for picture in (disk(5, 20), np.zeros((9, 9, 4), np.float32)):
        assert np.array_equal(rimmed(picture, Rim(0, RED)), picture)
    assert rimmed(np.zeros((9, 9, 4), np.float32), Rim(3, RED, 0.5, 1, 1)).max() == 0


def test_a_hard_rim_has_whole_pixels():
    picture = np.zeros((9, 9, 4), np.float32)
    picture[4, 4] = 1
    found = rimmed(picture, Rim(1, RED), hard=True)
    assert found[..., 3].sum() == 5 and set(found[..., 3].ravel()) == {0, 1}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_there_and_back(dtype: type):
    most = np.iinfo(dtype).max
    pixels = np.random.default_rng(0).integers(0, most, (9, 9, 4), dtype, endpoint=True)
    pixels[..., 3] |= dtype(most // 2 + 1)
    assert np.abs(straight(multiplied(pixels), np.dtype(dtype)).astype(int) - pixels).max() <= 1
    gray = np.full((2, 2, 1), most, dtype)
    assert (multiplied(gray) == 1).all()


def test_scaling_keeps_blocks_or_is_smooth_and_never_brighter_than_its_alpha():
    picture = disk(3, 8)
    blocks = scaled(picture, 16, 16, True)
    assert np.array_equal(blocks[::2, ::2], picture)
    for side in (31, 5):
        smooth = scaled(picture, side, side, False)
        assert (smooth[..., :3] <= smooth[..., 3:]).all() and smooth.max() <= 1


def test_very_large_pictures_are_shrunk_first_without_dark_edges():
    large = np.zeros((400, 200, 4), np.uint8)
    large[:, 60:141] = 255
    found = reduced(large, 50)
    assert found.shape == (100, 50, 4) and (found[..., :3] == 255).all()
    assert found[..., 3].mean() == pytest.approx(large[..., 3].mean(), rel=0.02)
    assert reduced(large, 200) is large
    assert reduced(large[..., :1].copy(), 50).shape == (100, 50, 1)
