from typing import Any

import cv2
import numpy as np
import pytest

from studio.core.events import Progress, finished
from studio.core.style import sheet
from studio.core.style.method import Task
from studio.core.style.methods import pencil

METHOD = pencil.METHOD
HATCHINGS = ["slanted", "crossed", "forms", "smudged"]


def restyled(content: np.ndarray, **changes: Any) -> np.ndarray:
    return finished(METHOD.stylize(Task(content), METHOD.settings().updated(changes)))


def picture(h: int, w: int) -> np.ndarray:
    """Return a dark disc and a mid one before a light that falls off."""
    y, x = (np.mgrid[0:h, 0:w] + 0.5) / max(h, w)
    tones = 0.95 - 0.5 * x
    tones[np.hypot(y - 0.3, x - 0.3) < 0.15] = 0.08
    tones[np.hypot(y - 0.5, x - 0.7) < 0.15] = 0.4
    return np.repeat(tones[..., None], 3, 2).astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (7, 3), (50, 301)])
@pytest.mark.parametrize("preset", METHOD.presets)
def test_every_size_and_preset(size: tuple[int, int], preset: str):
    content = picture(*size)
    result = restyled(content, **METHOD.presets[preset])
    assert result.shape == content.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1


def test_a_large_print_is_not_smooth():
    result = restyled(picture(1600, 2000), hatching="smudged")[900:1100, 1300:1500, 0]
    assert (result - cv2.GaussianBlur(result, (0, 0), 2)).std() > 0.02


def test_no_strength_is_the_content():
    content = picture(60, 80)
    assert np.abs(restyled(content, strength=0) - content).max() < 1 / 255


def test_without_shade_only_outlines_are_drawn():
    result = restyled(picture(300, 400), shade=0, grain=0)[..., 0]
    assert result[115:125, 115:125].min() > 0.97  # inside the dark disc
    assert result[118:122, 174:186].min() < 0.8  # its rim


@pytest.mark.parametrize("hatching", HATCHINGS)
def test_dark_places_take_more_graphite(hatching: str):
    result = restyled(picture(300, 400), shade=0.7, hatching=hatching)[..., 0]
    dark, middle, light = result[90:150, 90:150], result[180:220, 260:300], result[230:, :60]
    assert dark.mean() < middle.mean() - 0.1 < light.mean() - 0.2


def test_strokes_show_where_nothing_is_smudged():
    spread = {
        hatching: restyled(picture(300, 400), hatching=hatching, grain=0)[230:, 60:120].std()
        for hatching in HATCHINGS
    }
    assert min(spread[h] for h in HATCHINGS[:3]) > 2 * spread["smudged"]


def test_a_softer_pencil_is_blacker():
    hard, soft = (restyled(picture(300, 400), softness=s).min() for s in (0, 1))
    assert soft < hard - 0.2


def test_grain_roughens_middle_tones():
    plain, rough = (
        restyled(picture(300, 400), hatching="smudged", grain=grain)[180:220, 260:300].std()
        for grain in (0, 1)
    )
    assert rough > 2 * plain


@pytest.mark.parametrize("hatching", HATCHINGS)
def test_strips_change_nothing(hatching: str, monkeypatch: pytest.MonkeyPatch):
    content = picture(130, 170)
    whole = restyled(content, hatching=hatching)
    monkeypatch.setattr(sheet, "STRIP", 20000)
    assert np.abs(restyled(content, hatching=hatching) - whole).max() < 0.5 / 255


def test_same_seed_same_pixels_another_seed_others():
    content = picture(90, 120)
    assert np.array_equal(restyled(content, seed=3), restyled(content, seed=3))
    assert not np.array_equal(restyled(content, seed=3), restyled(content, seed=2**31 - 1))


@pytest.mark.parametrize("preset", METHOD.presets)
def test_preview_looks_like_the_large_picture(preset: str):
    large = restyled(picture(768, 1024), **METHOD.presets[preset])
    preview = restyled(picture(192, 256), **METHOD.presets[preset])
    shrunk = cv2.resize(large, (256, 192), interpolation=cv2.INTER_AREA)
    soft = [cv2.GaussianBlur(p[..., 0], (0, 0), 2) for p in (shrunk, preview)]
    assert np.abs(soft[0] - soft[1]).mean() < 0.03


def test_progress_grows():
    events = list(METHOD.stylize(Task(picture(90, 120)), METHOD.settings()))
    shares = [e.done / e.total for e in events if isinstance(e, Progress) and e.total]
    assert shares == sorted(shares) and shares[-1] <= 1
