"""Color under transparent pixels, so that what filters a picture meets no dark fringe."""

import cv2
import numpy as np


def bled(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 or uint16 [h, w, c] with color wherever its alpha is 0.

    Each clear pixel takes the color of the nearest one that is seen (Euclidean, to 2 %); alpha
    stays. A picture without alpha, or with nothing seen, is returned as it is.
    """
    if pixels.shape[2] != 4:
        return pixels
    clear = pixels[..., 3] == 0
    if clear.all() or not clear.any():
        return pixels
    _, labels = cv2.distanceTransformWithLabels(
        clear.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(labels.max() + 1, np.int64)
    source[labels[~clear]] = np.flatnonzero(~clear)
    found = pixels.copy()
    found[clear, :3] = pixels.reshape(-1, 4)[source[labels[clear]], :3]
    return found


def premultiplied(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 or uint16 [h, w, c] with its color multiplied by alpha, rounded."""
    if pixels.shape[2] != 4:
        return pixels
    most = np.iinfo(pixels.dtype).max
    color = (pixels[..., :3].astype(np.uint32) * pixels[..., 3:] + most // 2) // most
    return np.concatenate([color.astype(pixels.dtype), pixels[..., 3:]], 2)
