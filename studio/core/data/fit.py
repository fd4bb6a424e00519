"""Bring one picture to the set's size, shape and channels; pixel art stays crisp."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from studio.core.pictures import MODES, premultiply

ART_SIDE = 64  # a picture up to this size …
ART_COLORS = 48  # … with at most so many colors is taken for pixel art
ART_SHARE = 0.25  # … and at most this many colors per pixel
PROBE = 16  # rows and columns looked at before a whole picture is searched for blocks
WHITE = 255
SHAPED = {"crop": "cropped", "pad": "padded", "stretch": "stretched"}


@dataclass(frozen=True)
class Target:
    """What every picture of a set becomes; the words are those of ImportSettings."""

    width: int
    height: int
    fit: str = "crop"
    channels: str = "auto"
    resize: str = "auto"


def fitted(picture: np.ndarray, target: Target, photo: bool = False) -> tuple[np.ndarray, str]:
    """Return (packed row, what was done). The row is uint8 [height, width, c], premultiplied.

    `picture` is uint8 [h, w, c] with straight alpha. With channels "auto" c is the least that
    holds the picture. `photo` says that it can't be pixel art (a JPEG), which saves the search.
    """
    picture = with_channels(picture, target.channels)
    if picture.shape[:2] == (target.height, target.width):
        return premultiply(picture), ""
    art, block = (False, 1) if photo or target.resize == "smooth" else pixel_art(picture)
    if target.resize == "nearest":
        art = True
    if art:
        picture = picture[block // 2 :: block, block // 2 :: block]
    row = _placed(picture, target, art)
    return row, _done(picture, target, art)


def with_channels(picture: np.ndarray, channels: str) -> np.ndarray:
    """Return the picture [h, w, c] with the channels asked for; transparency is laid on white."""
    if channels == "auto":
        return picture
    if channels == "rgba":
        return widened(picture, 4)
    if picture.shape[-1] == 4:
        picture = premultiply(picture)[..., :3] + (WHITE - picture[..., 3:])
    if channels == "rgb":
        return widened(picture, 3)
    if picture.shape[-1] == 3:
        picture = np.asarray(Image.fromarray(np.ascontiguousarray(picture)).convert("L"))[..., None]
    return picture


def widened(pictures: np.ndarray, channels: int) -> np.ndarray:
    """Return pictures [..., c] with at least as many channels: grey repeated, alpha opaque."""
    have = pictures.shape[-1]
    if have >= channels:
        return pictures
    color = np.repeat(pictures, 3, axis=-1) if have == 1 else pictures
    if channels == 3:
        return color
    opaque = np.full((*pictures.shape[:-1], 1), 255, np.uint8)
    return np.concatenate([color, opaque], axis=-1)


def pixel_art(picture: np.ndarray) -> tuple[bool, int]:
    """Tell whether a picture [h, w, c] is pixel art, and how many pixels wide its blocks are."""
    block = _block(picture)
    if block > 1:
        return True, block
    height, width = picture.shape[:2]
    if max(height, width) > ART_SIDE:
        return False, 1
    colors = _colors(picture)
    return colors <= min(ART_COLORS, ART_SHARE * height * width), 1


def _block(picture: np.ndarray) -> int:
    """Return the side of the equal squares the picture is made of; 1 if it is made of pixels."""
    height, width = picture.shape[:2]
    side = math.gcd(height, width)
    for axis, length in ((1, width), (0, height)):
        step = max(1, picture.shape[1 - axis] // PROBE)
        probe = picture[::step] if axis == 1 else picture[:, ::step]
        for part in (probe, picture):
            if side == 1:
                return 1
            changed = np.diff(part, axis=axis).any(axis=(1 - axis, 2))
            side = math.gcd(side, length, *(np.flatnonzero(changed) + 1).tolist())
    return side


def _colors(picture: np.ndarray) -> int:
    """Count the distinct visible colors."""
    packed = premultiply(picture).astype(np.uint32)
    keys = packed[..., 0]
    for k in range(1, packed.shape[-1]):
        keys = keys << 8 | packed[..., k]
    return len(np.unique(keys))


def _placed(picture: np.ndarray, target: Target, art: bool) -> np.ndarray:
    height, width = picture.shape[:2]
    size = (target.width, target.height)
    if target.fit == "stretch":
        return _resized(picture, size, (0, 0, width, height), art)
    if target.fit == "crop":
        scale = max(size[0] / width, size[1] / height)
        w, h = size[0] / scale, size[1] / scale
        x, y = (width - w) / 2, (height - h) / 2
        box = (max(0.0, x), max(0.0, y), min(width, x + w), min(height, y + h))
        return _resized(picture, size, box, art)
    scale = min(size[0] / width, size[1] / height)
    if art and scale > 1:
        scale = math.floor(scale)  # whole pixels only: uneven ones look broken
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    row = np.broadcast_to(_ground(picture), (size[1], size[0], picture.shape[-1])).copy()
    x, y = (size[0] - w) // 2, (size[1] - h) // 2
    row[y : y + h, x : x + w] = _resized(picture, (w, h), (0, 0, width, height), art)
    return row


def _ground(picture: np.ndarray) -> np.ndarray:
    """What fills the rest of a padded picture: nothing, or the usual color of an opaque edge."""
    if picture.shape[-1] == 4:
        return np.zeros(4, np.uint8)
    edges = [picture[0], picture[-1], picture[:, 0], picture[:, -1]]
    return np.median(np.concatenate(edges), axis=0).astype(np.uint8)


def _resized(
    picture: np.ndarray, size: tuple[int, int], box: tuple[float, float, float, float], art: bool
) -> np.ndarray:
    """Resize the part `box` premultiplied, so that hidden colors do not bleed into the edges."""
    channels = picture.shape[-1]
    array = np.ascontiguousarray(picture[..., 0] if channels == 1 else picture)
    image = Image.fromarray(array, MODES[channels])
    if channels == 4:
        image = image.convert("RGBa")
    filter = Image.Resampling.NEAREST if art else Image.Resampling.LANCZOS
    image = image.resize(size, filter, box=box, reducing_gap=None if art else 3.0)
    row = np.asarray(image).reshape(size[1], size[0], channels)
    if channels == 4 and not art:  # Lanczos may swing a color above its alpha
        row = np.concatenate([np.minimum(row[..., :3], row[..., 3:]), row[..., 3:]], axis=-1)
    return row


def _done(picture: np.ndarray, target: Target, art: bool) -> str:
    height, width = picture.shape[:2]
    words = "resized as pixel art"
    if not art:
        words = (
            "made smaller" if max(width / target.width, height / target.height) > 1 else "enlarged"
        )
    if width * target.height == height * target.width:
        return words
    return f"{words}, {SHAPED[target.fit]}"
