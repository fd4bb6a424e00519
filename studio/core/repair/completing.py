"""A model completes a picture: by its own way of repairing, or by the latent that fits the rest."""

import math
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from studio.core import latents
from studio.core.events import Job, Progress
from studio.core.explore.explorer import Explorer
from studio.core.explore.nearing import FEW, Aim, Candidate, Ticks, adam, gauss_newton, starts
from studio.core.family import Repairs
from studio.core.nets.surroundings import nearness

WAYS = 4  # candidates of a seed
BEGUN, REACH = 6, 0.0
STAGES = ((6, 1, False, REACH), (2, 4, False, REACH), (1, 12, True, REACH))
STEPS = 120  # of gradient descent


def completed(
    explorer: Explorer, images: Tensor, mask: Tensor, seed: int, way: int, label: int | None
) -> Job[Tensor]:
    """Return images [1, c, h, w] in [-1, 1] with what `mask`, bool [1, 1, h, w], hides drawn.

    A model that can't repair draws the whole picture anew, as close to what is known as it comes.
    The same seed, way (0 to 3) and class `label` (None: any) draw the same. What the images hold
    under the mask is a guess to begin with.
    """
    if isinstance(explorer.model, Repairs):
        drawn = _repaired(explorer, images, mask, WAYS * seed + way, label)
    else:
        drawn = sought(explorer, images, mask, WAYS * seed + way, label, lured=way > 0)
    for k, refined in enumerate(drawn):
        yield Progress(k, None, "The model draws")
        images = images if refined is None else refined
    return images


def _repaired(
    explorer: Explorer, images: Tensor, mask: Tensor, seed: int, label: int | None
) -> Iterator[Tensor | None]:
    """Let the model repair."""
    assert isinstance(explorer.model, Repairs)
    place = explorer.seed(seed, label)
    latent = latents.draw(1, explorer.model.latent_shape, seed)
    yield from explorer.model.repair(images, mask, latent, explorer.labels([place]))


def sought(
    explorer: Explorer,
    images: Tensor,
    mask: Tensor,
    seed: int,
    label: int | None,
    lured: bool = False,
) -> Iterator[Tensor | None]:
    """Yield None while a latent is sought whose picture fits what is known, then its picture.

    As Yeh et al. 2017 do; instead of their judge, the typical sphere keeps the picture a likely
    one. With `lured` a draw of the seed decides what is left open.
    """
    lure = torch.from_numpy(explorer.seed(seed, label).latent) if lured else None
    aim = Aim(explorer, images, nearness(mask), lure)
    last = None
    for found in _search(aim, seed, label):
        last = found or last
        yield None
    assert last is not None
    yield _drawn(aim, last)


@torch.no_grad()
def _drawn(aim: Aim, found: Candidate) -> Tensor:
    labels = None if found.label is None else torch.tensor([found.label])
    return aim.draw(found.latent[None].detach(), labels)


def _search(aim: Aim, seed: int, label: int | None) -> Ticks:
    """Yield ever better Candidates, from draws and, where the family reads pictures in, from the
    one that it reads.
    """
    explorer = aim.explorer
    begun = yield from starts(aim, label, seed, BEGUN)
    if explorer.encodes:
        begun.append(_read(aim))
    yield min(begun, key=lambda c: c.error)
    if not explorer.family.smooth:
        return
    if math.prod(explorer.shape) <= FEW:
        yield from gauss_newton(aim, begun, math.inf, REACH, STAGES)
    else:
        begun = [replace(c, error=math.inf) for c in begun]  # errors from here on count more
        yield from adam(aim, begun, (k / STEPS for k in range(STEPS)))


@torch.no_grad()
def _read(aim: Aim) -> Candidate:
    latent = aim.explorer.encode(aim.images)
    images = aim.draw(latent, None)
    return Candidate(latent[0], None, float(aim.differences(images, False).square().sum()))
