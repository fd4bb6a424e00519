"""The first brush covers the canvas, smaller ones go where the picture asks for them."""

import numpy as np
import pytest

from studio.core.style.strokes import HASTY, PLAN, Plan, Strokes


def plan_of(picture: np.ndarray) -> Plan:
    return Plan(picture, np.random.default_rng(0))


def layer(plan: Plan, width: float, error: float, length: float = 5.0) -> Strokes:
    rng = np.random.default_rng(0)
    return plan.layer(plan.seen(width), width, length, error, rng)


def halves(size: int = 128) -> np.ndarray:
    """Return a picture dark on the left; on the right it has small bright spots."""
    picture = np.full((size, size, 3), 0.2, np.float32)
    y, x = np.indices((size, size))
    picture[(x > size * 0.6) & (x % 10 < 4) & (y % 10 < 4)] = 0.9
    return picture


def test_the_first_brush_covers_the_canvas():
    plan = plan_of(halves())
    layer(plan, 0.03, 0.0)
    assert np.isfinite(plan.canvas).mean() > 0.98


def test_a_small_brush_goes_where_something_is_missing():
    plan = plan_of(halves())
    layer(plan, 0.06, 0.0)
    strokes = layer(plan, 0.01, 0.1)
    assert len(strokes.angle) > 20
    assert (strokes.middle[:, 0] > 0.55).mean() > 0.95


def test_strokes_run_along_an_edge():
    picture = np.zeros((200, 200, 3), np.float32)
    picture[:, 100:] = 1
    strokes = layer(plan_of(picture), 0.04, 0.0)
    near = np.abs(strokes.middle[:, 0] - 0.5) < 0.06
    assert near.sum() > 20
    assert np.abs(np.cos(strokes.angle[near])).max() < 0.2


def test_a_round_form_bends_its_strokes_around_it():
    y, x = np.indices((256, 256), np.float32) - 128
    rings = 0.5 + 0.3 * np.cos(np.hypot(x, y) / 12)
    strokes = layer(plan_of(rings[..., None].repeat(3, 2)), 0.02, 0.0, length=8.0)
    out = strokes.middle - 0.5
    around = (np.hypot(*out.T) > 0.15) & (np.hypot(*out.T) < 0.4)
    normal = np.stack([-np.sin(strokes.angle), np.cos(strokes.angle)], 1)
    bow = (normal * out).sum(1) * strokes.bend
    assert (bow[around] > 0).mean() > 0.8


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 3), (300, 20)])
def test_any_size_has_strokes_on_it(shape):
    plan = plan_of(np.random.default_rng(0).random((*shape, 3), np.float32))
    strokes = layer(plan, 0.02, 0.0)
    assert max(plan.content.shape) == (HASTY if max(shape) <= HASTY else PLAN)
    assert len(strokes.angle) > 0
    sides = np.array(shape[::-1]) / max(shape)
    assert (strokes.middle > -0.03).all()
    assert (strokes.middle < sides + 0.03).all()
