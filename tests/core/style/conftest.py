"""Two pictures and the user's own folder, which every test of style has to itself."""

from pathlib import Path

import numpy as np
import pytest

from studio import paths
from studio.core.style.look import StylePicture


@pytest.fixture
def presets_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's presets are kept in this test."""
    monkeypatch.setattr(paths, "presets", lambda: tmp_path / "presets")
    return tmp_path / "presets"


@pytest.fixture
def content() -> np.ndarray:
    """A picture with an edge, a gradient and noise, uint8 [48, 64, 3]."""
    return scene(48, 64, 0)


@pytest.fixture
def style() -> StylePicture:
    """Another picture, of other colors and another size."""
    return StylePicture(scene(70, 56, 1)[..., ::-1].copy())


def scene(h: int, w: int, seed: int) -> np.ndarray:
    """Return a light disk before a gradient under some noise, uint8 [h, w, 3]."""
    y, x = np.mgrid[:h, :w] / max(h, w)
    disk = ((y - 0.3) ** 2 + (x - 0.4) ** 2 < 0.06).astype(float)
    ground = np.stack([0.2 + 0.5 * x, 0.3 + 0.3 * y, 0.6 - 0.4 * x], -1)
    noise = np.random.default_rng(seed).normal(0, 0.03, (h, w, 3))
    whole = ground + disk[..., None] * (0.3, 0.2, -0.2) + noise
    return np.rint(whole.clip(0, 1) * 255).astype(np.uint8)
