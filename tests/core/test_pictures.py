"""Image conventions: alpha, ranges, grids."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, UnidentifiedImageError

from studio.core import pictures


def some(count=7, height=5, width=6, channels=4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, height, width, channels), np.uint8)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_packed_pictures_survive_the_way_to_images_and_back(channels):
    packed = pictures.premultiply(some(channels=channels))
    images = pictures.to_images(torch.from_numpy(packed))
    assert images.shape == (7, channels, 5, 6) and images.min() >= -1 and images.max() <= 1
    back = pictures.premultiply(pictures.to_pictures(images))
    assert np.abs(back.astype(int) - packed).max() <= 1


def test_straight_color_comes_back_within_what_alpha_allows():
    original = some()
    original[..., 3] = np.maximum(original[..., 3], 128)
    back = pictures.straighten(pictures.premultiply(original))
    assert np.abs(back.astype(int) - original).max() <= 1


def test_transparent_pixels_carry_no_color():
    original = some()
    original[..., 3] = 0
    assert not pictures.straighten(pictures.premultiply(original)).any()


def test_color_above_its_alpha_is_clamped_not_wrapped():
    images = torch.ones(1, 4, 2, 2)
    images[:, 3] = 0.0
    assert (pictures.to_pictures(images)[..., :3] == 255).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_opaque_is_rgb_and_shows_the_checker_only_through_alpha(channels):
    shown = pictures.opaque(some(channels=channels))
    assert shown.shape == (7, 5, 6, 3) and shown.dtype == np.uint8
    solid = some()
    solid[..., 3] = 255
    assert np.array_equal(pictures.opaque(solid), solid[..., :3])
    solid[..., 3] = 0
    assert set(np.unique(pictures.opaque(solid))) == set(pictures.CHECKER)


@pytest.mark.parametrize("count", [1, 2, 7, 16])
@pytest.mark.parametrize("channels", [1, 4])
def test_grid_is_cut_back_into_the_same_pictures(tmp_path, count, channels):
    original = some(count=count, channels=channels)
    pictures.save(pictures.grid(original), tmp_path / "grid.png")
    again = pictures.ungrid(pictures.load(tmp_path / "grid.png"), count, 5, 6)
    assert np.array_equal(again, original)


def test_a_head_is_read_whatever_the_size_and_only_of_the_formats_asked_for():
    file = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(file, "PNG")
    with pictures.head(file.getvalue(), ("PNG", "GIF")) as image:
        assert image.size == (20_000, 10_000)
    for formats, data in ((("GIF",), file.getvalue()), (("PNG",), file.getvalue()[:20])):
        with pytest.raises((UnidentifiedImageError, ValueError, OSError)):
            pictures.head(data, formats)


def test_whatever_is_wrong_with_a_png_is_an_error_of_the_file(tmp_path):
    whole = pictures.pillow(np.zeros((4, 4, 3), np.uint8))
    whole.save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    huge = data[:16] + b"\x7f\xff\xff\xff" + data[20:]
    for damaged in (b"", b"words", data[:40], huge, data[:30] + b"\0" * 9 + data[39:]):
        (tmp_path / "a.png").write_bytes(damaged)
        with pytest.raises(OSError):
            pictures.load(tmp_path / "a.png")
