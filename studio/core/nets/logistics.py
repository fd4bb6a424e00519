"""A mixture of discretized logistics over 256 levels, channel after channel (PixelCNN++)."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

LEVELS = 256
HALF = 1 / 255  # half the distance of two levels in [-1, 1]
LEAST_LOG_SCALE = -7.0
START_LOG_SCALE = -2.0


class Logistics(NamedTuple):
    """Log weights [n, m, ...], means and log scales [n, m, c, ...], slopes [n, m, pairs, ...].

    Every component's mean of a channel is linear in the channels before it, by `slopes`
    (Salimans et al. 2017). With premultiplied color that order makes alpha the last.
    """

    weights: Tensor
    means: Tensor
    log_scales: Tensor
    slopes: Tensor


def count(channels: int, components: int) -> int:
    """Return how many numbers describe the mixture of one pixel."""
    return components * (1 + 2 * channels + channels * (channels - 1) // 2)


def logistics(numbers: Tensor, channels: int, components: int) -> Logistics:
    """Read numbers [n, `count`, ...] as a mixture."""
    parts = numbers.float().unflatten(1, (components, -1))
    weights, means, log_scales, slopes = parts.split(
        [1, channels, channels, parts.shape[2] - 1 - 2 * channels], 2
    )
    return Logistics(
        weights[:, :, 0].log_softmax(1),
        means,
        log_scales.clamp_min(LEAST_LOG_SCALE),
        torch.tanh(slopes),
    )


@torch.no_grad()
def start(bias: Tensor, channels: int, components: int) -> None:
    """Spread the components' means over all levels, for the bias of the layer that makes them."""
    parts = bias.view(components, -1)
    parts.zero_()
    parts[:, 1 : 1 + channels] = torch.linspace(-0.9, 0.9, components)[:, None]
    parts[:, 1 + channels : 1 + 2 * channels] = START_LOG_SCALE


def values(levels: Tensor) -> Tensor:
    """Return levels 0..255 as numbers in [-1, 1]."""
    return levels.float() / 127.5 - 1


def channel(mixture: Logistics, k: int, before: Tensor) -> tuple[Tensor, Tensor]:
    """Return means and log scales [n, m, ...] of channel k, given the values [n, k or more, ...]
    of the channels before it.
    """
    mean = mixture.means[:, :, k]
    for j in range(k):
        mean = mean + mixture.slopes[:, :, k * (k - 1) // 2 + j] * before[:, None, j]
    return mean, mixture.log_scales[:, :, k]


def log_mass(levels: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """Return the log of each logistic's mass at `levels`; the outer levels take the tails.

    σ(a) - σ(b) = σ(a) σ(-b) (1 - exp(b - a)), so that no difference of like numbers is taken.
    """
    scale = torch.exp(-log_scale)
    offset = values(levels) - mean
    upper, lower = (offset + HALF) * scale, (offset - HALF) * scale
    upper_log = functional.logsigmoid(upper)
    lower_log = functional.logsigmoid(-lower)
    inner = upper_log + lower_log + torch.log(-torch.expm1(-2 * HALF * scale))
    return torch.where(levels == 0, upper_log, torch.where(levels == LEVELS - 1, lower_log, inner))


def log_likelihood(mixture: Logistics, levels: Tensor) -> Tensor:
    """Return the log probability [n, ...] of pixels with levels int64 [n, c, ...], in nats."""
    known, total = values(levels), mixture.weights
    for k in range(levels.shape[1]):
        total = total + log_mass(levels[:, k : k + 1], *channel(mixture, k, known))
    return total.logsumexp(1)


def log_weights(mixture: Logistics, before: Tensor) -> Tensor:
    """Return the log probabilities [n, 256] of the channel that follows levels `before` [n, k].

    The mixture is that of single pixels, [n, m, ...] without more. What came before tells which
    component it is (Bayes), so one channel after the other has the joint's probability.
    """
    k, known = before.shape[1], values(before)
    posterior = mixture.weights
    for j in range(k):
        posterior = posterior + log_mass(before[:, j : j + 1], *channel(mixture, j, known))
    mean, log_scale = channel(mixture, k, known)
    edges = values(torch.arange(LEVELS - 1, device=mean.device)) + HALF
    below = torch.sigmoid((edges - mean[..., None]) * torch.exp(-log_scale)[..., None])
    below = torch.einsum("nm,nml->nl", posterior.softmax(1), below)
    mass = functional.pad(below, (0, 1), value=1.0) - functional.pad(below, (1, 0), value=0.0)
    return mass.clamp_min(math.exp(-40)).log()
