"""Watercolor looks washed at any size, keeps what is there, and obeys its settings."""

import cv2
import numpy as np
import pytest
from skimage import data

from studio.core.events import finished
from studio.core.style.method import Task
from studio.core.style.methods import watercolor
from studio.core.style.methods.watercolor import METHOD, WatercolorSettings


def paint(content: np.ndarray, **changes: float) -> np.ndarray:
    return finished(watercolor.stylize(Task(content), WatercolorSettings(**changes)))


def photograph(side: int) -> np.ndarray:
    picture = data.astronaut().astype(np.float32) / 255
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    return photograph(256)


def test_strength_goes_from_the_photograph_to_the_painting(face):
    none, half, full = (paint(face, strength=s) for s in (0.0, 0.5, 1.0))
    assert np.abs(none - face).max() < 1 / 255
    assert np.abs(half - (face + full) / 2).max() < 1e-3
    assert np.abs(full - face).mean() > 0.05


def test_the_same_seed_gives_the_same_pixels(face):
    first = paint(face)
    assert np.array_equal(first, paint(face))
    assert np.abs(first - paint(face, seed=1)).mean() > 0.01


def test_what_is_there_stays_recognizable(face):
    for preset in METHOD.presets.values():
        painted = paint(face, **{**preset, "border": 0})
        small = [cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA) for p in (face, painted)]
        assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.85


def test_white_stays_paper_and_black_stays_transparent():
    halves = np.zeros((128, 128, 3), np.float32)
    halves[:, 64:] = 1
    painted = paint(halves, border=0)
    assert painted[:, 80:].min() > 0.9
    assert 0.1 < painted[:, :48].mean() < 0.35


def test_the_border_is_left_white(face):
    painted = paint(face, border=50)
    assert painted[:5].min() > 0.85
    assert painted[128, 60:70].mean() < painted[:5].mean()
    assert np.abs(painted[90:166, 90:166] - paint(face, border=0)[90:166, 90:166]).max() == 0


def test_a_wash_is_darker_where_it_dried():
    patch = np.ones((256, 256, 3), np.float32)
    patch[64:192, 64:192] = [0.4, 0.6, 0.9]
    plain, dried = (paint(patch, border=0, edges=e, wetness=0, paper=0) for e in (0.0, 1.0))
    change = (plain - dried).mean(2)
    assert change[64:192, 64:192].max() > 0.05
    assert abs(change[118:138, 118:138]).max() < 0.01
    assert abs(change[:40]).max() < 0.01


def test_wet_paper_blurs_borders(face):
    dry, wet = (paint(face, wetness=v, paper=0, edges=0) for v in (0.0, 1.0))
    assert np.abs(np.diff(wet, axis=1)).mean() < 0.9 * np.abs(np.diff(dry, axis=1)).mean()


def test_paper_has_a_grain(face):
    smooth, rough = (paint(photograph(512), paper=v, border=0) for v in (0.0, 1.0))
    grain = [p - cv2.GaussianBlur(p, (0, 0), 1) for p in (smooth, rough)]
    assert grain[1].std() > 1.1 * grain[0].std()


def test_a_small_preview_looks_like_the_large_picture():
    large = cv2.resize(paint(photograph(512)), (128, 128), interpolation=cv2.INTER_AREA)
    content = photograph(128)
    preview = paint(content)
    assert np.abs(large - preview).mean() < 0.5 * np.abs(large - content).mean()


def test_strips_are_as_one_piece(face, monkeypatch):
    whole = paint(face)
    monkeypatch.setattr(watercolor, "STRIP", 256 * 24)
    assert np.abs(paint(face) - whole).max() < 1 / 255


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 3), (90, 2)])
def test_any_size_will_do(shape):
    content = np.random.default_rng(0).random((*shape, 3), np.float32)
    for border in (0.0, 20.0):
        result = paint(content, border=border)
        assert result.shape == content.shape
        assert result.dtype == np.float32
        assert 0 <= result.min() <= result.max() <= 1


def test_a_border_leaves_most_of_a_panorama():
    strip = np.full((40, 600, 3), 0.2, np.float32)
    painted = paint(strip, border=100)
    assert painted[16:24, 50:550].max() < 0.75
