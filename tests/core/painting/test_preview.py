"""Previews: eight bits, no copy where none is needed, and up to date after any change."""

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.painting.box import Box
from studio.core.painting.preview import MaskPreview, Preview, blank, prepare


def made(pixels: np.ndarray) -> Preview:
    job = prepare(pixels)
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value


def noise(h: int, w: int, c: int, depth: type = np.uint8) -> np.ndarray:
    top = np.iinfo(depth).max
    return np.random.default_rng(h + w).integers(0, top, (h, w, c), dtype=depth)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_eight_bits_are_shown_without_a_copy_sixteen_by_their_upper_half(channels: int) -> None:
    eight, deep = noise(40, 50, channels), noise(40, 50, channels, np.uint16)
    assert made(eight).levels[0] is eight
    np.testing.assert_array_equal(made(deep).levels[0], deep >> 8)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_smaller_copy_is_the_mean_in_blue_green_red(channels: int) -> None:
    pixels = noise(600, 400, channels)
    level = made(pixels).levels[1]
    assert level.shape == (300, 200, 4)
    mean = pixels.reshape(300, 2, 200, 2, channels).mean((1, 3))
    wanted = np.repeat(mean, 3, 2) if channels == 1 else mean[..., ::-1]
    assert np.abs(level[..., :3] - wanted).max() <= 1
    assert (level[..., 3] == 255).all()


def test_what_is_transparent_gives_no_color_to_a_smaller_copy() -> None:
    pixels = np.zeros((300, 300, 4), np.uint8)
    pixels[..., 0] = 255
    pixels[::2, :, 3] = 255
    pixels[1::2, :, :3] = (0, 255, 0)
    assert made(pixels).levels[1][5, 5].tolist() == pytest.approx([0, 0, 128, 128], abs=1)


@given(st.integers(257, 900), st.integers(1, 900), st.data())
def test_a_refreshed_box_is_as_if_all_were_made_anew(h: int, w: int, data: st.DataObject) -> None:
    pixels = noise(h, w, data.draw(st.sampled_from([1, 3, 4])))
    preview = made(pixels)
    top, left = data.draw(st.integers(-9, h - 1)), data.draw(st.integers(-9, w - 1))
    box = Box(top, left, top + data.draw(st.integers(1, 300)), left + 57)
    inside = box.clipped(h, w).of(pixels)
    inside[...] = 255 - inside
    preview.refresh(pixels, box)
    for level, anew in zip(preview.levels, made(pixels).levels, strict=True):
        np.testing.assert_array_equal(level, anew)


def test_the_thinnest_scratch_of_a_mask_is_seen_at_any_zoom() -> None:
    mask = np.zeros((1001, 1501), np.uint8)
    preview = MaskPreview(mask)
    mask[777, 3:9] = 200
    mask[1000, 1500] = 90
    preview.refresh(Box(770, 0, 1001, 1501))
    for level in preview.levels:
        assert level.max() == 200
        assert level[-1, -1] == 90
    assert len(preview.levels) == 4


def test_a_large_picture_is_made_in_many_pulls() -> None:
    assert len(list(prepare(np.zeros((2500, 1000, 3), np.uint8)))) >= 3


def test_blank_pixels_take_no_memory_until_they_are_written_to() -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    pages = blank((8192, 8192, 4))
    pages[5000, 5000] = 7
    assert process.memory_info().rss - before < 10_000_000
    assert pages[4990:5010].sum() == 28 and pages.dtype == np.uint8 and pages.flags.writeable
