"""The fills everybody knows: Telea, Navier-Stokes, biharmonic. Large holes are begun coarse."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.painting.box import Box
from studio.core.repair.blending import shrunk
from studio.core.repair.hole import Hole

RADIUS = 3  # pixels around a hole's edge that OpenCV looks at
AT_ONCE = 250_000  # pixels of a hole that OpenCV fills in about 100 ms a channel
BAND = 12  # pixels from a large hole's edge that are filled at full size
BLOCK, HALO = 96, 16  # pixels: what is solved at once, and what is looked at around it

# Fills mask [h, w] of colors [h, w, c], float32, and yields in between.
Solver = Callable[[np.ndarray, np.ndarray], Job[np.ndarray]]


def telea(hole: Hole) -> Job[np.ndarray]:
    """Fill by fast marching (Telea 2004, OpenCV)."""
    return (yield from _marched(hole, "Telea", cv2.INPAINT_TELEA))


def ns(hole: Hole) -> Job[np.ndarray]:
    """Fill along lines of equal brightness (Bertalmio et al. 2001, OpenCV)."""
    return (yield from _marched(hole, "Navier-Stokes", cv2.INPAINT_NS))


def biharmonic(hole: Hole) -> Job[np.ndarray]:
    """Fill with what bends least (Damelin & Hoang 2018, scikit-image).

    Solved in blocks: one system for a large hole needs more time and memory than there is.
    """
    filled = yield from _by_scales(hole.colors, hole.mask, 0, _least_bent)
    return filled.clip(0, 1)


def _by_scales(
    colors: np.ndarray, mask: np.ndarray, at_once: int, solve: Solver
) -> Job[np.ndarray]:
    """Solve a band along the hole's edges; what lies deeper comes from half the size.

    There it is smooth. A hole of at most `at_once` pixels is solved whole.
    """
    if np.count_nonzero(mask) > at_once:
        deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3) > BAND
        if deep.any() and not mask.all():
            small, share = shrunk(colors, ~mask)
            rough = yield from _by_scales(small, share == 0, at_once, solve)
            size = (mask.shape[1] + mask.shape[1] % 2, mask.shape[0] + mask.shape[0] % 2)
            large = np.asarray(cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC))
            large = large.reshape(*large.shape[:2], -1)[: mask.shape[0], : mask.shape[1]]
            colors, mask = np.where(deep[..., None], large, colors), mask & ~deep
    return (yield from solve(colors, mask))


def _marched(hole: Hole, title: str, way: int) -> Job[np.ndarray]:
    """Fill channel by channel: OpenCV takes 16 bits a channel there, and any number of channels."""

    def solve(colors: np.ndarray, mask: np.ndarray) -> Job[np.ndarray]:
        deep = np.round(colors.clip(0, 1) * 65535).astype(np.uint16)
        filled = np.empty(colors.shape, np.float32)
        # Beside a single row or column OpenCV reads what is no pixel: it gets two.
        down, across = (max(2, length) // length for length in mask.shape)
        holes = mask.astype(np.uint8).repeat(down, 0).repeat(across, 1)
        for c in range(colors.shape[2]):
            yield Progress(c, colors.shape[2], title)
            channel = np.ascontiguousarray(deep[..., c].repeat(down, 0).repeat(across, 1))
            found = cv2.inpaint(channel, holes, RADIUS, way)
            filled[..., c] = found[: mask.shape[0], : mask.shape[1]]
        return filled / 65535

    return (yield from _by_scales(hole.colors, hole.mask, AT_ONCE, solve))


def _least_bent(colors: np.ndarray, mask: np.ndarray) -> Job[np.ndarray]:
    from skimage.restoration import inpaint_biharmonic  # 0.3 s that only this fill needs

    filled, blocks = colors.copy(), list(_blocks(mask))
    for k, block in enumerate(blocks):
        yield Progress(k, len(blocks), "Biharmonic")
        around = block.grown(HALO).clipped(*mask.shape)
        inner = block.shifted(-around.top, -around.left)
        solved = inpaint_biharmonic(around.crop(colors), around.crop(mask), channel_axis=-1)
        block.of(filled)[...] = inner.of(solved)
    return filled


def _blocks(mask: np.ndarray) -> Iterator[Box]:
    for top in range(0, mask.shape[0], BLOCK):
        for left in range(0, mask.shape[1], BLOCK):
            block = Box(top, left, top + BLOCK, left + BLOCK).clipped(*mask.shape)
            if block.of(mask).any():
                yield block
