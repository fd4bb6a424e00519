"""The U-Net: any size, told of noise and class, nothing at first, and something after learning."""

import pytest
import torch

from studio.core import latents
from studio.core.nets.unet import Unet, automatic_patch, widths


def net(channels: int = 3, classes: int = 0, patch: int = 2, widths=(16, 32)) -> Unet:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Unet(channels, classes, patch, widths, 1)


def noisy(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=latents.rng(1))


@pytest.mark.parametrize("size", [(16, 16), (17, 23), (32, 20), (5, 40)])
@pytest.mark.parametrize("patch", [1, 2, 4])
def test_returns_the_size_it_was_given(size, patch: int):
    assert net(patch=patch)(noisy(2, 3, *size), torch.zeros(2), None).shape == (2, 3, *size)


def test_says_little_at_first():
    assert net()(noisy(2, 3, 16, 16), torch.zeros(2), None).square().mean() < 0.1


def test_all_of_it_learns_from_the_first_step():
    unet = net(classes=3)
    told = unet(noisy(4, 3, 16, 16), torch.zeros(4), torch.tensor([0, 1, 2, 3]))
    (told - 1).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in unet.parameters())


def trained(classes: int) -> Unet:
    """One that learned: everything is the noise level, plus the class."""
    unet = net(1, classes, widths=(16,))
    adam = torch.optim.Adam(unet.parameters(), 3e-3)
    for k in range(40):
        rng = latents.rng(0, k)
        level = torch.randn(16, generator=rng)
        rows = torch.randint(classes + 1, (16,), generator=rng)
        goal = (level + rows)[:, None, None, None]
        loss = (unet(torch.randn(16, 1, 8, 8, generator=rng), level, rows) - goal).square()
        adam.zero_grad()
        loss.mean().backward()
        adam.step()
    return unet


@torch.no_grad()
def test_hears_the_noise_level_and_the_class():
    with torch.enable_grad():
        unet, x = trained(2), noisy(3, 1, 8, 8)
    quiet, loud = (unet(x, torch.full((3,), t), None).mean() for t in (-1.0, 1.0))
    assert loud - quiet > 0.5
    rows = unet(x, torch.zeros(3), torch.tensor([0, 1, 2])).mean((1, 2, 3))
    assert rows[2] - rows[0] > 0.3


@torch.no_grad()
def test_pictures_do_not_mix():
    unet, x = net(1, 2), noisy(4, 1, 16, 16)
    for parameter in unet.parameters():  # loud, also where it starts quiet
        parameter.add_(0.1 * torch.randn(parameter.shape, generator=latents.rng(2)))
    level, rows = torch.linspace(-1, 1, 4), torch.tensor([0, 1, 2, 0])
    alone = unet(x[2:3], level[2:3], rows[2:3])
    torch.testing.assert_close(unet(x, level, rows)[2:3], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("side", [16, 20, 28, 32, 48, 64, 128, 256])
def test_automatic_patches_leave_two_or_three_grids(side: int):
    patch = automatic_patch(side)
    assert 8 <= -(-side // patch) <= 20
    assert widths(48, side, patch) in ((48, 96), (48, 96, 192))


def test_small_pictures_are_seen_by_the_pixel():
    assert automatic_patch(8) == 1
    assert automatic_patch(16) == automatic_patch(32) == 2
