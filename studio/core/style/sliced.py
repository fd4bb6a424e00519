"""Sliced Wasserstein flow: an image's small patches take on the distribution of the styles'.

Each step projects all patches on random directions and moves them to the styles' quantiles there
(Pitie et al., 2007, for colors; for patches Rabin et al., "Wasserstein barycenter and its
application to texture mixing", 2011; Elnekave and Weiss, "Generating natural images with direct
patch distributions matching", 2022, descend the same distance).
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.style import strips

if TYPE_CHECKING:
    from torch import Tensor

    from studio.core.style.patches import Source

SIDE = 7  # pixels of a patch
DIRECTIONS = 32  # in one step
SAMPLES = 8192  # patches that quantiles are measured on
QUANTILES, TABLE = 512, 1024
PIXELS = 1 << 16  # moved in one pull
RATE = 1.0  # of the way is gone in a step, over all directions
LOOSELY = 0.1  # the image is held in each step, which are many
GAIN = np.float32(RATE * 3 * SIDE * SIDE / DIRECTIONS)


class Target(NamedTuple):
    """What patches become: `samples` of each style's, [n, 3 * side * side], and their weights."""

    samples: tuple["Tensor", ...]
    weights: tuple[float, ...]


class Hold(NamedTuple):
    """What an image is held to: `wanted` float32 [h, w, 3] by `force` [h, w, 1], 0 = free."""

    wanted: np.ndarray
    force: np.ndarray

    def pull(self, image: np.ndarray, share: float = 1.0) -> None:
        """Pull an image [h, w, 3] in place, by a share of the force."""
        for strip in strips.rows(*image.shape[:2]):
            force = share * self.force[strip]
            image[strip] += force * self.wanted[strip]
            image[strip] /= 1 + force


def target(sources: tuple["Source", ...], rng: np.random.Generator) -> Target:
    """Sample the open patches of styles."""
    samples = []
    for source in sources:
        whole = cv2.erode(source.open, np.ones((SIDE, SIDE)), anchor=(0, 0), borderValue=0)
        h, w = (length - SIDE + 1 for length in source.open.shape)
        at = np.flatnonzero(whole[:h, :w] > 0)
        chosen = rng.choice(at, SAMPLES) if len(at) > SAMPLES else at
        samples.append(_gathered(source.colors, *np.divmod(chosen, w)))
    return Target(tuple(samples), tuple(source.weight for source in sources))


