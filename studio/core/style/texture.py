"""Seeded textures of any size: turbulence and paper, the same in a small picture and a large."""

import numpy as np

MIX = 0x9E3779B1
FINEST = 1.0  # pixels: finer grain would only be noise, and is left out
GRAIN = 4.0  # thousandths of the longer side
FIBERS = 5  # octaves of paper: what a large picture shows and a small one leaves out


def turbulence(
    h: int,
    w: int,
    scale: float,
    octaves: int,
    rng: np.random.Generator,
    rows: tuple[int, int] | None = None,
) -> np.ndarray:
    """Return lumps as float32 [h, w] in [0, 1], about 0.5; the largest are `scale` pixels wide.

    Each octave is half as wide and half as strong. With the same seed a picture twice as large,
    and `scale` with it, has the same lumps; one that is only longer goes on where the other ends.
    `rows` are the only ones wanted: from, to.
    """
    top, bottom = rows or (0, h)
    total = np.zeros((bottom - top, w), np.float32)
    weight = 0.0
    for octave in range(octaves):
        key = int(rng.integers(2**32))
        total += _lumps(top, bottom, w, scale / 2**octave, key) / 2**octave
        weight += 4.0**-octave
    return np.clip(0.5 + total / np.float32(5 * weight**0.5), 0, 1)


def paper(
    h: int,
    w: int,
    rng: np.random.Generator,
    grain: float = GRAIN,
    rows: tuple[int, int] | None = None,
) -> np.ndarray:
    """Return the height of cold-pressed paper as float32 [h, w] in [0, 1], about 0.5.

    `grain` is the width of its bumps in thousandths of the longer side; `rows` as of `turbulence`.
    """
    return turbulence(h, w, max(h, w) * grain / 1000, FIBERS, rng, rows)


def _lumps(top: int, bottom: int, w: int, scale: float, key: int) -> np.ndarray:
    """Return noise of standard deviation 1: a quadratic B-spline through random numbers.

    It fades out as its lumps become smaller than a pixel.
    """
    seen = np.float32(min(1.0, max(0.0, scale / FINEST - 1)))
    if seen == 0:
        return np.zeros((bottom - top, w), np.float32)
    rows, across = _taps(top, bottom, scale)
    columns, along = _taps(0, w, scale)
    grid = _hashed(int(rows[0]), int(rows[-1]) + 3, int(columns[-1]) + 3, key)
    part = np.zeros((bottom - top, grid.shape[1]), np.float32)
    for k in range(3):
        part += across[k][:, None] * grid[rows - rows[0] + k]
    whole = np.zeros((bottom - top, w), np.float32)
    for k in range(3):
        whole += along[k] * part[:, columns + k]
    return seen * whole


def _taps(start: int, stop: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of three lattice points of each pixel [n], and their weights [3, n].

    The weights are scaled so that the deviation of what they add up stays 1 on the average.
    """
    at = (np.arange(start, stop) + 0.5) / scale
    first = np.floor(at).astype(np.int64)
    t = (at - first).astype(np.float32)
    weights = np.stack([0.5 * (1 - t) ** 2, 0.5 + t - t * t, 0.5 * t * t])
    return first, weights * np.float32(0.55**-0.5)


def _hashed(top: int, bottom: int, columns: int, key: int) -> np.ndarray:
    """Return float32 [rows, columns] of mean 0 and deviation 1, each by its place and `key`."""
    y, x = np.arange(top, bottom, dtype=np.uint32)[:, None], np.arange(columns, dtype=np.uint32)
    value = _mixed(_mixed(y * np.uint32(MIX) + np.uint32(key)) + x)
    return (value.astype(np.float32) / np.float32(2**31) - 1) * np.float32(3**0.5)


def _mixed(value: np.ndarray) -> np.ndarray:
    """Return uint32 numbers scattered over all of them (Wellons, "lowbias32", 2018)."""
    value = (value ^ (value >> np.uint32(16))) * np.uint32(0x7FEB352D)
    value = (value ^ (value >> np.uint32(15))) * np.uint32(0x846CA68B)
    return value ^ (value >> np.uint32(16))
