"""A latent is found that fits what is known; what is not known does not matter to it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core import latents
from studio.core.explore.nearing import as_shown
from studio.core.family import Model
from studio.core.repair.completing import WAYS, completed
from tests.core import toys


class Waves(Model):
    """A seventh family of `numbers`: each is the height of one wave of the picture."""

    waves: torch.Tensor

    def __init__(self, numbers):
        super().__init__()
        self.latent_shape = (numbers,)
        waves = torch.randn(numbers, 4 * 16 * 16, generator=latents.rng(0)) / numbers**0.5
        self.register_buffer("waves", waves)

    def draw(self, latents, labels=None):
        """Yield the sum of the waves."""
        yield (latents @ self.waves).view(-1, 4, 16, 16).clamp(-1, 1)


@pytest.fixture
def gan(explorers):
    return explorers("gan")[0]


def asked(explorer, seed=5):
    """Return a picture of the model's own and the same with a quarter of it replaced, and where."""
    *_, images = explorer.images([explorer.seed(seed, 2)])
    mask = torch.zeros(1, 1, 16, 16, dtype=torch.bool)
    mask[..., 4:12, 4:12] = True
    true = as_shown(images)
    return true, true.masked_fill(mask, 0.3), mask


def error(found, true, mask):
    return float((found - true).square().mean(1, keepdim=True)[mask].mean())


def test_a_picture_of_its_own_is_found_again_behind_the_hole(gan):
    true, broken, mask = asked(gan)
    _, found = toys.finish(completed(gan, broken, mask, 0, 0, None))
    assert error(found, true, mask) < 0.2 * error(broken, true, mask)


def test_what_is_under_the_mask_is_never_aimed_at(gan):
    _, broken, mask = asked(gan)
    other = broken.masked_fill(mask, -0.9)
    fills = [toys.finish(completed(gan, x, mask, 0, 0, None))[1] for x in (broken, other)]
    assert torch.equal(*fills)


def test_other_ways_draw_what_is_left_open_otherwise(gan):
    _, broken, mask = asked(gan)
    found = [toys.finish(completed(gan, broken, mask, 0, way, None))[1] for way in range(WAYS)]
    assert len({one.numpy().tobytes() for one in found}) == WAYS
    known = torch.cat([one[~mask.expand_as(one)][None] for one in found])
    hidden = torch.cat([one[mask.expand_as(one)][None] for one in found])
    assert known.std(0).mean() < hidden.std(0).mean()


@pytest.mark.parametrize("numbers", [24, 300])
def test_a_family_that_only_draws_is_searched(gan, numbers):
    """By few numbers or by gradients: nobody needs to write a line for it."""
    family = replace(gan.family, nameless=True)
    size = gan.size._replace(classes=0)
    explorer = replace(gan, model=Waves(numbers), family=family, size=size, classes=())
    true, broken, mask = asked(replace(explorer, classes=("a", "b", "c")))
    _, found = toys.finish(completed(explorer, broken, mask, 0, 0, None))
    kept = ~mask
    assert error(found, true, kept) < 0.5 * error(torch.zeros_like(true), true, kept)


def test_one_that_jumps_takes_the_closest_of_its_draws(gan):
    explorer = replace(gan, family=replace(gan.family, smooth=False))
    _, broken, mask = asked(explorer)
    _, found = toys.finish(completed(explorer, broken, mask, 0, 0, None))
    assert np.isfinite(found.numpy()).all()
