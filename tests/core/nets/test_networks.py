"""The house's own networks fit any picture, start calm, and pass gradients everywhere."""

import pytest
import torch
from torch import nn

from studio.core.events import Refused
from studio.core.family import ImageSize
from studio.core.nets import autoencoder, light, residual
from studio.core.nets.players import Judge, generator

SIZES = [(32, 32, 4), (28, 28, 1), (17, 23, 3), (16, 40, 3)]


def pairs(h: int, w: int, c: int) -> list[tuple[nn.Module, nn.Module]]:
    return [
        (light.LightGenerator(8, h, w, c, 8), light.LightDiscriminator(h, w, c, 8)),
        (
            residual.ResidualGenerator(8, h, w, c, 8, 2),
            residual.ResidualDiscriminator(h, w, c, 8, 2),
        ),
    ]


@pytest.mark.parametrize("h, w, c", SIZES)
def test_players_fit_any_picture_and_train_every_weight(h: int, w: int, c: int):
    for model, judge in pairs(h, w, c):
        images = model(torch.randn(4, 8))
        assert images.shape == (4, c, h, w)
        assert 0.05 < float(images.detach().std()) < 3
        features = judge(images)
        assert features.shape == (4, judge.features)
        features.square().sum().backward()
        missing = [
            n for n, p in [*model.named_parameters(), *judge.named_parameters()] if p.grad is None
        ]
        assert missing == []


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
    assert float(encoder(1e6 * torch.rand(3, 1, 16, 16))[1].abs().max()) <= autoencoder.LOG_VARIANCE


def test_blocks_start_as_the_identity():
    x = torch.randn(2, 8, 4, 4)
    assert torch.equal(residual.Block(8, 4)(x), x)


def test_halving_and_doubling_keep_a_flat_picture_flat():
    flat = torch.full((1, 3, 8, 8), 0.7)
    torch.testing.assert_close(residual.doubled(flat), torch.full((1, 3, 16, 16), 0.7))
    torch.testing.assert_close(
        residual.halved(flat)[..., 1:-1, 1:-1], torch.full((1, 3, 2, 2), 0.7)
    )


def test_doubling_starts_without_a_checkerboard():
    conv = nn.ConvTranspose2d(3, 5, 4, 2, 1, bias=False)
    light.smooth_doubling(conv)
    with torch.no_grad():
        inner = conv(torch.ones(1, 3, 8, 8))[..., 2:-2, 2:-2]
    torch.testing.assert_close(inner, inner.mean((2, 3), keepdim=True).expand_as(inner))


def test_the_spread_channel_sees_a_collapse():
    same, different = torch.ones(8, 3, 4, 4), torch.randn(8, 3, 4, 4)
    assert float(light.spread(same).max()) < 1e-3
    assert float(light.spread(different).min()) > 0.3
    assert light.spread(different[:5]).shape == (5, 1, 4, 4)


def test_labels_move_the_judge():
    judge = Judge("light", ImageSize(16, 16, 1, 3), 8)
    nn.init.normal_(judge.labels.weight)  # type: ignore[union-attr]  # there are classes
    image = torch.rand(1, 1, 16, 16).repeat(3, 1, 1, 1)
    named = judge(image, torch.tensor([0, 1, -1]))
    assert len(set(named.tolist())) == 3
    assert torch.allclose(judge(image, None)[0], named[2])


def test_a_network_that_can_not_draw_the_size_says_so():
    with pytest.raises(Refused, match="dcgan-64 draws squares"):
        generator("dcgan-64", 8, ImageSize(20, 20, 3), 8, 1)
