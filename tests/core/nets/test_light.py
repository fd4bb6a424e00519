"""The light players fit any picture, train every weight, and see a collapse."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from studio.core.nets import light
from studio.core.nets.grids import Grid

SIZES = [(32, 32, 4), (28, 28, 1), (17, 23, 3), (16, 40, 3)]


@pytest.mark.parametrize("h, w, c", SIZES)
def test_players_fit_any_picture_and_train_every_weight(h: int, w: int, c: int):
    model, judge = light.LightGenerator(8, h, w, c, 8), light.LightDiscriminator(h, w, c, 8)
    images = model(torch.randn(4, 8))
    assert images.shape == (4, c, h, w)
    assert 0.05 < float(images.detach().std()) < 3
    features = judge(images)
    assert features.shape == (4, judge.features)
    features.square().sum().backward()
    weights = [*model.named_parameters(), *judge.named_parameters()]
    assert [name for name, p in weights if p.grad is None] == []


def test_doubling_is_a_convolution_over_repeated_pixels_whatever_it_learned():
    double = light.Doubling(3, 5)
    nn.init.normal_(double.weight)
    x = torch.randn(2, 3, 6, 4)
    repeated = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    kernel = double.weight.transpose(0, 1).flip(2, 3)
    expected = functional.conv2d(repeated, kernel, padding=1)
    torch.testing.assert_close(double(x), expected, atol=1e-4, rtol=1e-4)


def test_doubling_draws_no_checkerboard_in_flat_areas():
    double = light.Doubling(3, 5)
    nn.init.normal_(double.weight)
    inner = double(torch.ones(1, 3, 8, 8))[..., 2:-2, 2:-2].detach()
    torch.testing.assert_close(inner, inner.mean((2, 3), keepdim=True).expand_as(inner))


def test_the_spread_channel_sees_a_collapse():
    same, different = torch.ones(8, 3, 4, 4), torch.randn(8, 3, 4, 4)
    assert float(light.spread(same).max()) < 1e-3
    assert float(light.spread(different).min()) > 0.3
    assert light.spread(different[:5]).shape == (5, 1, 4, 4)


def test_the_latent_steers_a_doubling_only_once_its_gain_has_learned():
    up = light.Up(4, 3, 8).eval()
    x, one, other = torch.randn(2, 4, 5, 5), torch.randn(2, 8), torch.randn(2, 8)
    assert up(x, one).shape == (2, 3, 10, 10)
    assert torch.equal(up(x, one), up(x, other))
    nn.init.normal_(up.gain.weight)
    assert not torch.allclose(up(x, one), up(x, other))


def test_different_latents_draw_different_pictures():
    model = light.LightGenerator(8, 16, 16, 3, 8)
    first, second = model(torch.randn(4, 8, generator=torch.Generator().manual_seed(0)))[:2]
    assert float((first - second).detach().abs().mean()) > 0.05


def test_the_spread_is_a_group_s_own():
    groups = torch.randn(8, 1, 4, 4)
    groups[::2] = 1.0  # pictures 0, 2, 4, 6 are one group, and all the same
    found = light.spread(groups)[:, 0, 0, 0]
    assert float(found[::2].max()) < 1e-3 < 0.3 < float(found[1::2].min())


def test_widths_halve_towards_the_picture():
    assert light.widths(Grid(2, 4, 4), 8) == [16, 8, 4]
    assert light.widths(Grid(5, 4, 4), 8)[:3] == [32, 32, 32]
