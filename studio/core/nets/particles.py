"""Drawing symbols in reading order around given ones, so that those that come later fit too."""

from collections.abc import Callable, Generator, Iterator
from functools import partial

import torch
from torch import Tensor

from studio.core.latents import normal_to_uniform, precise
from studio.core.nets import inverse_cdf
from studio.core.nets.pixel_codes import Code
from studio.core.nets.samplers import own_noise

Choose = Callable[[Tensor, int, int, int], Tensor]  # probabilities, symbol, row, column -> symbols
Rows = Generator[Tensor, Tensor | None, None]
COUNT = 24  # particles
FEW = 0.5  # a share of particles that count for all of them


def uniforms(latents: Tensor, count: int) -> Tensor:
    """Return numbers in (0, 1) float64 [n * count, *shape] for `count` particles of each latent.

    The first one's are those of the latent itself, which decides the others too.
    """
    noise = own_noise(latents)
    every = torch.stack([latents, *(noise() for _ in range(count - 1))], 1)
    return normal_to_uniform(precise(every.flatten(0, 1)))


@torch.no_grad()
def repaired(
    code: Code,
    scan: Callable[[Tensor, Tensor | None, Choose], Rows],
    images: Tensor,
    mask: Tensor,
    latents: Tensor,
    labels: Tensor | None,
) -> Iterator[Tensor]:
    """Yield images [n, c, h, w] row by row, with what `mask` hides drawn by `latents`.

    `scan` begins a pass over as many pictures as its first tensor counts, of such labels.
    """
    u = uniforms(latents, COUNT)
    several = None if labels is None else labels.repeat_interleave(COUNT)
    for known in drawn_around(partial(scan, u, several), code.read(images), mask, u):
        yield code.images(known).where(mask, images)


def drawn_around(
    begin: Callable[[Choose], Rows], given: Tensor, hidden: Tensor, u: Tensor
) -> Iterator[Tensor]:
    """Yield symbols int64 [n, s, h, w] after each row: `given` ones, drawn where `hidden`.

    A particle filter (Gordon et al. 1993) whose particles are pictures: each draws what is hidden
    in bool [n, 1, h, w] by its numbers `u` [n * count, s, h, w], and after each row those go on
    that make what is given likely. `begin` starts a pass over them that asks for each symbol and
    takes the order [n * count] in which to go on. Yields the likeliest particle so far.
    """
    n, count = len(given), len(u) // len(given)
    wide, free = (x.repeat_interleave(count, 0) for x in (given, hidden[:, 0]))
    weights = torch.zeros(n * count, dtype=torch.float64, device=u.device)
    total = weights.clone()  # and what was so before particles were last chosen among

    def choose(p: Tensor, k: int, y: int, x: int) -> Tensor:
        symbols, drawn = wide[:, k, y, x], free[:, y, x]
        told = p.gather(-1, symbols[:, None].to(p.device)).log()[:, 0]
        for held in (weights, total):
            held.add_(told.masked_fill(drawn, 0.0))
        return inverse_cdf.pick(p, u[:, k, y, x]).where(drawn, symbols)

    rows, order = begin(choose), None
    for y in range(given.shape[2]):
        known = next(rows) if y == 0 else rows.send(order)
        order, left = resampled(weights.view(n, count))
        weights.copy_(left.flatten())
        total.copy_(total[order])
        best = total.view(n, count).argmax(1) + count * torch.arange(n, device=u.device)
        yield known[order[best]]


def resampled(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return which particles go on, int64 [n * count], and their log weights float64 [n, count].

    Where a few of the weights [n, count] outweigh all others, those particles go on several times.
    """
    n, count = weights.shape
    shares = weights.softmax(1)
    places = (torch.arange(count, device=weights.device, dtype=shares.dtype) + 0.5) / count
    chosen = torch.searchsorted(shares.cumsum(1), places.expand(n, -1).contiguous())
    uneven = 1 / shares.square().sum(1, keepdim=True) < FEW * count
    same = torch.arange(count, device=weights.device).expand(n, -1)
    order = chosen.clamp_max(count - 1).where(uneven, same)
    first = count * torch.arange(n, device=weights.device)[:, None]
    left = torch.zeros_like(weights).where(uneven, weights - weights.amax(1, keepdim=True))
    return (order + first).flatten(), left
