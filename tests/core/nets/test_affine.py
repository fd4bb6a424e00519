"""The density of an affine map of a normal number is the normal density it leads to."""

import math

import torch

from studio.core.nets.affine import STEEPEST, bounded, nats, unbounded


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
