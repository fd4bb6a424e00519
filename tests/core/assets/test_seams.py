"""The score of a seam: 1 where none is, and more the more it shows."""

import numpy as np
import pytest

from studio.core.assets.seams import MOST, border, seam_score
from tests.core.assets.textures import noise


@pytest.mark.parametrize("slope", [0.0, 0.7, 1.2])
def test_a_seamless_texture_scores_about_one(slope: float):
    scores = [seam_score(noise(seed, 128, slope)) for seed in range(5)]
    assert 0.85 < np.mean(scores) < 1.25


def test_a_score_grows_with_the_step_and_does_not_care_for_depth_or_axis():
    even = noise(0, 128, 1.2)
    scores = []
    for step in (0, 10, 30, 90):
        ramp = np.linspace(0, step, 128)[None, :, None]
        scores.append(seam_score(np.rint(even * 0.6 + ramp).astype(np.uint8)))
    assert scores == sorted(scores) and scores[-1] > 2 * scores[0]
    stepped = np.rint(even * 0.6 + ramp).astype(np.uint8)
    assert seam_score(stepped.swapaxes(0, 1)) == pytest.approx(seam_score(stepped))
    deep = stepped.astype(np.uint16) * 257
    assert seam_score(deep) == pytest.approx(seam_score(stepped), rel=1e-4)


def test_a_part_of_a_texture_has_a_seam_and_mirrored_has_none():
    part = noise(0, 256, 1.5)[:100, :100]
    assert seam_score(part) > 1.5
    both = np.concatenate([part, part[:, ::-1]], 1)
    assert border(both) < 0.5


def test_color_under_clear_pixels_does_not_count():
    picture = np.zeros((32, 32, 4), np.uint8)
    picture[..., 0] = np.arange(32) * 8
    assert seam_score(picture) == 1
    picture[..., 3] = 255
    assert seam_score(picture) > 10


def test_flat_and_tiny_pictures_have_a_score():
    assert seam_score(np.full((1, 1, 3), 8, np.uint8)) == 1
    assert seam_score(np.full((3, 3, 3), 8, np.uint8)) == 1
    half = np.zeros((2, 2, 1), np.uint8)
    half[:, 1] = 255
    assert 1 <= seam_score(half) <= MOST


def test_a_cut_is_found_where_it_runs():
    texture = noise(0, 128, 1.2)
    cut = 40 + np.arange(128) // 4
    broken = texture.copy()
    broken[np.arange(128) >= cut[:, None]] //= 3
    assert border(broken, cut) > 2 * border(texture, cut)
