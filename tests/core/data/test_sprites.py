"""Sprites: known factors, always the same, hard edges, inside the frame, quick."""

import time

import numpy as np

from studio.core.data import sprites
from studio.core.data.sprites import KINDS, PALETTES, PATTERNS, POSES, SIZES


def test_a_sprite_depends_on_seed_and_number_alone():
    few, factors = sprites.sprites(30, seed=4)
    many, more = sprites.sprites(60, seed=4)
    assert np.array_equal(few, many[:30]) and factors == more[:30]
    assert not np.array_equal(few, sprites.sprites(30, seed=5)[0])


def test_all_factors_occur_and_kinds_are_balanced():
    _, factors = sprites.sprites(1200)
    assert {f.kind for f in factors[:12]} == set(KINDS)
    for name, values in (
        ("palette", PALETTES),
        ("pattern", PATTERNS),
        ("size", SIZES),
        ("pose", POSES),
    ):
        assert {getattr(f, name) for f in factors} == set(values)
    assert all(f.palette != f.accent for f in factors)


def test_they_are_pixel_art_on_nothing():
    pictures, _ = sprites.sprites(240)
    alpha = pictures[..., 3]
    assert set(np.unique(alpha)) == {0, 255}
    share = (alpha > 0).mean((1, 2))
    assert share.min() > 0.08 and share.max() < 0.85
    assert pictures[alpha == 0].max() == 0
    colors = [len(np.unique(p[p[..., 3] > 0], axis=0)) for p in pictures]
    assert min(colors) >= 5 and max(colors) <= 32


def test_outlines_are_dark():
    pictures, _ = sprites.sprites(120)
    for picture in pictures:
        shown = picture[..., 3] > 0
        inner = shown.copy()
        inner[1:-1, 1:-1] &= shown[:-2, 1:-1] & shown[2:, 1:-1] & shown[1:-1, :-2] & shown[1:-1, 2:]
        inner[[0, -1]] = inner[:, [0, -1]] = False
        assert picture[shown & ~inner][:, :3].mean() < 60 < picture[inner][:, :3].mean()


def test_each_factor_shows():
    base = sprites.Factors("shield", "ruby", "gold", "stripes", "large", "right")
    for change in (
        {"palette": "sky"},
        {"accent": "leaf"},
        {"pattern": "dots"},
        {"size": "small"},
        {"kind": "slime"},
    ):
        other = sprites.Factors(**{**base.__dict__, **change})
        assert not np.array_equal(sprites.draw(base), sprites.draw(other)), change
    for kind in KINDS:
        still = sprites.Factors(kind, "ruby", "gold", "plain", "large", "right")
        lively = sprites.Factors(kind, "ruby", "gold", "plain", "large", "lively right")
        assert not np.array_equal(sprites.draw(still), sprites.draw(lively)), kind


def test_two_thousand_take_seconds_at_most():
    sprites._indices.cache_clear()
    start = time.process_time()
    sprites.sprites(2000)
    assert time.process_time() - start < 2
