"""A U-Net that undoes noise: told how much there is, and which class to see in it."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

FREQUENCIES = 32
GROUP = 16  # channels normalized together, about
QUIET = 0.2  # 0.001 and 1 learned more slowly in a short run
COARSEST = 4  # places on the short side of the coarsest grid, at least
FINEST = 20  # and of the finest, at most, where the patch is automatic
PIXELWISE = 12  # pictures smaller than this are seen by the pixel


class Condition(nn.Module):
    """A vector for the noise level, to which the class adds its own."""

    def __init__(self, classes: int, width: int):
        super().__init__()
        self.inner = nn.Linear(2 * FREQUENCIES, width)
        self.outer = nn.Linear(width, width)
        self.labels = nn.Embedding(classes + 1, width) if classes else None

    def forward(self, noise: Tensor, rows: Tensor | None) -> Tensor:
        """Return [n, width] for noise [n], a number around -2..2, and embedding rows int64 [n]."""
        waves = torch.logspace(-2, 3, FREQUENCIES, 2.0, device=noise.device)
        angles = 2 * math.pi * noise.float()[:, None] * waves
        known = functional.silu(self.inner(torch.cat([angles.cos(), angles.sin()], 1)))
        if self.labels is not None and rows is not None:
            known = known + self.labels(rows)
        return functional.silu(self.outer(known))


def norm(channels: int) -> nn.GroupNorm:
    """Return a group normalization of about 16 channels a group."""
    groups = max(1, channels // GROUP)
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels)


def quiet(conv: nn.Conv2d) -> nn.Conv2d:
    """Return `conv` saying little, so that a network starts simple."""
    with torch.no_grad():
        for parameter in conv.parameters():
            parameter.mul_(QUIET)
    return conv


class Block(nn.Module):
    """x + two convolutions; the condition scales and shifts between them; starts as x, almost."""

    def __init__(self, channels: int, condition: int):
        super().__init__()
        self.before = norm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.between = norm(channels)
        self.style = nn.Linear(condition, 2 * channels)
        self.last = quiet(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.first(functional.silu(self.before(x)))
        scale, shift = self.style(condition)[:, :, None, None].chunk(2, 1)
        return x + self.last(functional.silu(self.between(h) * (1 + scale) + shift))


class Attention(nn.Module):
    """x + what every place learns from all others; starts as x, almost (Vaswani et al. 2017)."""

    def __init__(self, channels: int, head: int = 32):
        super().__init__()
        self.heads = max(1, channels // head)
        self.before = norm(channels)
        self.inner = nn.Conv2d(channels, 3 * channels, 1)
        self.outer = quiet(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        n, c, height, width = x.shape
        places = self.inner(self.before(x)).reshape(n, 3, self.heads, -1, height * width)
        q, k, v = places.transpose(-1, -2).unbind(1)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        return x + self.outer(mixed.transpose(-1, -2).reshape(n, c, height, width))


class Level(nn.Module):
    """Some blocks on one grid, each with attention behind it where asked."""

    def __init__(self, channels: int, condition: int, blocks: int, attention: bool):
        super().__init__()
        self.blocks = nn.ModuleList(Block(channels, condition) for _ in range(blocks))
        self.attentions = nn.ModuleList(Attention(channels) for _ in range(blocks * attention))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for k, block in enumerate(self.blocks):
            x = block(x, condition)
            x = self.attentions[k](x) if len(self.attentions) else x
        return x


class Unet(nn.Module):
    """Images of any size to images; the finest grid holds patches of `patch` x `patch` pixels.

    It says two numbers a value, a + b * image: how much of the noisy image to keep is a choice of
    place and level, and the noise itself need not pass through the narrow middle. (Held-out error
    at a noise of 0.5 after 16 seconds on one core: 0.034 instead of 0.125.)

    `widths` are the channels of the grids from fine to coarse, each half of the one before;
    attention works on the coarsest. Patches as in "pixel unshuffle" save most of the time on
    processors: a convolution over whole pixels is what costs.
    """

    def __init__(
        self, channels: int, classes: int, patch: int, widths: tuple[int, ...], blocks: int
    ):
        super().__init__()
        self.patch, self.multiple = patch, patch * 2 ** (len(widths) - 1)
        condition = 2 * widths[-1]
        self.condition = Condition(classes, condition)
        self.stem = nn.Conv2d(channels * patch**2, widths[0], 3, padding=1)
        last = len(widths) - 1
        self.down = nn.ModuleList(
            Level(c, condition, blocks, k == last) for k, c in enumerate(widths)
        )
        self.up = nn.ModuleList(
            Level(c, condition, blocks, k == last) for k, c in enumerate(widths)
        )
        pairs = list(pairwise(widths))
        self.narrow = nn.ModuleList(nn.Conv2d(4 * a, b, 1) for a, b in pairs)
        self.widen = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairs)
        self.merge = nn.ModuleList(nn.Conv2d(2 * c, c, 1) for c in widths[:-1])
        self.before = norm(widths[0])
        self.head = quiet(nn.Conv2d(widths[0], 2 * channels * patch**2, 3, padding=1))

    def forward(self, images: Tensor, noise: Tensor, rows: Tensor | None) -> Tensor:
        """Return [n, c, h, w] for noisy images of that shape, levels [n], embedding rows [n]."""
        height, width = images.shape[-2:]
        more_h, more_w = -height % self.multiple, -width % self.multiple
        x = functional.pad(images, (0, more_w, 0, more_h))
        known = self.condition(noise, rows)
        x = self.stem(functional.pixel_unshuffle(x, self.patch))
        kept: list[Tensor] = []
        for k, level in enumerate(self.down):
            x = level(self.narrow[k - 1](functional.pixel_unshuffle(x, 2)) if k else x, known)
            kept.append(x)
        for k in reversed(range(len(self.up))):
            if k < len(self.up) - 1:
                x = functional.interpolate(self.widen[k](x), scale_factor=2.0)
                x = self.merge[k](torch.cat([x, kept[k]], 1))
            x = self.up[k](x, known)
        x = self.head(functional.silu(self.before(x)))
        told, share = functional.pixel_shuffle(x, self.patch)[..., :height, :width].chunk(2, 1)
        return told + share * images


def automatic_patch(side: int) -> int:
    """Return the patch 1, 2, 4 … for pictures of `side` pixels on the short side."""
    patch = 1 if side < PIXELWISE else 2
    while side > FINEST * patch:
        patch *= 2
    return patch


def widths(width: int, side: int, patch: int) -> tuple[int, ...]:
    """Return the channels of each grid: doubling, up to four times the finest one's."""
    places, found = -(-side // patch), [width]
    while places >= 2 * COARSEST:
        places //= 2
        found.append(min(4 * width, 2 * found[-1]))
    return tuple(found)
