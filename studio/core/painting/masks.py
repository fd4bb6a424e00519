"""Masks as a whole: grown, shrunk, feathered, inverted, loaded and saved."""

import io
import math
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from studio.core.events import Refused
from studio.core.painting.box import Box
from studio.core.pictures import head
from studio.core.silence import SILENCE

FORMATS = ("PNG", "TIFF", "BMP", "WEBP", "JPEG", "GIF", "PPM")
TAIL = 2.0  # standard deviations a mask is grown by before it is feathered
FAR = 5.0  # standard deviations beyond which nothing of a feathered mask is left


def grow(mask: np.ndarray, pixels: float) -> np.ndarray:
    """Return the mask, uint8 [h, w], with everything in a circle of that radius around it."""
    if pixels <= 0 or not cv2.hasNonZero(mask):
        return mask.copy()
    outside = (mask < 128).astype(np.uint8)
    if outside.all():  # a mask too faint to have an edge
        return mask.copy()
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    level = np.clip((pixels + 1 - distance) * 255, 0, 255)
    return np.maximum(mask, np.round(level).astype(np.uint8))


def shrink(mask: np.ndarray, pixels: float) -> np.ndarray:
    """Return the mask without what is nearer than that to its edge. A picture's edge is none."""
    return 255 - grow(255 - mask, pixels)


def feather(mask: np.ndarray, sigma: float) -> np.ndarray:
    """Return the mask with a soft edge outside it: what was 255 stays so.

    `sigma` is the standard deviation of the Gaussian in pixels; the edge fades over about four.
    """
    if sigma <= 0:
        return mask.copy()
    wide = grow(mask, TAIL * sigma)
    return np.maximum(mask, cv2.GaussianBlur(wide, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def invert(mask: np.ndarray) -> np.ndarray:
    """Return what is not masked."""
    return 255 - mask


def threshold(mask: np.ndarray, level: int = 128) -> np.ndarray:
    """Return a mask of 0 and 255 only: 255 from `level` on."""
    return np.where(mask >= level, np.uint8(255), np.uint8(0))


def from_alpha(pixels: np.ndarray) -> np.ndarray:
    """Return a mask of what is transparent in a picture uint8 or uint16 [h, w, c]."""
    if pixels.shape[2] != 4:
        return np.zeros(pixels.shape[:2], np.uint8)
    return 255 - _eight(pixels[..., 3])


def extent(mask: np.ndarray) -> Box:
    """Return the smallest box around what is masked."""
    left, top, width, height = cv2.boundingRect(mask)
    return Box(top, left, top + height, left + width)


def halo(how: str, amount: float) -> int:
    """Return how many pixels around a part are needed to change it as it would be in the whole."""
    if how == "feather":
        return math.ceil((TAIL + FAR) * amount) + 2
    return math.ceil(amount) + 2 if how in ("grow", "shrink") else 0


def load_mask(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read a mask for a picture of `size` (width, height): uint8 [h, w], 255 = repaint.

    White is repainted; in a picture with real transparency, what is opaque. Raises Refused.
    """
    try:
        with head(path.read_bytes(), FORMATS) as image:
            if image.size != size:
                raise Refused(
                    f"The mask {path.name} is {image.width}×{image.height} pixels and the picture "
                    f"{size[0]}×{size[1]}; give one of the same size."
                )
            with SILENCE:
                image.load()
            return _grey(image)
    except Refused:
        raise
    except OSError as error:
        reason = error.strerror or "it is not a picture that can be read"
        raise Refused(f"The mask {path.name} can't be opened: {reason}.") from None
    except Exception:  # decoders raise anything: SyntaxError, struct.error, IndexError …
        raise Refused(f"The mask {path.name} is damaged; give another one.") from None


def save_mask(path: Path, mask: np.ndarray) -> None:
    """Write a mask uint8 [h, w] as a grey PNG of eight bits. Raises Refused."""
    from studio.core.project import write_whole

    data = io.BytesIO()
    Image.fromarray(mask).save(data, "PNG", compress_level=1)
    try:
        write_whole(path, data.getvalue())
    except OSError as error:
        raise Refused(f"The mask can't be written to {path}: {error.strerror}.") from None


def _grey(image: Image.Image) -> np.ndarray:
    if "A" in image.getbands() or "transparency" in image.info:
        pixels = np.asarray(image.convert("RGBA"))
        if pixels[..., 3].min() < 255:
            return pixels[..., 3].copy()
        image = image.convert("RGB")
    if image.mode.startswith(("I", "F")):
        return _eight(np.asarray(image))
    return np.asarray(image.convert("L")).copy()


def _eight(values: np.ndarray) -> np.ndarray:
    """Return grey of any depth as uint8: what is too large for eight bits has sixteen."""
    if values.dtype == np.uint8:
        return values
    levels = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    top = 1.0 if levels.max(initial=0) <= 1 and values.dtype.kind == "f" else 65535.0
    if values.dtype.kind != "u" and 1 < levels.max(initial=0) <= 255:
        top = 255.0
    return np.round(levels.clip(0, top) * (255 / top)).astype(np.uint8)
