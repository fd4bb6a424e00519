"""Nearest neighbors: each place of the picture takes the features of the place in the style that
is most like it (Kolkin et al., "Neural neighbor style transfer", 2022).
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.core.style.vgg.gatys import Source
from studio.core.style.vgg.network import Loss, Network, features

LAYERS = ("1_1", "2_1", "3_1", "4_1")
BLOCKS = {"1_1": 16, "2_1": 4, "3_1": 1, "4_1": 1}  # features of each that lie at a place
GRID = "3_1"  # places are compared as densely as this layer has them: every fourth pixel
KEYS = 16384  # places of all styles that are looked at; more take longer, and look alike
AT_ONCE = 512  # places that look for their neighbors between two yields
ROUNDS = 60  # of settling how much of the picture each style gets
FLAT = 0.01  # of features' squares, the least that they are taken to vary
LEAST = 1e-8


@dataclass(frozen=True, eq=False)
class Places:
    """Places of the styles: features by layer, [m, blocks], and which style each is of, [m]."""

    found: dict[str, Tensor]
    owners: Tensor
    weights: tuple[float, ...]


def gridded(found: Tensor, size: tuple[int, int]) -> Tensor:
    """Return features [c, h, w] at the grid's size: of a finer layer, [c * k * k, …], the block of
    k x k that lies there, of a coarser one what lies between.
    """
    finer = found.shape[1] // size[0]
    if finer > 1:
        return functional.pixel_unshuffle(found[None], finer)[0]
    return functional.interpolate(found[None], size, mode="bilinear", align_corners=False)[0]


def _columns(
    network: Network, picture: Tensor
) -> Generator[None, None, tuple[dict[str, Tensor], tuple[int, int]]]:
    """Return what is at every place of a picture, [n, blocks] by layer, and the grid's size."""
    found = yield from features(network, picture, LAYERS)
    size = (found[GRID].shape[1], found[GRID].shape[2])
    return {name: gridded(found[name], size).flatten(1).T for name in LAYERS}, size


@torch.no_grad()
def places(network: Network, sources: Sequence[Source], seed: int) -> Generator[None, None, Places]:
    """Return the places of the styles that are open, at most KEYS of them, as `seed` draws."""
    rng = np.random.default_rng(seed)
    parts: list[dict[str, Tensor]] = []
    for source in sources:
        found, size = yield from _columns(network, source.picture)
        open_ = np.arange(size[0] * size[1])
        if source.open is not None:
            share = functional.interpolate(source.open, size, mode="area").flatten().cpu().numpy()
            open_ = np.flatnonzero(share >= min(0.99, float(share.max())))
        some = rng.permutation(open_)[: KEYS // len(sources)]
        chosen = torch.from_numpy(np.sort(some)).to(source.picture.device)
        parts.append({name: values[chosen] for name, values in found.items()})
    owners = [torch.full((len(p[GRID]),), i, device=p[GRID].device) for i, p in enumerate(parts)]
    whole = {name: torch.cat([part[name] for part in parts]) for name in LAYERS}
    return Places(whole, torch.cat(owners), tuple(source.weight for source in sources))


def directions(found: dict[str, Tensor], names: tuple[str, ...]) -> Tensor:
    """Return unit vectors [n, c] of the layers side by side, each centered and equally long, the
    features of a block averaged.
    """
    plain = [found[name].unflatten(1, (-1, BLOCKS[name])).mean(2) for name in names]
    centered = [values - values.mean(0) for values in plain]
    even = [values / values.square().sum(1).mean().sqrt().clamp_min(LEAST) for values in centered]
    return functional.normalize(torch.cat(even, 1), dim=1)


@torch.no_grad()
def nearest(
    queries: Tensor, keys: Tensor, owners: Tensor, weights: tuple[float, ...]
) -> Generator[None, None, Tensor]:
    """Return for each query [n, c] the number of its key [m, c] of largest product, such that each
    owner gets as many queries as its weight says. All are unit vectors.
    """
    count = len(weights)
    belongs = [torch.nonzero(owners == owner)[:, 0] for owner in range(count)]
    best, which = (torch.empty(count, len(queries), device=queries.device) for _ in range(2))
    which = which.long()
    for owner, own in enumerate(belongs):
        for first in range(0, len(queries), AT_ONCE):
            products = queries[first : first + AT_ONCE] @ keys[own].T
            values, numbers = products.max(1)
            best[owner, first : first + AT_ONCE] = values
            which[owner, first : first + AT_ONCE] = own[numbers]
            yield
    return which.gather(0, shared_out(best, weights)[None])[0]


def shared_out(best: Tensor, weights: tuple[float, ...]) -> Tensor:
    """Return for each column of `best` [s, n] a row, the highest but for one addend for each row,
    which is such that row i is taken in the share that weights[i] has of their sum.
    """
    wanted = torch.tensor(weights, device=best.device) / sum(weights)
    addends = torch.zeros(len(weights), 1, device=best.device)
    rate = 0.5
    for _ in range(ROUNDS if len(weights) > 1 else 0):
        taken = (best + addends).argmax(0)
        share = torch.bincount(taken, minlength=len(weights)) / best.shape[1]
        addends += rate * (wanted - share)[:, None]
        rate *= 0.95
    return (best + addends).argmax(0)


@torch.no_grad()
def losses(
    network: Network, guess: Tensor, styles: Places, apart: bool = False
) -> Generator[None, None, dict[str, Loss]]:
    """Return what a picture is optimized for: the features of the style places most like those of
    `guess`, sRGB [1, 3, h, w]. `apart` lets each layer find its own.
    """
    found, size = yield from _columns(network, guess)
    groups = tuple((name,) for name in LAYERS) if apart else (LAYERS,)
    sought: dict[str, Loss] = {}
    for names in groups:
        queries, keys = directions(found, names), directions(styles.found, names)
        chosen = yield from nearest(queries, keys, styles.owners, styles.weights)
        for name in names:
            sought[name] = neighbor_loss(styles.found[name][chosen].T.reshape(-1, *size))
    return sought


def neighbor_loss(wanted: Tensor) -> Loss:
    """Return the squared distance to features on the grid, [c, h, w], as a share of how much those
    vary. (The paper takes the cosine, which leaves colors and contrast open.)
    """
    size = (wanted.shape[1], wanted.shape[2])
    spread = (wanted - wanted.mean((1, 2), keepdim=True)).square().sum()
    length = torch.maximum(spread, wanted.square().sum() * FLAT).clamp_min(LEAST) * len(LAYERS)
    return lambda found: (gridded(found, size) - wanted).square().sum() / length
