"""Pictures made of a photograph: its depth and color profile, none of its words."""

import numpy as np

from studio.core.assets.uniting import in_srgb
from studio.core.photographs.photograph import SPACES, Photograph

SAME = 2  # levels by which an sRGB profile of another maker changes colors
COLOR = (b"gAMA", b"cHRM", b"sRGB", b"cICP")  # the chunks of a PNG that say what its colors mean


def like(photograph: Photograph, pixels: np.ndarray) -> Photograph:
    """Return pixels uint8 or uint16 [h, w, c] in the color space and resolution of a photograph.

    Camera, place and other words stay behind: they tell of the original, and of who took it.
    """
    profile = photograph.profile
    if profile and pixels.shape[2] not in SPACES.get(profile[16:20], ()):
        profile = None
    chunks = tuple(chunk for chunk in photograph.chunks if chunk[0] in COLOR)
    return Photograph(pixels, profile, dpi=photograph.dpi, chunks=chunks)


def shown(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 or uint16 as uint8, as a screen shows it."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def screened(photograph: Photograph) -> tuple[np.ndarray, bool]:
    """Return a photograph's pixels as uint8 [h, w, c] in sRGB, and whether colors were converted.

    A profile that is sRGB itself changes nothing, not even by rounding.
    """
    pixels = shown(photograph.pixels)
    if not photograph.profile:
        return pixels, False
    found = in_srgb(pixels, photograph.profile)
    if found.shape == pixels.shape and np.abs(found.astype(np.int16) - pixels).max() <= SAME:
        return pixels, False
    return found, True
