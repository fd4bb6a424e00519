from collections.abc import Generator

import numpy as np
import pytest

from studio.core.colors.dither import bayer, blue_noise, diffused, patterned

GRAYS = np.array([[0, 0, 0], [1, 0, 0]], np.float32)


def ended(job: Generator[float, None, np.ndarray]) -> np.ndarray:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


def flat(tone: float, side: int = 64) -> np.ndarray:
    return np.full((side, side, 1), tone, np.float32) * np.array([1, 0, 0], np.float32)


@pytest.mark.parametrize("thresholds", [bayer(3), blue_noise(64)])
def test_thresholds_are_even(thresholds: np.ndarray):
    ranks = np.sort(thresholds.ravel())
    assert np.allclose(ranks, (np.arange(ranks.size) + 0.5) / ranks.size)


def test_blue_noise_has_no_low_frequencies():
    power = np.abs(np.fft.fft2(blue_noise(64) - 0.5)) ** 2
    across = np.fft.fftfreq(64)
    radius = np.hypot(across[:, None], across)
    assert power[(radius > 0) & (radius < 0.1)].mean() < 0.02 * power[radius > 0.3].mean()


@pytest.mark.parametrize("tone", [0.1, 0.25, 0.5, 0.7])
def test_patterns_and_diffusion_keep_the_mean_tone(tone: float):
    for thresholds in (bayer(3), blue_noise(64)):
        assert patterned(flat(tone), GRAYS, thresholds, 1).mean() == pytest.approx(tone, abs=0.02)
    assert ended(diffused(flat(tone), GRAYS, 1)).mean() == pytest.approx(tone, abs=0.02)


def test_no_amount_is_the_nearest_color():
    assert patterned(flat(0.4), GRAYS, bayer(2), 0).max() == 0
    assert ended(diffused(flat(0.4), GRAYS, 0)).max() == 0


def test_a_pattern_mixes_two_colors_and_leaves_the_palettes_own_flat():
    palette = np.array([[0, 0, 0], [0.5, 0, 0], [1, 0, 0], [0.7, 0.3, 0]], np.float32)
    assert set(patterned(flat(0.75), palette, bayer(3), 1).ravel()) == {1, 2}
    assert set(patterned(flat(0.5), palette, bayer(3), 1).ravel()) == {1}


def test_diffusion_is_that_of_floyd_and_steinberg():
    rng = np.random.default_rng(0)
    wanted = rng.random((7, 5, 3)).astype(np.float32)
    palette = rng.random((4, 3)).astype(np.float32)
    low, high = palette.min(0) - 0.1, palette.max(0) + 0.1
    rest, plain = np.pad(wanted, ((0, 1), (1, 1), (0, 0))), np.zeros((7, 5), int)
    for y in range(7):
        for x in range(1, 6):
            color = np.clip(rest[y, x], low, high)
            plain[y, x - 1] = ((palette - color) ** 2).sum(1).argmin()
            error = color - palette[plain[y, x - 1]]
            for down, across, share in ((0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1)):
                rest[y + down, x + across] += error * share / 16
    assert np.array_equal(ended(diffused(wanted, palette, 1)), plain)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (3, 2)])
def test_any_size(size: tuple[int, int]):
    wanted = np.random.default_rng(0).random((*size, 3)).astype(np.float32)
    assert ended(diffused(wanted, GRAYS, 1)).shape == size
    assert patterned(wanted, GRAYS, bayer(2), 1).shape == size
    assert patterned(wanted, GRAYS[:1], bayer(2), 1).max() == 0
