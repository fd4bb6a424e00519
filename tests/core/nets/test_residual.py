"""R3GAN's players fit any picture, start calm, and pass gradients everywhere."""

import pytest
import torch

from studio.core.nets import residual
from studio.core.nets.grids import Grid

SIZES = [(32, 32, 4), (28, 28, 1), (17, 23, 3), (16, 40, 3)]


@pytest.mark.parametrize("h, w, c", SIZES)
def test_players_fit_any_picture_and_train_every_weight(h: int, w: int, c: int):
    model = residual.ResidualGenerator(8, h, w, c, 8, 2)
    judge = residual.ResidualDiscriminator(h, w, c, 8, 2)
    images = model(torch.randn(4, 8))
    assert images.shape == (4, c, h, w)
    assert 0.05 < float(images.detach().std()) < 3
    features = judge(images)
    assert features.shape == (4, judge.features)
    features.square().sum().backward()
    weights = [*model.named_parameters(), *judge.named_parameters()]
    assert [name for name, p in weights if p.grad is None] == []


def test_blocks_start_as_the_identity():
    x = torch.randn(2, 8, 4, 4)
    assert torch.equal(residual.Block(8, 4)(x), x)


def test_deeper_networks_start_with_smaller_blocks():
    shallow, deep = residual.Block(64, 1), residual.Block(64, 16)
    ratio = float(deep.first.weight.detach().std() / shallow.first.weight.detach().std())
    assert ratio == pytest.approx(0.5, rel=0.05)


def test_halving_and_doubling_keep_a_flat_picture_flat():
    flat = torch.full((1, 3, 8, 8), 0.7)
    torch.testing.assert_close(residual.doubled(flat), torch.full((1, 3, 16, 16), 0.7))
    torch.testing.assert_close(
        residual.halved(flat)[..., 1:-1, 1:-1], torch.full((1, 3, 2, 2), 0.7)
    )


def test_blurring_spreads_one_pixel_by_the_binomial_and_keeps_channels_apart():
    x = torch.zeros(1, 2, 5, 5)
    x[0, 1, 2, 2] = 1.0
    found = residual.blurred(x, 4.0)
    line = torch.tensor([1.0, 2.0, 1.0])
    torch.testing.assert_close(found[0, 1, 1:4, 1:4], line[:, None] * line / 4)
    assert float(found.sum()) == pytest.approx(4.0)
    assert float(found[0, 0].abs().max()) == 0


def test_channels_change_only_where_they_differ():
    x = torch.randn(1, 8, 4, 4)
    assert torch.equal(residual.changed(8, 8)(x), x)
    assert residual.changed(8, 4)(x).shape == (1, 4, 4, 4)


def test_widths_halve_towards_the_picture():
    assert residual.widths(Grid(2, 4, 4), 8) == [32, 16, 8]
    assert residual.widths(Grid(4, 4, 4), 8) == [32, 32, 32, 16, 8]
