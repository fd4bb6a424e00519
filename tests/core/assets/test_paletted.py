"""Pictures on their way to a palette: profile, depth, alpha, and the file they end in."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.core.assets.kind import Item
from studio.core.assets.paletted import indexed_png, plain_pictures, seen_colors
from studio.core.events import Note, finished
from studio.core.photographs.photograph import Photograph
from tests.core.toys import finish

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_an_srgb_profile_changes_no_color():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 30, 3), np.uint8)
    events, found = finish(plain_pictures([Item("a", Photograph(pixels, SRGB))], False))
    assert np.array_equal(found[0].color, pixels) and found[0].alpha is None
    assert not any(isinstance(event, Note) for event in events)


def test_sixteen_bits_are_rounded_and_told():
    pixels = np.full((2, 2, 1), 40000, np.uint16)
    events, found = finish(plain_pictures([Item("a", Photograph(pixels))], False))
    assert (found[0].color == 156).all() and found[0].color.shape == (2, 2, 3)
    assert ["16-bit" in e.text for e in events if isinstance(e, Note)] == [True]


@pytest.mark.parametrize(("hard", "levels"), [(False, [0, 100, 255]), (True, [0, 0, 255])])
def test_edges(hard: bool, levels: list[int]):
    pixels = np.full((1, 3, 4), 9, np.uint8)
    pixels[0, :, 3] = [0, 100, 255]
    (found,) = finished(plain_pictures([Item("a", Photograph(pixels))], hard))
    assert found.alpha is not None and found.alpha[0].tolist() == levels
    assert found.soft == (not hard)


def test_few_colors_are_all_seen_also_where_samples_would_miss_them(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("studio.core.assets.paletted.SAMPLES", 10)
    pixels = np.zeros((50, 50, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[13, 17] = (250, 3, 77, 255)
    pixels[14, 17] = (9, 9, 9, 0)
    plain = finished(plain_pictures([Item("a", Photograph(pixels))], False))
    few = finished(seen_colors(plain, 2)) * 255
    assert np.rint(few).astype(int).tolist() == [[0, 0, 0], [250, 3, 77]]
    assert len(finished(seen_colors(plain, 1))) < 30


@pytest.mark.parametrize("clear", [False, True])
def test_an_indexed_png_is_read_by_others(clear: bool):
    palette = np.array([[9, 8, 7], [200, 100, 0], [0, 0, 255]], np.uint8)
    index = np.random.default_rng(0).integers(0, 3, (9, 11), np.uint8)
    alpha = np.where(index == 1, 0, 255).astype(np.uint8) if clear else None
    data = indexed_png(index, palette, alpha, clear)
    assert data == indexed_png(index, palette, alpha, clear)
    image = Image.open(io.BytesIO(data))
    assert image.mode == "P"
    found = np.asarray(image.convert("RGBA"))
    seen = np.ones_like(index, bool) if alpha is None else alpha > 0
    assert np.array_equal(found[seen][:, :3], palette[index][seen])
    assert np.array_equal(found[..., 3] > 0, seen)


def test_hidden_colors_are_those_of_the_edge():
    pixels = np.zeros((3, 9, 4), np.uint8)
    pixels[:, 4] = (9, 200, 30, 255)
    (found,) = finished(plain_pictures([Item("a", Photograph(pixels))], False))
    assert (found.color == [9, 200, 30]).all()
    drawn = found.drawn(np.zeros((3, 9), np.uint8), np.array([[1, 2, 3]], np.uint8))
    assert (drawn[..., :3] == [1, 2, 3]).all() and np.array_equal(drawn[..., 3], pixels[..., 3])
