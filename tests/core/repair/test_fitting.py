"""Windows hold their holes and have the model's shape; what is brought to its size comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.family import ImageSize
from studio.core.painting.box import Box
from studio.core.repair.fitting import blocks, fit, windows
from studio.core.repair.regions import regions

SIZE = ImageSize(32, 32, 3)


def boxed(height, width, *boxes):
    """Return a mask with these boxes (top, left, bottom, right) in it."""
    mask = np.zeros((height, width), bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


def test_a_picture_of_the_models_size_is_taken_as_it_is():
    mask = boxed(32, 32, (4, 4, 20, 20), (25, 25, 28, 28))
    (region,) = windows(regions(mask), mask, SIZE)
    assert region.box == Box(0, 0, 32, 32) and region.core == Box(4, 4, 28, 28)
    colors = np.random.default_rng(0).random((32, 32, 3), np.float32)
    lies = fit((32, 32), SIZE, 1)
    placed, hidden = lies.into(colors, mask)
    assert np.array_equal(placed, colors) and np.array_equal(hidden, mask) and lies.detail == 1
    assert np.array_equal(lies.back(placed), colors)


def test_a_window_is_twice_the_hole_and_holds_it_in_its_middle():
    mask = boxed(500, 700, (200, 300, 260, 340))
    (region,) = windows(regions(mask), mask, SIZE)
    assert region.box == Box(170, 260, 290, 380)
    assert fit((120, 120), SIZE, 1).detail == pytest.approx(32 / 120)


def test_a_small_hole_is_seen_in_the_models_own_size():
    mask = boxed(500, 700, (0, 690, 4, 700))
    (region,) = windows(regions(mask), mask, SIZE)
    assert region.box == Box(0, 668, 32, 700)


@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.sampled_from([ImageSize(16, 16, 3), ImageSize(8, 24, 1)]),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_every_hole_is_in_a_window(shape, size, seed, wrap):
    """And what is hidden there hides at least the hole's own pixels."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(shape, bool)
    for _ in range(3):
        y, x = rng.integers(0, shape)
        h, w = rng.integers(1, 30, 2)
        mask[y : y + h, x : x + w] = True
    left = mask.copy()
    for region in windows(regions(mask, wrap), mask, size, 1, wrap):
        core, box = region.core, region.box
        assert core.top >= box.top and core.left >= box.left
        assert core.bottom <= box.bottom and core.right <= box.right
        assert wrap or box == box.clipped(*shape)
        hole = box.crop(mask)
        lies = fit(hole.shape, size, 1)
        _, hidden = lies.into(np.zeros((*hole.shape, 1), np.float32), hole)
        assert hidden.shape == (size.height, size.width)
        back = lies.back(hidden[..., None].astype(np.float32))
        assert back.shape[:2] == hole.shape
        rows, columns = np.arange(core.top, core.bottom), np.arange(core.left, core.right)
        left[rows[:, None] % shape[0], columns % shape[1]] = False
    assert not left.any()


def test_enlarged_pixel_art_is_filled_block_by_block():
    art = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    large = art.repeat(8, 0).repeat(8, 1)
    mask = boxed(160, 240, (50, 50, 75, 90))
    large[mask] = np.random.default_rng(1).integers(0, 255, (int(mask.sum()), 3))
    assert blocks(large, mask) == 8
    assert blocks(large, np.zeros_like(mask)) == 1
    lies = fit((160, 160), SIZE, 8)
    placed, hidden = lies.into(large[:, :160] / np.float32(255), mask[:, :160])
    assert lies.inner == (32, 32) and lies.detail == 1
    back = lies.back(placed)
    assert (back.reshape(20, 8, 20, 8, 3) == back[::8, ::8].reshape(20, 1, 20, 1, 3)).all()
    assert hidden.mean() < 0.2


def test_windows_of_pixel_art_lie_on_its_grid():
    mask = boxed(640, 640, (333, 401, 350, 420))
    (region,) = windows(regions(mask), mask, SIZE, 8)
    assert all(side % 8 == 0 for side in region.box)
    assert region.box.bottom - region.box.top == 32 * 8


def test_photographs_and_plain_pictures_have_no_blocks():
    rng = np.random.default_rng(0)
    mask = boxed(64, 64, (3, 3, 9, 9))
    assert blocks(rng.integers(0, 255, (64, 64, 3)), mask) == 1
    assert blocks(np.zeros((64, 64, 3), np.uint8), mask) == 1


def test_what_lies_beyond_a_crop_is_not_known():
    lies = fit((10, 40), SIZE, 1)
    _, hidden = lies.into(np.zeros((10, 40, 3), np.float32), np.zeros((10, 40), bool))
    assert lies.inner == (8, 32) and hidden.sum() == 24 * 32
