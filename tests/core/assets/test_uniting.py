"""Pictures of all kinds become RGBA of one depth and one profile."""

import io

import numpy as np
from PIL import Image, ImageCms

from studio.core.assets.kind import Item
from studio.core.assets.uniting import in_srgb, united
from studio.core.events import Note
from studio.core.photographs.photograph import Photograph

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def item(pixels: np.ndarray, profile: bytes | None = None) -> Item:
    return Item("x", Photograph(pixels, profile))


def told(items):
    job, notes = united(items), []
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value, notes
        notes += [event.text] if isinstance(event, Note) else []


def test_depth_and_channels_become_one():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (3, 4, 1), np.uint8)
    deep = rng.integers(0, 65536, (5, 2, 3), np.uint16)
    found, notes = told([item(grey), item(deep)])
    assert not notes and found.profile is None
    assert [p.shape for p in found.pictures] == [(3, 4, 4), (5, 2, 4)]
    assert all(p.dtype == np.uint16 and (p[..., 3] == 65535).all() for p in found.pictures)
    assert (found.pictures[0][..., 2] // 257 == grey[..., 0]).all()
    assert (found.pictures[1][..., :3] == deep).all()


def test_a_profile_that_all_share_is_kept_and_changes_nothing():
    pixels = np.random.default_rng(1).integers(0, 256, (4, 4, 4), np.uint8)
    found, notes = told([item(pixels, SRGB), item(pixels, SRGB)])
    assert found.profile == SRGB and not notes
    assert (found.pictures[0] == pixels).all()


def test_different_profiles_become_srgb_with_a_word():
    pixels = np.random.default_rng(2).integers(0, 256, (4, 4, 3), np.uint8)
    found, notes = told([item(pixels, SRGB), item(pixels)])
    assert found.profile is None and "converted to sRGB" in notes[0]
    assert (found.pictures[1][..., :3] == pixels).all()
    assert np.abs(found.pictures[0][..., :3].astype(int) - pixels).max() <= 1


def test_a_profile_that_does_not_fit_changes_nothing():
    pixels = np.zeros((2, 2, 3), np.uint8)
    assert in_srgb(pixels, b"no profile") is pixels
    assert in_srgb(pixels, LAB) is pixels


def test_a_wide_profile_is_converted_as_pillow_does():
    wide = io.BytesIO()
    Image.new("RGB", (1, 1)).save(wide, "PNG")
    pixels = np.full((1, 1, 4), 128, np.uint8)
    assert in_srgb(pixels, SRGB).shape == (1, 1, 4)
