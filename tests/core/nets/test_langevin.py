"""Climbing a density: hidden values get as likely as the known ones allow."""

import torch

from studio.core import latents
from studio.core.nets.langevin import climbed, slope

HALF = torch.zeros(8, 1, 4, 4, dtype=torch.bool)
HALF[..., 2:] = True


def even(x):
    """-log p of pictures whose pixels hardly differ from their right neighbors."""
    return (x[..., 1:] - x[..., :-1]).square().sum((1, 2, 3)) / (2 * 0.1**2)


def noise():
    """Return a source of noise, flat as a flow's latents are."""
    steps = iter(range(10_000))
    return lambda: torch.randn(8, 16, generator=latents.rng(0, next(steps)))


def test_hidden_values_come_to_fit_the_known_ones():
    images = torch.full((8, 1, 4, 4), 0.5).where(~HALF, -0.5)
    *_, last = climbed(even, images, HALF, noise(), 0.05)
    assert torch.equal(last[..., :2], images[..., :2])
    assert (last[..., 2] - 0.5).abs().mean() < 0.2 < 1 == (images[..., 2] - 0.5).abs().mean()


def test_a_slope_that_is_no_number_moves_nothing():
    assert torch.equal(
        slope(lambda x: x.sum((1, 2, 3)) * torch.nan, torch.ones(2, 1, 3, 3)),
        torch.zeros(2, 1, 3, 3),
    )


def test_slopes_are_found_where_gradients_are_off():
    with torch.inference_mode():
        found = slope(lambda x: x.square().sum((1, 2, 3)), torch.ones(2, 1, 3, 3))
    assert torch.equal(found, torch.full((2, 1, 3, 3), 2.0))
