"""Repainting draws what is hidden from the right distribution, and only that."""

import torch

from studio.core import latents
from studio.core.nets.repainting import FIRST, LEVELS, path, repainted

MASK = torch.zeros(64, 1, 1, 2, dtype=torch.bool)
MASK[..., 1] = True


def alike(x, sigma):
    """Denoise pictures of two pixels, both the same number, standard-normal from one to the next.

    The best guess of it is their mean, shrunk.
    """
    mean = x.mean(3, keepdim=True)
    return (mean / (1 + sigma**2 / 2)).expand_as(x)


def noise():
    """Return a source of noise for the 64 pictures."""
    steps = iter(range(10_000))
    return lambda: torch.randn(64, 1, 1, 2, generator=latents.rng(0, next(steps)))


def test_what_is_drawn_agrees_with_what_is_known():
    """The known pixel says what the hidden one must be; one pass alone would not hear it."""
    known = latents.draw(64, (1, 1, 1), 1).expand(-1, -1, -1, 2).clone()
    known[..., 1] = 0
    *_, last = repainted(alike, known, MASK, noise(), path(1.0))
    assert torch.equal(last[..., 0], known[..., 0])
    assert (last[..., 1] - known[..., 0]).abs().mean() < 0.15


def test_an_instant_model_is_asked_once_a_level():
    images = latents.draw(64, (1, 1, 2), 1)
    seen = list(repainted(alike, images, MASK, noise(), path(1.0), instant=True))
    assert len(seen) == LEVELS and torch.equal(seen[-1][..., 0], images[..., 0])


def test_levels_fall_from_much_noise_to_none():
    levels = path(0.5)
    assert levels[0] == 0.5 * FIRST and levels[-1] == 0 and levels == sorted(levels)[::-1]
