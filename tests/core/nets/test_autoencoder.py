"""The autoencoder fits any picture, starts calm, and stays bounded."""

import pytest
import torch

from studio.core.nets import autoencoder
from studio.core.nets.grids import Grid

SIZES = [(32, 32, 4), (28, 28, 1), (17, 23, 3), (16, 40, 3)]


@pytest.mark.parametrize("h, w, c", SIZES)
@pytest.mark.parametrize("depth", [0, 2])
def test_the_autoencoder_fits_any_picture(h: int, w: int, c: int, depth: int):
    encoder = autoencoder.Encoder(6, h, w, c, 8, depth)
    decoder = autoencoder.Decoder(6, h, w, c, 8, depth)
    mean, log_variance = encoder(torch.rand(3, c, h, w))
    assert mean.shape == log_variance.shape == (3, 6)
    assert decoder(mean).shape == (3, c, h, w)


def test_a_log_variance_can_not_explode():
    encoder = autoencoder.Encoder(6, 16, 16, 1, 8, 0)
    log_variance = encoder(1e6 * torch.rand(3, 1, 16, 16))[1].detach()
    assert float(log_variance.abs().max()) <= autoencoder.LOG_VARIANCE


def test_every_weight_learns_from_the_picture_it_should_give_back():
    encoder = autoencoder.Encoder(6, 17, 23, 3, 8, 1)
    decoder = autoencoder.Decoder(6, 17, 23, 3, 8, 1)
    mean, log_variance = encoder(torch.rand(4, 3, 17, 23))
    (decoder(mean).square().sum() + log_variance.square().sum()).backward()
    for name, weight in [*encoder.named_parameters(), *decoder.named_parameters()]:
        assert weight.grad is not None, name


def test_residuals_start_by_adding_no_more_than_a_bias_and_then_learn():
    block = autoencoder.Residual(8)
    x = torch.randn(2, 8, 4, 4)
    added = block.last.bias[:, None, None].expand_as(x)  # type: ignore[index]  # there is a bias
    torch.testing.assert_close(block(x) - x, added)
    block(x).square().sum().backward()
    assert block.last.weight.grad is not None
    assert float(block.last.weight.grad.abs().max()) > 0


def test_drawn_levels_stay_inside_the_range():
    decoder = autoencoder.Decoder(6, 16, 16, 3, 8, 0)
    torch.nn.init.constant_(decoder.layers[-2].bias, 50.0)  # type: ignore[arg-type]  # the last convolution's
    assert torch.equal(decoder(torch.randn(8, 6)), torch.ones(8, 3, 16, 16))


def test_widths_double_up_to_four_times():
    assert autoencoder.widths(Grid(4, 4, 4), 8) == [8, 16, 32, 32]
