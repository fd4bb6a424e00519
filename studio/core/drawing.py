"""Drawing with a model in as many parts as the machine's memory asks for."""

from collections.abc import Iterator

import torch
from torch import Tensor

from studio.core.device import is_oom
from studio.core.family import Model


@torch.no_grad()
def drawn(model: Model, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
    """Yield images [n, c, h, w] as `model` refines them from latents [n, …]; the last is final.

    Where memory runs out they are drawn by halves, then quarters …; what is not drawn yet is
    black or clear. A picture is the same however many are drawn with it, but for rounding.
    """
    count = size = len(latents)
    start, whole = 0, torch.empty(0)
    while start < count:
        part = slice(start, start + size)
        try:
            for images in model.draw(latents[part], None if labels is None else labels[part]):
                whole = images if size == count else _placed(images, part, whole, count)
                yield whole
        except Exception as error:
            if not is_oom(error) or size == 1:
                raise
            size = -(-size // 2)
        else:
            start += size


def _placed(images: Tensor, part: slice, before: Tensor, count: int) -> Tensor:
    """Return all `count` images with those of `part` among them."""
    shape = (count, *images.shape[1:])
    whole = before.clone() if before.shape == shape else images.new_full(shape, -1.0)
    whole[part] = images
    return whole
