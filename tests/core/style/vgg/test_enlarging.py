"""A painting enlarged keeps its colors, has no seams, and takes fine things from the photograph."""

import cv2
import numpy as np
import pytest

from studio.core.style.vgg import enlarging
from studio.core.style.vgg.enlarging import enlarged


def run(content: np.ndarray, painted: np.ndarray) -> np.ndarray:
    out = np.empty_like(content)
    assert list(enlarged(content, painted, out))[-1] == 1.0
    return out


def photo(h: int, w: int) -> np.ndarray:
    """Return shades of gray, smooth over four pixels."""
    coarse = np.random.default_rng(0).random((h // 4, w // 4, 1), np.float32)
    return np.repeat(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)[..., None], 3, 2)


def test_strips_leave_no_seams(monkeypatch: pytest.MonkeyPatch):
    content = photo(600, 400)
    painted = cv2.resize(1 - content, (80, 120), interpolation=cv2.INTER_AREA)
    monkeypatch.setattr(enlarging, "STRIP", 10_000)
    whole = run(content, painted)
    for rows in (64, 100):
        monkeypatch.setattr(enlarging, "STRIP", rows)
        assert np.abs(run(content, painted) - whole).max() < 1e-5


def test_a_photograph_comes_back_from_its_small_copy():
    content = photo(256, 384)
    small = cv2.resize(content, (96, 64), interpolation=cv2.INTER_AREA)
    plain = cv2.resize(small, (384, 256), interpolation=cv2.INTER_CUBIC)
    restored = run(content, small)
    assert np.abs(restored - content).mean() < 0.6 * np.abs(plain - content).mean()


def test_flat_paint_stays_flat_and_an_edge_grows_steeper_without_halo():
    content = np.full((256, 256, 3), 0.5, np.float32)
    painted = np.full((32, 32, 3), 0.2, np.float32)
    painted[:, 16:] = 0.8
    out = run(content, painted)
    assert np.allclose(out[:, :96], 0.2, atol=1e-3) and np.allclose(out[:, 160:], 0.8, atol=1e-3)
    plain = cv2.resize(painted, (256, 256), interpolation=cv2.INTER_CUBIC)
    assert np.diff(out[128, :, 0]).max() > 1.3 * np.diff(plain[128, :, 0]).max()
    assert out.min() > 0.199 and out.max() < 0.801
