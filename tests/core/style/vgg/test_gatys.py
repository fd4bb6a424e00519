"""Gram matrices are the formula's; weights and closed parts of styles count."""

import pytest
import torch

from studio.core.style.vgg.gatys import Source, content_loss, gram, losses, style_grams, style_loss
from tests.core.style.vgg.jobs import ended, network, picture


def test_a_gram_is_the_mean_of_outer_products():
    found = torch.rand(3, 4, 5)
    expected = torch.einsum("ihw,jhw->ij", found, found) / 20
    assert torch.allclose(gram(found), expected)
    share = torch.zeros(4, 5)
    share[1, 2] = share[3, 3] = 1
    both = torch.stack([found[:, 1, 2], found[:, 3, 3]])
    assert torch.allclose(gram(found, share), both.T @ both / 2)


def test_losses_are_zero_at_home_and_relative():
    found = torch.rand(3, 8, 8)
    assert float(style_loss(gram(found))(found)) == pytest.approx(0, abs=1e-9)
    assert float(content_loss(found, 5.0)(found)) == 0
    for scale in (0.01, 100.0):
        away = style_loss(gram(found * scale))(found * scale * 1.1)
        assert float(away) == pytest.approx((1.21 - 1) ** 2 / 5, rel=1e-3)
        assert float(content_loss(found * scale, 5.0)(found * scale * 1.1)) == pytest.approx(
            0.05, rel=1e-3
        )


def test_styles_count_by_their_weights():
    net, first, second = network(), picture(40, 40, 1), picture(48, 33, 2)
    one, other = (ended(style_grams(net, [Source(p)])) for p in (first, second))
    both = ended(style_grams(net, [Source(first, 3.0), Source(second, 1.0)]))
    for name, matrix in both.items():
        assert torch.allclose(matrix, 0.75 * one[name] + 0.25 * other[name], rtol=1e-4)


def test_nothing_is_taken_from_where_a_style_is_closed():
    """But for what the network sees across the edge, far less than the whole."""
    net = network()
    style = picture(64, 64, 3)
    open_ = torch.zeros(1, 1, 64, 64)
    open_[..., :32] = 1
    other = style.clone()
    other[..., 33:] = 1 - other[..., 33:]
    for name in ("1_1", "2_1"):
        closed = [ended(style_grams(net, [Source(p, open=open_)]))[name] for p in (style, other)]
        whole = [ended(style_grams(net, [Source(p)]))[name] for p in (style, other)]
        assert (closed[0] - closed[1]).norm() < 0.2 * (whole[0] - whole[1]).norm()


def test_a_picture_at_its_style_has_only_its_content_to_gain():
    net, style = network(), picture(48, 48, 1)
    found = ended(losses(net, style, [Source(style)], 1.0))
    assert set(found) == {"1_1", "2_1", "3_1", "4_1", "4_2", "5_1"}
