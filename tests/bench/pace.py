"""How fast the machine computes just now: seconds of one process are worth less beside others.

Two processes that share a core or its cache slow each other down even in CPU seconds. A fixed piece
of work, timed again and again while something is measured, tells whether two measurements were
taken on the same machine, so to speak.
"""

import time

import torch
from torch.nn import functional

CHANNELS, PLACES, IMAGES = 64, 16, 32
FLOPS = 3 * 2 * IMAGES * CHANNELS * CHANNELS * 9 * PLACES * PLACES  # forward and two backward


def pace(seconds: float = 0.4) -> float:
    """Return how many billion operations a CPU second does now, on torch's threads as they are."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(IMAGES, CHANNELS, PLACES, PLACES, generator=rng).requires_grad_()
    weight = torch.randn(CHANNELS, CHANNELS, 3, 3, generator=rng).requires_grad_()
    done, begun = -1, time.process_time()
    with torch.enable_grad():
        while done < 1 or time.process_time() - begun < seconds:
            torch.autograd.grad(functional.conv2d(x, weight, padding=1).sum(), [x, weight])
            done += 1
            begun = begun if done else time.process_time()  # the first one warms up
    return FLOPS * done / (time.process_time() - begun) / 1e9
