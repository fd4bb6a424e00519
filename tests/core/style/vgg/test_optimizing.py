"""The optimizer lowers the loss, keeps to colors and gives the same picture again."""

import pytest
import torch

from studio.core.style.vgg import gatys
from studio.core.style.vgg.optimizing import Schedule, _roughness, composed, decomposed, optimized
from tests.core.style.vgg.jobs import ended, network, picture


@pytest.mark.parametrize("levels", [1, 4])
def test_the_loss_falls_and_the_picture_stays_in_range(levels: int):
    net, content, style = network(), picture(40, 48, 1), picture(40, 40, 2)
    losses = ended(gatys.losses(net, content, [gatys.Source(style)], 0.01))
    job = optimized(net, content, losses, Schedule(15, 0.03, levels, 0.01))
    seen = [(step, loss) for step, loss, _ in job]
    assert seen[-1][0] == 15 and seen[-1][1] < 0.6 * next(loss for step, loss in seen if step == 1)
    again = [ended(optimized(net, content, losses, Schedule(4, 0.03, levels))) for _ in range(2)]
    assert torch.equal(again[0], again[1])
    assert float(again[0].min()) >= 0 and float(again[0].max()) <= 1


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (33, 64), (1, 40)])
def test_a_pyramid_goes_back_to_its_picture(size: tuple[int, int]):
    whole = torch.rand(1, 3, *size)
    assert torch.allclose(composed(decomposed(whole, 5)), whole, atol=1e-6)


def test_smoothness_is_the_gradient_of_squared_differences():
    whole = torch.rand(1, 3, 5, 7).requires_grad_()
    apart = [whole.diff(dim=axis).square().sum() for axis in (2, 3)]
    loss = (apart[0] + apart[1]) * 3.0 / whole.numel()
    (expected,) = torch.autograd.grad(loss, whole)
    assert torch.allclose(_roughness(whole.detach(), 3.0), expected, atol=1e-6)
