"""The denoiser around a network: exact where the network is, and a bound that is one."""

import math

import pytest
import torch
from torch import Tensor, nn

from studio.core import latents
from studio.core.family import ImageSize
from studio.core.nets.denoiser import Denoiser, bits_bound

SIZE = ImageSize(8, 8, 1)


def denoiser() -> Denoiser:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Denoiser(SIZE, 1, (16,), 1, "edm")


class Exact(nn.Module):
    """What the network of an EDM denoiser would say of independent values N(0, deviation^2)."""

    def __init__(self, deviation: float, spread: float):
        super().__init__()
        self.deviation, self.spread = deviation, spread

    def forward(self, scaled: Tensor, level: Tensor, rows: Tensor | None) -> Tensor:
        sigma = (4 * level).exp()[:, None, None, None]
        total = (sigma**2 + self.spread**2).sqrt()
        x = scaled * total
        guess = self.deviation**2 * x / (self.deviation**2 + sigma**2)
        return (guess - (self.spread / total) ** 2 * x) / (sigma * self.spread / total)


def images(count: int, deviation: float = 0.3) -> Tensor:
    values = deviation * torch.randn(count, 1, 8, 8, generator=latents.rng(1))
    return ((values.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


def test_the_spread_is_measured_once():
    known = denoiser()
    known.measure(images(64, 0.3))
    assert known.spread == pytest.approx(0.3, abs=0.02)
    known.measure(images(64, 0.1))
    assert known.spread == pytest.approx(0.3, abs=0.02)
    assert "spread" in known.state_dict()


def test_the_error_is_that_of_the_guess_over_out():
    known, x = denoiser(), images(5)
    known.measure(x)
    noise = torch.randn(x.shape, generator=latents.rng(2))
    sigma = torch.tensor([0.01, 0.1, 0.5, 2.0, 30.0])
    guess = known(x + sigma[:, None, None, None] * noise, sigma)
    _, out, _ = known.levels.coefficients(sigma, known.spread)
    expected = (guess - x).square().mean((1, 2, 3)) / out**2
    torch.testing.assert_close(known.error(x, sigma, noise, None), expected, rtol=1e-2, atol=1e-4)


@torch.no_grad()
def test_the_bound_is_above_the_truth_and_near_it_for_an_exact_denoiser():
    known, x = denoiser(), images(64)
    known.measure(x)
    known.add_module("net", Exact(0.3, float(known.spread)))
    truth = math.log2(0.3 * 127.5 * math.sqrt(2 * math.pi))
    truth += float(x.square().mean()) / 0.3**2 / 2 / math.log(2)
    bits = sum(bits_bound(known, x, None, latents.rng(k), 64).mean() for k in range(4)) / 4
    assert bits == pytest.approx(truth, abs=0.05)
    known.add_module("net", Exact(0.6, float(known.spread)))
    assert bits_bound(known, x, None, latents.rng(0), 64).mean() > truth + 0.15


@torch.no_grad()
def test_the_bound_falls_as_the_network_learns():
    known, x = denoiser(), images(64) * 0.1 + 0.5
    x = ((x + 1) * 127.5).round() / 127.5 - 1
    known.measure(x)
    before = bits_bound(known, x, None, latents.rng(0), 16).mean()
    adam = torch.optim.Adam(known.parameters(), 3e-3)
    for k in range(25):
        rng = latents.rng(3, k)
        noise = torch.randn(x.shape, generator=rng)
        with torch.enable_grad():
            error = known.error(x, known.levels.draw(64, known.spread, rng), noise, None).mean()
            adam.zero_grad()
            error.backward()
        adam.step()
    assert bits_bound(known, x, None, latents.rng(0), 16).mean() < before - 0.1
