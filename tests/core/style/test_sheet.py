import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.style import sheet
from studio.core.style.sheet import Sheet, inked


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_lines_are_found_at_a_size_that_suits_them(h: int, w: int):
    plan = Sheet.of(h, w)
    assert max(plan.drawn) <= 1024 and min(plan.drawn) >= 1
    assert max(plan.drawn) >= 512 or plan.times == 4
    assert plan.times * max(h, w) < 1024 or plan.times == 1


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 3000))
def test_strips_cover_every_row_once(h: int, w: int, pixels: int):
    plan, seen = Sheet.of(h, w), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "STRIP", pixels)
        strips = list(plan.strips())
    picture = np.random.default_rng(0).random((h, w)).astype(np.float32)
    large = picture.repeat(plan.times, 0).repeat(plan.times, 1)
    for strip in strips:
        part = strip.of(large)
        y, x = strip.places()
        assert part.shape == (y.shape[0], x.shape[1])
        seen.append(strip.reduced(part))
    assert np.allclose(np.concatenate(seen), picture, atol=1e-6)


def test_places_are_in_lengths_of_the_longer_side():
    strips = list(Sheet.of(600, 800).strips())
    y = np.concatenate([strip.places()[0] for strip in strips])
    x = strips[0].places()[1]
    assert x[0, 0] == pytest.approx(0.5 / 800) and x[0, -1] == pytest.approx(799.5 / 800)
    assert y.min() == pytest.approx(0.5 / 800) and y.max() == pytest.approx(599.5 / 800)


def test_lightness_has_its_size():
    for size in ((1, 1), (7, 3), (100, 2000), (700, 900)):
        plan = Sheet.of(*size)
        light = plan.lightness(np.full((*size, 3), 0.5, np.float32))
        assert light.shape == plan.drawn


def test_an_inked_edge_is_one_pixel_soft_however_steep_the_margin():
    place = np.tile(np.arange(9, dtype=np.float32) - 4.25, (5, 1))
    for slope in (0.1, 1.0, 20.0):
        ink = inked(slope * place, 0.01)
        assert np.allclose(ink[2], [0, 0, 0, 0, 0.25, 1, 1, 1, 1], atol=1e-5)


def test_what_was_found_is_enlarged_alike_in_any_strips(monkeypatch: pytest.MonkeyPatch):
    plan = Sheet.of(1500, 1100)
    drawn = np.random.default_rng(0).random(plan.drawn).astype(np.float32)
    whole = cv2.resize(drawn, (1100, 1500), interpolation=cv2.INTER_LINEAR)
    monkeypatch.setattr(sheet, "STRIP", 70000)
    parts = [strip.reduced(strip.of(drawn)) for strip in plan.strips()]
    assert len(parts) > 10
    assert np.allclose(np.concatenate(parts), whole, atol=1e-4)


def test_a_tile_goes_on_from_strip_to_strip(monkeypatch: pytest.MonkeyPatch):
    plan, tile = Sheet.of(700, 600), np.random.default_rng(0).random((32, 48)).astype(np.float32)
    monkeypatch.setattr(sheet, "STRIP", 70000)
    whole = np.concatenate([strip.reduced(strip.tiled(tile)) for strip in plan.strips()])
    assert np.array_equal(whole, np.tile(tile, (22, 13))[:700, :600])
    assert plan.enlarged == 1 and Sheet.of(2048, 100).enlarged == 2
