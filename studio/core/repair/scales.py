"""A hole at several scales: coarse ones settle the layout, fine ones the texture."""

from typing import NamedTuple

import cv2
import numpy as np

from studio.core.repair.blending import shrunk
from studio.core.repair.matching import Field, Patches
from studio.core.repair.regions import thickness

ENOUGH = 100  # patches to copy from, at least


class Level(NamedTuple):
    """A hole at one scale: float32 [h, w, c], 0 under the mask; bool [h, w] as in Hole."""

    colors: np.ndarray
    mask: np.ndarray
    source: np.ndarray


def pyramid(finest: Level, side: int, coarsest: float) -> list[Level]:
    """Return the levels, each half the size of the one before, the finest first.

    It ends where the hole is at most `coarsest` pixels thick, or where the next level would have
    too few patches of `side` pixels to copy from.
    """
    levels = [finest]
    while thickness(levels[-1].mask) > coarsest and min(levels[-1].mask.shape) > 2 * side:
        smaller = _halved(levels[-1])
        if copyable(smaller, side).sum() < ENOUGH or not touched(smaller, side).any():
            break
        levels.append(smaller)
    return levels


def _halved(level: Level) -> Level:
    colors, share = shrunk(level.colors, ~level.mask)
    mask = share < 0.5
    allowed = shrunk(level.source[..., None].astype(np.float32), np.ones_like(level.mask))[0]
    return Level(np.where(mask[..., None], 0, colors), mask, (allowed[..., 0] == 1) & ~mask)


def copyable(level: Level, side: int) -> np.ndarray:
    """Return bool [h, w]: around which pixels all of a patch may be copied."""
    whole = cv2.erode(level.source.astype(np.uint8), np.ones((side, side), np.uint8))
    return (np.asarray(whole) > 0) & _inner(level.mask.shape, side)


def touched(level: Level, side: int) -> np.ndarray:
    """Return bool [h, w]: around which pixels a patch holds some of the hole."""
    near = cv2.dilate(level.mask.astype(np.uint8), np.ones((side, side), np.uint8))
    return (np.asarray(near) > 0) & _inner(level.mask.shape, side)


def _inner(shape: tuple[int, ...], side: int) -> np.ndarray:
    inner = np.zeros(shape, bool)
    edge = side // 2
    inner[edge : shape[0] - edge, edge : shape[1] - edge] = True
    return inner


def finer(field: Field, patches: Patches, queries: np.ndarray) -> Field:
    """Return the field of the next finer level: each query copies what its parent copied."""
    h, w = patches.shape
    parent_h, parent_w = field.patches.shape
    y, x = queries // w, queries % w
    parents = np.minimum(y // 2, parent_h - 1) * parent_w + np.minimum(x // 2, parent_w - 1)
    number = field.order[_nearest(field.order >= 0, field.patches.shape)[parents]]
    query, copied = field.queries[number], field.at[number]
    y = (y + 2 * (copied // parent_w - query // parent_w)).clip(0, h - 1)
    x = (x + 2 * (copied % parent_w - query % parent_w)).clip(0, w - 1)
    upper = Field(patches, queries, _nearest(patches.open, patches.shape)[y * w + x])
    upper.apart = field.apart[number]
    return upper


def _nearest(chosen: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return for each pixel the flat index [h * w] of the nearest one `chosen`, bool [h * w]."""
    lacking = (~chosen).astype(np.uint8).reshape(shape)
    _, labels = cv2.distanceTransformWithLabels(
        lacking, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(labels, np.int64).ravel()
    pixel = np.zeros(labels.max() + 1, np.int64)
    pixel[labels[chosen]] = np.flatnonzero(chosen)
    return pixel[labels]
