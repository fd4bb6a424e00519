"""Photographs as bytes: other programs read them, to the bit, with all that was kept."""

import io
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image

from studio.core.events import Refused
from studio.core.photographs import encoding
from studio.core.photographs.encoding import ENDINGS, encoded
from studio.core.photographs.photograph import Photograph
from tests.core.photographs.test_exif import camera
from tests.core.photographs.test_photograph import RGB_PROFILE, pixels


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("strip", [1, 700, 1 << 20])
def test_tiffs_of_any_strips_are_read_by_others(monkeypatch, depth, channels, strip):
    monkeypatch.setattr(encoding, "STRIP", strip)
    array = pixels(depth, channels, 33, 21)
    data, notes = encoded(Photograph(array, exif=camera(1)), ".tif")
    assert not notes
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        assert np.array_equal(page.asarray().reshape(array.shape), array)
        assert page.tags["Make"].value == "Maker"
    if depth == 8:
        with Image.open(io.BytesIO(data)) as image:
            assert np.array_equal(np.asarray(image).reshape(array.shape), array)


def test_a_png_says_its_colors_before_its_pixels_and_only_once():
    photograph = Photograph(pixels(), RGB_PROFILE, chunks=((b"sRGB", b"\0"),))
    data, _ = encoded(photograph, ".PNG")
    assert data.index(b"iCCP") < data.index(b"IDAT") and b"sRGB\0" not in data[:60]
    data, _ = encoded(replace(photograph, profile=None), ".png")
    assert b"sRGB\0" in data[:60]


def test_webp_keeps_the_colors_under_full_transparency():
    array = pixels(8, 4)
    array[..., 3] = 0
    data, _ = encoded(Photograph(array), ".webp")
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), array)


def test_other_endings_are_refused_with_the_known_ones():
    for ending in (".gif", ".bmp", ".psd", ""):
        with pytest.raises(Refused, match=r"\.png, \.tif, \.webp or \.jpg"):
            encoded(Photograph(pixels()), ending)
    assert all(encoded(Photograph(pixels()), ending)[0] for ending in ENDINGS)


def test_a_tiff_beyond_four_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(encoding, "TIFF_AT_MOST", 100)
    with pytest.raises(Refused, match="4 GB"):
        encoded(Photograph(pixels(h=50, w=50)), ".tiff")
