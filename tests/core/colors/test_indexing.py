"""Pictures in a palette's colors: each way to mix, and strips that do not show."""

import numpy as np
import pytest

from studio.core.colors import indexing
from studio.core.colors.indexing import Dither, indexed
from studio.core.steps import Steps

GRAYS = np.array([[0] * 3, [128] * 3, [255] * 3], np.uint8)


def ended(job: Steps[np.ndarray]) -> np.ndarray:
    while True:
        try:
            assert 0 <= next(job) <= 1
        except StopIteration as end:
            return end.value


def ramp() -> np.ndarray:
    return np.repeat(np.linspace(0, 255, 80).astype(np.uint8)[None, :, None], 3, 2).repeat(60, 0)


@pytest.mark.parametrize("dither", ["none", "ordered", "noise", "diffusion"])
def test_exact_colors_stay_exact(dither: Dither):
    index = np.random.default_rng(0).integers(0, 3, (20, 30))
    assert np.array_equal(ended(indexed(GRAYS[index], GRAYS, dither, 1.0)), index)


@pytest.mark.parametrize("dither", ["ordered", "noise", "diffusion"])
def test_a_ramp_is_mixed_and_without_amount_flat(dither: Dither):
    flat = ended(indexed(ramp(), GRAYS, dither, 0.0))
    assert np.array_equal(flat, ended(indexed(ramp(), GRAYS, "none", 1.0)))
    assert (np.diff(flat, axis=1) != 0).sum() == 2 * 60
    mixed = ended(indexed(ramp(), GRAYS, dither, 1.0))
    assert (np.diff(mixed, axis=1) != 0).sum() > 10 * 60
    assert mixed.dtype == np.uint8 and mixed.max() == 2


@pytest.mark.parametrize("dither", ["none", "ordered", "noise"])
def test_strips_do_not_show(dither: Dither, monkeypatch: pytest.MonkeyPatch):
    whole = ended(indexed(ramp(), GRAYS, dither, 1.0))
    monkeypatch.setattr(indexing, "WEIGHED", 7 * 80 * 3)
    assert np.array_equal(ended(indexed(ramp(), GRAYS, dither, 1.0)), whole)
