"""What makes a decoded picture good beside its likelihood: edges, and a critic that joins late."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core import encoder
from studio.core.family import ImageSize
from studio.core.learning import Optimizer
from studio.core.nets import adversarial, players

LEVELS = 3
DEPTH = 3  # of the house encoder's maps are compared: strides 2, 4 and 8
LOSS = "relativistic"
RATE, GAMMA, PENALTY_EVERY = 5e-4, 1.0, 8


def edges(images: Tensor, drawn: Tensor) -> Tensor:
    """Return the absolute difference of the Laplacian pyramids per image, summed over pixels."""
    total, difference = torch.zeros((), device=images.device), images - drawn
    for level in range(LEVELS):
        smaller = functional.avg_pool2d(difference, 2, ceil_mode=True)
        up = functional.interpolate(
            smaller, size=difference.shape[-2:], mode="bilinear", align_corners=False
        )
        total = total + 2**level * (difference - up).abs().sum() / len(images)
        difference = smaller
    return total


def unlikeness(images: Tensor, drawn: Tensor) -> Tensor:
    """Return how differently the house encoder sees the two (Johnson et al. 2016), a scalar: the
    mean square over three maps whose channels have variance 1 over real pictures.
    """
    house = encoder.load(images.device)
    with torch.no_grad():
        wanted = house.features(images, DEPTH)
    maps = zip(house.features(drawn, DEPTH), wanted, strict=True)
    return torch.stack([(a - b).square().mean() for a, b in maps]).mean()


def balanced(criticism: Tensor, likelihood: Tensor, drawn: Tensor) -> Tensor:
    """Scale `criticism` so that its gradient on `drawn` is as long as the likelihood's.

    The critic is differentiated here and only here: what returns has its scaled value, and its
    gradient as a constant, so that the later backward pass meets the model alone.
    """
    (theirs,) = torch.autograd.grad(criticism, drawn)
    (ours,) = torch.autograd.grad(likelihood, drawn, retain_graph=True)
    scale = ours.norm() / theirs.norm().clamp_min(1e-8)
    pull = (scale * theirs * drawn).sum()
    return pull + (scale * criticism - pull).detach()


class Critic(nn.Module):
    """A judge of real against reconstructed pictures (Larsen et al. 2016), with its optimizer."""

    def __init__(self, size: ImageSize, width: int):
        super().__init__()
        self.judge = players.Judge("light", size, width)
        self.optimizer = Optimizer(self.judge.parameters(), RATE, (0.0, 0.99), final=0.25)

    def objects(
        self, images: Tensor, labels: Tensor | None, drawn: Tensor, likelihood: Tensor
    ) -> Tensor:
        """Return the term by which `drawn` learns to please, as loud as `likelihood` (Esser et al.
        2021).
        """
        with torch.no_grad():
            real = self.judge(images, labels)
        criticism = adversarial.generator_loss(LOSS, real, self.judge(drawn, labels))
        return balanced(criticism, likelihood, drawn)

    def learn(
        self, images: Tensor, labels: Tensor | None, drawn: Tensor, rng: Any, progress: float
    ) -> Tensor:
        """Take a step in telling `images` from `drawn`; return the loss."""

        def loss(x: Tensor, labels: Tensor | None, drawn: Tensor) -> Tensor:
            judge = self.judge
            value = adversarial.discriminator_loss(LOSS, judge(x, labels), judge(drawn, labels))
            if self.optimizer.steps % PENALTY_EVERY:
                return value
            penalty = adversarial.penalty("r1", lambda y: judge(y, labels), x, drawn, GAMMA, rng)
            return value + PENALTY_EVERY * penalty

        return self.optimizer.minimize(loss, images, labels, drawn, progress=progress)
