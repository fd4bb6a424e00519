"""DiffAugment changes pictures at random, by the rng alone, and never what is transparent."""

import pytest
import torch

from studio.core import latents
from studio.core.data.augment import KINDS, augment


def pictures(channels: int, count: int = 16) -> torch.Tensor:
    images = torch.full((count, channels, 16, 24), -1.0)
    images[:, :, 4:12, 6:18] = torch.rand(count, channels, 1, 1, generator=latents.rng(1)) * 0.5
    if channels == 4:
        images[:, 3, 4:12, 6:18] = 1.0
    return images


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_pictures_and_depends_on_the_rng_alone(kind: str, channels: int):
    images = pictures(channels)
    state = torch.get_rng_state()
    changed = augment(images, (kind,), 1.0, latents.rng(0))
    assert torch.equal(torch.get_rng_state(), state)
    assert changed.shape == images.shape
    assert torch.equal(changed, augment(images, (kind,), 1.0, latents.rng(0)))
    assert not torch.equal(changed, augment(images, (kind,), 1.0, latents.rng(2)))
    different = (changed != images).flatten(1).any(1)
    assert different.sum() > 8


def test_amount_is_the_share_of_pictures_changed():
    images = pictures(3, 2000)
    changed = augment(images, ("color",), 0.3, latents.rng(0))
    share = (changed != images).flatten(1).any(1).float().mean()
    assert 0.25 < share < 0.35
    assert augment(images, ("color",), 0.0, latents.rng(0)) is images
    assert augment(images, (), 1.0, latents.rng(0)) is images


def test_translation_moves_by_whole_pixels_up_to_an_eighth_of_the_side():
    images = torch.zeros(400, 1, 16, 24)
    images[:, :, 8, 12] = 1.0
    moved = augment(images, ("translation",), 1.0, latents.rng(0))
    rows, columns = moved.amax(3).argmax(2).flatten() - 8, moved.amax(2).argmax(2).flatten() - 12
    assert set(rows.tolist()) == set(range(-2, 3))
    assert set(columns.tolist()) == set(range(-3, 4))
    assert torch.equal(moved.sum((1, 2, 3)), torch.ones(400))


def test_cutout_empties_at_most_half_of_each_side():
    images = torch.ones(200, 3, 16, 24)
    holes = (augment(images, ("cutout",), 1.0, latents.rng(0)) == 0).float()
    assert holes.amax(3)[:, 0].sum(1).max() == 8
    assert holes.amax(2)[:, 0].sum(1).max() == 12


def test_transparent_pixels_stay_transparent_and_alpha_is_never_recolored():
    images = pictures(4)
    colored = augment(images, ("color",), 1.0, latents.rng(0))
    assert torch.equal(colored[:, 3], images[:, 3])
    outside = images[:, 3:] == -1
    assert (colored[:, :3][outside.expand(-1, 3, -1, -1)] == -1).all()
    moved = augment(images, ("translation", "cutout"), 1.0, latents.rng(0))
    gone = moved[:, 3:] == -1
    assert (moved[:, :3][gone.expand(-1, 3, -1, -1)] == -1).all()


def test_gradients_flow_through_all_kinds():
    images = pictures(4).requires_grad_()
    augment(images, KINDS, 1.0, latents.rng(0)).square().sum().backward()
    assert images.grad is not None
    assert images.grad.abs().sum() > 0
