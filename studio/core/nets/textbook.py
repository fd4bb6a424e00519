"""The textbooks' players, layer by layer: latents to images, images to features."""

import math
from itertools import pairwise

from torch import Tensor, nn

from studio.core.events import Refused
from studio.core.nets.grids import crop

SLOPE = 0.2
ENDS = (7, 7)  # the start grid of the 28-pixel network


def dense(before: int, after: int) -> nn.Linear:
    """A dense layer that passes the latent on at full strength (He et al. 2015).

    torch's own start values shrink it threefold in each layer, and all pictures of a class come
    out alike for thousands of steps.
    """
    layer = nn.Linear(before, after)
    nn.init.kaiming_normal_(layer.weight, SLOPE)
    nn.init.zeros_(layer.bias)
    return layer


def mlp_generator(latent: int, pixels: int) -> nn.Sequential:
    """Goodfellow-style: latent → 128 → 256 → pixels, tanh."""
    return nn.Sequential(
        dense(latent, 128),
        nn.LeakyReLU(SLOPE),
        dense(128, 256),
        nn.LeakyReLU(SLOPE),
        dense(256, pixels),
        nn.Tanh(),
    )


def mlp_discriminator(pixels: int) -> nn.Sequential:
    """Pixels → 256 → 128 features; the logit is a dense layer on them."""
    return nn.Sequential(
        nn.Flatten(),
        dense(pixels, 256),
        nn.LeakyReLU(SLOPE),
        dense(256, 128),
        nn.LeakyReLU(SLOPE),
    )


class Dcgan28Generator(nn.Module):
    """Dense to 7·7·128, then 5x5 transposed convolutions: 128 (×2), 64 (×2), 32, picture.

    The textbook's listing doubles once too often for 28 pixels; twice is right. Other sizes start
    from a quarter of the picture, rounded up, and are cropped.
    """

    def __init__(self, latent: int, height: int, width: int, channels: int):
        super().__init__()
        self.size = (height, width)
        self.start = (-(-height // 4), -(-width // 4))
        self.dense = nn.Linear(latent, 128 * math.prod(self.start))
        widths = [(128, 128, 2), (128, 64, 2), (64, 32, 1), (32, channels, 1)]
        layers: list[nn.Module] = []
        for before, after, stride in widths:
            up = nn.ConvTranspose2d(before, after, 5, stride, 2, output_padding=stride - 1)
            layers += [nn.BatchNorm2d(before), nn.ReLU(), up]
        self.layers = nn.Sequential(*layers, nn.Tanh())

    def forward(self, latents: Tensor) -> Tensor:
        """Return images [n, c, h, w] in [-1, 1]."""
        grid = self.dense(latents).view(len(latents), 128, *self.start)
        return crop(self.layers(grid), *self.size)


def dcgan28_discriminator(channels: int) -> nn.Sequential:
    """5x5 convolutions 32, 64, 128 (halving) and 256 as features; no normalization."""
    layers: list[nn.Module] = []
    for before, after, stride in [(channels, 32, 2), (32, 64, 2), (64, 128, 2), (128, 256, 1)]:
        layers += [nn.Conv2d(before, after, 5, stride, 2), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, nn.Flatten())


def dcgan64_doublings(height: int, width: int) -> int:
    """Return how often 4x4 is doubled to reach the size; raise Refused unless square, 2^k, ≥ 16."""
    doublings = height.bit_length() - 3
    if height != width or height != 4 << doublings or doublings < 2:
        raise Refused(
            f"The network dcgan-64 draws squares of 16, 32, 64, 128 or 256 pixels,"
            f" not {width} x {height}; choose such a size or another network."
        )
    return doublings


def dcgan64_generator(latent: int, side: int, channels: int, width: int = 64) -> nn.Sequential:
    """Radford et al. 2015: 4x4 transposed convolutions, 8w → 4w → 2w → w at 64 pixels."""
    doublings = dcgan64_doublings(side, side)
    widths = [width << k for k in reversed(range(doublings))]
    layers: list[nn.Module] = [
        nn.Unflatten(1, (latent, 1, 1)),
        nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False),
        nn.BatchNorm2d(widths[0]),
        nn.ReLU(),
    ]
    for before, after in pairwise(widths):
        up = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
        layers += [up, nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(
        *layers, nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh()
    )


def dcgan64_discriminator(side: int, channels: int, width: int = 64) -> nn.Sequential:
    """The mirror: 4x4 convolutions w → 2w → 4w → 8w, BatchNorm after all but the first.

    Its last 4x4 convolution sees the whole grid: it is the dense layer on these features.
    """
    widths = [width << k for k in range(dcgan64_doublings(side, side))]
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(SLOPE)]
    for before, after in pairwise(widths):
        down = nn.Conv2d(before, after, 4, 2, 1, bias=False)
        layers += [down, nn.BatchNorm2d(after), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, nn.Flatten())


def dcgan_weights(module: nn.Module) -> None:
    """Radford's start: convolutions N(0, 0.02), BatchNorm gain N(1, 0.02)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    if isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
