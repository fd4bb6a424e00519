from typing import Any

import numpy as np
import pytest

from studio.core.colors.palette import machine
from studio.core.events import Progress, finished
from studio.core.style.method import Task
from studio.core.style.methods import pixel

METHOD = pixel.METHOD


def restyled(content: np.ndarray, **changes: Any) -> np.ndarray:
    return finished(METHOD.stylize(Task(content), METHOD.settings().updated(changes)))


def picture(h: int, w: int, seed: int = 0) -> np.ndarray:
    """Return soft colors with a dark disc on them."""
    y, x = np.mgrid[0:h, 0:w] / max(h, w)
    phase = np.random.default_rng(seed).random(3)
    soft = 0.5 + 0.4 * np.sin(5 * (x[..., None] + y[..., None] * (1, 2, 3)) + 6 * phase)
    soft[np.hypot(y - 0.4, x - 0.4) < 0.2] = 0.05
    return soft.astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (7, 3), (50, 301)])
@pytest.mark.parametrize("preset", METHOD.presets)
def test_every_size_and_preset(size: tuple[int, int], preset: str):
    content = picture(*size)
    result = restyled(content, **METHOD.presets[preset])
    assert result.shape == content.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1


def test_no_strength_is_the_content():
    content = picture(60, 80)
    assert np.abs(restyled(content, strength=0) - content).max() < 1 / 255


def test_colors_are_at_most_as_many_as_asked():
    result = restyled(picture(90, 120), colors=5)
    assert len(np.unique(result.reshape(-1, 3), axis=0)) == 5


@pytest.mark.parametrize("pattern", ["checker", "grain", "scatter"])
@pytest.mark.parametrize("name", ["1-bit", "game-boy", "cga", "c64", "pico-8"])
def test_machines_show_only_their_colors_and_more_than_one(name: str, pattern: str):
    result = restyled(picture(90, 120), palette=name, pattern=pattern)
    used = np.unique(result.reshape(-1, 3), axis=0)
    assert {tuple(c) for c in used} <= {tuple(c) for c in machine(name)}
    assert len(used) > 1


def test_pixels_are_square_blocks():
    result = restyled(picture(120, 160), pixels=20)
    blocks = result.reshape(15, 8, 20, 8, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()


def test_outline_darkens_the_rim_only():
    content = np.full((64, 64, 3), 0.8, np.float32)
    content[16:48, 16:48] = 0.5
    darker = restyled(content, pixels=64, outline=1, dither=0) < restyled(
        content, pixels=64, dither=0
    )
    assert darker[16, 16:48].all() and darker[16:48, 47].all()
    assert not darker[18:46, 18:46].any() and not darker[:16].any()


def test_strips_change_nothing(monkeypatch: pytest.MonkeyPatch):
    content = picture(130, 170)
    whole = restyled(content)
    monkeypatch.setattr(pixel, "STRIP", 1000)
    assert np.array_equal(restyled(content), whole)


def test_same_seed_same_pixels_another_seed_others():
    content = picture(90, 120)
    assert np.array_equal(restyled(content, seed=3), restyled(content, seed=3))
    assert not np.array_equal(restyled(content, seed=3), restyled(content, seed=4))


def test_preview_looks_like_the_large_picture():
    large = restyled(picture(512, 512), pixels=64)
    preview = restyled(picture(256, 256), pixels=64)
    assert np.abs(large[4::8, 4::8] - preview[2::4, 2::4]).mean() < 0.08


def test_progress_grows():
    events = list(METHOD.stylize(Task(picture(90, 120)), pixel.PixelSettings(pattern="scatter")))
    shares = [e.done / e.total for e in events if isinstance(e, Progress) and e.total]
    assert shares == sorted(shares) and shares[-1] <= 1


@pytest.mark.parametrize("name", ["1-bit", "game-boy"])
def test_flat_black_and_white_stay_so(name: str):
    for light, color in ((0.0, machine(name)[0]), (1.0, machine(name)[-1])):
        assert (restyled(np.full((30, 40, 3), light, np.float32), palette=name) == color).all()
