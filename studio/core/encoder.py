"""The house encoder: one small frozen network whose features judge, compare and find pictures.

Trained by `packaging/train_encoder.py` on procedural pictures and CC0 game tiles.
"""

import functools
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio import paths
from studio.core import weights

FILE = "encoder.safetensors"
SHA256 = "f97c05bff2e1fc4af760136689d8ff3ac9165ace811b1ea09917b47aaeadccd8"
STRIDES = (2, 4, 8, 16)
WIDTHS = (48, 96, 192, 256)
BLOCKS = (1, 2, 1, 1)


class Block(nn.Module):
    """x + two 3x3 convolutions, in a residual network without normalization of its own."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return [n, channels, h, w] of the same shape."""
        return functional.silu(x + self.last(functional.silu(self.first(x))))


class Trunk(nn.Module):
    """Four stages, each a halving and residual blocks.

    Trained with batch normalization, which is folded into the convolutions afterwards: a frozen
    network then costs its convolutions alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.downs = nn.ModuleList(
            nn.Conv2d(a, b, 4 if a == 4 else 3, 2, 1) for a, b in pairwise((4, *WIDTHS))
        )
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(c) for _ in range(count)))
            for c, count in zip(WIDTHS, BLOCKS, strict=True)
        )

    def forward(self, x: Tensor, depth: int = len(STRIDES)) -> list[Tensor]:
        """Return the maps after the first `depth` stages of four-channel images."""
        found = []
        for k in range(depth):
            x = self.stages[k](functional.silu(self.downs[k](x)))
            found.append(x)
        return found


class Encoder(nn.Module):
    """The trunk, and how large its features are on the pictures it learned from."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        for k, channels in enumerate(WIDTHS):
            self.register_buffer(f"mean{k}", torch.zeros(1, channels, 1, 1))
            self.register_buffer(f"scale{k}", torch.ones(1, channels, 1, 1))

    def features(self, images: Tensor, depth: int = len(STRIDES)) -> list[Tensor]:
        """Return maps at strides 2, 4, 8, 16 of images [n, 1|3|4, h, w] in [-1, 1].

        Each channel has mean 0 and deviation 1 over the pictures the encoder learned from. The
        sides are those of the picture, rounded up to a multiple of 16, over the stride. `depth`
        leaves the coarser maps out. Gradients flow to the images; alpha (premultiplied, as always)
        is read as a channel of its own, which is opaque where there is none.
        """
        maps = self.trunk(framed(images), depth)
        return [self._scaled(k, x) for k, x in enumerate(maps)]

    def _scaled(self, k: int, x: Tensor) -> Tensor:
        """In one pass and in x's own precision: autocast may have made it bfloat16."""
        scale, mean = self.get_buffer(f"scale{k}"), self.get_buffer(f"mean{k}")
        return torch.addcmul((-mean * scale).to(x.dtype), x, scale.to(x.dtype))

    def embed(self, images: Tensor) -> Tensor:
        """Return [n, 544] of length 1 for images [n, 1|3|4, h, w]: the closer, the more alike."""
        means = [x.float().mean((2, 3)) for x in self.features(images)[1:]]
        return functional.normalize(torch.cat([functional.normalize(x) for x in means], 1))


def framed(images: Tensor) -> Tensor:
    """Return images with four channels and sides that are multiples of 16, edges repeated."""
    channels, height, width = images.shape[1:]
    if channels != 4:
        color = images.expand(-1, 3, -1, -1)
        images = torch.cat([color, torch.ones_like(images[:, :1])], 1)
    more_h, more_w = -height % STRIDES[-1], -width % STRIDES[-1]
    if not (more_h or more_w):
        return images
    top, left = more_h // 2, more_w // 2
    return functional.pad(images, (left, more_w - left, top, more_h - top), mode="replicate")


def load(device: torch.device | str = "cpu") -> Encoder:
    """Return the frozen encoder on `device`; loaded once for each device.

    Raise Refused when its file is missing or is not the one this version came with.
    """
    return _loaded(torch.device(device), paths.resources() / FILE)


@functools.lru_cache(maxsize=4)
def _loaded(device: torch.device, path: Path) -> Encoder:
    with torch.device("meta"):
        encoder = Encoder()
    encoder.load_state_dict(weights.read(path, SHA256), assign=True)
    return encoder.eval().requires_grad_(False).to(device)
