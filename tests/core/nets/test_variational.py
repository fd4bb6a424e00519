"""The bound's parts are their formulas; the bound holds where the likelihood is known exactly."""

import math

import pytest
import torch
from torch import Tensor

from studio.core import latents
from studio.core.nets.variational import (
    best_log_sigma,
    bits_per_value,
    dequantized,
    divergence,
    gaussian_nll,
    log_weight,
    with_free_bits,
)

SIGMA = 0.3


def linear_gaussian() -> tuple[Tensor, Tensor, Tensor]:
    """A decoder x = W z + b with orthogonal columns, so that the posterior's axes are the code's;
    and pictures [5, 1, 3, 4].
    """
    rng = latents.rng(0)
    columns, _ = torch.linalg.qr(torch.randn(12, 3, generator=rng, dtype=torch.float64))
    weight = columns * torch.tensor([1.5, 0.7, 0.2])
    offset = torch.randn(12, generator=rng, dtype=torch.float64)
    images = torch.randn(5, 1, 3, 4, generator=rng, dtype=torch.float64)
    return weight, offset, images


def decoded(code: Tensor, weight: Tensor, offset: Tensor) -> Tensor:
    return (code @ weight.T + offset).view(len(code), 1, 3, 4)


def exact(weight: Tensor, offset: Tensor, images: Tensor) -> Tensor:
    covariance = weight @ weight.T + SIGMA**2 * torch.eye(12, dtype=torch.float64)
    return torch.distributions.MultivariateNormal(offset, covariance).log_prob(images.flatten(1))


def posterior(weight: Tensor, offset: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
    """Its mean and log variance, both [n, 3]."""
    precision = 1 + weight.square().sum(0) / SIGMA**2
    mean = (images.flatten(1) - offset) @ weight / SIGMA**2 / precision
    return mean, -precision.log().expand_as(mean)


def bound(mean: Tensor, log_variance: Tensor, weight: Tensor, offset: Tensor, images: Tensor):
    """The evidence bound; the likelihood is a parabola, so six points give its mean exactly."""
    log_sigma = torch.tensor(math.log(SIGMA), dtype=torch.float64)
    reach = math.sqrt(3) * torch.cat([torch.eye(3), -torch.eye(3)]).double()
    points = [mean + (0.5 * log_variance).exp() * away for away in reach]
    nll = [gaussian_nll(images, decoded(z, weight, offset), log_sigma) for z in points]
    return -torch.stack(nll).mean(0) - divergence(mean, log_variance).sum(1)


def test_the_bound_is_the_likelihood_at_the_posterior_and_below_it_elsewhere():
    weight, offset, images = linear_gaussian()
    mean, log_variance = posterior(weight, offset, images)
    wanted = exact(weight, offset, images)
    torch.testing.assert_close(bound(mean, log_variance, weight, offset, images), wanted)
    rng = latents.rng(1)
    for _ in range(20):
        m = mean + 0.3 * torch.randn(mean.shape, generator=rng, dtype=torch.float64)
        v = log_variance + 0.5 * torch.randn(mean.shape, generator=rng, dtype=torch.float64)
        below = bound(m, v, weight, offset, images)
        assert bool((below < wanted).all())


def test_weights_are_constant_at_the_posterior_and_tighten_the_bound_elsewhere():
    weight, offset, images = linear_gaussian()
    mean, log_variance = posterior(weight, offset, images)
    wanted, log_sigma = exact(weight, offset, images), torch.tensor(math.log(SIGMA)).double()
    rng = latents.rng(2)

    def weights(m: Tensor, v: Tensor) -> Tensor:
        noise = torch.randn(m.shape, generator=rng, dtype=torch.float64)
        code = m + (0.5 * v).exp() * noise
        return log_weight(
            gaussian_nll(images, decoded(code, weight, offset), log_sigma), noise, code, v
        )

    torch.testing.assert_close(weights(mean, log_variance), wanted)
    off = torch.stack([weights(mean + 0.1, log_variance + 0.3) for _ in range(4096)])
    single, many = off.mean(0), off.view(64, 64, -1).logsumexp(1).sub(math.log(64)).mean(0)
    assert bool((single < many).all())
    assert bool((many < wanted + 0.05).all())
    torch.testing.assert_close(many, wanted, atol=0.05, rtol=0)
    torch.testing.assert_close(
        single, bound(mean + 0.1, log_variance + 0.3, weight, offset, images), atol=0.1, rtol=0
    )


def test_the_likelihood_is_a_gaussian_at_the_best_sigma():
    images, drawn = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5)
    log_sigma = best_log_sigma(images, drawn)
    wanted = -6 + math.log1p(math.exp(math.log(0.5) + 6))  # soft-clipped at -6
    assert float(log_sigma) == pytest.approx(wanted, rel=1e-5)
    by_hand = -torch.distributions.Normal(drawn, math.exp(wanted)).log_prob(images)
    torch.testing.assert_close(gaussian_nll(images, drawn, log_sigma), by_hand.sum((1, 2, 3)))


def test_sigma_never_falls_below_its_floor():
    images = torch.rand(2, 3, 4, 4)
    assert -6 <= float(best_log_sigma(images, images.clone())) < -5.9


def test_the_divergence_is_that_of_two_gaussians():
    mean, log_variance = torch.randn(5, 7), torch.randn(5, 7)
    ours = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    by_hand = torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(divergence(mean, log_variance), by_hand)


def test_free_bits_count_each_coordinate_at_least_as_much_and_do_not_push_it_below():
    divergences = torch.tensor([[0.2, 3.0], [0.4, 1.0]], requires_grad=True)
    assert float(with_free_bits(divergences, 0.0).detach()) == pytest.approx(2.3)
    value = with_free_bits(divergences, 0.5)
    assert float(value.detach()) == pytest.approx(2.5)
    (gradient,) = torch.autograd.grad(value, divergences)
    assert gradient.tolist() == [[0.0, 0.5], [0.0, 0.5]]


def test_an_even_density_costs_eight_bits_a_value():
    nats = torch.tensor(48 * math.log(2.0))  # density 1/2 on [-1, 1], 48 values
    assert float(bits_per_value(nats, 48)) == pytest.approx(1 + math.log2(127.5))
    images = torch.arange(256).view(1, 1, 16, 16) / 127.5 - 1
    spread = dequantized(images, latents.rng(0))
    assert float((spread - images).abs().max()) <= 0.5 / 127.5
    assert float((spread - images).std()) == pytest.approx(1 / 127.5 / math.sqrt(12), rel=0.1)
