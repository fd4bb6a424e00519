"""Guided patch synthesis: patches of the styles laid where the picture asks for them.

Texture synthesis as Elad and Milanfar use it for style ("Style transfer via texture synthesis",
IEEE TIP 2017), with exact nearest neighbors among principal components, guides as in StyLit
(Fiser et al., 2016), and patches kept from being overused by semi-discrete optimal transport
(Galerne, Leclaire and Rabin, 2018).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.style.guides import Guide

if TYPE_CHECKING:
    from torch import Tensor

COMPONENTS = 32  # of a patch's colors
SAMPLES = 4000  # patches that they are found from
ITERATIONS = 4  # towards them
ROWS = 4096  # patches projected in one go
KEYS = 20_000  # patches that are tried, about
PRODUCTS = 4_000_000  # distances found in one pull
QUERIES = 1500  # that the use of patches is balanced on
ROUNDS, ROBUST = 3, 0.3  # of agreeing on a pixel; the norm's exponent
FLOOR = 1e-4  # squared distance below which patches agree


class Source(NamedTuple):
    """A style at one scale: `colors` float32 [h, w, 3], `guide` of it, `weight` beside the others,
    `open` float32 [h, w], 1 where patches may be taken from.
    """

    colors: np.ndarray
    guide: Guide
    weight: float
    open: np.ndarray


class Laying(NamedTuple):
    """How patches are laid: `side` and `step` in pixels; how much lightness and the direction of
    edges count beside color, and how evenly the style is used, 0 or more.
    """

    side: int
    step: int
    lightness: float
    direction: float
    balance: float


@dataclass(frozen=True, eq=False)
class Keys:
    """The patches of all sources: `colors` [n, 3 * side * side], `points` [n, d] to compare by,
    `half` their squared lengths halved; the `source` and the `cell` each lies in. A cell is a place
    in a source, half a patch wide; `share` of all that is laid are to come from each.
    """

    laying: Laying
    colors: "Tensor"
    points: "Tensor"
    half: "Tensor"
    mean: "Tensor"
    basis: "Tensor"
    source: np.ndarray
    cell: np.ndarray
    share: np.ndarray

    def project(self, colors: "Tensor") -> "Tensor":
        """Return patches [n, 3 * side * side] as their principal components [n, d]."""
        return (colors - self.mean) @ self.basis


def cut(
    sources: tuple[Source, ...], laying: Laying, rng: np.random.Generator, tick: Progress
) -> Job[Keys]:
    """Cut the sources into patches, about KEYS of them, and find what to compare them by."""
    import torch

    pixels = sum(source.colors.shape[0] * source.colors.shape[1] for source in sources)
    step = max(1, round((pixels / KEYS) ** 0.5))
    parts = []
    for each in sources:
        parts.append(_cut(each, laying, step, rng))
        yield tick
    colors = torch.cat([part for part, _, _ in parts])
    yield tick
    chosen = torch.from_numpy(rng.permutation(len(colors))[:SAMPLES])
    mean, basis = yield from _principal(colors[chosen], laying.side, rng, tick)
    points = torch.cat(
        [
            torch.cat([(part - mean) @ basis for part in colors.split(ROWS)]),
            torch.cat([near for _, near, _ in parts]),
        ],
        1,
    )
    yield tick
    counts = np.asarray([len(part) for part, _, _ in parts])
    cell = np.concatenate(_numbered([cell for _, _, cell in parts]))
    each = np.asarray([source.weight for source in sources]) / counts.clip(1) * (counts > 0)
    share = np.bincount(cell, np.repeat(each / (each * counts).sum(), counts))
    source = np.repeat(np.arange(len(parts)), counts)
    half = points.square().sum(1) / 2
    return Keys(laying, colors, points, half, mean, basis, source, cell, share)


def fits(sources: tuple[Source, ...], side: int) -> bool:
    """Tell whether every source has open patches of that side."""
    return all(
        min(s.open.shape) >= side and (cv2.erode(s.open, np.ones((side, side))) > 0).any()
        for s in sources
    )


def lay(
    image: np.ndarray,
    guide: Guide,
    keys: Keys,
    rng: np.random.Generator,
    tick: Progress,
) -> Job[np.ndarray]:
    """Return float32 [h, w, 3]: the image remade of the patches most like it and its guide."""
    import torch

    laying = keys.laying
    framed, rows, columns = _framed(image, laying)
    queries = _patches(framed, laying.side, laying.step)
    near = _around(guide, laying, laying.side // 2, (rows, columns), laying.step)
    points = torch.cat([keys.project(queries), near], 1)
    yield tick
    price = yield from _balanced(points, keys, rng, tick)
    at = yield from _nearest(points, keys, price, tick)
    apart = (points - keys.points[at]).square().sum(1)
    laid = yield from _agreed(keys.colors[at], apart, framed.shape[:2], laying, tick)
    edge, (h, w) = laying.side // 2, image.shape[:2]
    return laid[edge : edge + h, edge : edge + w]


def _framed(image: np.ndarray, laying: Laying) -> tuple[np.ndarray, int, int]:
    """Return the image mirrored outwards so that patches fit, and how many down and across."""
    side, step, edge = laying.side, laying.step, laying.side // 2
    rows, columns = (-(-(length + 2 * edge - side) // step) + 1 for length in image.shape[:2])
    bottom = (rows - 1) * step + side - image.shape[0] - edge
    right = (columns - 1) * step + side - image.shape[1] - edge
    return _mirrored(image, edge, bottom, edge, right), rows, columns


def _mirrored(image: np.ndarray, top: int, bottom: int, left: int, right: int) -> np.ndarray:
    return cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_REFLECT)


def _patches(image: np.ndarray, side: int, step: int) -> "Tensor":
    """Return the patches of an image [h, w, 3] as [n, 3 * side * side]."""
    import torch
    from torch.nn.functional import unfold

    stacked = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]
    return unfold(stacked, side, stride=step)[0].T.contiguous()


def _cut(
    source: Source, laying: Laying, step: int, rng: np.random.Generator
) -> tuple["Tensor", "Tensor", np.ndarray]:
    """Return a source's open patches: their colors, their guides, and the cell each lies in."""
    import torch

    side, (h, w) = laying.side, source.open.shape
    top, left = (int(rng.integers(min(step, length - side + 1))) for length in (h, w))
    rows, columns = ((length - side) // step + 1 for length in (h - top, w - left))
    colors = _patches(source.colors[top:, left:], side, step)
    moved = Guide(*(np.ascontiguousarray(part[top:, left:]) for part in source.guide))
    near = _around(moved, laying, 0, (rows, columns), step)
    whole = cv2.erode(source.open, np.ones((side, side)), anchor=(0, 0), borderValue=0)
    kept = whole[top:, left:][: rows * step : step, : columns * step : step].ravel() > 0
    cell = max(1, side // 2 // step)
    down, across = np.divmod(np.arange(rows * columns), columns)
    number = down // cell * (columns // cell + 1) + across // cell
    keep = torch.from_numpy(kept)
    return colors[keep], near[keep], number[kept]


def _numbered(cells: list[np.ndarray]) -> list[np.ndarray]:
    """Number cells on from source to source, none left out."""
    found, begin = [], 0
    for cell in cells:
        _, number = np.unique(cell, return_inverse=True)
        found.append(number + begin)
        begin += int(number.max()) + 1 if len(number) else 0
    return found


def _around(
    guide: Guide, laying: Laying, edge: int, counts: tuple[int, int], step: int
) -> "Tensor":
    """Return what guides each patch, [n, 11]: lightness at nine of its pixels, its edge."""
    import torch

    side, (rows, columns) = laying.side, counts
    bottom = max(0, (rows - 1) * step + side - guide.lightness.shape[0] - edge)
    right = max(0, (columns - 1) * step + side - guide.lightness.shape[1] - edge)
    light, edges = (_mirrored(part, edge, bottom, edge, right) for part in guide[:2])

    def at(values: np.ndarray, down: int, across: int) -> np.ndarray:
        found = values[down:, across:][: rows * step : step, : columns * step : step]
        return found.reshape(rows * columns, -1)

    spots = (side // 6, side // 2, side - 1 - side // 6)
    lights = [at(light, down, across) for down in spots for across in spots]
    direction = at(edges, side // 2, side // 2)
    return torch.from_numpy(
        np.concatenate(
            [laying.lightness / 3 * np.hstack(lights), laying.direction * direction], 1
        ).astype(np.float32)
    )


def _principal(
    colors: "Tensor", side: int, rng: np.random.Generator, tick: Progress
) -> Job[tuple["Tensor", "Tensor"]]:
    """Return the mean of patches and where they vary most, scaled to one pixel.

    By subspace iteration, a tenth of the time of all eigenvectors.
    """
    import torch

    mean = colors.mean(0)
    apart = colors - mean
    count = min(COMPONENTS, colors.shape[1])
    basis = torch.from_numpy(rng.standard_normal((colors.shape[1], count)).astype(np.float32))
    for _ in range(ITERATIONS):
        basis = torch.linalg.qr(apart.T @ (apart @ basis))[0]
        yield tick
    return mean, basis.contiguous() / side


def _nearest(points: "Tensor", keys: Keys, price: np.ndarray, tick: Progress) -> Job["Tensor"]:
    """Return the key [n] nearest to each point, dearer keys counting as farther off."""
    import torch

    half = keys.half + torch.from_numpy(price.astype(np.float32))
    across = keys.points.T.contiguous()
    found = np.empty(len(points), np.int64)
    size = max(1, PRODUCTS // len(half))
    for start in range(0, len(points), size):
        rows = slice(start, start + size)
        # numpy finds the least ten times faster than torch does here.
        found[rows] = torch.addmm(half, points[rows], across, alpha=-1).numpy().argmin(1)
        yield tick
    return torch.from_numpy(found)


def _balanced(
    points: "Tensor", keys: Keys, rng: np.random.Generator, tick: Progress
) -> Job[np.ndarray]:
    """Return a price for each key: what is used more than its share grows dearer (the dual of
    optimal transport, by a few steps of ascent, on a sample of the points).
    """
    import torch

    price = np.zeros(len(keys.half))
    several = keys.source[-1] > 0
    if keys.laying.balance <= 0 and not several:
        return price
    some = points[torch.from_numpy(rng.permutation(len(points))[:QUERIES])]
    at = yield from _nearest(some, keys, price, tick)
    scale = float((some - keys.points[at]).square().sum(1).median()) / 2
    most = 8 * scale * keys.laying.balance
    cells = np.zeros(len(keys.share))
    for turn in range(1, 4):
        use = np.bincount(keys.cell[at.numpy()], minlength=len(cells)) / len(some)
        over = (use / keys.share + 0.1) / 1.1
        cells += keys.laying.balance * scale * np.clip(np.log(over), -1, 2) / turn**0.5
        cells = np.clip(cells, 0, most)
        price = cells[keys.cell]
        if turn < 3:
            at = yield from _nearest(some, keys, price, tick)
    return price if not several else (yield from _shared(some, keys, price, scale, tick))


def _shared(
    some: "Tensor", keys: Keys, price: np.ndarray, scale: float, tick: Progress
) -> Job[np.ndarray]:
    """Raise the price of sources that are used more than their weight says."""
    wanted = np.bincount(keys.source, keys.share[keys.cell] / np.bincount(keys.cell)[keys.cell])
    more = np.zeros(len(wanted))
    for turn in range(1, 7):
        at = yield from _nearest(some, keys, price + more[keys.source], tick)
        use = np.bincount(keys.source[at.numpy()], minlength=len(wanted)) / len(some)
        more += 2 * scale * (use - wanted) / np.maximum(wanted, 0.1) / turn**0.5
    return price + more[keys.source]


def _agreed(
    colors: "Tensor", apart: "Tensor", shape: tuple[int, ...], laying: Laying, tick: Progress
) -> Job[np.ndarray]:
    """Return the image [h, w, 3] that patches [n, 3 * side * side] agree on: a robust mean, by
    weighting anew (IRLS) what lies far from what was agreed.
    """
    import torch
    from torch.nn.functional import fold, unfold

    side, step = laying.side, laying.step
    ridge = torch.hann_window(side + 2, periodic=False)[1:-1].sqrt()
    window = (ridge[:, None] * ridge).flatten()
    weight = 1 / (apart + 0.3 * apart.median() + 1e-8)
    agreed = torch.zeros(0)
    for turn in range(ROUNDS):
        if turn:
            now = unfold(agreed, side, stride=step)[0].T
            weight = ((now - colors).square().mean(1) * 3 + FLOOR) ** (ROBUST / 2 - 1)
        weighted = weight[:, None] * window
        total = fold(weighted.T[None], shape, side, stride=step)
        votes = (colors.view(len(colors), 3, -1) * weighted[:, None]).flatten(1)
        agreed = fold(votes.T[None], shape, side, stride=step) / total.clamp_min(1e-12)
        yield tick
    return np.ascontiguousarray(agreed[0].numpy().transpose(1, 2, 0))
