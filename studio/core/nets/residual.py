"""R3GAN's two players (Huang et al. 2025): residual blocks without normalization."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets.grids import Grid, crop, pad, start_grid

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))
BINOMIAL = torch.tensor([1.0, 2.0, 1.0])


def widths(grid: Grid, width: int) -> list[int]:
    """Return channels from the coarsest grid to the picture's own: 4w … 2w, w."""
    return [width * min(4, 2**k) for k in reversed(range(grid.levels + 1))]


class Block(nn.Module):
    """x + two 3x3 convolutions; the last starts at zero, the first scaled by depth (fix-up)."""

    def __init__(self, channels: int, depth: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        nn.init.normal_(self.first.weight, 0, GAIN / math.sqrt(9 * channels) * depth**-0.25)
        self.first.bias = nn.Parameter(torch.zeros(channels))
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.last(
            functional.leaky_relu(self.first(functional.leaky_relu(x, SLOPE)), SLOPE)
        )


def blurred(x: Tensor, scale: float) -> Tensor:
    """Convolve with [1, 2, 1] in both directions, times `scale`."""
    line = BINOMIAL.to(x) / 4
    channels = x.shape[1]
    kernel = (line[:, None] * line * scale).expand(channels, 1, 3, 3)
    return functional.conv2d(x, kernel, padding=1, groups=channels)


def doubled(x: Tensor) -> Tensor:
    """Double the grid by bilinear interpolation."""
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def halved(x: Tensor) -> Tensor:
    """Halve the grid after [1, 2, 1] smoothing."""
    return functional.avg_pool2d(blurred(x, 1.0), 2)


def changed(before: int, after: int) -> nn.Module:
    """A 1x1 convolution that changes the number of channels, if it changes."""
    if before == after:
        return nn.Identity()
    conv = nn.Conv2d(before, after, 1, bias=False)
    nn.init.normal_(conv.weight, 0, 1 / math.sqrt(before))
    return conv


class ResidualGenerator(nn.Module):
    """Latents [n, latent] to images: a learned basis grid, then blocks and doublings."""

    def __init__(self, latent: int, height: int, width: int, channels: int, base: int, blocks: int):
        super().__init__()
        self.size = (height, width)
        grid = start_grid(height, width)
        wide = widths(grid, base)
        depth = blocks * len(wide)
        self.basis = nn.Parameter(torch.randn(wide[0], grid.height, grid.width))
        self.dense = nn.Linear(latent, wide[0], bias=False)
        nn.init.normal_(self.dense.weight, 0, 1 / math.sqrt(latent))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(c, depth) for _ in range(blocks))) for c in wide
        )
        self.changes = nn.ModuleList(changed(a, b) for a, b in pairwise(wide))
        self.last = nn.Conv2d(wide[-1], channels, 1, bias=False)
        nn.init.normal_(self.last.weight, 0, 1 / math.sqrt(wide[-1]))

    def forward(self, latents: Tensor) -> Tensor:
        """Return images [n, c, h, w]."""
        x = self.basis * self.dense(latents)[:, :, None, None]
        for k, stage in enumerate(self.stages):
            x = stage(doubled(self.changes[k - 1](x)) if k else x)
        return crop(self.last(x), *self.size)


class ResidualDiscriminator(nn.Module):
    """The mirror: images to features [n, f] by blocks, halvings and a learned last look."""

    def __init__(self, height: int, width: int, channels: int, base: int, blocks: int):
        super().__init__()
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)[::-1]
        depth = blocks * len(wide)
        self.first = nn.Conv2d(channels, wide[0], 1, bias=False)
        nn.init.normal_(self.first.weight, 0, 1 / math.sqrt(channels))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(c, depth) for _ in range(blocks))) for c in wide
        )
        self.changes = nn.ModuleList(changed(a, b) for a, b in pairwise(wide))
        self.features = wide[-1]
        cells = self.grid.height * self.grid.width
        self.basis = nn.Parameter(
            torch.randn(self.features, self.grid.height, self.grid.width) / math.sqrt(cells)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return features [n, f]."""
        doubled = 2**self.grid.levels
        x = self.first(pad(images, self.grid.height * doubled, self.grid.width * doubled))
        for k, stage in enumerate(self.stages):
            x = stage(self.changes[k - 1](halved(x)) if k else x)
        return (x * self.basis).sum((2, 3))
