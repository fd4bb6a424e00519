"""The VAE's likelihood, divergence and edges are their formulas; its critic joins when asked."""

import math

import pytest
import torch

from studio.core import latents
from studio.core.families.vae import FAMILY, balanced, divergence, edges, gaussian_nll
from studio.core.family import ImageSize

SIZE = ImageSize(16, 16, 3, 2)


def test_the_likelihood_is_a_gaussian_at_the_best_sigma():
    images, drawn = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5)
    value, log_sigma = gaussian_nll(images, drawn)
    wanted = -6 + math.log1p(math.exp(math.log(0.5) + 6))  # soft-clipped at -6
    assert float(log_sigma) == pytest.approx(wanted, rel=1e-5)
    density = torch.distributions.Normal(drawn, math.exp(wanted))
    by_hand = -density.log_prob(images).sum() / 2
    assert float(value) == pytest.approx(float(by_hand), rel=1e-5)


def test_sigma_never_falls_below_its_floor():
    images = torch.rand(2, 3, 4, 4)
    value, log_sigma = gaussian_nll(images, images.clone())
    assert -6 <= float(log_sigma) < -5.9
    assert math.isfinite(float(value))


def test_the_divergence_is_that_of_two_gaussians():
    mean, log_variance = torch.randn(5, 7), torch.randn(5, 7)
    ours = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    by_hand = (
        torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0)).sum() / 5
    )
    torch.testing.assert_close(divergence(mean, log_variance), by_hand)


def test_edges_ignore_flat_differences_but_not_sharp_ones():
    flat = torch.zeros(1, 1, 16, 16)
    assert float(edges(flat, flat + 0.3)) == pytest.approx(0, abs=1e-4)
    sharp = flat.clone()
    sharp[..., 8:] = 1.0
    assert float(edges(flat, sharp)) > 5


def test_the_critic_weighs_as_much_as_the_likelihood():
    drawn = torch.randn(4, 3, 8, 8, requires_grad=True)
    likelihood, criticism = 3 * drawn.square().sum(), 0.01 * drawn.sum()
    theirs = torch.autograd.grad(balanced(criticism, likelihood, drawn), drawn, retain_graph=True)
    ours = torch.autograd.grad(likelihood, drawn)
    assert float(theirs[0].norm()) == pytest.approx(float(ours[0].norm()), rel=1e-4)


def test_the_critic_joins_late_and_changes_the_model():
    settings = FAMILY.tiny.updated({"critic": 1.0, "critic_from": 0.5})
    torch.manual_seed(0)
    learner = FAMILY.learner(FAMILY.model(settings, SIZE), settings, SIZE)
    assert set(learner.optimizers()) == {"model", "critic"}
    images, labels = torch.rand(8, 3, 16, 16) * 2 - 1, torch.arange(8) % 2
    assert "critic" not in learner.learn(images, labels, latents.rng(0), 0.4)
    before = [p.clone() for p in learner.judge.parameters()]
    values = learner.learn(images, labels, latents.rng(1), 0.6)
    assert values["critic"].isfinite()
    changed = [
        not torch.equal(a, b) for a, b in zip(before, learner.judge.parameters(), strict=True)
    ]
    assert any(changed)
    without = FAMILY.tiny.updated({"critic": 0.0})
    plain = FAMILY.learner(FAMILY.model(without, SIZE), without, SIZE)
    assert set(plain.optimizers()) == {"model"}
