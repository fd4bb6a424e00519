"""Color under what is clear: that of the nearest pixel seen, and nothing else changes."""

import cv2
import numpy as np
import pytest

from studio.core.assets.bleeding import bled, premultiplied


def disk(dtype: type) -> np.ndarray:
    """A disk of white on clear black."""
    most = np.iinfo(dtype).max
    y, x = np.mgrid[:21, :31]
    inside = (y - 10) ** 2 + (x - 12) ** 2 < 40
    return np.where(inside[..., None], most, 0).astype(dtype).repeat(4, 2)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_filtered_picture_has_no_dark_fringe(dtype: type):
    picture = disk(dtype)
    found = bled(picture)
    assert found.dtype == dtype and np.array_equal(found[..., 3], picture[..., 3])
    assert (found[..., :3] == np.iinfo(dtype).max).all()
    blurred = cv2.resize(found, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_LINEAR)
    assert (blurred[..., :3] == np.iinfo(dtype).max).all()


def test_the_nearest_color_is_taken():
    picture = np.zeros((1, 9, 4), np.uint8)
    picture[0, 0], picture[0, 8] = (10, 0, 0, 1), (0, 20, 0, 255)
    found = bled(picture)
    assert found[0, :4, 0].tolist() == [10] * 4 and found[0, 5:, 1].tolist() == [20] * 4
    assert np.array_equal(found[..., 3], picture[..., 3]) and picture[0, 1:8].max() == 0


def test_what_has_nothing_clear_or_nothing_seen_stays():
    for picture in (np.full((3, 3, 3), 7, np.uint8), np.zeros((3, 3, 4), np.uint8)):
        assert bled(picture) is picture


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_premultiplied_is_color_times_alpha(dtype: type):
    most = np.iinfo(dtype).max
    picture = np.random.default_rng(0).integers(0, most, (9, 9, 4), dtype, endpoint=True)
    found = premultiplied(picture).astype(float)
    wanted = picture[..., :3] * (picture[..., 3:] / most)
    assert np.abs(found[..., :3] - wanted).max() <= 0.5 + 1e-6
