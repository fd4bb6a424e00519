import numpy as np

from studio.core.events import finished
from studio.core.steps import told
from studio.core.style import lines


def contours(light: np.ndarray, width: float, level: float) -> np.ndarray:
    return finished(told(lines.contours(light, width, level), 0, 100, ""))


def test_an_edge_gets_one_line_and_flat_areas_none():
    light = np.full((120, 160), 0.8, np.float32)
    light[:, 80:] = 0.3
    inked = contours(light, 3, 0.5) > 0
    assert inked[20:100, 76:88].any(1).all()
    assert not inked[:, :70].any() and not inked[:, 95:].any()
    assert inked[60].sum() <= 6


def test_grain_is_no_line():
    grain = np.random.default_rng(0).normal(0.6, 0.01, (150, 150)).astype(np.float32)
    assert not (contours(grain, 3, 0.5) > 0).any()


def test_a_broader_pen_draws_broader_lines():
    y, x = np.mgrid[0:200, 0:200]
    disc = np.where(np.hypot(y - 100, x - 100) < 60, 0.3, 0.8).astype(np.float32)
    thin, broad = (contours(disc, width, 0.5) > 0 for width in (2, 6))
    assert broad.sum() > 1.8 * thin.sum() > 0


def test_a_lower_level_draws_more():
    light = np.random.default_rng(0).random((30, 40)).astype(np.float32).repeat(6, 0).repeat(6, 1)
    assert (contours(light, 3, 0.2) > 0).sum() > 1.3 * (contours(light, 3, 1.0) > 0).sum()


def test_any_size():
    for size in ((1, 1), (1, 30), (30, 1), (3, 2)):
        assert contours(np.full(size, 0.5, np.float32), 0.1, 0.5).max() <= 0
