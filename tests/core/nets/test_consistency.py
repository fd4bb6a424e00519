"""Consistency tuning: levels as in the paper, and one look that tells more than before."""

import math
from itertools import pairwise

import pytest
import torch

from studio.core import latents
from studio.core.family import ImageSize
from studio.core.nets import consistency
from studio.core.nets.denoiser import Denoiser


def test_the_lower_level_starts_at_nothing_and_comes_closer():
    sigma = torch.tensor([0.05, 0.5, 5.0, 50.0])
    first = consistency.lower(sigma, 0.0)
    assert first[:2].tolist() == [0, 0]
    ratios = [consistency.lower(sigma, p) / sigma for p in (0.0, 0.3, 0.6, 1.0)]
    for wide, narrow in pairwise(ratios):
        assert (narrow >= wide).all()
    assert (ratios[-1] < 1).all()
    assert ratios[-1][-1] == pytest.approx(1 - 2**-8, abs=1e-3)
    assert ratios[-1][0] < ratios[-1][-1]  # small levels keep a wider gap


def test_levels_stay_where_a_model_draws():
    sigma = consistency.levels(10_000, torch.tensor(0.7), latents.rng(0))
    assert sigma.min() >= 0.002
    assert sigma.max() <= 80
    assert sigma.median().log() == pytest.approx(math.log(0.7) - 0.4, abs=0.1)


def two_points(count: int, rng: torch.Generator) -> torch.Tensor:
    """Pictures of 4x4 that are all dark or all bright."""
    side = torch.randint(2, (count, 1, 1, 1), generator=rng) * 1.4 - 0.7
    return side.float().expand(count, 1, 4, 4).contiguous()


def learned(model: Denoiser, steps: int, instant: bool) -> None:
    adam = torch.optim.Adam(model.parameters(), 1e-3 if instant else 3e-3)
    for k in range(steps):
        rng = latents.rng(1, k + 10_000 * instant)
        x = two_points(32, rng)
        model.measure(x)
        spread, noise = model.known_spread, torch.randn(x.shape, generator=rng)
        if instant:
            sigma = consistency.levels(32, spread, rng)
            loss = consistency.loss(model, x, sigma, noise, None, k / steps)
        else:
            loss = model.error(x, model.levels.draw(32, spread, rng), noise, None).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()


@torch.no_grad()
def far(model: Denoiser) -> float:
    """How far what one look at much noise draws is from being dark or bright."""
    noise = 10 * torch.randn(256, 1, 4, 4, generator=latents.rng(9))
    drawn = model(noise, torch.full((256,), 10.0))
    return float((drawn.abs() - 0.7).abs().mean())


def test_one_look_draws_a_picture_after_tuning_and_their_mean_before():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Denoiser(ImageSize(4, 4, 1), 1, (16,), 1, "edm")
    learned(model, 100, False)
    before = far(model)  # a denoiser sees about the mean of all pictures in much noise
    learned(model, 150, True)
    assert far(model) < 0.6 * before
