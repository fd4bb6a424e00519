"""From my model: holes are drawn by what the user trained."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch

from studio.core.events import Job, Note
from studio.core.explore.explorer import Explorer
from studio.core.family import ImageSize
from studio.core.repair import converting
from studio.core.repair.blending import seamless
from studio.core.repair.classic import telea
from studio.core.repair.completing import completed
from studio.core.repair.fitting import Fit, fit
from studio.core.repair.hole import Filler, Hole
from studio.core.repair.regions import Region

KIND = "model"  # of notes: a later one replaces it
WHOLE = 0.99  # of a length's detail is as good as all


def filler(explorer: Explorer, way: int = 0, label: int | None = None, block: int = 1) -> Filler:
    """Return the filler that asks this model: `way`, 0 to 3, is one of the candidates of a seed.

    `label` is the class to draw, None for any. `block` is the side of the squares that enlarged
    pixel art is made of; crops are multiples of it.
    """

    def fill(hole: Hole) -> Job[np.ndarray]:
        lies = fit((hole.mask.shape[0], hole.mask.shape[1]), explorer.size, block)
        colors, hidden = lies.into(hole.colors, hole.mask)
        plain = yield from telea(Hole(colors, hidden, ~hidden))
        asked = _images(converting.to_channels(plain, explorer.size.channels))
        mask = torch.from_numpy(hidden)[None, None]
        images = yield from completed(explorer, asked, mask, hole.seed, way, label)
        drawn = converting.from_channels(_colors(images), plain)
        filled = lies.back(drawn)
        if hole.adapt_color:
            filled = seamless(filled, hole.colors, hole.mask)
        return np.where(hole.mask[..., None], _sound(filled), hole.colors)

    return fill


def remarks(
    size: ImageSize, asked: Iterable[Region], channels: int, block: int = 1
) -> Iterator[Note]:
    """Say what a model that draws `size` can't draw of a picture's holes, if anything."""
    said = [converting.lost(channels, size.channels)]
    coarse = min(asked, key=lambda region: _fit(region, size, block).detail)
    detail = _fit(coarse, size, block).detail
    if detail < WHOLE:
        side = max(coarse.core.bottom - coarse.core.top, coarse.core.right - coarse.core.left)
        said.append(
            f"The model draws {size.width}×{size.height} pixels: a hole of {side} is filled with"
            f" {detail:.0%} of the detail."
        )
    if any(said):
        yield Note(" ".join(filter(None, said)), kind=KIND)


def _fit(region: Region, size: ImageSize, block: int) -> Fit:
    box = region.box
    return fit((box.bottom - box.top, box.right - box.left), size, block)


def _sound(colors: np.ndarray) -> np.ndarray:
    """Return premultiplied colors [h, w, c] within 0..1, none above its alpha."""
    colors = colors.clip(0, 1)
    if colors.shape[2] == 4:
        colors[..., :3] = np.minimum(colors[..., :3], colors[..., 3:])
    return colors


def _images(colors: np.ndarray) -> torch.Tensor:
    """Return colors [h, w, c] in [0, 1] as images [1, c, h, w] in [-1, 1]."""
    return torch.from_numpy(np.array(colors)).permute(2, 0, 1)[None] * 2 - 1


def _colors(images: torch.Tensor) -> np.ndarray:
    """Return images [1, c, h, w] as premultiplied colors [h, w, c] in [0, 1]."""
    return _sound((images[0].float().permute(1, 2, 0) / 2 + 0.5).contiguous().numpy())
