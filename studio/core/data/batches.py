"""Batches of a packed set, on the device, in an order that (seed, step) alone decides."""

from collections.abc import Iterator

import torch
from torch import Tensor

from studio.core import latents
from studio.core.data.packed import PackedSet
from studio.core.data.reading import Reader
from studio.core.family import Batch
from studio.core.pictures import to_images

ORDER, MIRROR, HELD = 101, 102, 103  # streams of randomness
HELD_FROM, HELD_AT_LEAST, HELD_AT_MOST = 100, 16, 2000
RESIDENT_AT_MOST = 0.25  # of the free memory; larger sets stay on disk


class Batches:
    """Endless shuffled batches of one size; every picture is seen once per pass."""

    def __init__(
        self,
        packed: PackedSet,
        size: int,
        seed: int,
        mirror: bool,
        device: torch.device,
        free: int,
        held_out: float = 0.0,
    ):
        """`free` is the device's free memory in bytes; the set moves there if it fits well. Where
        not, `batch`, `unseen` and `parts` raise Lost once its file is changed or taken away.

        `held_out` is the share of pictures that no batch shows, but `unseen` does.
        """
        self.size, self.seed, self.mirror, self.device = size, seed, mirror, device
        self.kept, self.held = split(len(packed.pictures), held_out, seed)
        self.count = len(self.kept)
        self.packed = Reader(packed)
        fits = packed.pictures.nbytes < free * RESIDENT_AT_MOST
        self.pictures = torch.from_numpy(self.packed.whole()).to(device) if fits else None
        labels = packed.labels
        self.labels = None if labels is None else torch.from_numpy(labels).to(device)
        self._pass: tuple[int, Tensor] = (-1, torch.empty(0, dtype=torch.long))

    @property
    def gone(self) -> bool:
        """Whether the set's file was deleted or moved; it may still be read on."""
        return self.packed.gone

    def batch(self, step: int) -> Batch:
        """Return the batch of `size` pictures that belongs to `step`."""
        picks = self._picks(step)
        images, labels = self._at(picks)
        return Batch(self._mirrored(images, step) if self.mirror else images, labels)

    def parts(self, size: int, most: int) -> Iterator[Batch]:
        """Yield up to `most` pictures in a fixed shuffled order, in batches of `size` (for fits
        and scores).
        """
        order = torch.randperm(self.count, generator=latents.rng(self.seed, 0, ORDER + 1000))[:most]
        for picks in self.kept[order].split(size):
            yield self._at(picks)

    def unseen(self, step: int) -> Batch | None:
        """Return `size` held-out pictures, others at every step; None if none are held out."""
        if not len(self.held):
            return None
        picks = torch.randint(len(self.held), (self.size,), generator=self._rng(step, HELD))
        return self._at(self.held[picks])

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
            order = torch.randperm(self.count, generator=self._rng(number, ORDER))
            self._pass = (number, self.kept[order])
        return self._pass[1]

    def _rng(self, step: int, stream: int) -> torch.Generator:
        return latents.rng(self.seed, step, stream)

    def _at(self, picks: Tensor) -> Batch:
        labels = None if self.labels is None else self.labels[picks.to(self.device)]
        return Batch(to_images(self._take(picks)), labels)

    def _take(self, picks: Tensor) -> Tensor:
        if self.pictures is not None:
            return self.pictures[picks.to(self.pictures.device)]
        rows = self.packed.take(picks.numpy())
        return torch.from_numpy(rows).to(self.device, non_blocking=True)

    def _mirrored(self, images: Tensor, step: int) -> Tensor:
        coin = torch.rand(len(images), generator=self._rng(step, MIRROR)) < 0.5
        return torch.where(coin.to(self.device)[:, None, None, None], images.flip(3), images)


def split(count: int, held_out: float, seed: int) -> tuple[Tensor, Tensor]:
    """Return the places of pictures learned from and of those held out, both in order.

    Sets below a hundred pictures need all of them, and at least sixteen tell anything.
    """
    held = min(HELD_AT_MOST, max(HELD_AT_LEAST, round(count * held_out)))
    held = held if held_out > 0 and count >= HELD_FROM else 0
    order = torch.randperm(count, generator=latents.rng(seed, 0, HELD))
    return order[held:].sort().values, order[:held].sort().values
