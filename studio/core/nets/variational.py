"""The evidence bound: a Gaussian likelihood, what a code costs, bounds of a picture's density."""

import math

import torch
from torch import Tensor
from torch.nn import functional

LEAST_LOG_SIGMA = -6.0


def best_log_sigma(images: Tensor, drawn: Tensor) -> Tensor:
    """Return log σ of the likeliest Gaussian around `drawn`, a scalar softly held above -6.

    Rybkin et al. 2021 (σ-VAE): σ² is the batch's mean squared error, so there is no weight to tune.
    """
    mean_square = (images - drawn).square().mean()
    return LEAST_LOG_SIGMA + functional.softplus(
        0.5 * mean_square.clamp_min(1e-12).log() - LEAST_LOG_SIGMA
    )


def gaussian_nll(images: Tensor, drawn: Tensor, log_sigma: Tensor) -> Tensor:
    """Return -log N(image; drawn, σ²) of each image [n], nats summed over its values."""
    each = 0.5 * ((images - drawn) / log_sigma.exp()).square()
    return (each + log_sigma + 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(N(mean, variance) ‖ N(0, 1)) of each coordinate [n, d], nats."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp())


def with_free_bits(divergences: Tensor, free: float) -> Tensor:
    """Return the batch's mean divergence summed over coordinates, each counted as at least `free`.

    Kingma et al. 2016: a coordinate below `free` nats gains nothing by saying even less, which
    keeps codes from falling silent.
    """
    return divergences.mean(0).clamp_min(free).sum()


def log_weight(nll: Tensor, noise: Tensor, code: Tensor, log_variance: Tensor) -> Tensor:
    """Return log p(x, z) - log q(z | x) [n] of codes [n, d] = mean + σ noise; the prior is N(0, I).

    Its mean over q is the evidence bound; log mean exp of several is a tighter one (Burda et al.
    2016).
    """
    prior, posterior = code.square(), noise.square() + log_variance
    return -nll - 0.5 * (prior - posterior).sum(1)


def bits_per_value(nats: Tensor, values: int) -> Tensor:
    """Return bits an 8-bit value costs, for nats of a density over images in [-1, 1]."""
    return nats / (values * math.log(2)) + math.log2(127.5)


def dequantized(images: Tensor, rng: torch.Generator) -> Tensor:
    """Return images spread evenly over their grey level's width (Theis et al. 2016)."""
    noise = torch.rand(images.shape, generator=rng, device=images.device, dtype=images.dtype)
    return images + (noise - 0.5) / 127.5
