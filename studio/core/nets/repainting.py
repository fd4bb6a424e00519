"""Drawing what is missing: noise is taken away while the known pixels are put back all the time."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from torch import Tensor

from studio.core.nets.samplers import Denoise

FIRST, LAST, LEVELS = 5.0, 0.08, 6  # noise in units of the pictures' deviation
ROUNDS = 20  # at each level


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
    renewed: float = 0.0,
) -> Iterator[Tensor]:
    """Yield what is seen coming of `images` [n, c, h, w] where `mask` hides them.

    `noise` returns standard-normal tensors of their shape. Each step is gone many times, with fresh
    noise in between, so that what is drawn comes to agree with what is known (Lugmayr et al. 2022,
    "RePaint"). `renewed` is the share of the noise that a step replaces: 0 for the way of an ODE,
    1 for that of a consistency model (Song et al. 2023).
    """
    x = images + sigmas[0] * noise()
    for now, then in pairwise(sigmas):
        for again in reversed(range(ROUNDS if then else 1)):
            guess = denoise(x, now).where(mask, images)
            yield guess
            x = guess + then * math.sqrt(1 - renewed**2) / now * (x - guess)
            if then and renewed:
                x = x + then * renewed * noise()
            if again:
                x = x + math.sqrt(now**2 - then**2) * noise()
