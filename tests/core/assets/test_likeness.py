"""What is made of a photograph has its color space, and none of its words."""

import numpy as np
from PIL import ImageCms

from studio.core.assets.likeness import like, screened, shown
from studio.core.photographs.photograph import Photograph

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Red and green change places: the columns of its matrix are named in the profile's head.
SWAPPED = SRGB.replace(b"rXYZ", b"tmp!", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp!", b"gXYZ")


def test_color_is_kept_and_words_are_not():
    chunks = ((b"gAMA", b"\0\0\xb1\x8f"), (b"tEXt", b"Author\0Ada"))
    photograph = Photograph(
        np.zeros((2, 2, 3), np.uint16), SRGB, b"II*\0", xmp=b"<x/>", dpi=(300, 300), chunks=chunks
    )
    found = like(photograph, np.ones((5, 5, 4), np.uint16))
    assert found.profile == SRGB and found.dpi == (300, 300) and found.depth == 16
    assert found.chunks == chunks[:1] and found.exif is None and found.xmp is None
    assert like(photograph, np.ones((5, 5, 1), np.uint8)).profile is None


def test_sixteen_bits_are_shown_rounded():
    deep = np.array([[[0], [128], [129], [65535]]], np.uint16)
    assert shown(deep).ravel().tolist() == [0, 0, 1, 255]
    plain = np.zeros((1, 1, 3), np.uint8)
    assert shown(plain) is plain


def test_srgb_is_left_alone_and_other_profiles_are_converted():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 4), np.uint8)
    same, moved = screened(Photograph(pixels, SRGB))
    assert np.array_equal(same, pixels) and not moved
    found, moved = screened(Photograph(pixels, SWAPPED))
    assert moved and found.shape == pixels.shape and np.array_equal(found[..., 3], pixels[..., 3])
    assert screened(Photograph(pixels))[0] is pixels
