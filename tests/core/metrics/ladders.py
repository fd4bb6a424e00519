"""Corruption ladders: real pictures made worse step by step, each along one axis."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.stats import rankdata

from studio.core.data.sprites import sprites
from studio.core.metrics.views import over

KINDS = 12


def pictures(count: int, seed: int = 0) -> np.ndarray:
    """Sprites over white, uint8 [count, 32, 32, 3]; kinds take turns, KINDS in all."""
    return over(sprites(count, seed)[0], 255)


def blurred(x: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(x.astype(float), (0, sigma, sigma, 0)).round().astype(np.uint8)


def noisy(x: np.ndarray, levels: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, levels, x.shape)
    return (x + noise).clip(0, 255).astype(np.uint8)


def compressed(x: np.ndarray, loss: float) -> np.ndarray:
    """JPEG at quality 100 - loss."""
    return np.stack([_jpeg(picture, round(100 - loss)) for picture in x])


def _jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def tinted(x: np.ndarray, turn: float) -> np.ndarray:
    """Turn every hue by `turn` in 0..0.5 of the circle."""
    found = []
    for picture in x:
        hsv = np.array(Image.fromarray(picture).convert("HSV")).astype(int)
        hsv[..., 0] = (hsv[..., 0] + round(256 * turn)) % 256
        found.append(np.asarray(Image.fromarray(hsv.astype(np.uint8), "HSV").convert("RGB")))
    return np.stack(found)


def dropped(x: np.ndarray, kinds: float) -> np.ndarray:
    """Replace the pictures of the first `kinds` kinds by those of the others."""
    kind = np.arange(len(x)) % KINDS
    left = np.flatnonzero(kind >= kinds)
    places = np.where(kind >= kinds, np.arange(len(x)), np.resize(left, len(x)))
    return x[places]


def repeated(x: np.ndarray, share: float) -> np.ndarray:
    """Replace `share` of the pictures by copies of the first few of the rest."""
    kept = round(len(x) * (1 - share))
    few = max(1, kept // 8)
    return x[np.concatenate([np.arange(kept), np.resize(np.arange(few), len(x) - kept)])]


def rank(rungs: Iterable[float], values: Iterable[float]) -> float:
    """Spearman's correlation."""
    return float(np.corrcoef(rankdata(list(rungs)), rankdata(list(values)))[0, 1])


def mixed(x: np.ndarray, share: float) -> np.ndarray:
    """Blur `share` of the pictures."""
    split = round(len(x) * share)
    return np.concatenate([blurred(x[:split], 1.0), x[split:]])
