"""The density of an affine map of a normal number is the normal density it leads to."""

import math

import torch

from studio.core import latents
from studio.core.nets.affine import GREY, STEEPEST, bounded, grain, nats, unbounded


def test_log_scales_stay_within_their_bounds_and_are_themselves_near_zero():
    assert bounded(torch.tensor([-1e4, 1e4])).tolist() == [-STEEPEST, STEEPEST]
    small = torch.tensor([-0.1, 0.0, 0.1])
    torch.testing.assert_close(bounded(small), small, atol=1e-4, rtol=0)
    torch.testing.assert_close(bounded(unbounded(20 * small)), 20 * small)


def test_the_density_is_that_of_the_scaled_and_shifted_normal():
    x = torch.randn(5, 3) * 2 + 1
    latents, log_det = (x - 1) / 2, torch.full((5,), -3 * math.log(2))
    wanted = -torch.distributions.Normal(1.0, 2.0).log_prob(x).sum(1)
    torch.testing.assert_close(nats(latents, log_det), wanted)


def test_grain_is_normal_or_fills_one_grey_level_and_comes_from_the_generator_alone():
    images = torch.zeros(10, 3, 20, 20)
    normal, even = (grain(images, noise, latents.rng(1)) for noise in (0.2, 0.0))
    assert 0.19 < float(normal.std()) < 0.21
    assert float(even.abs().max()) <= GREY / 2
    assert float(even.abs().max()) > 0.49 * GREY
    assert torch.equal(normal, grain(images, 0.2, latents.rng(1)))
