"""Fine detail of a fill: a copy's own where it is lively, the common ground of copies elsewhere."""

import cv2
import numpy as np

CALM = 2 / 255  # the strength of detail that is halved: weaker is noise that no two copies share
FINE = 1.5  # pixels: detail is what a Gaussian of this width takes away
AROUND = 2.0  # pixels around within which its strength is measured
SPLIT = 1.0  # pixels: what is finer comes from the copy, what is coarser from the mean


def detailed(best: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return `mean` [h, w, c] with the fine detail of `best`, as far as that is no mere noise.

    The best copies are sharp but disagree with the truth in all that is random; the mean of copies
    is nearer to it but blurred. Detail is weighed like a signal in noise (Wiener): by its local
    power over that power plus CALM².
    """
    power = np.square(best - blurred(best, FINE)).mean(2, keepdims=True)
    power = blurred(power, AROUND)
    return blurred(mean, SPLIT) + power / (power + CALM**2) * (best - blurred(best, SPLIT))


def blurred(image: np.ndarray, width: float) -> np.ndarray:
    """Return float32 [h, w, c] blurred by a Gaussian of `width` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), width), np.float32).reshape(image.shape)
