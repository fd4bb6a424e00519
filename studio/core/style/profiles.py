"""Color profiles: styles brought to the content's colors, and what a restyled picture keeps."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageCms

from studio.core.photographs.photograph import Photograph
from studio.core.pictures import pillow
from studio.core.style.look import eight_bits

GREY_LEFT_OUT = "Its color profile was left out: it is one for greys, and there are colors now."


def in_colors_of(style: Photograph, content: Photograph) -> np.ndarray:
    """Return a style's pixels as the content's profile writes their colors; sRGB where it has none.

    The content keeps its own numbers and its profile, so that nothing of it changes where it is not
    restyled; a style's colors are then seen in it as they are in the style. What is converted has
    eight bits; a profile that can't be read converts nothing.
    """
    goal = content.profile if content.pixels.shape[2] > 1 else None
    if style.profile == goal:
        return style.pixels
    pixels = eight_bits(style.pixels)
    if style.profile is None and pixels.shape[2] == 1:  # sRGB knows no channel of greys
        pixels = np.repeat(pixels, 3, axis=2)
    try:
        return _converted(pixels, _read(style.profile), _read(goal))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return style.pixels


def _read(profile: bytes | None) -> ImageCms.ImageCmsProfile:
    if profile is None:
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def _converted(
    pixels: np.ndarray, before: ImageCms.ImageCmsProfile, after: ImageCms.ImageCmsProfile
) -> np.ndarray:
    """Return uint8 [h, w, c] by relative colorimetry, black to black; an alpha stays."""
    found = ImageCms.profileToProfile(
        pillow(np.ascontiguousarray(pixels[..., :3])),
        before,
        after,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert isinstance(found, Image.Image)  # None only where it is done in place
    return np.concatenate([np.asarray(found), pixels[..., 3:]], axis=2)


def carried(photograph: Photograph, pixels: np.ndarray) -> Photograph:
    """Return restyled pixels [h, w, 3 or 4] with all that the photograph's file says.

    A grey picture that is still grey is grey again; one with colors now loses the profile of greys,
    and its notes say so.
    """
    if photograph.pixels.shape[2] > 1:
        return replace(photograph, pixels=pixels)
    if not (pixels != pixels[..., :1]).any():
        return replace(photograph, pixels=np.ascontiguousarray(pixels[..., :1]))
    if photograph.profile is None:
        return replace(photograph, pixels=pixels)
    notes = (*photograph.notes, GREY_LEFT_OUT)
    return replace(photograph, pixels=pixels, profile=None, notes=notes)
