"""Pictures of all kinds brought to one: depth, channels and color profile."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms

from studio.core.assets.kind import Item
from studio.core.events import Job, Note, Progress
from studio.core.pictures import pillow

CONVERTED = "The pictures have different color profiles; all were converted to sRGB."
LESS = "What was converted to sRGB has 8 bits of precision left."


@dataclass(frozen=True, eq=False)
class United:
    """Pictures uint8 or all uint16 [h, w, 4], straight alpha, and the profile they share."""

    pictures: tuple[np.ndarray, ...]
    profile: bytes | None


def united(items: Sequence[Item]) -> Job[United]:
    """Bring pictures to RGBA of one depth and one profile; what has none is sRGB.

    A profile that all share is kept, unless it is one for greys; otherwise all become sRGB, with a
    Note. One 16-bit picture makes all of them 16-bit.
    """
    profiles = {item.photograph.profile for item in items}
    shared = len(profiles) == 1 and all(item.pixels.shape[2] > 1 for item in items)
    deep = any(item.pixels.dtype == np.uint16 for item in items)
    found = []
    for done, item in enumerate(items):
        yield Progress(done, len(items), item.name)
        profile = item.photograph.profile
        pixels = item.pixels if shared or not profile else in_srgb(item.pixels, profile)
        found.append(_rgba(pixels, deep))
    if len(profiles) > 1:
        yield Note(f"{CONVERTED} {LESS}" if deep else CONVERTED, kind="profile")
    return United(tuple(found), next(iter(profiles)) if shared else None)


def in_srgb(pixels: np.ndarray, profile: bytes) -> np.ndarray:
    """Return pixels [h, w, c] of a profile as sRGB, uint8 [h, w, 3 or 4], by relative colorimetry.

    A profile that can't be read changes nothing.
    """
    small = pixels
    if pixels.dtype == np.uint16:
        small = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    try:
        found = ImageCms.profileToProfile(
            pillow(np.ascontiguousarray(small[..., :3])),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return pixels
    assert isinstance(found, Image.Image)  # None only where it is done in place
    return np.concatenate([np.asarray(found), small[..., 3:]], axis=2)


def _rgba(pixels: np.ndarray, deep: bool) -> np.ndarray:
    if deep and pixels.dtype == np.uint8:
        pixels = pixels.astype(np.uint16) * 257
    if pixels.shape[2] == 4:
        return pixels
    color = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    alpha = np.full((*pixels.shape[:2], 1), np.iinfo(pixels.dtype).max, pixels.dtype)
    return np.concatenate([color, alpha], axis=2)
