"""The losses of two players as functions of logits a = D(real), b = D(drawn); their penalties."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

Discriminator = Callable[[Tensor], Tensor]

LOSSES = ("saturating", "non-saturating", "lsgan", "hinge", "wgan-gp", "r1", "relativistic")
WGAN_WEIGHT = 10.0


def discriminator_loss(kind: str, a: Tensor, b: Tensor) -> Tensor:
    """Return what D minimizes, without penalty; a and b are logits [n] of real and drawn images.

    Goodfellow et al. 2014; Mao et al. 2017 (lsgan); Lim & Ye 2017 (hinge); Gulrajani et al. 2017
    (wgan-gp); Mescheder et al. 2018 (r1); Huang et al. 2025 (relativistic).
    """
    if kind == "lsgan":
        return 0.5 * ((a - 1).square() + b.square()).mean()
    if kind == "hinge":
        return (relu(1 - a) + relu(1 + b)).mean()
    if kind == "wgan-gp":
        return (b - a).mean()
    if kind == "relativistic":
        return softplus(b - a).mean()
    return (softplus(-a) + softplus(b)).mean()


def generator_loss(kind: str, a: Tensor, b: Tensor) -> Tensor:
    """Return what G minimizes; only the relativistic loss reads a."""
    if kind == "saturating":
        return -softplus(b).mean()
    if kind == "lsgan":
        return 0.5 * (b - 1).square().mean()
    if kind in ("hinge", "wgan-gp"):
        return -b.mean()
    if kind == "relativistic":
        return softplus(a - b).mean()
    return softplus(-b).mean()


def squared_gradient(logits: Tensor, images: Tensor) -> Tensor:
    """Return |∇D|² of each image [n], summed over its pixels; differentiable."""
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3))


def penalty(
    kind: str, d: Discriminator, real: Tensor, drawn: Tensor, gamma: float, rng: torch.Generator
) -> Tensor:
    """Return D's gradient penalty for this loss; zero for the losses that have none.

    r1: γ/2 |∇D(real)|². relativistic: the same on real and on drawn images. wgan-gp:
    10 (|∇D(x)| - 1)² between the two; `gamma` does not act there.
    """
    if kind == "wgan-gp":
        t = torch.rand(len(real), 1, 1, 1, generator=rng, device=real.device)
        between = torch.lerp(drawn, real, t).detach().requires_grad_()
        norm = (squared_gradient(d(between), between) + 1e-12).sqrt()
        return WGAN_WEIGHT * (norm - 1).square().mean()
    total = torch.zeros((), device=real.device)
    for images in {"r1": (real,), "relativistic": (real, drawn)}.get(kind, ()):
        x = images.detach().requires_grad_()
        total = total + 0.5 * gamma * squared_gradient(d(x), x).mean()
    return total


def distances(a: Tensor, b: Tensor) -> Tensor:
    """Return |a - b| [n, m] of a [n, f] and b [m, f] by one matrix product."""
    squared = a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T
    return squared.clamp_min(1e-6).sqrt()


def energy_distance(real: Tensor, drawn: Tensor, labels: Tensor) -> Tensor:
    """Return how far drawn [n, ...] are from real [n, ...] as sets within each label's class.

    2 E|x - y| - E|x - x'| - E|y - y'| over E|x - x'| (Székely & Rizzo 2013; Bellemare et al. 2017
    for players), unbiased: 0 on average only where both are spread alike. `labels` [n] are those of
    both; 0 where no two are equal.
    """
    pairs = (labels[:, None] == labels).float().fill_diagonal_(0)
    pairs = pairs / pairs.sum().clamp_min(1)
    with torch.autocast(real.device.type, enabled=False):
        x, y = real.float().flatten(1), drawn.float().flatten(1)
        across = (distances(x, y) * pairs).sum()
        reals, drawns = ((distances(z, z) * pairs).sum() for z in (x, y))
    return (2 * across - reals - drawns) / reals.clamp_min(1e-6)
