"""Noise is random, stripes are not."""

import numpy as np

from studio.core.repair.matching import Patches
from studio.core.repair.randomness import randomness


def randomness_of(image: np.ndarray) -> float:
    open_ = np.zeros(image.shape[:2], bool)
    open_[3:-3, 3:-3] = True
    return randomness(Patches(image.astype(np.float32), open_, 7, np.random.default_rng(0)))


def test_noise_is_random_and_what_repeats_is_not() -> None:
    rng = np.random.default_rng(0)
    assert randomness_of(rng.random((60, 60, 3))) > 0.4
    assert randomness_of(np.tile(rng.random((6, 10, 3)), (10, 6, 1))) < 0.05
    edge = np.where(np.arange(60)[:, None, None] > np.arange(60)[:, None], 0.8, 0.1)
    assert randomness_of(edge + rng.normal(0, 0.01, (60, 60, 3))) < 0.2


def test_a_plain_picture_is_not_random() -> None:
    assert randomness_of(np.full((30, 30, 1), 0.5)) < 0.5
