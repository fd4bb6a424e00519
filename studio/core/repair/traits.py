"""What patches are told apart by beside their colors: texture and hue."""

import cv2
import numpy as np

from studio.core.repair.scales import Level

WINDOW = 9  # pixels across which texture is measured


def liveliness(level: Level) -> np.ndarray:
    """Return the mean step to the next pixel, down and right, around each pixel: [h, w, 2].

    These are the texture features of Newson et al. 2014; only known pixels count.
    """
    grey, known = level.colors.mean(2), ~level.mask
    means = []
    for axis in (0, 1):
        both = known & np.roll(known, -1, axis)
        both[(-1, slice(None)) if axis == 0 else (slice(None), -1)] = False
        steps = np.abs(np.roll(grey, -1, axis) - grey) * both
        count = cv2.blur(both.astype(np.float32), (WINDOW, WINDOW))
        means.append(np.asarray(cv2.blur(steps, (WINDOW, WINDOW))) / np.maximum(count, 1e-3))
    return np.stack(means, 2) * known[..., None]


def hue(level: Level) -> np.ndarray:
    """Return red minus green and blue minus green, [h, w, 2]; [h, w, 0] of gray pictures.

    A wrong hue is seen sooner than a wrong brightness of the same size.
    """
    colors = level.colors
    if colors.shape[2] < 3:
        return colors[..., :0]
    return colors[..., [0, 2]] - colors[..., [1, 1]]
