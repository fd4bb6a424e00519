"""From a picture: the style's strokes and colors arrive, the content stays recognizable."""

import cv2
import numpy as np
import pytest
from skimage import data

from studio.core.colors.oklab import to_oklab
from studio.core.events import Drawn, Progress, Refused, finished
from studio.core.style.method import Style, Task
from studio.core.style.methods.patch import PatchSettings, levels, stylize


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return (
        cv2.resize(data.coffee(), (120, 80), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    )


@pytest.fixture(scope="module")
def grass() -> np.ndarray:
    light = data.grass()[::4, ::4].astype(np.float32)[..., None] / 255
    return light * np.array([0.5, 1.0, 0.3], np.float32)


def restyled(content: np.ndarray, *styles: Style, **settings: float) -> np.ndarray:
    return finished(stylize(Task(content, styles), PatchSettings().updated(settings)))


def detail(image: np.ndarray) -> float:
    """Return how much lightness changes from pixel to pixel."""
    return float(np.abs(np.diff(to_oklab(image)[..., 0], axis=1)).mean())


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return how the coarse lightness of two pictures goes together, up to 1."""
    a, b = (cv2.GaussianBlur(to_oklab(x)[..., 0], (0, 0), 3).ravel() for x in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


def test_strokes_and_colors_arrive(photo: np.ndarray, grass: np.ndarray) -> None:
    made = restyled(photo, Style(grass), strength=0.9)
    assert made.shape == photo.shape and made.dtype == np.float32
    assert made.min() >= 0 and made.max() <= 1
    assert np.abs(made.mean((0, 1)) - grass.mean((0, 1))).max() < 0.06
    assert detail(made) > 1.3 * detail(photo)
    assert likeness(made, photo) > 0.6


def test_strength_goes_from_the_photograph_to_the_style(
    photo: np.ndarray, grass: np.ndarray
) -> None:
    made = [restyled(photo, Style(grass), strength=s) for s in (0.0, 0.3, 1.0)]
    assert np.array_equal(made[0], photo)
    assert likeness(made[1], photo) > likeness(made[2], photo)


def test_scale_makes_strokes_larger(photo: np.ndarray, grass: np.ndarray) -> None:
    smooth = np.ascontiguousarray(photo[:70, :70])
    dots = np.where((np.indices((96, 96)) // 6).sum(0) % 2, 0.2, 0.8).astype(np.float32)
    board = np.repeat(dots[..., None], 3, axis=2)
    fine, coarse = (restyled(smooth, Style(board), scale=scale) for scale in (0.7, 1.2))
    assert detail(fine) > 1.2 * detail(coarse)


def test_the_same_seed_gives_the_same_pixels(photo: np.ndarray, grass: np.ndarray) -> None:
    small = np.ascontiguousarray(photo[:40, :60])
    one, again, other = (restyled(small, Style(grass), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_a_heavier_style_gives_more(photo: np.ndarray, grass: np.ndarray) -> None:
    red = grass[..., ::-1].copy() * np.array([3.0, 0.4, 1.0], np.float32)
    light, heavy = (
        restyled(photo[:60], Style(grass), Style(red.clip(0, 1), weight)) for weight in (0.2, 5.0)
    )
    assert heavy[..., 0].mean() > light[..., 0].mean() + 0.1


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 200), (17, 5), (41, 40)])
def test_any_size_comes_back(size: tuple[int, int], grass: np.ndarray) -> None:
    content = np.random.default_rng(0).uniform(0, 1, (*size, 3)).astype(np.float32)
    made = restyled(content, Style(grass))
    assert made.shape == content.shape and np.isfinite(made).all()


def test_flat_pictures_are_no_trouble(grass: np.ndarray) -> None:
    flat = np.full((50, 50, 3), 0.5, np.float32)
    assert np.isfinite(restyled(flat, Style(grass))).all()
    assert np.abs(restyled(flat, Style(flat.copy())) - flat).max() < 0.02


def test_nothing_comes_from_where_a_style_is_transparent(
    photo: np.ndarray, grass: np.ndarray
) -> None:
    open_ = np.ones(grass.shape[:2], bool)
    open_[:, 64:] = False
    spoiled = np.where(open_[..., None], grass, np.array([1, 0, 1], np.float32))
    made = restyled(photo[:60, :60].copy(), Style(spoiled, open=open_))
    assert made[..., 2].mean() < 0.3


def test_a_style_smaller_than_a_patch_is_refused(photo: np.ndarray, grass: np.ndarray) -> None:
    for style in (
        Style(grass[:5, :50]),
        Style(grass, open=np.zeros(grass.shape[:2], bool)),
    ):
        with pytest.raises(Refused, match="take a larger one"):
            restyled(photo, style)


def test_coarse_looks_come_early_and_progress_goes_on(photo: np.ndarray, grass: np.ndarray) -> None:
    events = list(stylize(Task(photo, (Style(grass),)), PatchSettings()))
    looks = [event for event in events if isinstance(event, Drawn)]
    assert looks and looks[0].pictures.shape[1] <= 60 and looks[0].pictures.dtype == np.uint8
    done = [event.done / (event.total or 1) for event in events if isinstance(event, Progress)]
    assert done == sorted(done) and done[-1] == 1
    assert max(np.diff(done)) < 0.1, "a level tells how far it is"


def test_levels_double_up_to_the_whole() -> None:
    for size in ((512, 512), (300, 4000), (1, 1), (700, 30)):
        found = levels(*size)
        assert found[-1].share == 1
        assert [level.share for level in found] == [0.5**k for k in range(len(found))][::-1]
        assert min(min(level.height, level.width) for level in found) >= 8
    assert levels(4096, 4096)[-1].rounds[0].times == 0
