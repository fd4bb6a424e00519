"""How a network of halvings meets a picture of any size: a start grid, and cropping or padding."""

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

SMALLEST, LARGEST = 4, 7


class Grid(NamedTuple):
    """A grid of `height` x `width` that becomes the picture's size when doubled `levels` times."""

    levels: int
    height: int
    width: int


def start_grid(height: int, width: int) -> Grid:
    """Return the coarsest grid of 4 to 7 on its short side that pads a picture of this size least.

    28 x 28 starts at 7 x 7 and is met exactly; 17 x 23 starts at 5 x 6 and is drawn at 20 x 24.
    """
    side = min(height, width)
    levels = [k for k in range(1, 12) if SMALLEST <= -(-side // 2**k) <= LARGEST] or [0]
    grids = [Grid(k, -(-height // 2**k), -(-width // 2**k)) for k in levels]
    return min(grids, key=lambda g: (g.height * g.width * 4**g.levels, -g.levels))


def crop(images: Tensor, height: int, width: int) -> Tensor:
    """Cut the middle height x width out of images [n, c, h, w]."""
    top, left = (images.shape[-2] - height) // 2, (images.shape[-1] - width) // 2
    return images[..., top : top + height, left : left + width]


def pad(images: Tensor, height: int, width: int) -> Tensor:
    """Put images [n, c, h, w] in the middle of height x width, -1 (black, clear) around them."""
    more_h, more_w = height - images.shape[-2], width - images.shape[-1]
    if not (more_h or more_w):
        return images
    top, left = more_h // 2, more_w // 2
    return functional.pad(images, (left, more_w - left, top, more_h - top), value=-1.0)
