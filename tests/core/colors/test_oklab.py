"""OKLab against the values its author gives, and back again."""

import numpy as np
import pytest

from studio.core.colors.oklab import from_oklab, to_oklab


@pytest.mark.parametrize(
    ("color", "lab"),
    [((1, 1, 1), (1, 0, 0)), ((0, 0, 0), (0, 0, 0)), ((1, 0, 0), (0.628, 0.225, 0.126))],
)
def test_known_colors(color: tuple[float, ...], lab: tuple[float, ...]):
    assert to_oklab(np.array(color, np.float32)) == pytest.approx(lab, abs=1e-3)


def test_there_and_back():
    colors = np.random.default_rng(0).random((50, 3)).astype(np.float32)
    assert np.allclose(from_oklab(to_oklab(colors)), colors, atol=1e-4)


def test_what_no_screen_shows_is_clipped():
    found = from_oklab(np.array([[0.5, 0.4, 0.4], [1.5, 0, 0]], np.float32))
    assert found.min() >= 0 and found.max() <= 1
