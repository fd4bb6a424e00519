"""Color profiles: what a style's colors become, and what a file keeps."""

import numpy as np
import pytest
from PIL import ImageCms

from studio.core.photographs.photograph import Photograph
from studio.core.style import profiles
from tests.core.style.conftest import scene

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped() -> bytes:
    """sRGB with red and green swapped: matrix columns are named by tags in the profile's head."""
    return SRGB.replace(b"rXYZ", b"tmp!", 1).replace(b"gXYZ", b"rXYZ", 1).replace(
        b"tmp!", b"gXYZ", 1
    )  # fmt: skip


def test_colors_are_seen_as_they_are_in_the_style():
    style = Photograph(np.full((4, 4, 3), (200, 40, 30), np.uint8), swapped())
    found = profiles.in_colors_of(style, Photograph(scene(8, 8, 0)))
    assert np.abs(found.astype(int) - (40, 200, 30)).max() <= 3
    back = profiles.in_colors_of(Photograph(found), Photograph(scene(8, 8, 0), swapped()))
    assert np.abs(back.astype(int) - (200, 40, 30)).max() <= 3


def test_alpha_stays_and_sixteen_bits_become_eight():
    deep = np.full((4, 4, 4), 40000, np.uint16)
    deep[..., 3] = np.arange(4) * 20000
    found = profiles.in_colors_of(Photograph(deep, swapped()), Photograph(scene(8, 8, 0)))
    assert found.dtype == np.uint8 and found.shape == (4, 4, 4)
    assert found[0, :, 3].tolist() == [0, 78, 156, 233]


@pytest.mark.parametrize("profile", [None, SRGB])
def test_equal_profiles_change_nothing(profile):
    style = Photograph(scene(8, 8, 0), profile)
    assert profiles.in_colors_of(style, Photograph(scene(9, 9, 0), profile)) is style.pixels


def test_a_damaged_profile_changes_nothing():
    style = Photograph(scene(8, 8, 0), b"x" * 200)
    assert profiles.in_colors_of(style, Photograph(scene(9, 9, 0))) is style.pixels


def test_a_grey_style_fits_a_colored_content():
    style = Photograph(scene(8, 8, 0)[..., :1].copy())
    found = profiles.in_colors_of(style, Photograph(scene(9, 9, 0), SRGB))
    assert found.shape == (8, 8, 3) and np.abs(found.astype(int) - style.pixels).max() <= 1


def test_a_grey_content_asks_for_srgb():
    style = Photograph(scene(8, 8, 0))
    content = Photograph(scene(8, 8, 0)[..., :1].copy(), b"grey")
    assert profiles.in_colors_of(style, content) is style.pixels


def test_a_file_keeps_all_but_a_profile_of_greys():
    colored, grey = scene(8, 8, 0), scene(8, 8, 0)[..., :1].copy()
    kept = profiles.carried(Photograph(colored, SRGB, b"exif"), scene(8, 8, 1))
    assert kept.profile == SRGB and kept.exif == b"exif" and not kept.notes
    lost = profiles.carried(Photograph(grey, b"grey", b"exif"), colored)
    assert lost.profile is None and lost.exif == b"exif" and profiles.GREY_LEFT_OUT in lost.notes
    assert not profiles.carried(Photograph(grey), colored).notes


def test_what_is_still_grey_is_grey_again():
    grey = scene(8, 8, 0)[..., :1].copy()
    again = profiles.carried(Photograph(grey, b"grey"), np.repeat(grey, 3, axis=2))
    assert np.array_equal(again.pixels, grey) and again.profile == b"grey"
