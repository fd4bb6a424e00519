"""The judge of style transfer: known answers, and that cheap tricks do not win."""

import cv2
import numpy as np
import pytest

from tests.bench.style import best_at, reinhard
from tests.bench.style_cases import content, dabs, hatching
from tests.bench.style_scores import (
    Judge,
    Score,
    color_distance,
    copied,
    edges,
    laplacian,
    level_count,
    multi_scale_ssim,
    stroke_distance,
)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return content("coffee", 256)


@pytest.fixture(scope="module")
def painting() -> np.ndarray:
    return cv2.resize(dabs(), (256, 256), interpolation=cv2.INTER_AREA)


def noise(size: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)


def test_the_photograph_keeps_all_content_and_copies_nothing(photo, painting):
    score = Judge(photo, painting).score(photo)
    assert score.content == pytest.approx(1)
    assert score.copied < 1


def test_the_style_itself_has_all_style_no_content_and_is_a_copy(photo, painting):
    score = Judge(photo, painting).score(painting[: photo.shape[0]])
    assert score.content < 0.1
    assert score.copied > 95
    whole = Judge(painting, painting).score(painting)
    assert (whole.style, whole.strokes, whole.color) == (0, 0, 0)


def test_noise_has_no_content_no_style_and_copies_nothing(photo, painting):
    judge = Judge(photo, painting)
    score = judge.score(noise(photo.shape))
    assert score.content < 0.1
    assert score.style > judge.score(photo).style
    assert score.copied < 1


def test_less_contrast_and_other_colors_keep_the_content(photo):
    faded = (photo // 2 + 60).astype(np.uint8)[..., ::-1]
    assert multi_scale_ssim(edges(photo), edges(faded)) > 0.9


def test_blur_and_added_noise_cost_content(photo):
    blurred = cv2.GaussianBlur(photo, (0, 0), 4)
    grainy = np.clip(photo + np.random.default_rng(0).normal(0, 40, photo.shape), 0, 255)
    for worse in (blurred, grainy.astype(np.uint8)):
        assert multi_scale_ssim(edges(photo), edges(worse)) < 0.9


def test_ssim_of_equal_maps_is_one_and_of_opposed_ones_zero():
    ramp = np.random.default_rng(0).random((128, 128))
    assert multi_scale_ssim(ramp, ramp) == pytest.approx(1)
    assert multi_scale_ssim(ramp, 1 - ramp) == 0


def test_blurring_the_style_loses_its_fine_levels_alone(painting):
    judge = Judge(painting, painting)
    levels = judge.levels(cv2.GaussianBlur(painting, (0, 0), 3))
    assert levels[0] > 300
    assert levels[-1] < 30


def test_white_noise_lowers_the_style_distance_and_not_the_strokes(photo, painting):
    grain = np.random.default_rng(0).normal(0, 20, photo.shape)
    grainy = np.clip(reinhard(photo, painting) + grain, 0, 255).astype(np.uint8)
    plain = reinhard(photo, painting)
    judge = Judge(photo, painting)
    assert judge.score(grainy).style < 0.9 * judge.score(plain).style
    assert stroke_distance(grainy, painting) > 0.8 * stroke_distance(plain, painting)


def test_strokes_turned_by_a_right_angle_are_other_strokes():
    waves = np.sin(np.arange(128) / 2)[:, None] * np.ones(128)
    across = np.repeat((127 * waves + 128).astype(np.uint8)[..., None], 3, axis=2)
    assert stroke_distance(across, across) == 0
    assert stroke_distance(across.swapaxes(0, 1).copy(), across) > 20


def test_a_pyramid_adds_up_to_the_picture(photo):
    levels = laplacian(photo, level_count(photo))
    x = levels[-1]
    for level in levels[-2::-1]:
        x = cv2.pyrUp(x, dstsize=(level.shape[1], level.shape[0])) + level
    assert min(levels[-1].shape[:2]) >= 16
    assert np.abs(x - photo).max() < 0.01


def test_color_distance_of_black_and_white_is_the_mean_of_a_direction(photo):
    black, white = (np.full((8, 8, 3), value, np.uint8) for value in (0, 255))
    assert color_distance(photo, photo[::-1]) < 1
    assert 40 < color_distance(black, white) < 60  # 100 x the mean of |cos| on a sphere, 50


def test_copied_counts_the_pasted_part(photo, painting):
    half = photo.copy()
    half[:, :128] = painting[40 : 40 + photo.shape[0], 60:188]
    assert 0.35 < copied(half, painting) < 0.6


def test_tiles_smaller_than_a_run_are_not_copies(painting):
    pieces = painting.reshape(32, 8, 32, 8, 3).swapaxes(1, 2).reshape(-1, 8, 8, 3)
    mixed = pieces[np.random.default_rng(0).permutation(len(pieces))]
    shuffled = mixed.reshape(32, 32, 8, 8, 3).swapaxes(1, 2).reshape(256, 256, 3)
    assert copied(shuffled, painting) < 0.02
    assert copied(painting, painting) > 0.99


def test_scores_do_not_change_from_run_to_run(photo, painting):
    picture = noise(photo.shape)
    assert Judge(photo, painting).score(picture) == Judge(photo, painting).score(picture)


def test_the_best_style_at_a_content_lies_between_strengths():
    points = [Score(1.0, 400, 9, 0, 0), Score(0.8, 300, 9, 0, 0), Score(0.4, 100, 5, 0, 0)]
    assert best_at(0.6, points) == pytest.approx(200)
    assert best_at(0.1, points) == 100
    assert best_at(1.0, points) == 400
    assert best_at(0.6, points, "strokes") == pytest.approx(7)


def test_the_drawn_styles_are_always_the_same():
    for draw in (dabs, hatching):
        assert draw().shape == (512, 512, 3)
        assert np.array_equal(draw(), draw.__wrapped__())
