"""Bands of rows give what the whole would."""

import numpy as np
import pytest
from PIL import Image

from studio.core.data import bands
from tests.core.data.made import noise


def test_bands_cover_all_rows_once(monkeypatch):
    monkeypatch.setattr(bands, "BAND", 100)
    assert list(bands.bands(7, 30)) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert list(bands.bands(2, 1000)) == [slice(0, 1), slice(1, 2)]
    assert list(bands.bands(0, 30)) == []


@pytest.mark.parametrize("band", [1, 100, 4 << 20])
def test_what_changes_band_by_band_is_the_whole(monkeypatch, band):
    monkeypatch.setattr(bands, "BAND", band)
    values = np.arange(60, dtype=np.uint16).reshape(10, 6) * 1000
    assert np.array_equal(bands.by_rows(values, lambda part: part >> 8), values >> 8)


@pytest.mark.parametrize("band", [1, 100, 4 << 20])
def test_what_is_changed_in_place_is_changed_once_everywhere(monkeypatch, band):
    monkeypatch.setattr(bands, "BAND", band)
    values = noise(23, 17, 3)
    before = values.copy()
    assert bands.changed(values, lambda part: part[..., ::-1].copy()) is values
    assert np.array_equal(values, before[..., ::-1])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("band", [1, 500, 4 << 20])
@pytest.mark.filterwarnings("ignore:Palette images")
def test_pixels_are_those_of_the_image_in_that_mode(monkeypatch, mode, band):
    monkeypatch.setattr(bands, "BAND", band)
    image = Image.fromarray(noise(23, 17, 4))
    clear = image.convert("RGB").quantize(8)
    clear.info["transparency"] = bytes(range(0, 160, 20))
    for each in (image, clear, image.convert("1"), image.convert("LA"), image.convert("CMYK")):
        found = bands.pixels_of(each, mode)
        assert found.shape == (23, 17, len(mode)) and found.dtype == np.uint8
        assert np.array_equal(found.squeeze(), np.asarray(each.convert(mode)))
