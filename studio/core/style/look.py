"""What is chosen to restyle a picture with, as one frozen value."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.core.style.method import StyleSettings

DEPTHS = {"uint8": 255, "uint16": 65535}
LEAST = 1e-3  # alpha below which a color can't be told any more


@dataclass(frozen=True, eq=False)
class StylePicture:
    """A style as the user gives it: `pixels` is uint8 or uint16 [h, w, c], c in 1, 3, 4.

    `mask`, uint8 [h, w] of the *content's* size, tells where it goes: 255 wholly, 0 not; None =
    wherever no other style's mask says otherwise.
    """

    pixels: np.ndarray
    weight: float = 1.0
    mask: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Look:
    """Everything chosen: a method by its name and its settings, the styles, where anything changes.

    `mask` is uint8 [h, w] of the content's size, None = everywhere. `weights` is the file of the
    user's own VGG19, for the method that asks for it.
    """

    method: str
    settings: StyleSettings
    styles: tuple[StylePicture, ...] = ()
    mask: np.ndarray | None = None
    weights: Path | None = None


def smaller(pixels: np.ndarray, factor: float) -> np.ndarray:
    """Return pixels [h, w, c] or a mask [h, w] at `factor` of their size; from 1 on as they are."""
    if factor >= 1:
        return pixels
    h, w = pixels.shape[:2]
    return resized(pixels, (max(1, round(w * factor)), max(1, round(h * factor))))


def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return pixels [h, w, c] or a mask [h, w] at a `size` (width, height), by area means.

    A straight alpha weighs the colors; the depth stays.
    """
    import cv2

    if pixels.ndim == 2 or pixels.shape[2] < 4:
        found = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA)
        return found.reshape(size[1], size[0], *pixels.shape[2:])
    top = DEPTHS[pixels.dtype.name]
    alpha = pixels[..., 3:].astype(np.float32) / top
    color = cv2.resize(pixels[..., :3] * alpha, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], 1)
    straight = np.minimum(color / np.maximum(share, LEAST), top)
    return np.rint(np.concatenate([straight, share * top], axis=2)).astype(pixels.dtype)


def fitting(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return pixels [h, w, c] with at most `side` on their longer side, never enlarged."""
    return smaller(pixels, side / max(pixels.shape[:2]))


def eight_bits(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 or uint16 pixels as uint8, rounded."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
