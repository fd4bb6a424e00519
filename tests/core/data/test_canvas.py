"""The canvas paints masks in tones, lights them from one side, and outlines what is drawn."""

import numpy as np
import pytest

from studio.core.data.canvas import (
    DARK,
    FIRST,
    INK,
    LIGHT,
    MATERIALS,
    MID,
    RAMPS,
    SHINE,
    SIDE,
    TONES,
    Canvas,
    colors,
    grown,
    plane,
)


def canvas(mirrored: bool = False) -> Canvas:
    return Canvas(*plane(1.0, mirrored), mirrored)


def test_colors_are_the_chosen_ramps_from_dark_to_light():
    table = colors("ruby", "sky")
    assert table.shape == (1 + TONES * len(MATERIALS), 4)
    assert table[0].tolist() == [0, 0, 0, 0] and (table[1:, 3] == 255).all()
    for material, ramp in (("palette", "ruby"), ("accent", "sky"), ("wood", "wood")):
        tones = table[FIRST[material] : FIRST[material] + TONES, :3]
        assert [bytes(t).hex() for t in tones] == RAMPS[ramp].split()
        assert (np.diff(tones.astype(int).sum(1)) > 0).all()


def test_the_plane_is_centered_mirrored_scaled_and_turned():
    x, y = plane(1.0, False)
    assert x.shape == (SIDE, SIDE) and x.sum() == y.sum() == 0
    assert (x[0, 0], y[0, 0], x[0, -1]) == (-15.5, -15.5, 15.5)
    assert np.array_equal(plane(1.0, True)[0], x[:, ::-1])
    assert np.array_equal(plane(0.5, False)[0], x * 2)
    turned = plane(1.0, False, 90)
    np.testing.assert_allclose(turned[0], y, atol=1e-9)
    np.testing.assert_allclose(turned[1], -x, atol=1e-9)


def test_masks_grow_by_one_pixel_and_not_around_the_edge():
    mask = np.zeros((5, 5), bool)
    mask[0, 0] = mask[3, 3] = True
    found = {(int(r), int(c)) for r, c in np.argwhere(grown(mask))}
    assert found == {(0, 0), (0, 1), (1, 0), (3, 3), (2, 3), (4, 3), (3, 2), (3, 4)}
    assert mask.sum() == 2


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (lambda c: c.ellipse(0, 0, 10, 5), np.pi * 50),
        (lambda c: c.box(-4, -2, 4, 6), 64),
        (lambda c: c.line(-6, 0, 6, 0, 3), 12 * 6 + np.pi * 9),
    ],
)
def test_shapes_cover_their_area(shape, area):
    assert shape(canvas()).sum() == pytest.approx(area, rel=0.06)


def test_light_comes_from_the_left_of_the_screen_even_if_mirrored():
    for mirrored in (False, True):
        c = canvas(mirrored)
        tone, mask = c.ball(0, 0, 12, 12), c.ellipse(0, 0, 12, 12)
        assert {DARK, MID, LIGHT, SHINE} == set(tone[mask].tolist())
        assert tone[:, :16][mask[:, :16]].mean() > tone[:, 16:][mask[:, 16:]].mean()
        fall = c.slope(mask)
        assert fall[mask].min() == DARK and fall[mask].max() == LIGHT
        assert fall[:, :16][mask[:, :16]].mean() > fall[:, 16:][mask[:, 16:]].mean()


def test_paint_outlines_only_what_lies_below():
    c = canvas()
    c.paint(c.box(-6, -6, 6, 6), "wood", LIGHT)
    assert set(np.unique(c.index)) == {0, FIRST["wood"] + LIGHT}
    small = c.box(-2, -2, 2, 2)
    c.paint(small, "accent")
    assert (c.index[small] == FIRST["accent"] + MID).all()
    assert (c.index[grown(small) & ~small] == FIRST["accent"] + INK).all()
    c.dot(-10, -10, "gold", SHINE, 30, 1)
    assert FIRST["gold"] + SHINE not in c.index


def test_finished_has_an_outline_inside_the_frame():
    c = canvas()
    c.paint(np.ones((SIDE, SIDE), bool), "bone")
    done = c.finished()
    edge = np.ones((SIDE, SIDE), bool)
    edge[1:-1, 1:-1] = False
    assert (done[edge & (done > 0)] == FIRST["palette"]).all()
    assert (done[1:-1, 1:-1] == FIRST["bone"] + MID).all()
    assert done.dtype == np.uint8 and done[0, 0] == 0
