"""Brush strokes on a mask: a segment at a time, hard or soft, thick or thin, added or erased."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from studio.core.painting.box import Box

FRACTION = 4  # bits below a pixel that OpenCV draws with
HARD = 0.99
PIXEL = 0.75  # a brush of a smaller radius sets whole pixels
WIDE = 256  # pixels of radius from which half a pixel at the edge is not seen
GRAIN = 4  # places within a pixel that the dabs of smaller brushes are set at

Point = tuple[float, float]  # x to the right, y down; pixel k reaches from k to k + 1


class Brush(NamedTuple):
    """A round brush; `radius` in pixels, `hardness` 0 (soft from its middle on) to 1 (sharp)."""

    radius: float
    hardness: float = 1.0
    erase: bool = False


def reach(points: Sequence[Point], radius: float) -> Box:
    """Return what a brush on its way through `points` can change, before it is clipped."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    by = radius + 2
    return Box(
        math.floor(min(ys) - by),
        math.floor(min(xs) - by),
        math.ceil(max(ys) + by),
        math.ceil(max(xs) + by),
    )


def segment(
    mask: np.ndarray,
    start: Point,
    end: Point,
    brush: Brush,
    pressures: tuple[float, float] = (1.0, 1.0),
) -> Box:
    """Draw from `start` to `end` on a mask uint8 [h, w]; return what may have changed.

    Pressures 0 to 1 scale the radius at both ends. Painting takes the larger of what was there and
    the brush, erasing the smaller, so that a stroke may cross itself without a trace.
    """
    radii = tuple(max(0.5, brush.radius * pressure) for pressure in pressures)
    if brush.hardness >= HARD and min(radii) > WIDE:
        _body(mask, (start, end), (radii[0], radii[1]), brush.erase)
        steps = 1
    else:
        steps = math.ceil(math.dist(start, end) / _spacing(min(radii), brush.hardness))
    for k in range(max(steps, 1) + 1):
        t = k / max(steps, 1)
        center = (start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1]))
        _dab(mask, center, radii[0] + t * (radii[1] - radii[0]), brush)
    return reach((start, end), max(radii)).clipped(*mask.shape)


def rectangle(mask: np.ndarray, start: Point, end: Point, erase: bool = False) -> Box:
    """Fill the whole pixels between two corners; return what may have changed."""
    rows, columns = sorted((start[1], end[1])), sorted((start[0], end[0]))
    box = Box(round(rows[0]), round(columns[0]), round(rows[1]), round(columns[1])).clipped(
        *mask.shape
    )
    if not box.empty:
        box.of(mask)[...] = 0 if erase else 255
    return box


def lasso(mask: np.ndarray, points: Sequence[Point], erase: bool = False) -> Box:
    """Fill the inside of a line that closes itself, smooth at its edge; return what changed."""
    if len(points) < 3:
        return Box(0, 0, 0, 0)
    outline = [_fixed(points)]
    color = 0 if erase else 255
    cv2.fillPoly(mask, outline, color, cv2.LINE_AA, FRACTION)
    return reach(points, 1).clipped(*mask.shape)


def _spacing(radius: float, hardness: float) -> float:
    """Return how far apart dabs may lie before the line's edge is seen to wave.

    Dabs s apart leave waves s²/8r deep: a tenth of a pixel is allowed, or at a soft edge, at most
    1.5 / (1 - hardness) / r steep, one level.
    """
    return max(math.sqrt(0.8 * radius), radius * math.sqrt(8 * (1 - hardness) / 1.5 / 255))


def _body(
    mask: np.ndarray, ends: tuple[Point, Point], radii: tuple[float, float], erase: bool
) -> None:
    """Fill what of a hard stroke lies between the discs at its ends."""
    (x0, y0), (x1, y1) = ends
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 0.25:
        return
    across = (y0 - y1) / length, (x1 - x0) / length
    # OpenCV's smooth polygons reach half a pixel further than they should.
    near, far = (max(0.1, radius - 0.5) for radius in radii)
    corners = [
        (x0 + near * across[0], y0 + near * across[1]),
        (x1 + far * across[0], y1 + far * across[1]),
        (x1 - far * across[0], y1 - far * across[1]),
        (x0 - near * across[0], y0 - near * across[1]),
    ]
    cv2.fillConvexPoly(mask, _fixed(corners), 0 if erase else 255, cv2.LINE_AA, FRACTION)


def _fixed(points: Sequence[Point]) -> np.ndarray:
    """Return points as OpenCV takes them: from the first pixel's middle, in fractions of one."""
    return np.round((np.array(points) - 0.5) * (1 << FRACTION)).astype(np.int32)


def _dab(mask: np.ndarray, center: Point, radius: float, brush: Brush) -> None:
    x, y = center
    if radius <= PIXEL:
        x, y = math.floor(x) + 0.5, math.floor(y) + 0.5
    grain, stamps = (GRAIN, _small) if radius <= WIDE else (1, _large)
    x, y = round(x * grain) / grain, round(y * grain) / grain
    left, top = math.floor(x), math.floor(y)
    stamp = stamps(_rounded(radius), round(brush.hardness, 2), x - left, y - top, brush.erase)
    half = len(stamp) // 2
    whole = Box(top - half, left - half, top - half + len(stamp), left - half + len(stamp))
    box = whole.clipped(*mask.shape)
    if box.empty:
        return
    part = Box(
        box.top - whole.top, box.left - whole.left, box.bottom - whole.top, box.right - whole.left
    ).of(stamp)
    view = box.of(mask)
    (np.minimum if brush.erase else np.maximum)(view, part, out=view)


def _rounded(radius: float) -> float:
    """Return a radius that stamps are kept for, so that a pen's pressure needs only so many."""
    step = max(0.25, 2.0 ** math.floor(math.log2(radius / 64)))
    return max(0.5, round(radius / step) * step)


def _stamp(radius: float, hardness: float, x: float, y: float, erase: bool) -> np.ndarray:
    """Return a disc, uint8 [n, n], n odd, whose middle is at x, y of the pixel in the middle.

    An eraser's stamp is what it leaves.
    """
    half = math.ceil(radius + 1.5)
    steps = np.arange(-half, half + 1, dtype=np.float32) + 0.5
    down = np.repeat((steps - np.float32(y))[:, None], len(steps), 1)
    distance = cv2.magnitude(down, np.repeat((steps - np.float32(x))[None], len(steps), 0))
    outer, inner = radius + 0.5, max(0.0, radius * min(hardness, 1.0) - 0.5)
    inner = min(inner, outer - 1)
    # Rounded in 0 to 255, then bent by a table: a third of the time that floats would take.
    level = np.subtract(np.float32(outer), distance, out=distance)
    level *= 255 / (outer - inner)
    stamp = np.clip(level, 0, 255, out=level).astype(np.uint8)
    if hardness < HARD:
        stamp = cv2.LUT(stamp, BENT)
    return cv2.bitwise_not(stamp) if erase else stamp


LEVELS = np.arange(256) / 255
BENT = np.round(255 * LEVELS * LEVELS * (3 - 2 * LEVELS)).astype(np.uint8)
_small = lru_cache(maxsize=64)(_stamp)
_large = lru_cache(maxsize=4)(_stamp)  # four megabytes each
