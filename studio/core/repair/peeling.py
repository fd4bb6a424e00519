"""A first guess that carries lines on: the hole is filled from its edge inward."""

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.repair.matching import Patches, cut

KEYS = 4000  # patches compared, at most


def peeled(
    colors: np.ndarray, mask: np.ndarray, patches: Patches, rng: np.random.Generator, tick: Progress
) -> Job[np.ndarray]:
    """Return `colors` [h, w, c] with what is under `mask` [h, w] filled layer by layer.

    Each pixel becomes the center of the patch that is most alike in what is known of its own
    (the start of Newson et al. 2014). Meant for coarse levels: the time grows with the hole.
    """
    image, unknown = np.where(mask[..., None], 0, colors).astype(np.float32), mask.copy()
    some = rng.choice(patches.centers, min(KEYS, len(patches.centers)), replace=False)
    edge, c = patches.side // 2, colors.shape[2]
    keys = cut(patches.image, some, patches.side)
    squares, w = np.square(keys), mask.shape[1] + 2 * edge
    flat = patches.image.reshape(-1, c)[some]
    while unknown.any():
        layer = unknown & (cv2.dilate((~unknown).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        if not layer.any():
            break
        rows, columns = np.nonzero(layer)
        at = (rows + edge) * w + columns + edge
        weight = _wide(np.repeat(~unknown[..., None], c, 2), edge)
        weights = cut(weight, at, patches.side)
        known = cut(_wide(image, edge), at, patches.side) * weights
        image[layer] = flat[(weights @ squares.T - 2 * known @ keys.T).argmin(1)]
        unknown &= ~layer
        yield tick
    return image


def _wide(image: np.ndarray, edge: int) -> np.ndarray:
    return np.pad(image.astype(np.float32), ((edge, edge), (edge, edge), (0, 0)))
