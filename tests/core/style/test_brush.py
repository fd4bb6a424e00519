"""A stroke lands where it is meant to, in its color, as long and as wide as it is meant to be."""

import numpy as np
import pytest

from studio.core.style.brush import Brush, lay
from studio.core.style.strokes import BENT, Strokes


def stroke(angle: float, bend: float = 0.0, middle: tuple[float, float] = (0.5, 0.5)) -> Strokes:
    return Strokes(
        0.1,
        np.array([middle]),
        np.array([angle]),
        np.array([0.6]),
        np.array([bend]),
        np.array([[1.0, 0.5, 0.0]]),
        np.full((1, 4), 0.5, np.float32),
    )


def painted(strokes: Strokes, size: int = 100, bristles: float = 0.0) -> np.ndarray:
    canvas = np.zeros((4, size, size), np.float32)
    brush = Brush(strokes.width * size, 6.0, bristles, BENT, np.random.default_rng(0))
    list(lay(canvas, strokes, brush))
    return canvas


def test_a_knife_lays_a_bar_of_its_color():
    canvas = painted(stroke(0.0))
    rows, columns = np.nonzero(canvas[0] > 0.5)
    assert abs(np.ptp(rows) + 1 - 10) <= 2
    assert abs(np.ptp(columns) + 1 - 54) <= 6
    assert np.allclose(canvas[:3, 50, 50], [1, 0.5, 0], atol=0.01)
    assert canvas[3, 50, 50] > 0.2
    assert canvas[:, 80].max() == 0


@pytest.mark.parametrize("angle", [0.7, np.pi / 2, 3.0])
def test_a_stroke_lies_in_its_direction(angle):
    rows, columns = np.nonzero(painted(stroke(angle))[0] > 0.5)
    along = np.cov(columns, rows)
    values, vectors = np.linalg.eigh(along)
    assert abs(vectors[:, 1] @ [np.cos(angle), np.sin(angle)]) > 0.99
    assert values[1] > 15 * values[0]


def test_a_bent_stroke_stands_off_its_chord():
    canvas = painted(stroke(0.0, bend=0.2))[0]
    middle, end = (
        np.nonzero(canvas[:, 50] > 0.5)[0].mean(),
        np.nonzero(canvas[:, 26] > 0.5)[0].mean(),
    )
    assert 50 + 8 < middle < 50 + 16
    assert middle - end > 5


def test_bristles_leave_gaps():
    knife, hog = painted(stroke(0.0)), painted(stroke(0.0), bristles=1.0)
    inside = np.s_[0, 47:54, 30:66]
    assert knife[inside].min() > 0.95
    assert hog[inside].min() < 0.9


def test_strokes_beyond_the_picture_are_cut_off():
    assert painted(stroke(0.7, middle=(0.0, 0.0)))[0].max() > 0.5
    assert painted(stroke(0.0, middle=(3.0, 0.5)))[0].max() == 0
