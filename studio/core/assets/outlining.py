"""Stickers: a cut-out picture scaled to a size, with a rim and a shadow, color times alpha."""

from dataclasses import dataclass

import cv2
import numpy as np

from studio.core.assets.bleeding import bled

FINER = 2  # the rim's edge is found at this many times the size, so that it has no stairs
EDGE = 0.5  # alpha at which a picture ends


@dataclass(frozen=True, eq=False)
class Rim:
    """What surrounds a sticker, in pixels; `color` is float32 [3] in [0, 1].

    The shadow lies `drop` pixels lower, blurred by `blur`, `dark` from 0 to 1.
    """

    width: float
    color: np.ndarray
    dark: float = 0.0
    drop: float = 0.0
    blur: float = 0.0

    @property
    def margins(self) -> tuple[int, int, int]:
        """Whole pixels needed left and right, above, and below, so that nothing is cut off."""
        rim = int(np.ceil(self.width)) + (self.width > 0)
        if self.dark == 0:
            return rim, rim, rim
        soft = int(np.ceil(3 * self.blur))
        down = int(np.ceil(self.drop))
        return rim + soft, max(rim, rim + soft - down), rim + soft + down


def multiplied(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 or uint16 [h, w, c] as RGBA float32 in [0, 1], color times alpha."""
    levels = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    if levels.shape[2] < 4:
        color = np.repeat(levels, 3, 2) if levels.shape[2] == 1 else levels
        return np.concatenate([color, np.ones_like(color[..., :1])], 2)
    levels[..., :3] *= levels[..., 3:]
    return levels


def reduced(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return a picture uint8 or uint16 [h, w, c] at most twice as long as `side`, where it
    was longer: what comes after is quick. Color is bled first, or its edges would darken.
    """
    factor = 2 * side / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    h, w = (max(1, round(length * factor)) for length in pixels.shape[:2])
    small = cv2.resize(bled(pixels), (w, h), interpolation=cv2.INTER_AREA)
    return small.reshape(h, w, pixels.shape[2])


def straight(picture: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return what `multiplied` gives as a picture again, straight alpha."""
    color = picture[..., :3] / np.maximum(picture[..., 3:], 1e-6)
    levels = np.concatenate([color, picture[..., 3:]], 2)
    return np.rint(np.clip(levels, 0, 1) * np.iinfo(dtype).max).astype(dtype)


def scaled(picture: np.ndarray, h: int, w: int, blocks: bool) -> np.ndarray:
    """Return a picture float32 [h', w', 4] at another size; `blocks` keeps pixels square."""
    down = h < picture.shape[0]
    way = cv2.INTER_NEAREST if blocks else cv2.INTER_AREA if down else cv2.INTER_CUBIC
    found = np.clip(cv2.resize(picture, (w, h), interpolation=way), 0, 1)
    found[..., :3] = np.minimum(found[..., :3], found[..., 3:])
    return found


def rimmed(picture: np.ndarray, rim: Rim, hard: bool = False) -> np.ndarray:
    """Return a picture float32 [h, w, 4] with its rim and shadow; it needs their margins around.

    `hard` draws a rim of whole pixels, for pixel art.
    """
    cover = _cover(picture[..., 3], rim.width, hard)
    color = np.concatenate([rim.color, [1.0]]).astype(np.float32)
    found = _over(picture, cover[..., None] * color)
    if rim.dark > 0:
        moved = np.array([[1, 0, 0], [0, 1, rim.drop]], np.float32)
        shade = cv2.warpAffine(found[..., 3], moved, found.shape[1::-1])
        if rim.blur > 0:
            shade = cv2.GaussianBlur(shade, (0, 0), rim.blur, borderType=cv2.BORDER_CONSTANT)
        black = np.zeros_like(found)
        black[..., 3] = shade * rim.dark
        found = _over(found, black)
    return found


def _over(front: np.ndarray, back: np.ndarray) -> np.ndarray:
    return front + back * (1 - front[..., 3:])


def _cover(alpha: np.ndarray, width: float, hard: bool) -> np.ndarray:
    """Return how much of each pixel lies within `width` pixels of what is seen, [h, w]."""
    if width <= 0 or not (alpha >= EDGE).any():
        return np.zeros_like(alpha)
    if hard:
        return (_distance(alpha) <= width).astype(np.float32)
    h, w = alpha.shape
    fine = cv2.resize(alpha, (FINER * w, FINER * h), interpolation=cv2.INTER_LINEAR)
    beyond = _distance(fine) - FINER * width
    inside = np.clip(1 - beyond, 0, 1)
    return cv2.resize(inside, (w, h), interpolation=cv2.INTER_AREA)


def _distance(alpha: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the nearest that is seen, in pixels."""
    outside = (alpha < EDGE).astype(np.uint8)
    return cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
