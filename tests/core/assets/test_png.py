"""PNGs that others read: pixel by pixel, 8 and 16 bits, with the profile, small, in short pulls."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.assets.png import BAND, png
from studio.core.events import finished
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph, decoded

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RNG = np.random.default_rng(0)


def smooth(shape, dtype) -> np.ndarray:
    """Return waves: rows and columns alike enough that differences pack better."""
    y, x = np.indices(shape[:2])
    wave = (np.sin(x / 9) * np.cos(y / 13) + 1) / 2 * np.iinfo(dtype).max
    noise = RNG.integers(0, 3, shape)
    return (wave[..., None] * 0.98 + noise).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", ["flat", "noise", "smooth", "upright"])
def test_it_is_read_back_pixel_by_pixel(dtype, channels, kind):
    shape = (70, 33, channels)
    pixels = {
        "flat": np.full(shape, 9, dtype),
        "noise": RNG.integers(0, np.iinfo(dtype).max, shape).astype(dtype),
        "smooth": smooth(shape, dtype),
        "upright": np.repeat(RNG.integers(0, 255, (1, 33, channels)).astype(dtype), 70, 0),
    }[kind]
    data = finished(png(pixels, PROFILE if channels > 1 else None))
    back = decoded(data)
    assert back.pixels.dtype == dtype and (back.pixels == pixels).all()
    assert back.profile == (PROFILE if channels > 1 else None)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert by_opencv is not None and by_opencv.dtype == dtype
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.size == (33, 70)


def test_bands_join_under_every_filter():
    pixels = smooth((700, 900, 4), np.uint8)
    assert pixels.nbytes > 2 * BAND
    job, pulls = png(pixels), 0
    with pytest.raises(StopIteration) as ended:
        while True:
            next(job)
            pulls += 1
    assert pulls == -(-700 // (BAND // 3600))
    assert (decoded(ended.value.value).pixels == pixels).all()


def test_one_pixel_and_one_row():
    for shape in ((1, 1, 4), (1, 50, 3), (50, 1, 1)):
        pixels = RNG.integers(0, 255, shape).astype(np.uint8)
        assert (decoded(finished(png(pixels))).pixels == pixels).all()


@pytest.mark.parametrize("kind", ["sprites", "photograph"])
def test_it_is_smaller_than_in_a_hurry(kind):
    pixels = smooth((200, 200, 4), np.uint8)
    if kind == "sprites":
        pixels = np.kron(RNG.integers(0, 6, (25, 25, 4)) * 40, np.ones((8, 8, 1))).astype(np.uint8)
    hurried = encoded(Photograph(pixels), ".png")[0]
    assert len(finished(png(pixels))) < len(hurried)
