"""Colors alone: the style's palette arrives, and nothing else."""

import numpy as np
import pytest

from studio.core.colors.oklab import to_oklab
from studio.core.events import finished
from studio.core.style import strips
from studio.core.style.color import Palette
from studio.core.style.method import Style, StyleSettings, Task
from studio.core.style.methods import colors
from tests.core.style.conftest import scene


def picture(seed: int, h: int = 48, w: int = 64) -> np.ndarray:
    """A scene as float32; another seed has other colors."""
    found = scene(h, w, seed).astype(np.float32) / 255
    return (0.2 + 0.6 * found[..., ::-1]).astype(np.float32) if seed else found


def painted(content: np.ndarray, *styles: Style, strength: float = 1.0) -> np.ndarray:
    """The content in the styles' colors."""
    return finished(colors.stylize(Task(content, styles), StyleSettings(strength=strength)))


def test_mean_and_spread_become_the_styles():
    style = picture(1)
    found, goal = (to_oklab(p).reshape(-1, 3) for p in (painted(picture(0), Style(style)), style))
    assert np.abs(found.mean(0) - goal.mean(0)).max() < 0.01
    assert np.abs(np.cov(found.T) - np.cov(goal.T)).max() < 0.005


def test_equal_colors_stay_equal_and_half_is_half_way():
    content = np.repeat(np.repeat(picture(0, 6, 8), 4, 0), 4, 1)
    full, half = (painted(content, Style(picture(1)), strength=s) for s in (1.0, 0.5))
    assert np.array_equal(full[::4, ::4], full[3::4, 3::4])
    assert np.allclose(half, (content + full) / 2, atol=1e-6)


def test_strips_leave_no_seam(monkeypatch):
    content, style = picture(0), Style(picture(1))
    whole = painted(content, style)
    monkeypatch.setattr(strips, "PIXELS", 200)
    assert np.abs(painted(content, style) - whole).max() < 1e-5


def test_a_large_style_has_the_palette_of_a_small_one():
    small = picture(1)
    large = np.kron(small, np.ones((8, 8, 1), np.float32))
    mine, theirs = colors.palette((Style(large),)), colors.palette((Style(small),))
    assert np.abs(mine.mean - theirs.mean).max() < 0.005


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_what_is_transparent_counts_for_nothing(share):
    style = picture(1)
    open_ = np.zeros(style.shape[:2], bool)
    open_[:, 20:] = True
    hidden = style.copy()
    hidden[~open_] = share
    expected = Palette.of(to_oklab(style[:, 20:]))
    assert np.allclose(colors.palette((Style(hidden, 1.0, open_),)).mean, expected.mean, atol=1e-5)
