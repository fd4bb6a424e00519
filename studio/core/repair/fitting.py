"""Where a model is asked: windows around holes, brought to the size that it draws and back."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from studio.core.family import ImageSize
from studio.core.painting.box import Box
from studio.core.repair.regions import Region

AROUND = 2.0  # a window's side, in sides of the hole in it
NEARLY = 1.5  # a picture at most so many windows long is seen whole
MOST = 8  # windows along a side that thin damage is cut into, at most
FEWEST = 8  # edges between pixels that tell the blocks of pixel art
PROBES = 16


@dataclass(frozen=True)
class Fit:
    """How a crop lies in a model's picture.

    The `crop` [h, w], shrunk by `block`, is `inner` [h, w] pixels large there and begins at `top`,
    `left`. What of the model's picture is beyond the crop is not known.
    """

    size: ImageSize
    crop: tuple[int, int]
    block: int
    inner: tuple[int, int]
    top: int
    left: int

    @property
    def detail(self) -> float:
        """How much of a length's detail the model's picture can hold, 0..1."""
        return min(1.0, self.inner[1] * self.block / self.crop[1])

    def into(self, colors: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return colors float32 [h, w, c] and mask bool [h, w] in the model's height and width.

        Whatever a masked pixel touches is masked.
        """
        b, (h, w) = self.block, self.crop
        colors = colors[b // 2 :: b, b // 2 :: b]
        covered = np.asarray(mask.reshape(h // b, b, w // b, b).any((1, 3)), np.float32)
        placed = np.zeros((self.size.height, self.size.width, colors.shape[2]), np.float32)
        hidden = np.ones(placed.shape[:2], bool)
        area = np.s_[self.top : self.top + self.inner[0], self.left : self.left + self.inner[1]]
        placed[area] = resized(colors, self.inner)
        share = resized(covered[..., None], self.inner, cv2.INTER_LINEAR)
        hidden[area] = share[..., 0] > 1e-6
        return placed, hidden

    def back(self, drawn: np.ndarray) -> np.ndarray:
        """Return what was drawn, float32 [h, w, c] of the model's size, in the crop's."""
        inner = drawn[self.top : self.top + self.inner[0], self.left : self.left + self.inner[1]]
        b, (h, w) = self.block, self.crop
        return resized(inner, (h // b, w // b)).repeat(b, 0).repeat(b, 1)


def fit(crop: tuple[int, int], size: ImageSize, block: int) -> Fit:
    """Return how a crop [h, w] lies in a model's picture: whole, in the middle, as large as can
    be.
    """
    h, w = crop[0] // block, crop[1] // block
    scale = min(size.height / h, size.width / w)
    inner = max(1, round(h * scale)), max(1, round(w * scale))
    top, left = (size.height - inner[0]) // 2, (size.width - inner[1]) // 2
    return Fit(size, crop, block, inner, top, left)


def resized(
    array: np.ndarray, shape: tuple[int, int], enlarging: int = cv2.INTER_CUBIC
) -> np.ndarray:
    """Return float32 [h, w, c] in another height and width; made smaller it is averaged."""
    if array.shape[:2] == shape:
        return array
    smaller = shape[0] < array.shape[0] or shape[1] < array.shape[1]
    way = cv2.INTER_AREA if smaller else enlarging
    found = np.asarray(cv2.resize(array, shape[::-1], interpolation=way))
    return found.reshape(*shape, array.shape[2]).clip(0, 1)


def blocks(pixels: np.ndarray, mask: np.ndarray) -> int:
    """Return the side of the equal squares that [h, w, c] is made of where not masked; 1 if none.

    Enlarged pixel art is made of such squares.
    """
    side = math.gcd(*mask.shape)
    for picture, hidden in ((pixels, mask), (pixels.swapaxes(0, 1), mask.T)):
        step = max(1, len(picture) // PROBES)
        for part, out in ((picture[::step], hidden[::step]), (picture, hidden)):
            if side == 1:
                return 1
            known = ~out[:, 1:] & ~out[:, :-1]
            changed = ((part[:, 1:] != part[:, :-1]).any(2) & known).any(0)
            side = math.gcd(side, *(np.flatnonzero(changed) + 1).tolist())
        if changed.sum() < FEWEST:
            return 1
    return side


def windows(
    found: Iterable[Region], mask: np.ndarray, size: ImageSize, block: int = 1, wrap: bool = False
) -> tuple[Region, ...]:
    """Return where a model that draws `size` fills the holes of mask bool [h, w].

    A window has the model's shape, about twice the hole's side and at least the model's own size;
    a picture not much larger is one window. It lies in the picture, unless that repeats (`wrap`).
    Sides and places are multiples of `block`.
    """
    cores = [core for region in found for core in _pieces(region, mask, size, block)]
    framed = [Region(core, _window(core, mask.shape, size, block, wrap), False) for core in cores]
    whole = Box(0, 0, *mask.shape)
    seen_whole = [region.core for region in framed if region.box == whole]
    if wrap or len(seen_whole) < 2:
        return tuple(framed)
    rest = tuple(region for region in framed if region.box != whole)
    every = Box(
        min(core.top for core in seen_whole),
        min(core.left for core in seen_whole),
        max(core.bottom for core in seen_whole),
        max(core.right for core in seen_whole),
    )
    return (Region(every, whole, False), *rest)


def _pieces(region: Region, mask: np.ndarray, size: ImageSize, block: int) -> Iterator[Box]:
    """Yield thin damage in pieces of about half the model's size, thick holes whole."""
    core = region.core
    if not region.thin:
        yield core
        return
    step = max(min(size.height, size.width) * block // 2, max(mask.shape) // MOST, 1)
    for top in range(core.top, core.bottom, step):
        for left in range(core.left, core.right, step):
            tile = Box(top, left, min(top + step, core.bottom), min(left + step, core.right))
            x, y, w, h = cv2.boundingRect(tile.crop(mask).astype(np.uint8))
            if w and h:
                yield Box(y, x, y + h, x + w).shifted(top, left)


def _window(core: Box, shape: tuple[int, ...], size: ImageSize, block: int, wrap: bool) -> Box:
    h, w = core.bottom - core.top, core.right - core.left
    scale = max(AROUND * h / size.height, AROUND * w / size.width, block)
    high, wide = (block * math.ceil(scale * side / block) for side in size[:2])
    if NEARLY * high >= shape[0] and NEARLY * wide >= shape[1]:
        if not wrap:
            return Box(0, 0, shape[0], shape[1])
        high, wide = shape[0], shape[1]
    top = _begin(core.top, core.bottom, min(high, shape[0]), shape[0], block, wrap)
    left = _begin(core.left, core.right, min(wide, shape[1]), shape[1], block, wrap)
    return Box(top, left, top + min(high, shape[0]), left + min(wide, shape[1]))


def _begin(first: int, last: int, length: int, whole: int, block: int, wrap: bool) -> int:
    """Return where a window of `length` begins that has `first` to `last` in its middle."""
    start = ((first + last - length) // 2) // block * block
    return start if wrap else max(0, min(start, whole - length))
