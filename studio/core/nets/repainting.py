"""Drawing what is missing: noise is taken away while the known pixels are put back all the time."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from torch import Tensor

from studio.core.nets.samplers import Denoise

FIRST, LAST, LEVELS = 5.0, 0.08, 6  # noise in units of the pictures' deviation
ROUNDS = 20  # at each level
COOLER = 0.85  # times the fresh noise: a model of few minutes takes the rest for detail


def path(spread: float) -> list[float]:
    """Return falling noise levels and 0 for pictures of deviation `spread`.

    With more noise than the first, what is known tells nothing that it does not tell later.
    """
    fall = (LAST / FIRST) ** (1 / (LEVELS - 1))
    return [*(spread * FIRST * fall**k for k in range(LEVELS)), 0.0]


def repainted(
    denoise: Denoise,
    images: Tensor,
    mask: Tensor,
    noise: Callable[[], Tensor],
    sigmas: list[float],
    instant: bool = False,
) -> Iterator[Tensor]:
    """Yield what is seen coming of `images` [n, c, h, w] where `mask` hides them.

    `noise` returns standard-normal tensors of their shape. Each step is gone many times, with fresh
    noise in between, so that what is drawn comes to agree with what is known (Lugmayr et al. 2022,
    "RePaint"). A model made `instant`, whose errors add up, goes each step once, with all noise
    renewed (Song et al. 2023, "Consistency models").
    """
    x = images + sigmas[0] * noise()
    for now, then in pairwise(sigmas):
        for again in reversed(range(ROUNDS if then and not instant else 1)):
            guess = denoise(x, now).where(mask, images)
            yield guess
            x = guess + then * (noise() if instant else (x - guess) / now)
            if again:
                x = x + COOLER * math.sqrt(now**2 - then**2) * noise()
