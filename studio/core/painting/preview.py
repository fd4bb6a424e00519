"""A picture as it is shown: eight bits, and smaller and smaller copies for being zoomed out."""

import mmap

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.painting.box import Box

SMALLEST = 256  # pixels: no copy is made of what is no larger
PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
STRIP = 1 << 20  # pixels that are halved in one pull


class Preview:
    """Levels of a picture; each is half as large as the one before.

    `levels[0]` is uint8 [h, w, c], straight alpha: the picture itself if it has eight bits, so that
    nothing is copied. The others are uint8 [., ., 4]: blue, green, red, alpha, premultiplied.
    """

    def __init__(self, pixels: np.ndarray):
        h, w, c = pixels.shape
        deep = pixels.dtype != np.uint8
        self.levels: list[np.ndarray] = [blank(pixels.shape) if deep else pixels]
        self.levels += [blank((*size, 4)) for size in sizes(h, w)]
        self.clear = c == 4

    def refresh(self, pixels: np.ndarray, box: Box) -> None:
        """Bring what shows `box` up to date with the picture's pixels."""
        within = box.clipped(*pixels.shape[:2])
        if within.empty:
            return
        if self.levels[0] is not pixels:
            within.of(self.levels[0])[...] = shown(within.of(pixels))
        for below, level in zip(self.levels, self.levels[1:], strict=False):
            within = halved(within)
            crop = doubled(within).clipped(*below.shape[:2]).of(below)
            first = below is self.levels[0]
            within.of(level)[...] = _half(premultiplied(crop) if first else crop)


def blank(shape: tuple[int, ...]) -> np.ndarray:
    """Return zeros, uint8, that take no memory until they are written to, and no time.

    A layer over a few tiles stays small that way. numpy clears used memory of up to 32 MB at once,
    for which the window waited 20 ms.
    """
    size = int(np.prod(shape))
    return np.frombuffer(mmap.mmap(-1, size, **PRIVATE), np.uint8).reshape(shape)


def prepare(pixels: np.ndarray) -> Job[Preview]:
    """Make the preview of a picture uint8 or uint16 [h, w, c] strip by strip."""
    preview = Preview(pixels)
    h, w = pixels.shape[:2]
    align = 1 << len(preview.levels)
    rows = max(align, STRIP // w // align * align)
    for top in range(0, h, rows):
        yield Progress(top, h, "Preview")
        preview.refresh(pixels, Box(top, 0, top + rows, w))
    return preview


def sizes(h: int, w: int) -> list[tuple[int, int]]:
    """Return the heights and widths of the smaller copies of a picture."""
    found = []
    while max(h, w) > SMALLEST:
        h, w = (h + 1) // 2, (w + 1) // 2
        found.append((h, w))
    return found


def halved(box: Box) -> Box:
    """Return what of the next level shows the box."""
    return Box(box.top // 2, box.left // 2, -(-box.bottom // 2), -(-box.right // 2))


def doubled(box: Box) -> Box:
    """Return what of the level below the box shows."""
    return Box(2 * box.top, 2 * box.left, 2 * box.bottom, 2 * box.right)


def shown(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as eight bits."""
    return pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)


def premultiplied(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 [h, w, c] as blue, green, red, alpha, premultiplied."""
    if pixels.shape[2] == 1:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGRA)
    if pixels.shape[2] == 3:
        return cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA)
    return cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGBA2mRGBA), cv2.COLOR_RGBA2BGRA)


def _half(pixels: np.ndarray) -> np.ndarray:
    """Return the mean of every two by two pixels; an odd edge counts twice."""
    h, w = pixels.shape[:2]
    if h % 2 or w % 2:
        pixels = cv2.copyMakeBorder(pixels, 0, h % 2, 0, w % 2, cv2.BORDER_REPLICATE)
    return cv2.resize(pixels, ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)


class MaskPreview:
    """Levels of a mask uint8 [h, w]: each pixel of a smaller one is the largest of four."""

    def __init__(self, mask: np.ndarray):
        self.levels: list[np.ndarray] = [
            mask,
            *(blank(size) for size in sizes(*mask.shape)),
        ]

    def refresh(self, box: Box) -> None:
        """Bring what shows `box` up to date with the mask."""
        within = box.clipped(*self.levels[0].shape)
        if within.empty:
            return
        for below, level in zip(self.levels, self.levels[1:], strict=False):
            within = halved(within)
            within.of(level)[...] = _most(doubled(within).clipped(*below.shape).of(below))


def _most(mask: np.ndarray) -> np.ndarray:
    h, w = mask.shape
    if h % 2 or w % 2:
        mask = np.pad(mask, ((0, h % 2), (0, w % 2)))
    rows = np.maximum(mask[::2], mask[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])
