"""The restorer: a small network that draws what thin damage hides.

Trained by `packaging/train_restorer.py` on pictures made for it (`packaging/scenery.py`), so nobody
else's rights are in it.
"""

import functools

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from studio import paths
from studio.core import weights
from studio.core.device import has_fast_bf16

FILE = "restorer.safetensors"
SHA256 = "ceca604fbc08802fc55f8b7a00e14af1f8053efe94be1ad30389312ca6e0201f"
WIDTHS = (48, 96, 96)  # channels at strides 2, 4, 8
BLOCKS = (1, 2, 3)  # residual blocks at each, on the way down; on the way up one more at stride 2
SWEEPS = 6  # of smoothing after the pyramid


class Block(nn.Module):
    """x + two 3x3 convolutions that begin as nothing."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return [n, channels, h, w] of the same shape."""
        return x + self.last(functional.relu(self.first(x)))


class Restorer(nn.Module):
    """A U-Net (Ronneberger et al. 2015) of three scales, the finest at half the resolution.

    Sides have to be multiples of 8.
    """

    def __init__(self) -> None:
        super().__init__()
        one, two, three = WIDTHS
        self.stem = nn.Conv2d(16, one, 3, padding=1)
        self.fine = _blocks(one, BLOCKS[0])
        self.down = nn.Conv2d(one, two, 2, 2)
        self.middle = _blocks(two, BLOCKS[1])
        self.deeper = nn.Conv2d(two, three, 2, 2)
        self.coarse = _blocks(three, BLOCKS[2])
        self.rise = nn.Conv2d(three, 4 * two, 1)
        self.middle_up = _blocks(two, BLOCKS[1])
        self.up = nn.Conv2d(two, 4 * one, 1)
        self.fine_up = _blocks(one, BLOCKS[0] + 1)
        self.head = nn.Conv2d(one, 12, 3, padding=1)
        nn.init.zeros_(self.head.weight)

    def forward(self, begun: Tensor, hole: Tensor) -> Tensor:
        """Return the change [n, 3, h, w] of `begun` in [0, 1] where `hole` [n, 1, h, w] is 1."""
        seen = torch.cat([2 * begun - 1, hole], 1)
        fine = self.fine(self.stem(functional.pixel_unshuffle(seen, 2)))
        middle = self.middle(self.down(fine))
        coarse = self.coarse(self.deeper(middle))
        middle = self.middle_up(middle + functional.pixel_shuffle(self.rise(coarse), 2))
        fine = self.fine_up(fine + functional.pixel_shuffle(self.up(middle), 2))
        return functional.pixel_shuffle(self.head(fine), 2)


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(channels) for _ in range(count)))


def begun(colors: Tensor, hole: Tensor) -> Tensor:
    """Return colors [n, c, h, w] with the hole, [n, 1, h, w] of 0 and 1, filled smoothly.

    Averages of what is known at ever coarser scales (push-pull; Gortler et al. 1996), then a few
    sweeps of smoothing.
    """
    known = 1 - hole
    filled = _spread(colors * known, known)
    weights = torch.tensor([0.25, 0.5, 0.25], dtype=colors.dtype)
    kernel = torch.outer(weights, weights).expand(colors.shape[1], 1, 3, 3)
    for _ in range(SWEEPS):
        wider = functional.pad(filled, (1, 1, 1, 1), mode="replicate")
        soft = functional.conv2d(wider, kernel, groups=colors.shape[1])
        filled = torch.lerp(filled, soft, hole)
    return filled


def _spread(colors: Tensor, known: Tensor) -> Tensor:
    """Fill `colors`, 0 where `known` is 0, from their averages at half the size."""
    h, w = colors.shape[2:]
    if bool(known.all()) or h * w == 1:
        return colors
    edge = (0, w % 2, 0, h % 2)
    sums = functional.avg_pool2d(functional.pad(colors, edge), 2)
    shares = functional.avg_pool2d(functional.pad(known, edge), 2)
    half = _spread(sums / shares.clamp_min(1e-6), (shares > 0).to(colors.dtype))
    size = (2 * half.shape[2], 2 * half.shape[3])
    wide = functional.interpolate(half, size, mode="bilinear", align_corners=False)[..., :h, :w]
    return torch.lerp(wide, colors, known)


@torch.no_grad()
def smooth(colors: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return colors [h, w, c] with the hole, bool [h, w], filled as `begun` does."""
    return _array(begun(_tensor(colors), _tensor(hole[..., None])))


@torch.no_grad()
def change(colors: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return what to add to `smooth` colors [h, w, 1 or 3] in the hole; sides multiples of 8.

    The mean of two views, one upside down: their errors cancel in part.
    """
    given, where = _tensor(colors).expand(-1, 3, -1, -1), _tensor(hole[..., None])
    given, where = (torch.cat([x, x.rot90(2, (2, 3))]) for x in (given, where))
    with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bf16()):
        added = load()(given.contiguous(memory_format=torch.channels_last), where).float()
    added = (added[:1] + added[1:].rot90(2, (2, 3))) / 2
    return _array(added if colors.shape[2] == 3 else added.mean(1, keepdim=True))


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array.astype(np.float32)).permute(2, 0, 1)[None]


def _array(images: Tensor) -> np.ndarray:
    return images[0].permute(1, 2, 0).numpy().copy()


@functools.cache
def load() -> Restorer:
    """Return the trained restorer.

    Raise Refused when its file is missing or is not the one this version came with.
    """
    with torch.device("meta"):
        restorer = Restorer()
    restorer.load_state_dict(weights.read(paths.resources() / FILE, SHA256), assign=True)
    restorer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # unknown to torch's stubs
    return restorer.eval().requires_grad_(False)
