"""What guides patches of a style to their places: lightness, direction of edges, salience."""

from typing import NamedTuple

import cv2
import numpy as np

from studio.core.colors.oklab import to_oklab

SMOOTH = 2.0  # pixels: below, lightness is the style's own matter
QUANTILES = 256
NEAR, FAR = 1.5, 3.0  # pixels: edges are gathered over, salience is spread by
SALIENT = 0.97  # of an image's pixels are less so than the most salient


class Guide(NamedTuple):
    """Of an image [h, w]: `lightness` blurred, `edges` float32 [h, w, 2], the direction twice
    turned, as long as the edge is strong; `salience` in [0, 1]: where edges are long and clear.
    """

    lightness: np.ndarray
    edges: np.ndarray
    salience: np.ndarray


def guide(colors: np.ndarray) -> Guide:
    """Read what guides patches from sRGB float32 [h, w, 3]."""
    lightness = np.ascontiguousarray(to_oklab(np.clip(colors, 0, 1))[..., 0], np.float32)
    across = cv2.Sobel(lightness, cv2.CV_32F, 1, 0, ksize=3) / 8
    down = cv2.Sobel(lightness, cv2.CV_32F, 0, 1, ksize=3) / 8
    tensor = np.stack([across * across, down * down, across * down], -1)
    xx, yy, xy = np.moveaxis(cv2.GaussianBlur(tensor, (0, 0), NEAR), -1, 0)
    turned = np.stack([xx - yy, 2 * xy], -1)
    length = np.sqrt(np.hypot(turned[..., 0], turned[..., 1]))
    edges = turned / np.maximum(length, 1e-6)[..., None]
    blurred = cv2.GaussianBlur(lightness, (0, 0), SMOOTH)
    return Guide(blurred, edges, _salience(np.sqrt(xx + yy), length))


def _salience(strength: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Spread edges that have one direction; what is busy all around counts for less."""
    clear = length**2 / np.maximum(strength, 1e-6)
    spread = cv2.GaussianBlur(clear, (0, 0), FAR)
    return np.clip(spread / max(float(np.quantile(spread, SALIENT)), 1e-6), 0, 1)


def matched(lightness: np.ndarray, others: list[np.ndarray], weights: list[float]) -> np.ndarray:
    """Return lightness [h, w] with the histogram of the others, averaged by weight."""
    at = np.linspace(0, 1, QUANTILES)
    share = np.asarray(weights) / sum(weights)
    wanted = share @ np.stack([np.quantile(other, at) for other in others])
    return np.interp(lightness, np.quantile(lightness, at), wanted).astype(np.float32)
