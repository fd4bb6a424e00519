"""Two small convolutional players for the first minutes on a processor."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets.grids import Grid, crop, pad, start_grid

SLOPE = 0.2


def widths(grid: Grid, width: int) -> list[int]:
    """Return channels from the coarsest grid to the picture's own: 4w … 2w, w, w / 2."""
    return [width * min(8, 2**k) // 2 for k in reversed(range(grid.levels + 1))]


class Up(nn.Module):
    """Double the grid, normalized, scaled by the latent, gated."""

    def __init__(self, before: int, after: int, latent: int):
        super().__init__()
        self.conv = Doubling(before, 2 * after)
        self.norm = nn.BatchNorm2d(2 * after)
        self.gain = nn.Linear(latent, 2 * after)
        nn.init.zeros_(self.gain.weight)
        nn.init.zeros_(self.gain.bias)

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        gain = 1 + self.gain(latent)[:, :, None, None]
        return gated(self.norm(self.conv(x)) * gain)


def gated(x: Tensor) -> Tensor:
    """Return one half of the channels times the other's sigmoid (Dauphin et al. 2017).

    torch's own `glu` loses the channels-last layout, and BatchNorm behind it becomes ten times
    slower on a processor.
    """
    value, gate = x.chunk(2, 1)
    return value * torch.sigmoid(gate)


class Doubling(nn.Module):
    """Each pixel repeated 2x2, then a 3x3 convolution, done as one 4x4 transposed convolution.

    A free 4x4 transposed convolution draws a cross-hatch in flat areas, which takes minutes to
    unlearn. This one can't, costs the same, and starts as bilinear interpolation of mixed channels.
    """

    def __init__(self, before: int, after: int):
        super().__init__()
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        mix = torch.randn(before, after, 1, 1) / math.sqrt(before)
        self.weight = nn.Parameter(mix * line[:, None] * line)
        twice = torch.eye(3, 4) + torch.eye(3, 4).roll(1, 1)
        self.repeat = nn.Buffer(torch.kron(twice, twice), persistent=False)  # 3x3 to 4x4

    def forward(self, x: Tensor) -> Tensor:
        """Return [n, after, 2h, 2w] of x [n, before, h, w]."""
        kernel = (self.weight.flatten(2) @ self.repeat).unflatten(2, (4, 4))
        return functional.conv_transpose2d(x, kernel, None, 2, 1)


class LightGenerator(nn.Module):
    """Latents [n, latent] to images."""

    def __init__(self, latent: int, height: int, width: int, channels: int, base: int):
        super().__init__()
        self.size = (height, width)
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)
        self.start = nn.Linear(latent, 2 * wide[0] * self.grid.height * self.grid.width, bias=False)
        self.norm = nn.BatchNorm2d(2 * wide[0])
        self.ups = nn.ModuleList(Up(a, b, latent) for a, b in pairwise(wide))
        self.last = nn.Conv2d(wide[-1], channels, 3, padding=1)
        nn.init.normal_(self.start.weight)
        nn.init.normal_(self.last.weight, 0, 0.5 / math.sqrt(9 * wide[-1]))

    def forward(self, latents: Tensor) -> Tensor:
        grid = self.start(latents).view(len(latents), -1, self.grid.height, self.grid.width)
        x = gated(self.norm(grid))
        for up in self.ups:
            x = up(x, latents)
        return crop(torch.tanh(self.last(x)), *self.size)


class LightDiscriminator(nn.Module):
    """Images to features [n, f]: strided convolutions, the batch's spread."""

    def __init__(self, height: int, width: int, channels: int, base: int):
        super().__init__()
        self.grid = start_grid(height, width)
        wide = widths(self.grid, base)[::-1]
        self.first = nn.Conv2d(channels, wide[0], 3, padding=1)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(wide))
        self.last = nn.Conv2d(wide[-1] + 1, wide[-1], 3, padding=1)
        self.features = wide[-1] * self.grid.height * self.grid.width
        self.apply(scaled)

    def forward(self, images: Tensor) -> Tensor:
        doubled = 2**self.grid.levels
        x = pad(images, self.grid.height * doubled, self.grid.width * doubled)
        x = functional.leaky_relu(self.first(x), SLOPE)
        for down in self.downs:
            x = functional.leaky_relu(down(x), SLOPE)
        x = functional.leaky_relu(self.last(torch.cat([x, spread(x)], 1)), SLOPE)
        return x.flatten(1)


def scaled(module: nn.Module) -> None:
    """Start a convolution so that it keeps the size of what passes (He et al. 2015)."""
    if isinstance(module, nn.Conv2d) and module.bias is not None:
        nn.init.kaiming_normal_(module.weight, SLOPE)
        nn.init.zeros_(module.bias)


def spread(x: Tensor) -> Tensor:
    """Return one channel that tells how unlike each other 4 pictures are (Karras et al. 2018)."""
    n = len(x)
    if n % 4:
        return torch.zeros_like(x[:, :1])
    groups = x.view(4, n // 4, *x.shape[1:])
    centered = groups - groups.mean(0, keepdim=True)
    deviation = (centered.square().mean(0) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    return deviation.repeat(4, 1, 1, 1).expand(n, 1, *x.shape[2:])
