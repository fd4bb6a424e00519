"""A run's sample grid: latents and classes that never change, and what a grid tells of variety."""

import math
import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from studio.core import latents
from studio.core.data.batches import Batches
from studio.core.drawing import drawn
from studio.core.family import ImageSize, Model

PIXELS = 64 * 32 * 32  # on a grid
PULL = 0.05  # seconds of drawing between two looks
FURTHER = 1.25  # times the steps lie between two grids that are compared


class Preview:
    """Draws the same latents at every step, so that a grid never reshuffles."""

    def __init__(self, shape: tuple[int, ...], size: ImageSize, seed: int, device: torch.device):
        """`shape` is that of one latent."""
        count = grid_count(size)
        self.latents = latents.draw(count, shape, seed).to(device)
        self.labels = grid_labels(count, size.classes, device)
        self._known: float | None = None
        self._grid: tuple[int, Tensor | None] = (0, None)  # the step and images compared with

    @torch.no_grad()
    def draw(self, model: Model) -> Iterator[Tensor]:
        """Yield the grid's images [n, c, h, w] as `model` refines them; the last is final.

        A model that draws slowly is left now and then, so that whoever pulls can stop it.
        """
        begun, images = time.monotonic(), self.latents
        for images in drawn(model, self.latents, self.labels):
            if time.monotonic() - begun > PULL:
                yield images
                begun = time.monotonic()
        yield images

    def diversity(self, images: Tensor, batches: Batches) -> float:
        """Return the mean distance between drawn pictures over that between training pictures.

        Where there are classes, between pictures of one class: others differ by their label alone.
        """
        if self._known is None:
            parts = list(batches.parts(64, 256))
            labels = [part.labels for part in parts if part.labels is not None]
            known = torch.cat(labels) if labels else None
            self._known = spread(torch.cat([part.images for part in parts]), known)
        return spread(images, self.labels) / max(1e-6, self._known)

    def moved(self, step: int, images: Tensor) -> dict[str, float]:
        """Return "change", when it is time: by how many of 255 levels a doubling of the steps
        moves the grid.
        """
        before, last = self._grid
        if last is not None and step < FURTHER * before:
            return {}
        images = images.cpu()  # or a paused run would keep it on the device
        self._grid = (step, images)
        if last is None or not before:
            return {}
        levels = 127.5 * float((images - last).abs().mean())
        return {"change": levels / math.log2(step / before)}

    def to(self, device: torch.device) -> None:
        """Move the latents and labels."""
        self.latents = self.latents.to(device)
        self.labels = None if self.labels is None else self.labels.to(device)


def grid_count(size: ImageSize) -> int:
    """Return how many pictures a sample grid has: 64 at 32 px, fewer when larger."""
    side = math.isqrt(max(1, PIXELS // (size.height * size.width)))
    return min(8, max(3, side)) ** 2


def grid_labels(count: int, classes: int, device: torch.device) -> Tensor | None:
    """Return labels [count] that give every class its run of neighbors; None without classes."""
    return (torch.arange(count) * classes // count).to(device) if classes else None


def spread(images: Tensor, labels: Tensor | None = None) -> float:
    """Return the mean distance between images [n, c, h, w], each shrunk to 8x8; 0 for one image.

    With `labels` [n], between those of the same class, unless no two have the same.
    """
    if len(images) < 2:
        return 0.0
    small = nn.functional.adaptive_avg_pool2d(images.float().cpu(), 8).flatten(1)  # Apple has none
    distances = torch.pdist(small)
    if labels is None:
        return float(distances.mean())
    labels = labels.cpu()
    one, other = torch.triu_indices(len(labels), len(labels), 1)
    same = labels[one] == labels[other]
    return float(distances[same].mean() if same.any() else distances.mean())
