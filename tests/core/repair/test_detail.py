"""Detail stays where it is strong and goes where it is noise."""

import numpy as np

from studio.core.repair.detail import CALM, blurred, detailed


def test_lively_texture_stays_as_it_is_copied() -> None:
    best = np.random.default_rng(0).random((40, 40, 3), np.float32)
    mean = blurred(best, 1.5)
    filled = detailed(best, mean)
    high, wanted = filled - blurred(filled, 1), best - blurred(best, 1)
    assert high.std() > 0.9 * wanted.std()


def test_noise_that_copies_do_not_share_goes() -> None:
    noise = np.random.default_rng(0).normal(0.5, CALM / 2, (40, 40, 1)).astype(np.float32)
    filled = detailed(noise, np.full_like(noise, 0.5))
    assert filled.std() < 0.3 * noise.std()


def test_what_is_coarse_comes_from_the_mean() -> None:
    best = np.full((40, 40, 3), 0.8, np.float32)
    np.testing.assert_allclose(detailed(best, best - 0.3), 0.5, atol=1e-6)
