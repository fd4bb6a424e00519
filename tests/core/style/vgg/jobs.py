"""Run what yields to its end; a narrow network to run it with."""

from collections.abc import Generator
from itertools import pairwise
from typing import TypeVar

import torch

from studio.core.style.vgg.network import LAYERS, Network
from tests.core.style.vgg.files import NARROW

T = TypeVar("T")


def ended(job: Generator[object, None, T]) -> T:
    """Return what the job returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def network(seed: int = 0) -> Network:
    """Return a network of few channels, random, whose features do not die out."""
    rng = torch.Generator().manual_seed(seed)
    filters = {}
    for name, (before, after) in zip(LAYERS, pairwise(NARROW), strict=True):
        weight = torch.randn(after, before, 3, 3, generator=rng) * (2 / (9 * before)) ** 0.5
        filters[name] = (weight, torch.zeros(after))
    return Network(filters, pooling="average")


def picture(h: int, w: int, seed: int = 0) -> torch.Tensor:
    """Return smooth random colors [1, 3, h, w] in [0, 1]."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 6, 6, generator=rng)
    return torch.nn.functional.interpolate(coarse, (h, w), mode="bilinear")
