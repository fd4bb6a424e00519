from typing import Any

import cv2
import numpy as np
import pytest

from studio.core.events import Progress, finished
from studio.core.style import sheet
from studio.core.style.method import Task
from studio.core.style.methods import ink

METHOD = ink.METHOD
SHADINGS = ["none", "hatching", "dots", "cuts", "wash"]


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


def test_no_strength_is_the_content():
    content = picture(60, 80)
    assert np.abs(restyled(content, strength=0) - content).max() < 1 / 255


def test_rims_are_lines_and_the_open_paper_is_clean():
    result = restyled(picture(300, 400), dark=0)[..., 0]
    assert result[200, 220:225].min() < 0.5  # the mid disc's left rim
    assert result[250:, :150].min() == 1
    assert result[110:130, 110:130].min() == 1  # inside the dark disc: lines alone


def test_darkness_fills_the_dark():
    result = restyled(picture(300, 400), dark=0.6)[..., 0]
    assert result[100:140, 100:140].max() == 0
    assert result[250:, :100].min() == 1


@pytest.mark.parametrize("shading", SHADINGS[1:])
def test_shading_stands_between_black_and_paper(shading: str):
    plain, shaded = (restyled(picture(300, 400), dark=0.9, shading=s) for s in ("none", shading))
    assert shaded[:, 300:].mean() < 0.97 * plain[:, 300:].mean()
    assert shaded[250:, :60].min() == 1


@pytest.mark.parametrize("shading", SHADINGS)
def test_strips_change_nothing(shading: str, monkeypatch: pytest.MonkeyPatch):
    content = picture(130, 170)
    whole = restyled(content, shading=shading)
    monkeypatch.setattr(sheet, "STRIP", 20000)
    assert np.abs(restyled(content, shading=shading) - whole).max() < 0.5 / 255


def test_same_seed_same_pixels_another_seed_others():
    content = picture(90, 120)
    first = restyled(content, shading="cuts", dark=0.9, seed=3)
    assert np.array_equal(first, restyled(content, shading="cuts", dark=0.9, seed=3))
    assert not np.array_equal(first, restyled(content, shading="cuts", dark=0.9, seed=4))


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
