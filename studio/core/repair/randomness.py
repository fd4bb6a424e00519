"""Whether a picture's texture is random: gravel and grass, where no patch is found twice."""

import numpy as np

from studio.core.repair.matching import Patches

ASKED, COMPARED = 300, 2000  # patches


def randomness(patches: Patches) -> float:
    """Return how far a patch is from the one most alike, in shares of the patches' variance.

    Measured on about a thousandth of a picture's patches: below 0.2 for things with outlines, sky
    and walls, above 0.4 for gravel. It depends on the number of patches, so ask at one scale.
    """
    centers = patches.centers
    some = centers[:: max(1, len(centers) // ASKED)]
    others = centers[:: max(1, len(centers) // COMPARED)]
    points, keys = patches.project(patches.image, some), patches.project(patches.image, others)
    variance = float(np.square(keys).sum(1).mean())
    apart = np.square(points).sum(1)[:, None] + np.square(keys).sum(1) - 2 * points @ keys.T
    apart[some[:, None] == others] = np.inf
    nearest = apart.min(1)
    known = np.isfinite(nearest)
    return float(nearest[known].mean()) / variance if known.any() and variance > 0 else 0.0
