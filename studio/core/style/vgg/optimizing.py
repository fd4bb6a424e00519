"""A picture changed step by step until the network finds in it what it should."""

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.style.vgg.network import Loss, Network, gradient

DECAYS = (0.9, 0.99)
STABLE = 1e-8
CALM = 0.1  # of its rate the last step goes, which averages the unrest of steps out


@dataclass(frozen=True)
class Schedule:
    """How a picture is optimized: `steps` of Adam at `rate`, `levels` of its Laplacian pyramid.

    `smoothness` is the weight of the mean squared difference of neighbors (total variation).
    """

    steps: int
    rate: float
    levels: int = 1
    smoothness: float = 0.0


def decomposed(picture: Tensor, levels: int) -> list[Tensor]:
    """Return a Laplacian pyramid of [1, 3, h, w], fine to coarse; `composed` takes it back."""
    bands = []
    for _ in range(levels - 1):
        if min(picture.shape[2:]) < 2:
            break
        coarse = functional.avg_pool2d(picture, 2, ceil_mode=True, count_include_pad=False)
        bands.append(picture - _grown(coarse, picture))
        picture = coarse
    return [*bands, picture]


def composed(bands: list[Tensor]) -> Tensor:
    """Return the picture of a Laplacian pyramid."""
    picture = bands[-1]
    for band in reversed(bands[:-1]):
        picture = band + _grown(picture, band)
    return picture


def _grown(coarse: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(coarse, like.shape[2:], mode="bilinear", align_corners=False)


@torch.no_grad()
def optimized(
    network: Network, start: Tensor, losses: Mapping[str, Loss], schedule: Schedule
) -> Generator[tuple[int, float, Tensor], None, Tensor]:
    """Return [1, 3, h, w] in [0, 1] of a lower sum of losses, by Adam (Kingma and Ba, 2014).

    Yields (steps done, the last step's loss, the picture) between layers and steps.
    """
    bands = decomposed(start.clone(), schedule.levels)
    means, squares = ([torch.zeros_like(band) for band in bands] for _ in range(2))
    picture, loss = start, math.inf
    for step in range(schedule.steps):
        sought = gradient(network, picture, losses)
        while True:
            try:
                next(sought)
            except StopIteration as ended:
                loss, slope = ended.value
                break
            yield step, loss, picture
        slopes = _spread(slope + _roughness(picture, schedule.smoothness), bands)
        rate = schedule.rate * (
            CALM + (1 - CALM) * (1 + math.cos(math.pi * step / schedule.steps)) / 2
        )
        for band, mean, square, own in zip(bands, means, squares, slopes, strict=True):
            _adam(band, mean, square, own, rate, step + 1)
        picture = composed(bands).clamp(0, 1)
        if len(bands) == 1:
            bands[0].copy_(picture)
        yield step + 1, loss, picture
    return picture


def _spread(slope: Tensor, bands: list[Tensor]) -> list[Tensor]:
    """Return the gradient for each band, given the picture's."""
    if len(bands) == 1:
        return [slope]
    with torch.enable_grad():
        free = [band.detach().requires_grad_() for band in bands]
        picture = composed(free)
    return list(torch.autograd.grad(picture, free, slope))


def _roughness(picture: Tensor, weight: float) -> Tensor:
    """Return the gradient of `weight` times the mean squared difference of neighbors."""
    slope = torch.zeros_like(picture)
    for axis in (2, 3):
        apart = picture.diff(dim=axis) * (2 * weight / picture.numel())
        count = apart.shape[axis]
        slope.narrow(axis, 1, count).add_(apart)
        slope.narrow(axis, 0, count).sub_(apart)
    return slope


def _adam(value: Tensor, mean: Tensor, square: Tensor, slope: Tensor, rate: float, t: int) -> None:
    """Move `value` against `slope`; `mean` and `square` are the running moments."""
    first, second = DECAYS
    mean.lerp_(slope, 1 - first)
    square.lerp_(slope.square(), 1 - second)
    size = (square / (1 - second**t)).sqrt_().add_(STABLE)
    value.addcdiv_(mean, size, value=-rate / (1 - first**t))
