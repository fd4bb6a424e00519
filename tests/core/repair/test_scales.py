"""Levels of a hole: known stays known, fields keep their offsets."""

import numpy as np

from studio.core.repair.matching import Field, Patches
from studio.core.repair.scales import Level, copyable, finer, pyramid, touched


def level_of(size: int, side: int) -> Level:
    colors = np.random.default_rng(0).random((size, size, 3), np.float32)
    mask = np.zeros((size, size), bool)
    mask[size // 2 - side // 2 :, size // 2 - side // 2 :][:side, :side] = True
    return Level(np.where(mask[..., None], 0, colors), mask, ~mask)


def test_a_pyramid_ends_where_the_hole_is_thin() -> None:
    levels = pyramid(level_of(256, 40), 7, 6.0)
    assert [level.mask.shape[0] for level in levels] == [256, 128, 64, 32]
    for level in levels:
        assert not (level.source & level.mask).any()
        assert not level.colors[level.mask].any()


def test_a_pyramid_ends_before_there_is_nothing_to_copy() -> None:
    levels = pyramid(level_of(64, 44), 9, 4.0)
    assert copyable(levels[-1], 9).sum() >= 100


def test_known_pixels_alone_make_a_coarser_pixel() -> None:
    level = level_of(64, 21)
    bright = Level(np.where(level.mask[..., None], 0, np.float32(0.75)), level.mask, level.source)
    coarse = pyramid(bright, 5, 4.0)[1]
    np.testing.assert_allclose(coarse.colors[~coarse.mask], 0.75)


def test_what_may_be_copied_keeps_off_the_hole_and_what_touches_it_does_not() -> None:
    level = level_of(32, 8)
    whole, near = copyable(level, 5), touched(level, 5)
    for y, x in np.argwhere(whole):
        assert level.source[y - 2 : y + 3, x - 2 : x + 3].all()
    for y, x in np.argwhere(near):
        assert level.mask[y - 2 : y + 3, x - 2 : x + 3].any()
    assert not (whole & near).any()


def test_a_finer_field_keeps_its_offsets() -> None:
    fine, coarse = pyramid(level_of(64, 12), 5, 7.0)
    rng = np.random.default_rng(0)
    above = Patches(coarse.colors, copyable(coarse, 5), 5, rng)
    queries = np.flatnonzero(touched(coarse, 5))
    field = Field(above, queries, queries - 12)  # twelve pixels to the left, all known
    below = Patches(fine.colors, copyable(fine, 5), 5, rng)
    upper = finer(field, below, np.flatnonzero(touched(fine, 5)))
    assert below.open[upper.at].all()
    assert (upper.at == upper.queries - 24).mean() > 0.8
