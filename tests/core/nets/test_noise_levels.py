"""The three ways to scale a denoiser: identities of their papers, levels in their range."""

import math
from itertools import pairwise

import pytest
import torch

from studio.core import latents
from studio.core.nets.noise_levels import Ddpm, Edm, FlowMatching, noise_levels

ALL = ("edm", "ddpm-linear", "ddpm-cosine", "flow-matching")
SIGMA = torch.tensor([0.01, 0.3, 1.0, 7.0, 60.0], dtype=torch.float64)
SPREAD = torch.tensor(0.7, dtype=torch.float64)


def drawn(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, generator=latents.rng(seed), dtype=torch.float64)


def test_edm_keeps_inputs_and_targets_at_unit_variance():
    picture, noise = SPREAD * drawn(200_000, 1), drawn(200_000, 2)
    for sigma in SIGMA:
        skip, out, scale = Edm().coefficients(sigma, SPREAD)
        x = picture + sigma * noise
        assert (scale * x).std() == pytest.approx(1, abs=0.01)
        assert ((picture - skip * x) / out).std() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("objective", ALL)
def test_a_perfect_network_makes_a_perfect_denoiser(objective):
    picture, noise = drawn(5, 1), drawn(5, 2)
    skip, out, scale = noise_levels(objective).coefficients(SIGMA, SPREAD)
    x = picture + SIGMA * noise
    time = SIGMA / (1 + SIGMA)
    told = {
        "edm": (picture - skip * x) / out,
        "ddpm-linear": noise,
        "ddpm-cosine": noise,
        "flow-matching": noise - picture,
    }[objective]
    torch.testing.assert_close(skip * x + out * told, picture)
    seen = {
        "edm": x / (SIGMA**2 + SPREAD**2).sqrt(),
        "flow-matching": (1 - time) * picture + time * noise,
    }.get(objective, x / (1 + SIGMA**2).sqrt())
    torch.testing.assert_close(scale * x, seen)


@pytest.mark.parametrize("objective", ALL)
def test_without_noise_the_denoiser_changes_nothing(objective):
    skip, out, _ = noise_levels(objective).coefficients(torch.tensor([1e-6]), torch.tensor(0.7))
    assert skip == pytest.approx(1)
    assert abs(out) < 1e-5


@pytest.mark.parametrize("objective", ALL)
@pytest.mark.parametrize("steps", [1, 2, 14, 100])
def test_paths_fall_from_noise_to_nothing(objective, steps: int):
    levels = noise_levels(objective)
    path = levels.path(steps)
    assert len(path) == steps + 1
    assert path[0] == pytest.approx(levels.high)
    assert path[-1] == 0
    assert all(a > b for a, b in pairwise(path))


@pytest.mark.parametrize("objective", ALL)
def test_levels_to_train_on_are_positive_and_repeatable(objective):
    levels = noise_levels(objective)
    sigma = levels.draw(5000, torch.tensor(0.7), latents.rng(4))
    assert torch.equal(sigma, levels.draw(5000, torch.tensor(0.7), latents.rng(4)))
    assert sigma.min() > 0
    assert sigma.isfinite().all()
    assert 0.2 < sigma.median() < 5


def test_edm_levels_follow_the_pictures_spread():
    edm = Edm(anywhere=0.0)
    small = edm.draw(100, torch.tensor(0.1), latents.rng(0))
    torch.testing.assert_close(5 * small, edm.draw(100, torch.tensor(0.5), latents.rng(0)))


def test_edm_meets_both_ends_of_its_way():
    sigma = Edm().draw(2000, torch.tensor(0.7), latents.rng(0))
    assert sigma.min() < 0.01
    assert sigma.max() > 40


def test_the_textbooks_chain_has_the_textbooks_ends():
    linear, cosine = Ddpm("linear").levels(), Ddpm("cosine").levels()
    assert linear[0] == pytest.approx(math.sqrt(1e-4 / (1 - 1e-4)))
    assert 1 / (1 + linear[-1] ** 2) == pytest.approx(4.04e-5, rel=0.01)
    assert (linear.diff() > 0).all()
    assert (cosine.diff() > 0).all()
    half = 1 / (1 + cosine[499] ** 2)
    assert half == pytest.approx(0.4938, abs=0.01)  # of the signal's power is left half way
    assert Ddpm("cosine").high <= 160


def test_flow_matching_walks_evenly():
    path = FlowMatching().path(10)
    times = [s / (1 + s) for s in path]
    strides = [a - b for a, b in pairwise(times)]
    assert strides == pytest.approx([strides[0]] * 10)
