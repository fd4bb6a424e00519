"""A picture as few large pixels: the clear choice of one color for a block, and back."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

LEVEL = 1e-3  # of a sum of three channels: less apart is rounding
RARE = 2.0  # how much a part of a block that stands out from around it outweighs its area


def shape(h: int, w: int, longer: int) -> tuple[int, int]:
    """Return height and width of the small picture whose longer side is `longer`, or the picture's
    if that is less."""
    share = min(1.0, longer / max(h, w))
    return max(1, round(h * share)), max(1, round(w * share))


def edges(size: int, count: int) -> np.ndarray:
    """Return where the `count` blocks of `size` pixels begin and where the last ends, int [n+1]."""
    return np.arange(count + 1) * size // count


def shrunk(colors: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return each block of sRGB [h, w, 3] between the `edges` as the color of one of its two parts.

    The parts are what is lighter and what is darker than the block's mean, so an edge never blends
    into a third color. The larger part wins, unless the other stands out from the blocks around:
    thin outlines and small lights survive. The weight by distance from the surroundings is that of
    Weber et al., "Rapid, detail-preserving image downscaling", SIGGRAPH Asia 2016.
    """
    mean = _averaged(colors, rows, columns)
    light, dark, share = _halves(colors, mean, rows, columns)
    around = _around(mean)
    stands = [1 + RARE * np.abs(part - around).sum(-1, keepdims=True) for part in (light, dark)]
    return np.where(share * stands[0] >= (1 - share) * stands[1], light, dark)


def enlarged(blocks: np.ndarray, out: np.ndarray) -> Iterator[None]:
    """Fill `out` [h, w, c] so that every pixel of `blocks` fills its block; yields row by row, as
    in one go other threads would wait for a second.
    """
    h, w = out.shape[:2]
    wide = np.repeat(blocks, np.diff(edges(w, blocks.shape[1])), 1)
    for row, (top, bottom) in zip(wide, pairwise(edges(h, len(blocks))), strict=True):
        out[top:bottom] = row
        yield


def _averaged(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    sums = np.add.reduceat(np.add.reduceat(values, rows[:-1], 0), columns[:-1], 1)
    areas = np.outer(np.diff(rows), np.diff(columns))[..., None]
    return sums / areas.astype(np.float32)


def _around(mean: np.ndarray) -> np.ndarray:
    padded = np.pad(mean, ((1, 1), (1, 1), (0, 0)), mode="edge")
    down = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 16


def _halves(
    colors: np.ndarray, mean: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean of each block's lighter and darker part, and the area of the lighter."""
    level = colors.sum(-1)
    middle = np.repeat(np.repeat(mean.sum(-1), np.diff(columns), 1), np.diff(rows), 0)
    lighter = (level >= middle - LEVEL).astype(np.float32)[..., None]
    share = _averaged(lighter, rows, columns)
    light = _averaged(colors * lighter, rows, columns)
    dark = mean - light
    dark = np.where(share < 1, dark / np.maximum(1 - share, 1e-6), mean)
    return light / np.maximum(share, 1e-6), dark, share
