"""Dither: a picture in the colors of a palette, the tones between them by pattern.

Colors here are float32 in `palette.to_space`: a picture [h, w, 3], a palette [k, 3]; results are
indices into the palette, int [h, w]. `amount` runs from 0, the nearest color everywhere, to 1.
"""

from functools import cache

import numpy as np

from studio.core.colors.palette import nearest
from studio.core.steps import Steps

CHUNK = 8192  # pixels whose pairs of colors are weighed at once
# How much a pattern of two colors disturbs, against being a wrong color: at full amount, and what
# no amount adds. Below this share of a partner an area stays flat.
COARSE, COARSER = 0.05, 0.2
FRONTS = 200  # of error diffusion at one go, some 10 ms


@cache
def bayer(order: int = 3) -> np.ndarray:
    """Return the ordered thresholds, float32 [2^order, 2^order] in (0, 1).

    Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
    """
    ranks = np.zeros((1, 1), np.int64)
    for _ in range(order):
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return ((ranks + 0.5) / ranks.size).astype(np.float32)


@cache
def blue_noise(side: int = 64) -> np.ndarray:
    """Return tileable thresholds without low frequencies, float32 [side, side] in (0, 1).

    White noise, high-passed and spread evenly again, in turn; much quicker than void-and-cluster
    (Ulichney, "The void-and-cluster method for dither array generation", SPIE 1993).
    """
    noise = np.random.default_rng(0).random((side, side))
    across = np.fft.fftfreq(side)
    low = np.exp(-2 * (np.pi * 1.5) ** 2 * (across[:, None] ** 2 + across**2))
    for _ in range(40):
        high = np.fft.ifft2(np.fft.fft2(noise) * (1 - low)).real
        noise = (high.ravel().argsort().argsort().reshape(side, side) + 0.5) / side**2
    return noise.astype(np.float32)


def patterned(
    lab: np.ndarray, palette: np.ndarray, thresholds: np.ndarray, amount: float
) -> np.ndarray:
    """Dither by tiled thresholds [m, n] in (0, 1), such as `bayer()` and `blue_noise()`.

    Every pixel mixes its nearest color with the one partner that comes closest to it, so that what
    a palette has stays flat and patterns never hold a third color.
    """
    h, w = lab.shape[:2]
    m, n = thresholds.shape
    tiled = np.tile(thresholds, (-(-h // m), -(-w // n)))[:h, :w]
    flat, level = lab.reshape(-1, 3), 0.5 + amount * (tiled.ravel() - 0.5)
    coarse = COARSE + COARSER * (1 - amount)
    first = nearest(flat, palette)
    found = first.copy()
    for at in range(0, len(flat), CHUNK):
        part = slice(at, at + CHUNK)
        partner, share = _partner(flat[part], palette, first[part], coarse)
        found[part] = np.where(share > level[part], partner, first[part])
    return found.reshape(h, w)


def _partner(
    colors: np.ndarray, palette: np.ndarray, first: np.ndarray, coarse: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return for colors [n, 3] the color to mix with their nearest, and its share in [0, 0.5]."""
    base = palette[first]
    apart = ((palette[:, None] - palette) ** 2).sum(-1)[first]
    rest = colors - base
    along = rest @ palette.T - (rest * base).sum(1, keepdims=True)
    share = np.clip(along / np.maximum(apart, 1e-9), 0, 0.5)
    miss = share * (share * apart - 2 * along) + coarse * share * (1 - share) * apart
    partner = miss.argmin(1)
    return partner, np.take_along_axis(share, partner[:, None], 1)[:, 0]


def diffused(lab: np.ndarray, palette: np.ndarray, amount: float) -> Steps[np.ndarray]:
    """Dither by error diffusion; returns the indices.

    Floyd and Steinberg, "An adaptive algorithm for spatial greyscale", 1976. Pixels (y, x) of one
    x + 2 y do not need each other: a front of them is one slice of the flat picture, a row and two
    columns back at each step.
    """
    h, w = lab.shape[:2]
    wide = w + 2
    open_ = np.zeros((h + 1, wide, 3), np.float32)
    open_[:h, 1:-1] = lab
    flat, found = open_.reshape(-1, 3), np.zeros((h + 1) * wide, np.int64)
    low, high = palette.min(0) - 0.1, palette.max(0) + 0.1
    size, step, last = (palette**2).sum(1), wide - 2, w + 2 * h - 2
    for front in range(last):
        top, bottom = max(0, (front - w + 2) // 2), min(h - 1, front // 2)
        start, stop = top * step + front + 1, bottom * step + front + 2
        # Errors that no color here can answer would smear over half the picture.
        wanted = np.clip(flat[start:stop:step], low, high)
        chosen = (size - 2 * wanted @ palette.T).argmin(1)
        found[start:stop:step] = chosen
        error = (wanted - palette[chosen]) * np.float32(amount / 16)
        for ahead, share in ((1, 7), (wide - 1, 3), (wide, 5), (wide + 1, 1)):
            flat[start + ahead : stop + ahead : step] += share * error
        if front % FRONTS == FRONTS - 1:
            yield front / last
    return found.reshape(h + 1, wide)[:h, 1:-1]
