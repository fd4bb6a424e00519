"""A convolutional encoder and decoder with GroupNorm and SiLU, for pictures of any size."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from studio.core.nets.grids import Grid, crop, pad, start_grid

PATCH = 2
LOG_VARIANCE = 10.0


def widths(grid: Grid, width: int) -> list[int]:
    """Return channels from half the picture's size to the coarsest grid: doubling, at most 4 w."""
    return [width * min(4, 2**k) for k in range(grid.levels)]


def norm(channels: int) -> nn.Module:
    """GroupNorm in groups of about eight channels, then SiLU."""
    return nn.Sequential(nn.GroupNorm(max(1, channels // 8), channels), nn.SiLU())


class Residual(nn.Module):
    """x + norm, 3x3, norm, 3x3; starts as the identity."""

    def __init__(self, channels: int):
        super().__init__()
        first = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = nn.Conv2d(channels, channels, 3, padding=1)
        self.layers = nn.Sequential(norm(channels), first, norm(channels), self.last)
        for parameter in self.last.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Encoder(nn.Module):
    """Images [n, c, h, w] to (mean, log variance), each [n, latent]; starts from 2x2 patches."""

    def __init__(self, latent: int, height: int, width: int, channels: int, base: int, depth: int):
        super().__init__()
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(PATCH),
            nn.Conv2d(channels * PATCH**2, wide[0], 3, padding=1),
        ]
        for before, after in pairwise(wide):
            layers += [norm(before), nn.Conv2d(before, after, 4, 2, 1)]
        layers += [Residual(wide[-1]) for _ in range(depth)]
        layers += [norm(wide[-1]), nn.Flatten()]
        self.layers = nn.Sequential(*layers)
        self.dense = nn.Linear(wide[-1] * self.grid.height * self.grid.width, 2 * latent)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        doubled = 2**self.grid.levels
        x = self.layers(pad(images, self.grid.height * doubled, self.grid.width * doubled))
        mean, log_variance = self.dense(x).chunk(2, 1)
        return mean, LOG_VARIANCE * torch.tanh(log_variance / LOG_VARIANCE)


class Decoder(nn.Module):
    """Codes [n, latent] to images [n, c, h, w] in about [-1, 1]; ends in 2x2 patches."""

    def __init__(self, latent: int, height: int, width: int, channels: int, base: int, depth: int):
        super().__init__()
        self.size = (height, width)
        grid = start_grid(height, width)
        wide = widths(grid, base)[::-1]
        self.dense = nn.Linear(latent, wide[0] * grid.height * grid.width)
        layers: list[nn.Module] = [
            nn.Unflatten(1, (wide[0], grid.height, grid.width)),
        ]
        layers += [Residual(wide[0]) for _ in range(depth)]
        for before, after in pairwise(wide):
            layers += [norm(before), nn.ConvTranspose2d(before, after, 4, 2, 1)]
        layers += [
            *(Residual(wide[-1]) for _ in range(depth)),
            norm(wide[-1]),
            nn.Conv2d(wide[-1], channels * PATCH**2, 3, padding=1),
        ]
        self.layers = nn.Sequential(*layers, nn.PixelShuffle(PATCH))

    def forward(self, codes: Tensor) -> Tensor:
        return crop(torch.tanh(self.layers(self.dense(codes))), *self.size)
