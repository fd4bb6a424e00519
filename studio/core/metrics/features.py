"""Networks that turn pictures into features: the fixed random one, and how any is asked."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core import latents
from studio.core.events import Job, Progress
from studio.core.metrics.views import AT_ONCE, Pictures, parts, shrunk

RANDOM_WIDTHS = (32, 64, 64, 96)


class Encoder(nn.Module, ABC):
    """A frozen network from images [n, c, h, w] in [-1, 1] to features [n, d].

    `side` is the longest side in pixels that it looks at; larger pictures are shrunk first.
    """

    side: int
    at_once = AT_ONCE

    @abstractmethod
    def forward(self, images: Tensor) -> Tensor: ...


class RandomEncoder(Encoder):
    """Convolutions that nobody trained, always the same: four stages, orthogonal, seed 0.

    Random features rank models about as trained ones do, differently (Naeem et al. 2020; arXiv
    2208.09218). Features are mean and deviation over each stage: 512.
    """

    side = 64
    at_once = 24

    def __init__(self, channels: int):
        super().__init__()
        rng, before, stages = latents.rng(0), channels, []
        for wide in RANDOM_WIDTHS:
            first, second = _orthogonal(before, wide, rng), _orthogonal(wide, wide, rng)
            stages.append(nn.Sequential(first, nn.ELU(), second, nn.ELU()))
            before = wide
        self.stages = nn.ModuleList(stages)
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Return features [n, 512]."""
        found, x = [], images
        for k, stage in enumerate(self.stages):
            x = stage(functional.avg_pool2d(x, 2, ceil_mode=True) if k else x)
            found += [x.mean((2, 3)), x.std((2, 3), correction=0)]
        return torch.cat(found, 1)


def _orthogonal(before: int, after: int, rng: torch.Generator) -> nn.Conv2d:
    with torch.random.fork_rng(devices=[]):  # torch first draws weights from its global state
        conv = nn.Conv2d(before, after, 3, padding=1, bias=False)
    nn.init.orthogonal_(conv.weight, 2**0.5, generator=rng)
    return conv


def features(encoder: Encoder, pictures: Pictures, text: str = "Looking") -> Job[np.ndarray]:
    """Return features float32 [n, d] of opaque pictures uint8 [n, h, w, c]."""
    found = []
    for part in parts(len(pictures), encoder.at_once):
        found.append(_encoded(encoder, pictures[part]))
        yield Progress(part.stop, len(pictures), text)
    return np.concatenate(found)


@torch.no_grad()
def _encoded(encoder: Encoder, pictures: np.ndarray) -> np.ndarray:
    return encoder(shrunk(pictures, encoder.side)).float().numpy()