def flow(
    image: np.ndarray,
    goal: Target,
    hold: Hold,
    steps: int,
    rng: np.random.Generator,
    tick: Progress,
    pace: float = 0,
) -> Job[None]:
    """Move an image float32 [h, w, 3], in place, some steps towards the target.

    It is moved some rows at a time; however many, the result is the same. Yields `tick`, which
    goes on by `pace` in each step.
    """
    h, w = image.shape[:2]
    rows = max(4 * SIDE, PIXELS // w)
    for step in range(steps):
        directions = _directions(rng)
        tables = _tables(image, goal, directions, rng)
        moved = np.empty_like(image)
        yield later(tick, pace * step)
        for top in range(0, h, rows):
            part = slice(top, min(h, top + rows))
            moved[part] = _moved(image, directions, tables, part)
            yield later(tick, pace * (step + part.stop / h))
        down, across = _counts(h)[:, None], _counts(w)
        for strip in strips.rows(h, w):
            image[strip] += GAIN * moved[strip] / (down[strip] * across)[..., None]
        hold.pull(image, LOOSELY)
        yield later(tick, pace * (step + 1))


def later(tick: Progress, amount: float) -> Progress:
    """Return progress that is `amount` further."""
    return replace(tick, done=tick.done + int(amount))


def _gathered(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> "Tensor":
    """Return patches [n, 3 * side * side] whose corners lie at rows and columns of [h, w, 3]."""
    import torch

    steps = np.arange(SIDE)
    near = (steps[:, None] * image.shape[1] + steps).ravel()
    flat = image.reshape(-1, 3)[(rows * image.shape[1] + columns)[:, None] + near]
    return torch.from_numpy(np.ascontiguousarray(flat.transpose(0, 2, 1)).reshape(len(rows), -1))


def _directions(rng: np.random.Generator) -> "Tensor":
    """Return random directions [d, 3 * side * side], at right angles to each other."""
    import torch

    drawn = rng.standard_normal((3 * SIDE * SIDE, DIRECTIONS))
    return torch.from_numpy(np.linalg.qr(drawn)[0].T.astype(np.float32).copy())


def _tables(
    image: np.ndarray, goal: Target, directions: "Tensor", rng: np.random.Generator
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Return how far a projection is to move, as a table [d, TABLE], and where the tables begin
    and how long they are, [d].
    """
    import torch

    h, w = (length - SIDE + 1 for length in image.shape[:2])
    some = rng.integers(0, h * w, min(SAMPLES, h * w))
    here = _gathered(image, *np.divmod(some, w))
    at = np.linspace(0, 1, QUANTILES)
    now = _quantiles(here @ directions.T, at)
    share = np.asarray(goal.weights) / sum(goal.weights)
    wanted = sum(
        part * _quantiles(samples @ directions.T, at)
        for part, samples in zip(share, goal.samples, strict=True)
    )
    grid = np.linspace(now[:, 0], now[:, -1], TABLE).T
    rows = [np.interp(g, n, t) - g for g, n, t in zip(grid, now, np.asarray(wanted), strict=True)]
    tables = torch.from_numpy(np.stack(rows).astype(np.float32))
    begin, end = (torch.from_numpy(now[:, k].astype(np.float32)) for k in (0, -1))
    return tables, begin, (end - begin).clamp_min(1e-6)


def _quantiles(values: "Tensor", at: np.ndarray) -> np.ndarray:
    """Return quantiles [d, q] of values [n, d]."""
    ordered = np.sort(values.T.numpy(), axis=1)  # AVX-512: four times as fast as torch's
    return ordered[:, np.rint(at * (ordered.shape[1] - 1)).astype(int)]


def _moved(
    image: np.ndarray,
    directions: "Tensor",
    tables: tuple["Tensor", "Tensor", "Tensor"],
    part: slice,
) -> np.ndarray:
    """Return by how much all patches together want some rows moved, float32 [rows, w, 3]."""
    import torch
    from torch.nn.functional import conv2d, conv_transpose2d

    table, begin, length = tables
    filters = directions.view(-1, 3, SIDE, SIDE)
    half = SIDE // 2
    # Rows beyond the part have patches that reach into it: each row is summed up in one go, so
    # that it does not matter how an image is cut.
    centers = slice(max(0, part.start - half), min(len(image), part.stop + half))
    framed = torch.from_numpy(_framed(image, centers).transpose(2, 0, 1))[None]
    projected = conv2d(framed.contiguous(), filters)[0]
    at = (projected - begin[:, None, None]).mul_(((TABLE - 1) / length)[:, None, None])
    at = at.clamp_(0, TABLE - 1).to(torch.int64)
    wanted = table.gather(1, at.flatten(1)).view_as(projected)
    back = conv_transpose2d(wanted[None], filters)[0].permute(1, 2, 0).numpy()
    first = part.start - centers.start + half
    return back[first : first + part.stop - part.start, half:-half]


def _framed(image: np.ndarray, part: slice) -> np.ndarray:
    """Return the pixels of the patches around some rows; outside the image it is mirrored."""
    half, (h, w) = SIDE // 2, image.shape[:2]
    rows = _mirror(np.arange(part.start - half, part.stop + half), h)
    return image[rows][:, _mirror(np.arange(-half, w + half), w)]


def _mirror(at: np.ndarray, length: int) -> np.ndarray:
    """Return positions reflected into a length, its ends counted twice."""
    at = at % (2 * length)
    return np.where(at < length, at, 2 * length - 1 - at)


def _counts(length: int) -> np.ndarray:
    """Return how many patches cover each position of a side, float32 [length]."""
    at, half = np.arange(length), SIDE // 2
    return (np.minimum(at, half) + np.minimum(length - 1 - at, half) + 1).astype(np.float32)
