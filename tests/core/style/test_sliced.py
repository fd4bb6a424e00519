"""The flow of patches: it comes near its target, is held back where asked, and leaves no seam."""

import numpy as np
import pytest

from studio.core.events import Progress, finished
from studio.core.style import sliced
from studio.core.style.guides import guide
from studio.core.style.patches import Source

TICK = Progress(0, 1, "Test")


def stripes(h: int, w: int) -> np.ndarray:
    """Return a picture of slanted stripes in two colors, float32 [h, w, 3]."""
    rows, columns = np.mgrid[:h, :w]
    share = (0.5 + 0.5 * np.sin((rows + 2 * columns) / 3))[..., None]
    return (share * [0.9, 0.6, 0.1] + (1 - share) * [0.1, 0.2, 0.5]).astype(np.float32)


def source(colors: np.ndarray, weight: float = 1.0) -> Source:
    return Source(colors, guide(colors), weight, np.ones(colors.shape[:2], np.float32))


def free(image: np.ndarray) -> sliced.Hold:
    return sliced.Hold(image.copy(), np.zeros((*image.shape[:2], 1), np.float32))


def flowed(image: np.ndarray, sources: tuple[Source, ...], steps: int = 8) -> np.ndarray:
    goal = sliced.target(sources, np.random.default_rng(1))
    moved = image.copy()
    finished(sliced.flow(moved, goal, free(image), steps, np.random.default_rng(2), TICK))
    return moved


def distance(image: np.ndarray, style: np.ndarray) -> float:
    """Return the sliced Wasserstein distance of 7 x 7 patches, on directions not used before."""
    rng = np.random.default_rng(99)
    directions = rng.standard_normal((3 * 49, 64)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    sets = []
    for picture in (image, style):
        windows = np.lib.stride_tricks.sliding_window_view(picture, (7, 7), (0, 1))
        patches = windows.reshape(-1, 147)
        at = np.linspace(0, 1, 200)
        sets.append(np.quantile(patches @ directions, at, axis=0))
    return float(np.abs(sets[0] - sets[1]).mean())


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(5).uniform(0, 1, (40, 53, 3)).astype(np.float32)


def test_patches_come_to_be_distributed_as_the_style_s(noise: np.ndarray) -> None:
    style = stripes(60, 60)
    assert distance(flowed(noise, (source(style),), 24), style) < 0.3 * distance(noise, style)


def test_of_two_styles_the_mean_is_by_weight(noise: np.ndarray) -> None:
    dark, bright = (np.full((30, 30, 3), level, np.float32) for level in (0.2, 0.8))
    made = flowed(noise, (source(dark, 1.0), source(bright, 3.0)), 14)
    assert abs(made.mean() - 0.65) < 0.02


def test_what_is_held_stays(noise: np.ndarray) -> None:
    force = np.zeros((40, 53, 1), np.float32)
    force[:, 30:] = 1e4
    goal = sliced.target((source(stripes(40, 40)),), np.random.default_rng(1))
    moved = noise.copy()
    finished(sliced.flow(moved, goal, sliced.Hold(noise, force), 4, np.random.default_rng(2), TICK))
    assert np.abs(moved[:, 34:] - noise[:, 34:]).max() < 1e-2
    assert np.abs(moved[:, :26] - noise[:, :26]).mean() > 0.1


def test_moved_in_parts_it_is_as_moved_whole(
    noise: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = flowed(noise, (source(stripes(40, 40)),))
    monkeypatch.setattr(sliced, "PIXELS", 53 * 9)
    parts = flowed(noise, (source(stripes(40, 40)),))
    assert np.abs(parts - whole).max() * 255 < 1.5


def test_nothing_is_taken_from_where_a_style_is_closed(noise: np.ndarray) -> None:
    colors = np.full((40, 40, 3), 0.3, np.float32)
    colors[:, 20:] = 1.0
    open_ = np.ones((40, 40), np.float32)
    open_[:, 20:] = 0
    goal = sliced.target((Source(colors, guide(colors), 1.0, open_),), np.random.default_rng(0))
    assert float(goal.samples[0].max()) < 0.31


@pytest.mark.parametrize("size", [(8, 8), (8, 90)])
def test_small_ones_move_too(size: tuple[int, int]) -> None:
    image = np.zeros((*size, 3), np.float32)
    made = flowed(image, (source(np.full((16, 16, 3), 0.5, np.float32)),), 12)
    assert np.abs(made - 0.5).max() < 0.1
