"""Batches of a packed set, on the device, in an order that (seed, step) alone decides."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from studio.core import latents
from studio.core.data.packed import PackedSet
from studio.core.pictures import to_images

ORDER, MIRROR = 101, 102  # streams of randomness
RESIDENT_AT_MOST = 0.25  # of the free memory; larger sets stay in the memmap


class Batches:
    """Endless shuffled batches of one size; every picture is seen once per pass."""

    def __init__(
        self, packed: PackedSet, size: int, seed: int, mirror: bool, device: torch.device, free: int
    ):
        """`free` is the device's free memory in bytes; the set moves there if it fits well."""
        self.size, self.seed, self.mirror, self.device = size, seed, mirror, device
        self.count = len(packed.pictures)
        self.packed = packed.pictures
        fits = packed.pictures.nbytes < free * RESIDENT_AT_MOST
        self.pictures = torch.from_numpy(np.array(packed.pictures)).to(device) if fits else None
        labels = packed.labels
        self.labels = None if labels is None else torch.from_numpy(labels).to(device)
        self._pass: tuple[int, Tensor] = (-1, torch.empty(0, dtype=torch.long))

    def batch(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Return (images [size, c, h, w] in [-1, 1], labels [size] or None) of `step`."""
        picks = self._picks(step)
        images = to_images(self._take(picks))
        if self.mirror:
            images = self._mirrored(images, step)
        return images, None if self.labels is None else self.labels[picks.to(self.device)]

    def parts(self, size: int, most: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Yield up to `most` pictures in a fixed shuffled order, in batches of `size` (for fits
        and scores).
        """
        order = torch.randperm(self.count, generator=latents.rng(self.seed, 0, ORDER + 1000))[:most]
        for picks in order.split(size):
            labels = None if self.labels is None else self.labels[picks.to(self.device)]
            yield to_images(self._take(picks)), labels

    def to(self, device: torch.device) -> None:
        """Move what is resident to `device`."""
        self.device = device
        self.pictures = None if self.pictures is None else self.pictures.to(device)
        self.labels = None if self.labels is None else self.labels.to(device)

    def _picks(self, step: int) -> Tensor:
        start = step * self.size
        places = torch.arange(start, start + self.size)
        passes, within = places // self.count, places % self.count
        picks = torch.empty_like(places)
        for number in passes.unique().tolist():
            chosen = passes == number
            picks[chosen] = self._order(number)[within[chosen]]
        return picks

    def _order(self, number: int) -> Tensor:
        if self._pass[0] != number:
            order = torch.randperm(self.count, generator=latents.rng(self.seed, number, ORDER))
            self._pass = (number, order)
        return self._pass[1]

    def _take(self, picks: Tensor) -> Tensor:
        if self.pictures is not None:
            return self.pictures[picks.to(self.pictures.device)]
        return torch.from_numpy(self.packed[picks.numpy()]).to(self.device, non_blocking=True)

    def _mirrored(self, images: Tensor, step: int) -> Tensor:
        coin = torch.rand(len(images), generator=latents.rng(self.seed, step, MIRROR)) < 0.5
        return torch.where(coin.to(self.device)[:, None, None, None], images.flip(3), images)
