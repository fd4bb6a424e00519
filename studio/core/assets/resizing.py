"""Tiles in another size: what is beyond a side is the other side."""

import cv2
import numpy as np

from studio.core.steps import Steps

ROWS = 256  # of the result in one pull
BLUR = 0.5  # pixels of the result, the deviation of what is averaged before shrinking


def resized(tile: np.ndarray, h: int, w: int) -> Steps[np.ndarray]:
    """Return a tile uint8 or uint16 [h', w', c] as [h, w, c], cubic and still seamless.

    Color and alpha are scaled apart: bleed the color first.
    """
    if tile.shape[:2] == (h, w):
        return tile
    source = _smoothed(tile, tile.shape[0] / h, tile.shape[1] / w)
    yield 0.1
    found = np.empty((h, w, tile.shape[2]), tile.dtype)
    x = _centers(np.arange(w), source.shape[1], w)
    for top in range(0, h, ROWS):
        y = _centers(np.arange(top, min(h, top + ROWS)), source.shape[0], h)
        across = np.repeat(x[None], len(y), 0)
        down = np.repeat(y[:, None], w, 1)
        part = cv2.remap(source, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP)
        found[top : top + ROWS] = part.reshape(len(y), w, -1)
        yield top / h
    return found


def _centers(pixels: np.ndarray, old: int, new: int) -> np.ndarray:
    return ((pixels + 0.5) * (old / new) - 0.5).astype(np.float32)


def _smoothed(tile: np.ndarray, down: float, across: float) -> np.ndarray:
    """Return the tile without the detail that its smaller self can't hold."""
    sigmas = [BLUR * np.sqrt(max(0.0, scale**2 - 1)) for scale in (down, across)]
    if max(sigmas) == 0:
        return tile
    edge = [int(np.ceil(4 * sigma)) for sigma in sigmas]
    wide = np.pad(tile, ((edge[0], edge[0]), (edge[1], edge[1]), (0, 0)), "wrap")
    size = (2 * edge[1] + 1, 2 * edge[0] + 1)
    soft = cv2.GaussianBlur(wide, size, max(sigmas[1], 1e-3), sigmaY=max(sigmas[0], 1e-3))
    h, w = tile.shape[:2]
    return soft.reshape(wide.shape)[edge[0] : edge[0] + h, edge[1] : edge[1] + w].copy()
