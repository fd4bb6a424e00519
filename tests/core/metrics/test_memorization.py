"""Planted copies are found, turned, mirrored and shifted; new pictures are not accused."""

import numpy as np
import pytest

from studio.core.metrics import memorization
from tests.core.metrics.ladders import noisy, pictures
from tests.core.toys import finish


@pytest.fixture(scope="module")
def training() -> np.ndarray:
    """Sprites with a margin, so that a shift by 3 of 48 pixels loses nothing."""
    return np.pad(pictures(400), ((0, 0), (8, 8), (8, 8), (0, 0)), constant_values=255)


def nearest(drawn, training) -> memorization.Nearest:
    return finish(memorization.nearest(drawn, training))[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: x[:, :, ::-1],
        lambda x: x[:, ::-1],
        lambda x: np.rot90(x, 1, (1, 2)),
        lambda x: np.rot90(x[:, :, ::-1], 3, (1, 2)),
        lambda x: np.roll(x, (3, -3), (1, 2)),
        lambda x: noisy(x, 4),
    ],
)
def test_a_changed_copy_is_found_and_called_one(training, change):
    found = nearest(change(training[30:60]), training)
    plain = nearest(training[30:60], training)
    assert (found.places == plain.places).mean() > 0.9  # the sprites hold mirrored twins
    assert (found.ratios < memorization.COPY).mean() > 0.9


def test_strangers_are_not_copies():
    rng = np.random.default_rng(0)
    smooth = np.repeat(np.repeat(rng.integers(0, 255, (300, 8, 8, 3)), 4, 1), 4, 2)
    found = nearest(smooth[:60].astype(np.uint8), smooth[60:].astype(np.uint8))
    assert not (found.ratios < memorization.COPY).any()


def test_a_picture_held_twice_does_not_hide_its_copies(training):
    twice = np.concatenate([training, noisy(training[:50], 2)])
    assert (nearest(training[:50], twice).ratios < memorization.COPY).mean() > 0.9


def test_the_share_of_copies_rises_with_the_copies():
    real, new = pictures(300), pictures(200, seed=5)
    shares = []
    for copies in (0, 50, 100, 150, 200):
        found = nearest(np.concatenate([noisy(real[:copies], 4), new[copies:]]), real)
        shares.append((found.ratios < memorization.COPY).mean())
    assert shares == sorted(shares) and shares[-1] - shares[0] > 0.5


def test_judged_passes_over_twins_and_stands_alone():
    far = np.array([1.0, 1.1, 6.0])
    mutual = np.array([[0, 0.5, 9.0], [0.5, 0, 9.0], [9.0, 9.0, 0]])
    assert memorization.judged(far, mutual, 2.0) == (0, pytest.approx(1 / 6))
    assert memorization.judged(far[:2], mutual[:2, :2], 2.0) == (0, 1.0)


def test_ratios_of_features_find_copies_too():
    rng = np.random.default_rng(0)
    known = rng.normal(0, 1, (200, 16))
    drawn = np.concatenate([known[:20] + 0.01, rng.normal(0, 1, (20, 16))])
    ratios = finish(memorization.nearest_features(drawn, known, 0.1))[1]
    assert (ratios[:20] < 1 / 3).all() and (ratios[20:] > 1 / 3).all()


def test_the_closest_come_first_and_alpha_counts(training):
    with_alpha = np.concatenate([training, np.full((400, 48, 48, 1), 255, np.uint8)], -1)
    drawn = np.concatenate([with_alpha[200:220], with_alpha[:1]])
    drawn[0, :24, :, 3] = 0
    found = nearest(drawn, with_alpha[:200])
    assert memorization.closest(found, 3)[0] == 20 and len(memorization.closest(found)) == 16
    assert found.ratios[20] < 0.1 and found.distances[20] < 1 < found.distances[0]


def test_held_out_pictures_set_the_threshold():
    rng = np.random.default_rng(0)
    held = rng.uniform(10, 20, 500)
    assert memorization.share_closer(rng.uniform(10, 20, 500), held) == pytest.approx(
        0.05, abs=0.03
    )
    assert memorization.share_closer(rng.uniform(5, 15, 500), held) > 0.4
