"""Style mixing: the layout of one picture and the details or colors of another, as one latent."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from studio.core import latents
from studio.core.events import Refused
from studio.core.explore import effects
from studio.core.explore.answers import PIXELS, centered, covariance, slopes
from studio.core.explore.explorer import Explorer
from studio.core.explore.layout import Part, cosines, parts
from studio.core.explore.place import Place, checked
from studio.core.family import Model

BANDS = {"layout": 0.0, "shape": 0.16, "detail": 0.4}  # of a grid's side: from which frequency on
COLORED = 0.5  # share of a way's effect that is color, from which on it counts as color
ASKED, AT_ONCE, STREAM = 512, 64, 33


def depths(explorer: Explorer) -> tuple[str, ...]:
    """Return the depths that can be taken from another place, coarse to fine.

    Frequencies of a noise grid, levels of a flow, colors and the rest where latents are lists. None
    for a flow of one level, and where neighbors jump: the chances of symbols have no depth.
    """
    grids = parts(explorer.model)
    if not explorer.family.smooth or (not grids[1:] and len(explorer.shape) == 1 and grids):
        return ()
    if not grids:
        return ("shape", "color")
    if not grids[1:]:
        return tuple(BANDS)
    return ("layout", *(f"shape {k}" for k in range(1, len(grids) - 2)), "shape", "detail")[
        -len(grids) :
    ]


def mixed(explorer: Explorer, a: Place, b: Place, taken: Sequence[bool]) -> Place:
    """Return the place that is `a`, with those depths of `b` for which `taken` is true.

    Depths are orthogonal in a space where latents are standard normal, so what is mixed is as
    typical as its parts. Class, truncation and sliders are those of `a`. Raises Refused for places
    of another model, and where `taken` does not say it for each of `depths`.
    """
    names = depths(explorer)
    if not names or len(taken) != len(names):
        said = f"{', '.join(names)}" if names else "none"
        raise Refused(f"This model's depths are: {said}; say for each whether it is taken.")
    for place in (a, b):
        checked(place, explorer.shape, len(explorer.classes))
    one, other = torch.from_numpy(a.latent), torch.from_numpy(b.latent)
    away = taken_part(explorer, other - one, taken)
    return replace(a, latent=(one + away).float().numpy())


def taken_part(explorer: Explorer, difference: Tensor, taken: Sequence[bool]) -> Tensor:
    """Return the part of a difference of points [*shape] that lies in the depths taken."""
    grids = parts(explorer.model)
    if not grids:
        shape, color = (float(one) for one in taken)
        larger = explorer.size.height * explorer.size.width / PIXELS
        count = int(ASKED / min(3.0, max(1.0, larger)))
        way = color_part(explorer.model, len(explorer.classes), count).to(difference)
        return shape * difference + (color - shape) * (way @ difference)
    if not grids[1:]:
        return banded(difference, grids[0], taken)
    found = torch.zeros_like(difference)
    for part, one in zip(grids, taken, strict=True):
        found[part.start : part.stop] = one * difference[part.start : part.stop]
    return found


def banded(grid: Tensor, part: Part, taken: Sequence[bool]) -> Tensor:
    """Return those frequencies of a grid [c, h, w] whose band is taken (DCT-II, orthonormal)."""
    down, across = cosines(part.height), cosines(part.width)
    y = torch.arange(part.height)[:, None] / part.height
    x = torch.arange(part.width) / part.width
    band = torch.bucketize(torch.hypot(y, x), torch.tensor(list(BANDS.values())[1:]), right=True)
    kept = torch.tensor([float(one) for one in taken])[band]
    return down.T @ ((down @ grid @ across.T) * kept) @ across


@lru_cache(maxsize=2)
@torch.no_grad()
def color_part(model: Model, classes: int, count: int) -> Tensor:
    """Return the map [d, d] from a difference of points to the part of it that changes colors.

    Points are whitened; of the ways through them those are color for which small changes of hue
    and light outweigh those of the outline. Costs a draw of `count` pictures, once a model.
    """
    points, labels, colors, outlines = _asked(model, classes, count)
    coordinates = centered(points, labels)
    spread = covariance(model, coordinates)
    root = torch.linalg.cholesky(spread)
    plain = torch.linalg.solve_triangular(root, coordinates.T, upper=False).T
    color, outline = (
        slopes(plain, x / x.square().sum(1).mean().sqrt().clamp_min(1e-6))
        for x in (centered(colors, labels), centered(outlines, labels))
    )
    both = color @ color.T + outline @ outline.T
    floor = 0.02 * both.diagonal().mean() * torch.eye(len(both))
    half = torch.linalg.cholesky(both + floor)
    inner = torch.linalg.solve_triangular(half, color @ color.T, upper=False)
    inner = torch.linalg.solve_triangular(half, inner.T, upper=False)
    share, ways = torch.linalg.eigh((inner + inner.T) / 2)
    ways = torch.linalg.solve_triangular(half.T, ways[:, share > COLORED], upper=True)
    ways, _ = torch.linalg.qr(ways)
    whole = torch.linalg.inv(root)
    return root @ ways @ ways.T @ whole


def _asked(model: Model, classes: int, count: int) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
    """Return points, labels, colors and outlines of pictures drawn at random."""
    labels = torch.arange(count) % classes if classes else None
    rows = [
        torch.randn(model.latent_shape, generator=latents.rng(0, k, STREAM)) for k in range(count)
    ]
    points = model.points(torch.stack(rows), labels)
    seen = []
    for start in range(0, count, AT_ONCE):
        named = None if labels is None else labels[start : start + AT_ONCE]
        *_, images = model.draw_points(points[start : start + AT_ONCE], named)
        seen.append(seen_as(images))
    colors, outlines = (torch.cat(x) for x in zip(*seen, strict=True))
    return points, labels, colors, outlines


def seen_as(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return colors [n, 12] and outlines [n, 64] of images: the mean color of what is drawn in
    each quarter, and the small picture of where something is drawn.
    """
    color, cover = effects.parted(images)
    drawn = functional.adaptive_avg_pool2d(color * cover[:, None], 2)
    colors = drawn / functional.adaptive_avg_pool2d(cover[:, None], 2).clamp_min(0.02)
    return colors.flatten(1), effects.small(cover[:, None] * 2 - 1)
