"""Size, shape, channels; pixel art by nearest, the rest anti-aliased and premultiplied."""

import numpy as np
import pytest

from studio.core.data.fit import Target, fitted, pixel_art, widened
from tests.core.data.made import noise, photo


def art(side: int = 16) -> np.ndarray:
    colors = np.array([[200, 30, 30], [20, 20, 40], [250, 240, 200]], np.uint8)
    return colors[np.random.default_rng(3).integers(0, 3, (side, side))]


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("shape", [(32, 48), (7, 100), (100, 7), (300, 20), (1, 1)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_shape_fits(fit, shape, channels):
    row, done = fitted(noise(*shape, channels), Target(40, 24, fit))
    assert row.shape == (24, 40, channels)
    assert row.dtype == np.uint8
    assert done


def test_same_size_is_untouched():
    picture = photo()
    assert np.array_equal(fitted(picture, Target(32, 32))[0], picture)
    assert fitted(picture, Target(32, 32))[1] == ""


def test_crop_takes_the_middle_and_pad_keeps_all():
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :16], picture[:, 48:] = 255, 255
    assert fitted(picture, Target(32, 32, "crop"))[0].max() == 0
    padded = fitted(picture, Target(64, 64, "pad", resize="smooth"))[0]
    assert np.array_equal(padded[16:48], picture)
    narrow = np.zeros((64, 32, 4), np.uint8)
    narrow[..., 3] = 255
    narrow[0, 0, 3] = 0
    assert fitted(narrow, Target(64, 64, "pad"))[0][:, :16, 3].max() == 0


def test_pixel_art_keeps_its_colors():
    picture = art()
    row, done = fitted(picture, Target(32, 32))
    assert np.array_equal(row, picture.repeat(2, 0).repeat(2, 1))
    assert done == "resized as pixel art"


def test_enlarged_pixel_art_is_brought_back():
    picture = art(32)
    large = picture.repeat(9, 0).repeat(9, 1)
    assert pixel_art(large) == (True, 9)
    assert np.array_equal(fitted(large, Target(32, 32))[0], picture)


def test_photos_are_not_pixel_art():
    assert pixel_art(photo()) == (False, 1)
    assert pixel_art(photo(200, 200)) == (False, 1)
    assert fitted(photo(64, 64), Target(32, 32))[1] == "made smaller"


def test_shrinking_is_anti_aliased():
    lines = np.zeros((128, 128, 3), np.uint8)
    lines[:, ::2] = 255
    row = fitted(lines, Target(32, 32), photo=True)[0]
    assert np.abs(row[:, 4:-4].astype(int) - 128).max() <= 3


def test_hidden_colors_do_not_bleed():
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[..., :3] = 0, 255, 0  # green where nothing is seen …
    picture[16:48, 16:48] = 255, 0, 0, 255  # … around a red square
    row = fitted(picture, Target(20, 20, resize="smooth"))[0]
    assert row[..., 1].max() == 0
    assert (row[..., :3] <= row[..., 3:]).all()


@pytest.mark.parametrize(("channels", "count"), [("grey", 1), ("rgb", 3), ("rgba", 4)])
@pytest.mark.parametrize("have", [1, 3, 4])
def test_channels_are_as_asked(channels, count, have):
    assert fitted(noise(20, 20, have), Target(16, 16, channels=channels))[0].shape[-1] == count


def test_transparency_is_laid_on_white():
    clear = np.zeros((16, 16, 4), np.uint8)
    assert fitted(clear, Target(16, 16, channels="rgb"))[0].min() == 255
    assert fitted(clear, Target(16, 16, channels="grey"))[0].min() == 255


def test_widened():
    grey = noise(4, 4, 1)
    assert np.array_equal(widened(grey, 4)[..., :3], np.repeat(grey, 3, -1))
    assert widened(grey, 4)[..., 3].min() == 255
    assert widened(noise(4, 4, 3), 3).shape == (4, 4, 3)
