"""Oil looks painted at any size, keeps what is there, and obeys its settings."""

import cv2
import numpy as np
import pytest
from skimage import data

from studio.core.events import finished
from studio.core.style.method import Task
from studio.core.style.methods import oil
from studio.core.style.methods.oil import METHOD, OilSettings


def paint(content: np.ndarray, **changes: float) -> np.ndarray:
    return finished(oil.stylize(Task(content), OilSettings(**changes)))


def photograph(side: int) -> np.ndarray:
    picture = data.astronaut().astype(np.float32) / 255
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    return photograph(192)


def test_strength_goes_from_the_photograph_to_the_painting(face):
    none, half, full = (paint(face, strength=s) for s in (0.0, 0.5, 1.0))
    assert np.abs(none - face).max() < 1 / 255
    assert np.abs(half - (face + full) / 2).max() < 1e-3
    assert np.abs(full - face).mean() > 0.02


def test_the_same_seed_gives_the_same_pixels(face):
    first = paint(face)
    assert np.array_equal(first, paint(face))
    assert np.abs(first - paint(face, seed=1)).mean() > 0.01


def test_what_is_there_stays_recognizable(face):
    for preset in METHOD.presets.values():
        small = [
            cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA)
            for p in (face, paint(face, **preset))
        ]
        assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.95


def test_detail_keeps_more_of_the_picture(face):
    broad, fine = (np.abs(paint(face, detail=d, relief=0) - face).mean() for d in (0.0, 1.0))
    assert fine < 0.8 * broad


def test_relief_lights_the_paint_and_keeps_the_mean(face):
    flat, thick = paint(face, relief=0.0), paint(face, relief=1.0)
    assert np.abs(thick - flat).mean() > 0.01
    assert abs(thick.mean() - flat.mean()) < 0.02


def test_vividness_makes_colors_purer(face):
    dull, vivid = (np.ptp(paint(face, vividness=v), axis=2).mean() for v in (0.0, 1.0))
    assert vivid > 1.1 * dull


def test_a_small_preview_looks_like_the_large_picture():
    large = cv2.resize(paint(photograph(512)), (128, 128), interpolation=cv2.INTER_AREA)
    content = photograph(128)
    preview = paint(content)
    effects = [large - content, preview - content]
    assert 0.8 < effects[1].std() / effects[0].std() < 1.25
    assert np.corrcoef(*(e.ravel() for e in effects))[0, 1] > 0.4
    assert np.abs(cv2.blur(large - preview, (9, 9))).mean() < 0.02


def test_light_in_strips_is_light_in_one_piece(face, monkeypatch):
    whole = paint(face)
    monkeypatch.setattr(oil, "STRIP", 192 * 24)
    assert np.abs(paint(face) - whole).max() < 1 / 255


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 3), (90, 2)])
def test_any_size_will_do(shape):
    content = np.random.default_rng(0).random((*shape, 3), np.float32)
    result = paint(content)
    assert result.shape == content.shape
    assert result.dtype == np.float32
    assert 0 <= result.min() <= result.max() <= 1


def test_a_flat_picture_stays_of_one_color():
    flat = np.full((64, 64, 3), 0.5, np.float32)
    assert np.abs(paint(flat, relief=0, vividness=0) - flat).max() < 0.03
