"""Pictures as metrics see them: opaque, shrunk for networks, in equal numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.pictures import to_images

GROUNDS = (0, 255, 128)  # black, white and middle grey under transparency; scores are averaged
AT_ONCE = 64


class Pictures(Protocol):
    """Pictures uint8 [n, h, w, c] to pick from: an array, or rows read when asked for."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, places: Any, /) -> Any: ...


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of `pictures` at `places` [n], each part put through `change` when asked for."""

    pictures: Pictures
    places: np.ndarray
    change: Callable[[np.ndarray], np.ndarray]

    @property
    def shape(self) -> tuple[int, ...]:
        """What an array of all of them would have."""
        return (len(self.places), *self.pictures.shape[1:])

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, places: Any) -> np.ndarray:
        return self.change(self.pictures[self.places[places]])


def grounds(pictures: Pictures) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Yield the functions that make such pictures opaque [n, h, w, 1 or 3]: one per ground where
    there is alpha. Hidden color does not count, and a halo that one ground hides another shows.
    """
    if pictures.shape[-1] != 4:
        yield lambda some: some
        return
    for ground in GROUNDS:
        yield partial(over, ground=ground)


def over(pictures: np.ndarray, ground: int) -> np.ndarray:
    """Lay pictures uint8 [..., 4] with straight alpha over a grey of `ground` in 0..255."""
    alpha = pictures[..., 3:].astype(np.uint16)
    color = pictures[..., :3] * alpha + np.uint16(ground) * (255 - alpha)
    return ((color + 127) // 255).astype(np.uint8)


def shrunk(pictures: np.ndarray, most: int) -> Tensor:
    """Return opaque pictures as images [n, c, h, w], their longer side at most `most` pixels."""
    images = to_images(torch.from_numpy(np.ascontiguousarray(pictures)))
    height, width = images.shape[-2:]
    scale = most / max(height, width)
    if scale >= 1:
        return images
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return functional.interpolate(images, size, mode="bilinear", antialias=True)


def small(pictures: np.ndarray, side: int) -> np.ndarray:
    """Return pictures uint8 [n, h, w, c] with straight alpha as float32 [n, c, side, side] in
    0..255: premultiplied, shrunk with antialiasing, then blurred by [1, 2, 1].
    """
    x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    if x.shape[1] == 4:
        x = torch.cat([x[:, :3] * x[:, 3:] / 255, x[:, 3:]], 1)
    x = functional.interpolate(x, (side, side), mode="bilinear", antialias=True)
    kernel = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = (kernel[:, None] * kernel).expand(x.shape[1], 1, 3, 3)
    x = functional.pad(x, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(x, kernel, groups=x.shape[1]).numpy()


def parts(count: int, size: int = AT_ONCE) -> Sequence[slice]:
    """Return the slices that cut `count` things into parts of at most `size`."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
