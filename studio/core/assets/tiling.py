"""Tiles: a picture laid over its own other side and cut where the two differ least."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from studio.core.assets.seams import border
from studio.core.colors.linear import from_linear, to_linear
from studio.core.events import Refused
from studio.core.steps import Steps

COARSE = 192  # pixels of width at which overlaps are first compared
TONES, SHAPES = 64, 256  # pixels of the longer side, at which tone and shapes are measured
SMOOTH = 4  # of those pixels, the blur that leaves only them
LEAST = 4  # pixels of an overlap
LEAST_SHARE = 12  # of the width, the smallest overlap
SMALLEST, LARGEST = 8, 16384  # pixels a side
LOSS = 1.0  # how much dearer a cut may be for each share of the width that it saves
TONE = 0.1  # weight of a difference of tone, which blending takes away, against one of detail
FAR = np.float32(1e3)  # the cost of cutting where the overlap ends
CLEAR = np.float32(1e-6)  # alpha that color can still be divided by
ROWS = 256  # of a cut, or of a picture, in one pull


@dataclass(frozen=True, eq=False)
class Overlap:
    """A picture's left and right `size` columns and their tones, float32 [h, size, c], encoded.

    `shapes` are those of both sides between tone and detail: they are for mixing alone.
    """

    left: np.ndarray
    right: np.ndarray
    left_tone: np.ndarray
    right_tone: np.ndarray
    shapes: tuple[np.ndarray, np.ndarray] | None = None


def laid(
    tile: np.ndarray, columns: int = 3, rows: int = 3, offset: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """Return a tile [h, w, c] beside itself, moved by `offset` pixels right and down."""
    return np.tile(np.roll(tile, offset[::-1], (0, 1)), (rows, columns, 1))


def mirrored(pixels: np.ndarray) -> np.ndarray:
    """Return a picture [h, w, c] and its mirror images, [2h, 2w, c]: seamless, and seen as such."""
    double = np.concatenate([pixels, pixels[:, ::-1]], 1)
    return np.concatenate([double, double[::-1]], 0)


def blended(pixels: np.ndarray, most: float, soft: float) -> Steps[tuple[np.ndarray, float]]:
    """Return a tile of a picture uint8 or uint16 [h, w, c], and the score of its cuts.

    Opposite sides are laid over each other, by the amount up to `most` of the picture that fits
    best, and cut along the path of least difference (Efros and Freeman, "Image quilting for texture
    synthesis and transfer", SIGGRAPH 2001). Detail changes over within `soft` pixels of the cut,
    shapes within an eighth of the overlap, tone within all of it, in linear light (Burt and
    Adelson, "A multiresolution spline", ACM TOG 1983).
    With `soft` 0 nothing is mixed. All outside the overlap is kept to the bit. Raises Refused for a
    picture too small or too large.
    """
    h, w = pixels.shape[:2]
    if min(h, w) < SMALLEST or max(h, w) > LARGEST:
        raise Refused(
            f"The picture has {w} × {h} pixels; to be blended into a tile it needs"
            f" {SMALLEST} to {LARGEST} a side."
        )
    first, cut = yield from _across(pixels, most, soft, closed=False)
    score = border(first, cut)
    yield 0.5
    second, cut = yield from _across(_turned(first), most, soft, closed=True)
    return _turned(second), max(score, border(second, cut))


def _turned(pixels: np.ndarray) -> np.ndarray:
    h, w, c = pixels.shape
    return cv2.transpose(pixels).reshape(w, h, c)  # ten times as fast as numpy's copy


def _across(
    pixels: np.ndarray, most: float, soft: float, closed: bool
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Return the picture without a seam between left and right [h, w - size, c], and the cut [h].

    `closed`: top and bottom fit already, and shall still.
    """
    size = yield from _best_size(pixels, most)
    w = pixels.shape[1]
    over = yield from _overlap(pixels, size)
    cost = yield from _cost(over)
    cut = (yield from _closed_path(cost)) if closed else (yield from _path(cost))[0]
    shapes = tuple(_smoothed(pixels, start, size, SHAPES) for start in (0, w - size))
    over = replace(over, shapes=shapes)
    yield 0.4
    found = pixels[:, : w - size].copy()
    for top in range(0, len(cut), ROWS):
        rows = slice(top, top + ROWS)
        found[rows, :size] = _mixed(over, rows, cut[rows], soft, pixels.dtype)
        yield 0.45
    return found, cut


def _best_size(pixels: np.ndarray, most: float) -> Steps[int]:
    """Return how many columns to overlap: compared in small, made exact from scale to scale."""
    w = pixels.shape[1]
    scales = [1.0]
    while w / scales[-1] > COARSE:
        scales.append(2 * scales[-1])
    small = _reduced(pixels, scales[-1])
    width = small.shape[1]
    size = yield from _cheapest(small, width // LEAST_SHARE, int(width * most))
    for scale in scales[-2::-1]:
        small = _reduced(pixels, scale)
        yield 0.1
        near = round(size * small.shape[1] / width)
        width = small.shape[1]
        size = yield from _cheapest(small, near - 1, near + 1)
    return size


def _reduced(pixels: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return pixels
    h, w = (max(4, round(side / scale)) for side in pixels.shape[:2])
    return cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA).reshape(h, w, -1)


def _cheapest(pixels: np.ndarray, least: int, most: int) -> Steps[int]:
    end = max(LEAST, min(most, pixels.shape[1] // 2))
    found = []
    for size in range(min(end, max(LEAST, least)), end + 1):
        cost = yield from _cost((yield from _overlap(pixels, size)))
        _, mean = yield from _path(cost)
        found.append((mean * (1 + LOSS * size / pixels.shape[1]), size))
        yield 0.2
    return min(found)[1]


def _overlap(pixels: np.ndarray, size: int) -> Steps[Overlap]:
    rest = pixels.shape[1] - size
    parts = []
    for make in (
        lambda: _levels(pixels[:, :size]),
        lambda: _levels(pixels[:, rest:]),
        lambda: _smoothed(pixels, 0, size, TONES),
        lambda: _smoothed(pixels, rest, size, TONES),
    ):
        parts.append(make())
        yield 0.3
    return Overlap(*parts)


def _levels(pixels: np.ndarray) -> np.ndarray:
    """Return float32 in [0, 1], color times alpha."""
    levels = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    if pixels.shape[2] == 4:
        levels[..., :3] *= levels[..., 3:]
    return levels


def _smoothed(pixels: np.ndarray, start: int, size: int, side: int) -> np.ndarray:
    """Return what is left of `size` columns from `start` on in a blurred picture of that side."""
    h, w, c = pixels.shape
    scale = max(1.0, max(h, w) / side)
    small = _levels(_reduced(pixels, scale))
    smooth = cv2.GaussianBlur(small, (0, 0), SMOOTH, borderType=cv2.BORDER_REFLECT)
    across, down = smooth.shape[1] / w, smooth.shape[0] / h
    to_small = np.array(
        [[across, 0, (start + 0.5) * across - 0.5], [0, down, 0.5 * down - 0.5]], np.float32
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        smooth, to_small, (size, h), flags=flags, borderMode=cv2.BORDER_REPLICATE
    ).reshape(h, size, c)


def _cost(over: Overlap) -> Steps[np.ndarray]:
    """Return what a cut costs in each pixel, float32 [h, size]."""
    parts = []
    for top in range(0, len(over.left), ROWS):
        rows = slice(top, top + ROWS)
        tone = over.left_tone[rows] - over.right_tone[rows]
        detail = over.left[rows] - over.right[rows] - tone
        parts.append((detail**2).sum(2) + TONE * (tone**2).sum(2))
        yield 0.3
    cost = cv2.GaussianBlur(np.concatenate(parts), (0, 0), 1.0)
    edge = max(1, cost.shape[1] // 8)
    cost[:, :edge] = cost[:, -edge:] = FAR
    return cost


def _path(cost: np.ndarray) -> Steps[tuple[np.ndarray, float]]:
    """Return the cheapest way from the top to the bottom of `cost` [h, n], one column to a row at
    most, int [h], and its mean cost.
    """
    total = cost.copy()
    for y in range(1, len(cost)):
        above = total[y - 1]
        best = above.copy()
        np.minimum(best[1:], above[:-1], out=best[1:])
        np.minimum(best[:-1], above[1:], out=best[:-1])
        total[y] += best
        if y % (16 * ROWS) == 0:
            yield 0.3
    path = np.empty(len(cost), np.int64)
    at = int(total[-1].argmin())
    mean = float(total[-1, at]) / len(cost)
    path[-1] = at
    for y in range(len(cost) - 2, -1, -1):
        start = max(0, at - 1)
        at = start + int(total[y, start : at + 2].argmin())
        path[y] = at
    return path, mean


def _closed_path(cost: np.ndarray) -> Steps[np.ndarray]:
    """Return a cheap way that ends where it began: through the middle of the cheapest of all."""
    half = len(cost) // 2
    free, _ = yield from _path(cost)
    turned = np.roll(cost, -half, 0)
    turned = np.concatenate([turned, turned[:1]])
    middle = np.arange(cost.shape[1]) != free[half]
    turned[0, middle] += len(cost) * FAR
    turned[-1, middle] += len(cost) * FAR
    path, _ = yield from _path(turned)
    return np.roll(path[:-1], half)


def _mixed(over: Overlap, rows: slice, cut: np.ndarray, soft: float, dtype: np.dtype) -> np.ndarray:
    """Return rows of the overlap: the right side's pixels up to the cut, then the left side's."""
    size = over.left.shape[1]
    beyond = (np.arange(size) - cut[:, None])[..., None]
    if soft == 0:
        return _stored(np.where(beyond >= 0, over.left[rows], over.right[rows]), dtype)
    left, right = _light(over.left[rows]), _light(over.right[rows])
    left_tone, right_tone = _light(over.left_tone[rows]), _light(over.right_tone[rows])
    ramp = _smooth((np.arange(size, dtype=np.float32)[:, None] + 0.5) / size)
    mixed = ramp * left_tone + (1 - ramp) * right_tone
    left_shape, right_shape = (_light(each[rows]) for each in over.shapes or ())
    for share, ours, theirs in (
        (_share(beyond, size / 8), left_shape - left_tone, right_shape - right_tone),
        (_share(beyond, max(soft, 0.1)), left - left_shape, right - right_shape),
    ):
        mixed += share * ours + (1 - share) * theirs
    return _stored(_encoded(np.clip(mixed, 0, 1)), dtype)


def _share(beyond: np.ndarray, width: float) -> np.ndarray:
    """Return how much of the left side there is, from 0 to 1 within `width` of the cut."""
    return _smooth(np.clip(0.5 + (beyond + 0.5) / (2 * width), 0, 1)).astype(np.float32)


def _smooth(share: np.ndarray) -> np.ndarray:
    return share * share * (3 - 2 * share)


def _light(levels: np.ndarray) -> np.ndarray:
    """Return color times alpha as light times alpha."""
    if levels.shape[2] < 4:
        return to_linear(levels)
    alpha = levels[..., 3:]
    color = to_linear(np.clip(levels[..., :3] / np.maximum(alpha, CLEAR), 0, 1)) * alpha
    return np.concatenate([color, alpha], 2)


def _encoded(light: np.ndarray) -> np.ndarray:
    """Return what `_light` gave as color times alpha again."""
    if light.shape[2] < 4:
        return from_linear(light)
    alpha = light[..., 3:]
    color = from_linear(np.clip(light[..., :3] / np.maximum(alpha, CLEAR), 0, 1)) * alpha
    return np.concatenate([color, alpha], 2)


def _stored(levels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return color times alpha in [0, 1] as a picture, straight alpha."""
    if levels.shape[2] == 4:
        alpha = levels[..., 3:]
        levels = np.concatenate([levels[..., :3] / np.maximum(alpha, CLEAR), alpha], 2)
    return np.rint(np.clip(levels, 0, 1) * np.iinfo(dtype).max).astype(dtype)
