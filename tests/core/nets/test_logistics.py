"""The discretized logistic mixture is a probability over 256 levels, channel after channel."""

import pytest
import torch

from studio.core.nets import logistics
from studio.core.nets.logistics import LEVELS, Logistics

COMPONENTS = 5


def mixture(channels: int, n: int = 4, scale: float = 1.0) -> Logistics:
    generator = torch.Generator().manual_seed(0)
    numbers = torch.randn(n, logistics.count(channels, COMPONENTS), generator=generator)
    return logistics.logistics(scale * numbers, channels, COMPONENTS)


@pytest.mark.parametrize("scale", [0.3, 1.0, 6.0])
def test_a_grey_pixel_s_256_probabilities_sum_to_one(scale: float):
    grey = mixture(1, 1, scale)
    numbers = Logistics(*(t.expand(LEVELS, *t.shape[1:]) for t in grey))
    total = logistics.log_likelihood(numbers, torch.arange(LEVELS)[:, None]).exp().sum()
    torch.testing.assert_close(total, torch.tensor(1.0), atol=1e-4, rtol=0)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channel_after_channel_has_the_joint_probability(channels: int):
    pixels = mixture(channels, 64)
    generator = torch.Generator().manual_seed(1)
    levels = torch.randint(LEVELS, (64, channels), generator=generator)
    levels[0], levels[1] = 0, 255
    total = torch.zeros(64)
    for k in range(channels):
        weights = logistics.log_weights(pixels, levels[:, :k])
        torch.testing.assert_close(weights.exp().sum(1), torch.ones(64), atol=1e-5, rtol=0)
        total = total + weights.gather(1, levels[:, k : k + 1])[:, 0]
    # the sums over levels are taken as differences of float32 sigmoids: 6e-8 at most
    expected = logistics.log_likelihood(pixels, levels)
    sound = expected > -8 * channels
    assert sound.sum() > 30
    torch.testing.assert_close(total[sound], expected[sound], atol=5e-3, rtol=0)


def test_a_channel_depends_on_those_before_it_alone():
    pixels = mixture(3, 1)
    one = logistics.log_weights(pixels, torch.tensor([[10, 200]]))
    other = logistics.log_weights(pixels, torch.tensor([[250, 200]]))
    assert not torch.allclose(one, other)


def test_scales_are_never_narrower_than_the_guard_and_numbers_stay_finite():
    numbers = torch.full((1, logistics.count(3, COMPONENTS)), -50.0, requires_grad=True)
    pixels = logistics.logistics(numbers, 3, COMPONENTS)
    assert pixels.log_scales.min() == logistics.LEAST_LOG_SCALE
    value = logistics.log_likelihood(pixels, torch.tensor([[255, 0, 128]])).sum()
    value.backward()
    assert value.isfinite()
    assert numbers.grad is not None
    assert numbers.grad.isfinite().all()


def test_start_values_spread_the_components_over_all_levels():
    bias = torch.randn(logistics.count(3, COMPONENTS))
    logistics.start(bias, 3, COMPONENTS)
    weights = logistics.log_weights(
        logistics.logistics(bias[None], 3, COMPONENTS), torch.zeros(1, 0, dtype=torch.int64)
    )
    assert weights.exp().max() < 0.1
    assert (weights.exp()[0, ::16] > 1e-4).all()
