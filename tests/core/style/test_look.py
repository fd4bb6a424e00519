"""Pictures made smaller: their size, their depth, and colors that do not bleed."""

import numpy as np
import pytest

from studio.core.style.look import eight_bits, fitting, smaller
from tests.core.style.conftest import scene


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_smaller_picture_keeps_its_mean_its_channels_and_its_depth(channels, depth):
    top = np.iinfo(depth).max
    plain = (scene(80, 60, 0).astype(float) / 255 * top).astype(depth)
    pixels = np.concatenate([plain, np.full((80, 60, 1), top, depth)], -1)[..., :channels]
    if channels == 1:
        pixels = pixels[..., :1]
    found = fitting(pixels, 20)
    assert found.shape == (20, 15, channels) and found.dtype == depth
    assert abs(found.mean() - pixels.mean()) < 0.01 * top


def test_what_is_small_already_stays_as_it_is():
    pixels = scene(8, 8, 0)
    assert fitting(pixels, 20) is pixels and smaller(pixels, 1.0) is pixels


def test_a_line_keeps_a_pixel():
    assert fitting(np.zeros((1, 900, 3), np.uint8), 30).shape == (1, 30, 3)
    assert smaller(np.zeros((900, 2), np.uint8), 0.01).shape == (9, 1)


def test_hidden_colors_do_not_bleed_into_what_is_seen():
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[..., 0] = 255  # a hidden red
    pixels[:, 4:] = (0, 200, 0, 255)
    pixels[:, :1] = (0, 200, 0, 255)
    found = fitting(pixels, 4)
    assert found[0, 0].tolist() == [0, 200, 0, 128] and found[0, 1, 3] == 0


def test_sixteen_bits_are_rounded_to_eight():
    pixels = np.array([0, 127, 129, 65535, 32768], np.uint16)
    assert eight_bits(pixels).tolist() == [0, 0, 1, 255, 128]
