"""What every flow is: an invertible network, bounded log scales, and the density they lead to."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

STEEPEST = 5.0
GREY = 1 / 127.5  # one grey level of images in -1..1


def bounded(log_scale: Tensor) -> Tensor:
    """Keep log scales within ± STEEPEST, smoothly; near 0 they stay what they are."""
    return STEEPEST * torch.tanh(log_scale / STEEPEST)


def unbounded(log_scale: Tensor) -> Tensor:
    """Undo `bounded`, for values well within the bounds."""
    return STEEPEST * torch.atanh((log_scale / STEEPEST).clamp(-0.99, 0.99))


def nats(latents: Tensor, log_det: Tensor) -> Tensor:
    """Return -log p(x) [n] for x that a flow maps to standard-normal latents [n, d] with the log
    determinants [n].
    """
    energy = 0.5 * latents.square().sum(1)
    return energy + 0.5 * math.log(2 * math.pi) * latents.shape[1] - log_det


def grain(images: Tensor, noise: float, rng: Any) -> Tensor:
    """Return what is added to images: Gaussian noise, or at 0 uniform noise of one grey level."""
    if noise:
        return noise * torch.randn(images.shape, generator=rng, device=images.device)
    return GREY * (torch.rand(images.shape, generator=rng, device=images.device) - 0.5)


class Flow(nn.Module, ABC):
    """An invertible network from pictures to standard-normal latents of as many values.

    `shape` is (channels, height, width). `measured` is true once `measure` was called. Classes come
    as `rows` [n] of an embedding, 0 for none.
    """

    measured: Tensor

    def __init__(self, shape: tuple[int, int, int]):
        super().__init__()
        self.shape = shape
        self.register_buffer("measured", torch.zeros((), dtype=torch.bool))

    @abstractmethod
    def measure(self, images: Tensor, rows: Tensor) -> None:
        """Set what is fixed from a first batch of images [n, c, h, w]."""

    @abstractmethod
    def forward(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return (latents [n, c h w], log determinants [n]) of images [n, c, h, w]."""

    @abstractmethod
    def inverse(self, latents: Tensor, rows: Tensor, guidance: float = 0.0) -> Iterator[Tensor]:
        """Yield images [n, c, h, w] as they come about; the last is exact.

        `guidance` above 0 exaggerates what the class changes, where a network can do so.
        """
