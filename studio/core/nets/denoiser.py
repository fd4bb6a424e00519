"""A network made a denoiser: what it sees scaled, what it says turned into a picture."""

import math

import torch
from torch import Tensor, nn

from studio.core.family import ImageSize
from studio.core.nets.noise_levels import Objective, noise_levels
from studio.core.nets.unet import Unet

UNKNOWN_SPREAD = 0.5
LEVELS = 256
NEAR = 8  # grey levels on either side that the least noise may be mistaken for


class Denoiser(nn.Module):
    """D(x, sigma): the picture expected behind x = picture + sigma * noise [n, c, h, w].

    `spread` is the deviation of the pictures' values, measured on the first batch; 0 before.
    """

    spread: Tensor

    def __init__(
        self,
        size: ImageSize,
        patch: int,
        widths: tuple[int, ...],
        blocks: int,
        objective: Objective,
    ):
        super().__init__()
        self.levels = noise_levels(objective)
        self.net = Unet(size.channels, size.classes, patch, widths, blocks)
        self.register_buffer("spread", torch.zeros(()))

    @torch.no_grad()
    def measure(self, images: Tensor) -> None:
        """Set `spread` from the first images met; later calls change nothing."""
        known = self.spread > 0
        self.spread.copy_(torch.where(known, self.spread, images.float().std().clamp_min(0.05)))

    @property
    def known_spread(self) -> Tensor:
        """The pictures' deviation, or a guess before any were met."""
        return torch.where(self.spread > 0, self.spread, UNKNOWN_SPREAD)

    def forward(self, x: Tensor, sigma: Tensor, rows: Tensor | None = None) -> Tensor:
        """Return D for levels `sigma` [n] and embedding rows int64 [n] (0 is no class)."""
        told, skip, out = self._told(x, sigma, rows)
        return skip * x + out * told

    def error(self, images: Tensor, sigma: Tensor, noise: Tensor, rows: Tensor | None) -> Tensor:
        """Return the mean square of the network's error [n]: |D - images|^2 / out^2."""
        x = images + _wide(sigma) * noise
        told, skip, out = self._told(x, sigma, rows)
        return (told - (images - skip * x) / out).square().mean((1, 2, 3))

    def _told(self, x: Tensor, sigma: Tensor, rows: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        skip, out, scale = (_wide(c) for c in self.levels.coefficients(sigma, self.known_spread))
        return self.net(scale * x, sigma.log() / 4, rows).float(), skip, out


def _wide(numbers: Tensor) -> Tensor:
    return numbers[:, None, None, None]


def bits_bound(
    denoiser: Denoiser, images: Tensor, rows: Tensor | None, rng: torch.Generator, looks: int
) -> Tensor:
    """Return an upper bound of the bits per value [n] of 8-bit `images` [n, c, h, w].

    The variational bound in continuous time (Kingma et al. 2021, "Variational diffusion models"):
    the integral of |D - images|^2 / sigma^2 over ln(sigma), looked at at `looks` levels, evenly
    apart from where `rng` says; what telling the 8-bit value from the least noise costs; and what
    the most noise still tells.
    """
    low, high = denoiser.levels.low, denoiser.levels.high
    reach, n = math.log(high / low), len(images)
    start = torch.rand(n, generator=rng, device=images.device)
    total = torch.zeros(n, device=images.device)
    for k in range(looks):
        sigma = low * (reach * ((start + k) / looks)).exp()
        noise = torch.randn(images.shape, generator=rng, device=images.device)
        guess = denoiser(images + _wide(sigma) * noise, sigma, rows)
        total += ((guess - images) / _wide(sigma)).square().mean((1, 2, 3)) * reach / looks
    prior = (images / high).square().mean((1, 2, 3)) / 2
    noise = torch.randn(images.shape, generator=rng, device=images.device)
    return (total + prior + _telling(low * noise, low, images)) / math.log(2)


def _telling(noise: Tensor, sigma: float, images: Tensor) -> Tensor:
    """Return the nats per value [n] to tell 8-bit `images` from `images` + `noise`."""
    steps = torch.arange(-NEAR, NEAR + 1, device=images.device) * (2 / (LEVELS - 1))
    against = images[..., None] + steps
    there = (against > -1 - 1e-4) & (against < 1 + 1e-4)
    score = -((noise[..., None] - steps) ** 2) / (2 * sigma**2)
    score = score.masked_fill(~there, -torch.inf)
    right = score[..., NEAR]
    return (score.logsumexp(-1) - right).mean((1, 2, 3))
