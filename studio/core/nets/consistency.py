"""Making a denoiser instant: it learns to say at any noise what it says at a little less.

Easy consistency tuning (Geng et al. 2024, "Consistency models made easy"): from a trained denoiser
on, the two noise levels come closer and closer, until one look at pure noise tells the picture.
"""

import torch
from torch import Tensor

from studio.core.nets.denoiser import Denoiser

MEAN, DEVIATION = -0.4, 2.0  # of ln(sigma / spread); theirs is -1.1 at a spread of 0.5
STAGES = 8  # the gap halves in each
NARROWING = 8.0  # how much sooner small levels are led to none at all
SOFTNESS = 0.03  # per value: differences smaller than this count squared


def levels(count: int, spread: Tensor, rng: torch.Generator) -> Tensor:
    """Return the upper noise levels [count] to train on: log-normal, within 0.002..80."""
    normal = torch.randn(count, generator=rng, device=spread.device)
    return (spread * (MEAN + DEVIATION * normal).exp()).clamp(0.002, 80.0)


def lower(sigma: Tensor, progress: float) -> Tensor:
    """Return the lower level of each pair: 0 at first, nearer to `sigma` with every stage."""
    stage = min(STAGES - 1, int(progress * STAGES))
    gap = (1 + NARROWING * torch.sigmoid(-sigma)) / 2 ** (stage + 1)
    return sigma * (1 - gap).clamp_min(0)


def loss(
    denoiser: Denoiser,
    images: Tensor,
    sigma: Tensor,
    noise: Tensor,
    rows: Tensor | None,
    progress: float,
) -> Tensor:
    """Return how much D differs between the two levels of the same noise, over their gap."""
    less = lower(sigma, progress)
    wide, narrow = sigma[:, None, None, None], less[:, None, None, None]
    with torch.no_grad():
        known = less > 0
        goal = denoiser(images + narrow * noise, less.clamp_min(1e-3), rows)
        goal = torch.where(known[:, None, None, None], goal, images)
    guess = denoiser(images + wide * noise, sigma, rows)
    square = (guess - goal).square().mean((1, 2, 3))
    distance = (square + SOFTNESS**2).sqrt() - SOFTNESS
    return (distance / (sigma - less)).mean()
