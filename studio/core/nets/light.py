"""A pair of small convolutional players for the first minutes on a processor: few operations a picture."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.core.nets.grids import Grid, crop, pad, start_grid

PATCH = 2
SLOPE = 0.2


def widths(grid: Grid, width: int) -> list[int]:
    """Return channels from the coarsest grid to half the picture's size: doubling, at most 4 w."""
    return [width * min(4, 2**k) for k in reversed(range(grid.levels))]


class Up(nn.Module):
    """Double the grid: 4x4 transposed convolution, normalized, gated (GLU), scaled by the latent."""

    def __init__(self, before: int, after: int, latent: int):
        super().__init__()
        self.conv = nn.ConvTranspose2d(before, 2 * after, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(2 * after)
        self.gain = nn.Linear(latent, 2 * after)
        nn.init.normal_(self.conv.weight, 0, 1 / math.sqrt(4 * before))
        nn.init.zeros_(self.gain.weight)
        nn.init.zeros_(self.gain.bias)

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        gain = 1 + self.gain(latent)[:, :, None, None]
        return F.glu(self.norm(self.conv(x)) * gain, 1)


class LightGenerator(nn.Module):
    """Latents [n, latent] to images. Works at half resolution and ends in 2x2 patches."""

    def __init__(self, latent: int, height: int, width: int, channels: int, base: int):
        super().__init__()
        self.size = (height, width)
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)
        self.start = nn.Linear(latent, 2 * wide[0] * self.grid.height * self.grid.width, bias=False)
        self.norm = nn.BatchNorm2d(2 * wide[0])
        self.ups = nn.ModuleList(Up(a, b, latent) for a, b in zip(wide, wide[1:], strict=False))
        self.last = nn.Conv2d(wide[-1], channels * PATCH**2, 3, padding=1)
        nn.init.normal_(self.start.weight)
        nn.init.normal_(self.last.weight, 0, 0.5 / math.sqrt(9 * wide[-1]))

    def forward(self, latents: Tensor) -> Tensor:
        grid = self.start(latents).view(len(latents), -1, self.grid.height, self.grid.width)
        x = F.glu(self.norm(grid), 1)
        for up in self.ups:
            x = up(x, latents)
        return crop(torch.tanh(F.pixel_shuffle(self.last(x), PATCH)), *self.size)


class LightDiscriminator(nn.Module):
    """Images to features [n, f]: 2x2 patches, strided convolutions, the batch's spread, one dense layer."""

    def __init__(self, height: int, width: int, channels: int, base: int):
        super().__init__()
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)[::-1]
        self.first = nn.Conv2d(channels * PATCH**2, wide[0], 3, padding=1)
        self.downs = nn.ModuleList(
            nn.Conv2d(a, b, 4, 2, 1) for a, b in zip(wide, wide[1:], strict=False)
        )
        self.last = nn.Conv2d(wide[-1] + 1, wide[-1], 3, padding=1)
        self.features = wide[-1] * self.grid.height * self.grid.width
        for conv in (self.first, *self.downs, self.last):
            nn.init.kaiming_normal_(conv.weight, SLOPE)
            nn.init.zeros_(conv.bias)

    def forward(self, images: Tensor) -> Tensor:
        doubled = 2**self.grid.levels
        x = pad(images, self.grid.height * doubled, self.grid.width * doubled)
        x = F.leaky_relu(self.first(F.pixel_unshuffle(x, PATCH)), SLOPE)
        for down in self.downs:
            x = F.leaky_relu(down(x), SLOPE)
        x = F.leaky_relu(self.last(torch.cat([x, spread(x)], 1)), SLOPE)
        return x.flatten(1)


def spread(x: Tensor) -> Tensor:
    """Return one channel that tells D how unlike each other the pictures are (Karras et al. 2018), groups of 4."""
    n = len(x)
    if n % 4:
        return torch.zeros_like(x[:, :1])
    groups = x.view(4, n // 4, *x.shape[1:])
    centered = groups - groups.mean(0, keepdim=True)
    deviation = (centered.square().mean(0) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    return deviation.repeat(4, 1, 1, 1).expand(n, 1, *x.shape[2:])
