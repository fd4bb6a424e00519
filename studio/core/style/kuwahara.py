"""The anisotropic Kuwahara filter: a picture of flat dabs with crisp borders, which follow it."""

import math

import cv2
import numpy as np

from studio.core.style.flow import blurred

SECTORS = 8
REACH = 0.6  # of the radius: how far out a sector's middle lies
SPREAD = 0.4  # of the radius: a sector's standard deviation
EVEN = 1e-3  # deviation below which sectors count alike: a step in 8 bits is 0.004


def kuwahara(
    colors: np.ndarray, angle: np.ndarray, anisotropy: np.ndarray, radius: float
) -> np.ndarray:
    """Return float32 [h, w, 3] in [0, 1] in which each pixel is the mean of what is even near it.

    `angle` and `anisotropy` are the tangent field; `radius` is in pixels. After Kyprianidis, Kang
    and Doellner, "Image and video abstraction by anisotropic Kuwahara filtering", 2009; its eight
    sectors are Gaussians here, so that one blur and eight samples of it do for each pixel.
    """
    if radius < 0.5:
        return colors
    weighed = _weighed(colors, radius * SPREAD)
    long, short = _axes(angle, anisotropy, radius * REACH)
    places = np.indices(angle.shape, np.float32)
    total = np.zeros_like(weighed)
    for number in range(SECTORS):
        turn = 2 * math.pi * number / SECTORS
        dx, dy = (math.cos(turn) * a + math.sin(turn) * b for a, b in zip(long, short, strict=True))
        total += cv2.remap(
            weighed,
            places[1] + dx,
            places[0] + dy,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return total[..., :3] / total[..., 3:]


def _weighed(colors: np.ndarray, sigma: float) -> np.ndarray:
    """Return each place's mean color under a Gaussian times its weight, and the weight: [h, w, 4].

    The weight is 1 where all is even there and falls with the deviation to the power 8, the
    paper's q.
    """
    mean = blurred(colors, sigma)
    variance = blurred(np.square(colors).sum(2), sigma) - np.square(mean).sum(2)
    uneven = 1 + np.maximum(variance, 0) / np.float32(EVEN**2)
    weight = 1 / np.square(np.square(uneven))
    return np.dstack([mean * weight[..., None], weight])


def _axes(
    angle: np.ndarray, anisotropy: np.ndarray, reach: float
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the ellipse's half axes along and across the tangent, each as (x, y)."""
    longer = reach * (1 + anisotropy)
    shorter = reach / (1 + anisotropy)
    cos, sin = np.cos(angle), np.sin(angle)
    return (longer * cos, longer * sin), (-shorter * sin, shorter * cos)
