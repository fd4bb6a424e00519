"""Where the holes are: crops that each hold some of them, thin damage apart from thick holes."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from studio.core.events import Job, Progress, finished
from studio.core.painting.box import Box

THIN = 14.0  # pixels across: what is thicker is filled with texture
SLIVER = 8  # pixels: what sticks out of a thick hole no farther is filled with it
TILE = 512  # the side up to which thin damage is treated in one piece
HALO = 32  # pixels around a tile that tell whether what lies in it is thick
MARGIN = 32  # pixels of surroundings that thin damage is treated with
NEAREST, REACH, FARTHEST = 64, 1.5, 640  # surroundings of thick holes: pixels, own sides, pixels
FEW = 48  # pixels a side: with fewer allowed around a hole, the box reaches to where there are more
COARSE = 8  # pixels a side of the squares by which thick holes are grouped; divides TILE
TOGETHER = 24  # pixels between thick holes that are filled in one piece, about
WHOLE, PIECE = 2048, 1024  # sides: a group beyond the first is filled in pieces of the second


class Region(NamedTuple):
    """Holes that are filled in one piece: they lie in `core`, their surroundings reach to `box`.

    `own`, bool of the core's size, tells which of its pixels they are; None = all holes in it.
    """

    core: Box
    box: Box
    thin: bool
    own: np.ndarray | None = None


def thickness(mask: np.ndarray) -> float:
    """Return how many pixels the thickest part of a mask bool [h, w] is across; 0 if empty."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    if not width:
        return 0.0
    # One pixel around it that is no hole, unless the picture ends there.
    held = Box(top, left, top + height, left + width).grown(1).clipped(*mask.shape)
    return 2 * float(_depth(held.of(mask)).max())


def regions(mask: np.ndarray, wrap: bool = False) -> tuple[Region, ...]:
    """Return where the holes of a mask bool [h, w] are filled, thin damage first.

    With `wrap` the picture repeats: boxes may reach over the edges.
    """
    return finished(find(mask, wrap))


def reaching(found: tuple[Region, ...], allowed: np.ndarray) -> tuple[Region, ...]:
    """Return the regions with boxes that reach to where texture may come from, bool [h, w]."""
    rows, columns = np.flatnonzero(allowed.any(1)), np.flatnonzero(allowed.any(0))
    if not len(rows):
        return found
    held = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return tuple(each if each.thin else _reaching(each, held, allowed) for each in found)


def _reaching(region: Region, held: Box, allowed: np.ndarray) -> Region:
    """Widen the box by the nearest allowed pixels, with some around them, if it has too few."""
    if region.box != region.box.clipped(*allowed.shape) or region.box.of(allowed).sum() >= FEW**2:
        return region
    rows, columns = np.nonzero(held.of(allowed))
    middle = (
        (region.core.top + region.core.bottom) // 2,
        (region.core.left + region.core.right) // 2,
    )
    away = np.hypot(rows + held.top - middle[0], columns + held.left - middle[1])
    top, left = int(rows[away.argmin()]) + held.top, int(columns[away.argmin()]) + held.left
    near = Box(top, left, top + 1, left + 1).grown(FARTHEST // 2).common(held)
    return region._replace(box=region.box.joined(near))


def find(mask: np.ndarray, wrap: bool = False) -> Job[tuple[Region, ...]]:
    """Find the `regions` of a mask, tile by tile: it may be of a hundred megapixels."""
    down, right = _seam(mask) if wrap else (0, 0)
    rolled = np.roll(mask, (-down, -right), (0, 1)) if wrap else mask
    size = None if wrap else mask.shape
    thick = np.zeros(mask.shape, bool)  # takes memory only where it is written to
    coarse = np.zeros([-(-side // COARSE) for side in mask.shape], np.uint8)
    found = []
    for tile in _tiles(rolled):
        thin = tile.of(rolled).copy()
        deep = _thick_of(rolled, tile)
        if deep.any():
            thin &= ~deep
            tile.of(thick)[...] = deep
            _note(coarse, tile, deep)
        held = _held(thin)
        if held is not None:
            core = held.shifted(tile.top + down, tile.left + right)
            found.append(_framed(core, True, held.crop(thin), size))
        yield Progress(tile.bottom, mask.shape[0], "Looking at the mask")
    for core, own in _groups(thick, coarse):
        found.append(_framed(core.shifted(down, right), False, own, size))
    return tuple(found)


def _seam(mask: np.ndarray) -> tuple[int, int]:
    """Return the row and the column that cut the fewest holes of a picture that repeats."""
    return int(mask.sum(1).argmin()), int(mask.sum(0).argmin())


def _tiles(mask: np.ndarray) -> Iterator[Box]:
    """Yield the tiles that have a hole."""
    for top in range(0, mask.shape[0], TILE):
        for left in range(0, mask.shape[1], TILE):
            tile = Box(top, left, top + TILE, left + TILE).clipped(*mask.shape)
            if tile.of(mask).any():
                yield tile


def _depth(mask: np.ndarray) -> np.ndarray:
    """Return how far each pixel of a hole is from its edge, float32 [h, w]."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3))


def _thick_of(mask: np.ndarray, tile: Box) -> np.ndarray:
    """Return which holes of a tile are thick: what holds a disc of that size, and its slivers."""
    around = tile.grown(HALO).clipped(*mask.shape)
    inner = tile.shifted(-around.top, -around.left)
    bodies = _depth(around.of(mask)) > THIN / 2
    if not bodies.any():
        return np.zeros(inner.of(bodies).shape, bool)
    near = _depth(~bodies) <= THIN / 2 + SLIVER
    return inner.of(near) & tile.of(mask)


def _note(coarse: np.ndarray, tile: Box, deep: np.ndarray) -> None:
    """Note in which squares of a tile there is a thick hole."""
    h, w = (-side % COARSE for side in deep.shape)
    squares = np.pad(deep, ((0, h), (0, w)))
    rows, columns = (side // COARSE for side in squares.shape)
    held = squares.reshape(rows, COARSE, columns, COARSE).any((1, 3))
    top, left = tile.top // COARSE, tile.left // COARSE
    coarse[top : top + rows, left : left + columns] = held


def _groups(thick: np.ndarray, coarse: np.ndarray) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield the thick holes that lie together: around them a box, and which of its pixels."""
    near = cv2.dilate(coarse, np.ones((TOGETHER // COARSE,) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    for label in range(1, count):
        x, y, w, h = (int(v) for v in stats[label, :4])
        outer = Box(y, x, y + h, x + w)
        same = (outer.of(np.asarray(labels)) == label).repeat(COARSE, 0).repeat(COARSE, 1)
        box = Box(*(COARSE * side for side in outer)).clipped(*thick.shape)
        own = box.of(thick) & same[: box.bottom - box.top, : box.right - box.left]
        step = PIECE if max(own.shape) > WHOLE else WHOLE
        for top in range(0, own.shape[0], step):
            for left in range(0, own.shape[1], step):
                piece = own[top : top + step, left : left + step]
                held = _held(piece)
                if held is not None:
                    yield held.shifted(box.top + top, box.left + left), held.crop(piece)


def _held(mask: np.ndarray) -> Box | None:
    """Return the smallest box around what is masked."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _framed(core: Box, thin: bool, own: np.ndarray, size: tuple[int, ...] | None) -> Region:
    side = max(core.bottom - core.top, core.right - core.left)
    reach = MARGIN if thin else max(NEAREST, min(FARTHEST, int(REACH * side)))
    box = core.grown(reach)
    return Region(core, box.clipped(*size[:2]) if size else box, thin, own)
