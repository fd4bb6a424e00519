"""From patches to pixels: what the patches that overlap on a pixel make of it."""

import numpy as np

from studio.core.events import Job, Progress
from studio.core.repair.matching import Field

LEAST = 1e-30  # so that a pixel's patches count for something when all are bad


def mean_vote(
    image: np.ndarray, field: Field, trust: np.ndarray, tick: Progress, choosy: float = 1.0
) -> Job[np.ndarray]:
    """Return float32 [h, w, c], each pixel the mean of what the patches over it propose.

    A patch counts by how alike it is, exp(-`choosy` d² / 2σ²), σ² the mean d² at the pixel (after
    Wexler et al. 2007), and by its `trust` [n]. `image` is what is copied from; pixels that no
    patch covers stay as they are there.
    """
    flat = image.reshape(-1, image.shape[2])
    spread = np.zeros(len(flat), np.float32)
    count = np.zeros(len(flat), np.float32)
    for rows, to, _ in field.pairs():
        spread[to] += field.apart[rows]
        count[to] += 1
        yield tick
    spread = 2 * spread / count.clip(1) + 1e-9
    total = np.zeros_like(flat)
    weight = np.zeros(len(flat), np.float32)
    for rows, to, origin in field.pairs():
        share = trust[rows] * np.exp(-choosy * field.apart[rows] / spread[to]) + LEAST
        total[to] += share[:, None] * flat[origin]
        weight[to] += share
        yield tick
    voted = np.where(weight[:, None] > 0, total / weight.clip(LEAST)[:, None], flat)
    return voted.reshape(image.shape)


def best_vote(
    image: np.ndarray, field: Field, trust: np.ndarray, tick: Progress
) -> Job[np.ndarray]:
    """Return float32 [h, w, c], each pixel copied from the most alike patch over it.

    Pixels that no patch covers stay as they are in `image`.
    """
    flat = image.reshape(-1, image.shape[2])
    cost = (field.apart + 1e-9) / trust
    least = np.full(len(flat), np.inf, np.float32)
    origins = np.arange(len(flat))
    for rows, to, origin in field.pairs():
        better = cost[rows] < least[to]
        least[to[better]] = cost[rows][better]
        origins[to[better]] = origin[better]
        yield tick
    return flat[origins].reshape(image.shape)
