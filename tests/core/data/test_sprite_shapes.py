"""Every kind paints its own sprite in all stances; patterns and eyes stay on what is painted."""

import numpy as np
import pytest

from studio.core.data import sprite_shapes
from studio.core.data.canvas import FIRST, LIGHT, MATERIALS, MID, SHINE, TONES, Canvas, plane
from studio.core.data.sprites import KINDS, PATTERNS, POSES, Stance

MATERIAL = {name: range(first, first + TONES) for name, first in FIRST.items()}

TOO_SMALL = {("axe", "dots"), ("crown", "checks")}  # drawn as if they were plain


def painted(kind: str, pattern: str = "plain", pose: str = "right", mirrored=False) -> np.ndarray:
    canvas = Canvas(*plane(1.0, mirrored), mirrored)
    KINDS[kind](canvas, Stance(kind, pattern, "large", pose))
    return canvas.index


def of(index: np.ndarray, material: str) -> np.ndarray:
    return np.isin(index, MATERIAL[material])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_shows_its_palette_and_known_materials_in_every_stance(kind):
    for pattern in PATTERNS:
        for pose in POSES:
            index = painted(kind, pattern, pose)
            assert of(index, "palette").sum() > 20, (pattern, pose)
            assert index.max() < 1 + TONES * len(MATERIALS)
            assert 0.08 < (index > 0).mean() < 0.85


def test_no_two_kinds_share_an_outline():
    shapes = {(painted(kind) > 0).tobytes() for kind in KINDS}
    assert len(shapes) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_patterns_show_but_where_a_kind_has_no_room(kind):
    plain = painted(kind)
    for pattern in PATTERNS[1:]:
        same = np.array_equal(painted(kind, pattern), plain)
        assert same == ((kind, pattern) in TOO_SMALL), pattern


def test_a_pattern_keeps_to_its_mask_and_its_tones():
    for name in PATTERNS:
        c = Canvas(*plane(1.0, False), False)
        mask = c.ellipse(0, 0, 10, 10)
        c.paint(mask, "bone", MID)
        tone = np.where(c.x < 0, LIGHT, SHINE)
        sprite_shapes.pattern(c, Stance("gem", name, "large", "right"), mask, tone)
        accent = of(c.index, "accent")
        assert not accent[~mask].any()
        share = accent[mask].mean()
        assert share == 0 if name == "plain" else 0.15 < share < 0.7, name
        assert (c.index[accent] == FIRST["accent"] + tone[accent]).all()


def test_eyes_are_two_dark_and_sparkling_and_only_on_a_face():
    c = Canvas(*plane(1.0, False), False)
    sprite_shapes.eyes(c, 0.3, 0.3, 8)
    assert not c.index.any()
    c.paint(c.box(-16, -16, 16, 16), "skin", LIGHT)
    sprite_shapes.eyes(c, 0.3, 0.3, 8)
    sparks = np.argwhere(c.index == FIRST["bone"] + SHINE)
    assert len(sparks) == 2 and abs(sparks[0][1] - sparks[1][1]) == 8
    assert of(c.index, "night").sum() == 2 * (2 * 3 - 1)


def test_mirrored_sprites_face_the_other_way():
    for kind in ("hero", "slime", "ghost"):
        right, left = painted(kind), painted(kind, mirrored=True)
        assert np.array_equal(of(left, "night")[:, ::-1], of(right, "night"))
