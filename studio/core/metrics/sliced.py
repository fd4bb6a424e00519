"""Sliced Wasserstein distance per scale: do small patches look as those of real pictures do?"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.events import Job, Progress

SIDE, PER_PICTURE, DIRECTIONS, AT_ONCE = 7, 64, 256, 8
COARSEST = 16  # pixels of the shorter side


def pyramid(pictures: np.ndarray) -> list[Tensor]:
    """Return the Laplacian pyramid of opaque pictures uint8 [n, h, w, c], finest level first.

    Levels are float32 [n, c, h_k, w_k]; the last, at least 16 px on its shorter side, is the rest.
    """
    x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    levels = []
    while min(x.shape[-2:]) >= 2 * COARSEST:
        size = tuple(-(-side // 2) for side in x.shape[-2:])
        coarse = functional.interpolate(x, size, mode="bilinear", antialias=True)
        levels.append(x - functional.interpolate(coarse, x.shape[-2:], mode="bilinear"))
        x = coarse
    return [*levels, x]


def patches(level: Tensor, rng: np.random.Generator) -> np.ndarray:
    """Return random 7x7 patches of images [n, c, h, w]: float32 [n * 64, c, 49]."""
    n, channels, height, width = level.shape
    side = min(SIDE, height, width)
    places = (n, PER_PICTURE)
    y = torch.from_numpy(rng.integers(0, height - side + 1, places))
    x = torch.from_numpy(rng.integers(0, width - side + 1, places))
    windows = level.unfold(2, side, 1).unfold(3, side, 1).permute(0, 2, 3, 1, 4, 5)
    found = windows[torch.arange(n)[:, None], y, x]
    return found.reshape(n * PER_PICTURE, channels, side * side).numpy()


def distances(reference: Tensor, others: Sequence[Tensor], seed: int) -> Job[list[float]]:
    """Return 1000 x the sliced Wasserstein distance of each of `others` to `reference`.

    All are levels [n, c, h, w] of equal n. Mean absolute difference of sorted projections on 256
    random directions (Karras et al. 2018, "Progressive Growing of GANs"), but every set is
    normalized by the reference's mean and deviation per channel, so that a lost contrast or a
    shifted color counts too; figures are not comparable with published ones.
    """
    flat, mean, deviation = [], np.zeros(1), np.ones(1)
    for level in (reference, *others):
        found = patches(level, np.random.default_rng(seed))
        if not flat:
            mean, deviation = found.mean((0, 2), keepdims=True), found.std((0, 2), keepdims=True)
        flat.append(((found - mean) / (deviation + 1e-3)).reshape(len(found), -1))
        yield Progress(0, DIRECTIONS, "Comparing patches")
    directions = np.random.default_rng(seed).standard_normal((DIRECTIONS, flat[0].shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    totals = np.zeros(len(others))
    for start in range(0, DIRECTIONS, AT_ONCE):
        some = directions[start : start + AT_ONCE].astype(np.float32)
        first, *rest = (np.sort(some @ s.T, axis=1) for s in flat)
        totals += [np.abs(first - one).mean(1).sum() for one in rest]
        yield Progress(start, DIRECTIONS, "Comparing patches")
    return (1000 * totals / DIRECTIONS).tolist()
