"""Near duplicates: copies that were encoded again, resized, shifted a little or mirrored.

Candidates come from keys that neither a shift nor a mirror changes; each is then laid over the
other and compared. Time grows with n log n. What was colored or drawn anew is no copy.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from studio.core.data.sameness import (
    LUMA,
    SIDE,
    SIGNS,
    beside,
    bright,
    chance,
    differences,
    halved,
    shown,
    signs,
    softened,
)
from studio.core.events import Job, Progress

HALF = 16  # side of the coarse grids
WAVES = 6  # of the spectrum, each way
KEY = 32  # numbers a key is cut to
TREES, LEAF = 10, 256
PAIRS, LEAST, MOST = 300_000, 5, 32  # candidates in all, and for each picture
MARGIN = 2  # coarse pixels that a copy may be shifted by
BLOCK, FEW = 2048, 64
CORRELATION = (0.7, 0.8)  # of grids of 8 and of 16 at least
NOISE = 3.0  # levels
# Of what each picture shows, and of one of both, so much is where they lie over each other.
SEEN = (0.3, 0.7)
LIMITS = (9.0, 40.0, 16.0)  # levels that copies differ by at most: brightness, its spot, color
CHANCE = 0.1  # that a pair is a copy, at least


@dataclass(frozen=True, eq=False)
class Copies:
    """Pairs of copies, int [m]: each `second` repeats the earlier `first`, best agreement first.

    `difference` is about how many levels of 255 they differ by once they are softened.
    """

    first: np.ndarray
    second: np.ndarray
    difference: np.ndarray


def find(grids: np.ndarray) -> Job[Copies]:
    """Find copies among pictures, given as grids uint8 [n, 32, 32, c], premultiplied.

    Each copy is told of once, with the earlier picture it is most like. Large groups of very
    similar pictures may be found in part.
    """
    yield Progress(0, None, "Comparing pictures")
    single, repeats = _identical(grids)
    own = single[repeats]  # where each picture occurs first
    again = np.flatnonzero(own != np.arange(len(grids)))
    some = grids[single]
    near = yield from _near(some)
    first = np.concatenate([own[again], single[near.first]])
    second = np.concatenate([again, single[near.second]])
    difference = np.concatenate([np.zeros(len(again)), near.difference])
    order = np.lexsort((first, difference))
    order = order[np.sort(np.unique(second[order], return_index=True)[1])]
    return Copies(first[order], second[order], difference[order])


def _identical(grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each different grid occurs first, and for all grids which of those it is."""
    seen: dict[bytes, int] = {}
    single: list[int] = []
    repeats = np.empty(len(grids), np.int64)
    for number, row in enumerate(grids):
        repeats[number] = seen.setdefault(row.tobytes(), len(seen))
        if len(seen) > len(single):
            single.append(number)
    return np.array(single, np.int64), repeats


def _near(grids: np.ndarray) -> Job[Copies]:
    first, second, found = yield from pairs(grids)
    chances = chance(found)
    order = np.lexsort((first, -chances))
    order = order[np.unique(second[order], return_index=True)[1]]
    order = order[chances[order] > CHANCE]
    apart = found[:, SIGNS.index("level")] + found[:, SIGNS.index("color")] / 2
    return Copies(first[order], second[order], apart[order])


def pairs(grids: np.ndarray) -> Job[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return pairs first < second [m] of grids uint8 [n, 32, 32, c] that may be copies, and their
    signs [m, 16].
    """
    if len(grids) < 2:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, np.zeros((0, len(SIGNS)), np.float32)
    first, second = yield from candidates(shorter(keys(grids)))
    first, second, laid = yield from _laid(grids, first, second)
    level = yield from _measured(differences, grids, first, second, laid)
    near = np.flatnonzero((level <= LIMITS).all(1)) if len(level) else np.zeros(0, np.int64)
    first, second, laid = first[near], second[near], laid[near]
    found = yield from _measured(signs, grids, first, second, laid)
    if not len(found):
        return first, second, np.zeros((0, len(SIGNS)), np.float32)
    return first, second, np.concatenate([found, beside(found, first, second)], 1)


def _measured(
    measure: Callable[..., np.ndarray],
    grids: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    laid: np.ndarray,
) -> Job[np.ndarray]:
    found = [np.zeros((0, 3), np.float32)]
    for start in range(0, len(first), FEW):
        yield Progress(start, len(first), "Comparing pictures")
        part = slice(start, start + FEW)
        found.append(measure(grids[first[part]], grids[second[part]], laid[part]))
    return np.concatenate(found[1:] or found)


def _laid(
    grids: np.ndarray, first: np.ndarray, second: np.ndarray
) -> Job[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return those pairs that can be laid over each other so that they are alike, and how."""
    coarse = np.concatenate([greys(grids[k : k + BLOCK]) for k in range(0, len(grids), BLOCK)])
    pairs, hows = [np.zeros(0, np.int64)], [np.zeros((0, 3), np.int64)]
    for start in range(0, len(first), BLOCK):
        yield Progress(start, len(first), "Comparing pictures")
        part = slice(start, start + BLOCK)
        pair, how = hypotheses(coarse[first[part]], coarse[second[part]])
        pairs.append(start + pair)
        hows.append(how)
    pair, how = np.concatenate(pairs), np.concatenate(hows)
    error, laid = yield from _refined(grids, first[pair], second[pair], how)
    best = np.lexsort((error, pair))
    best = best[np.unique(pair[best], return_index=True)[1]]
    best = best[np.isfinite(error[best])]
    return first[pair[best]], second[pair[best]], laid[best]


def _refined(
    grids: np.ndarray, first: np.ndarray, second: np.ndarray, how: np.ndarray
) -> Job[tuple[np.ndarray, np.ndarray]]:
    error, laid = np.full(len(how), np.inf, np.float32), how.copy()
    for rows, way in _alike(how):
        yield Progress(0, None, "Comparing pictures")
        found = refined(grids[first[rows]], grids[second[rows]], way)
        error[rows], laid[rows, 1:] = found
    return error, laid


def grid(rows: np.ndarray) -> np.ndarray:
    """Return pictures uint8 [n, h, w, c], premultiplied, as grids uint8 [n, 32, 32, c]."""
    if rows.shape[1:3] == (SIDE, SIDE):
        return rows
    found = [cv2.resize(row, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for row in rows]
    return np.stack(found).reshape(len(rows), SIDE, SIDE, rows.shape[-1])


@cache
def _waves() -> np.ndarray:
    """Return the windowed Fourier matrix complex64 [11, 16]: frequencies -5 to 5."""
    ramp = np.sqrt(np.hanning(HALF + 2)[1:-1])
    turns = np.outer(np.arange(1 - WAVES, WAVES), np.arange(HALF)) / HALF
    return (np.exp(-2j * np.pi * turns) * ramp * np.sqrt(SIDE) / HALF).astype(np.complex64)


def keys(grids: np.ndarray) -> np.ndarray:
    """Return a key float32 [n, d] for each grid uint8 [n, 32, 32, c]; copies have near ones.

    The means and the roots of the amplitude spectra of brightness, two color differences and
    alpha: a shift changes the phases alone, a mirror swaps frequencies that are added up here.
    """
    parts = [_keys(grids[start : start + BLOCK]) for start in range(0, len(grids), BLOCK)]
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def _keys(grids: np.ndarray) -> np.ndarray:
    x = halved(shown(grids))
    if x.shape[-1] > 1:
        grey = x[..., :3] @ LUMA
        x = np.stack([grey, x[..., 0] - grey, x[..., 2] - grey, *np.moveaxis(x[..., 3:], -1, 0)])
    else:
        x = np.moveaxis(x, -1, 0)
    means = x.mean((2, 3), keepdims=True)
    waves = _waves()
    amplitude = np.abs(waves @ (x - means) @ waves[WAVES - 1 :].T)
    folded = (amplitude[..., WAVES - 1 :, :] + amplitude[..., WAVES - 1 :: -1, :]) / 2
    whole = np.concatenate([means[..., 0], np.sqrt(folded).reshape(*x.shape[:2], -1)], -1)
    return np.moveaxis(whole, 0, 1).reshape(len(grids), -1).astype(np.float32)


def shorter(keys: np.ndarray) -> np.ndarray:
    """Return keys [n, d] cut to their 32 principal components."""
    centered = keys - keys.mean(0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    return np.ascontiguousarray(centered @ axes[:, ::-1][:, :KEY].astype(np.float32))


def candidates(keys: np.ndarray) -> Job[tuple[np.ndarray, np.ndarray]]:
    """Find pairs of near keys float32 [n, d], first < second, in random projection trees.

    Each tree cuts at the median along random directions (Dasgupta and Freund 2008), so its leaves
    are alike in size however the keys lie; within a leaf all are compared.
    """
    count, rng = len(keys), np.random.default_rng(0)
    best = min(max(PAIRS // count, LEAST), MOST)
    codes = []
    for tree in range(TREES if count > LEAF else 1):
        found = []
        for number, leaf in enumerate(_leaves(keys, rng)):
            found.append(_nearest(keys[leaf], leaf, count, (best + 1) // 2))
            if number % 8 == 0:
                yield Progress(tree, TREES, "Comparing pictures")
        codes.append(np.unique(np.concatenate(found)))
    code = np.unique(np.concatenate(codes))
    return _best(keys, code // count, code % count, best)


def _leaves(keys: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    waiting = [np.arange(len(keys))]
    while waiting:
        rows = waiting.pop()
        if len(rows) <= LEAF:
            yield rows
            continue
        direction = rng.standard_normal(keys.shape[1]).astype(np.float32)
        middle = len(rows) // 2
        order = np.argpartition(keys[rows] @ direction, middle)
        waiting += [rows[order[:middle]], rows[order[middle:]]]


def _nearest(x: np.ndarray, rows: np.ndarray, count: int, nearest: int) -> np.ndarray:
    """Return codes first·count + second of each row of a leaf and its nearest."""
    nearest = min(nearest, len(rows) - 1)
    if nearest < 1:
        return np.zeros(0, np.int64)
    squares = np.square(x).sum(1)
    distance = squares[:, None] + squares - 2 * x @ x.T
    np.fill_diagonal(distance, np.inf)
    near = rows[np.argpartition(distance, nearest - 1, axis=1)[:, :nearest]]
    own = np.repeat(rows, nearest).reshape(near.shape)
    return (np.minimum(own, near) * count + np.maximum(own, near)).reshape(-1)


def _best(
    keys: np.ndarray, first: np.ndarray, second: np.ndarray, best: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs that are among the nearest of one of their pictures."""
    distance = np.square(keys[first] - keys[second]).sum(1)
    ends, pair = np.concatenate([first, second]), np.tile(np.arange(len(first)), 2)
    order = np.lexsort((np.tile(distance, 2), ends))
    ends = ends[order]
    begins = np.concatenate([[True], ends[1:] != ends[:-1]])
    place = np.arange(len(ends))
    rank = place - np.maximum.accumulate(np.where(begins, place, 0))
    kept = np.unique(pair[order[rank < best]])
    return first[kept], second[kept]


def greys(grids: np.ndarray) -> np.ndarray:
    """Return the brightness of grids uint8 [n, 32, 32, c] as float32 [n, 16, 16]."""
    return bright(halved(shown(grids)))


def hypotheses(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how coarse pictures a and b, float32 [n, 16, 16], might be copies: numbers of pairs
    [m], and int [m, 3]: mirror (1 across, 2 down, 3 both), shift down and across.
    """
    x, y = (softened(z.reshape(len(z), 8, 2, 8, 2).mean((2, 4))) for z in (a, b))
    likely = np.flatnonzero(laid(x, y, MARGIN // 2).max((1, 2)) > CORRELATION[0])
    found = laid(softened(a[likely]), softened(b[likely]), MARGIN)
    best = found.max(2, keepdims=True)
    straight = np.arange(found.shape[2]) == found.shape[2] // 2  # not shifted: most copies
    pair, turn, shift = np.nonzero((found > CORRELATION[1]) & ((found == best) | straight))
    down, across = np.divmod(shift, 2 * MARGIN + 1)
    return likely[pair], np.stack([turn, down - MARGIN, across - MARGIN], 1)


def laid(a: np.ndarray, b: np.ndarray, margin: int) -> np.ndarray:
    """Lay brightness a over b, float32 [n, s, s]: return their correlations float32 [n, 4, m], in
    the four mirrors and all shifts up to `margin`, row by row.

    The middle of a is moved over b, so that what a shift brought in at the edge does not count.
    """
    count, side = a.shape[:2]
    inner, shifts = side - 2 * margin, 2 * margin + 1
    middle = a[:, margin : side - margin, margin : side - margin]
    middle = middle - middle.mean((1, 2), keepdims=True)
    mirrored = np.stack([middle[:, ::down, ::across] for down in (1, -1) for across in (1, -1)], 1)
    spread = _windowed(b * b, inner) - _windowed(b, inner) ** 2 / inner**2
    length = np.sqrt(np.maximum(spread, 0) * np.square(middle).sum((1, 2))[:, None, None])
    windows = np.lib.stride_tricks.sliding_window_view(b, (inner, inner), (1, 2))
    windows = windows.reshape(count, shifts**2, inner * inner)
    found = mirrored.reshape(count, 4, -1) @ windows.transpose(0, 2, 1)
    noise = (NOISE * inner) ** 2  # where both are flat, nothing speaks against the pair
    return (found + noise) / (length.reshape(count, 1, -1) + noise)


def _windowed(x: np.ndarray, inner: int) -> np.ndarray:
    """Return the sums of x [n, s, s] over all windows of inner × inner."""
    total = np.pad(x.astype(np.float64).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    rows = total[:, inner:] - total[:, :-inner]
    return (rows[:, :, inner:] - rows[:, :, :-inner]).astype(np.float32)


def refined(a: np.ndarray, b: np.ndarray, how: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return how grids a and b, uint8 [n, 32, 32, c], differ in brightness at the best shift near
    that of `how`, in coarse pixels, float32 [n]; and that shift in pixels, int [n, 2].
    """
    turn, *shift = how
    x, y = bright(shown(a)), _mirrored(bright(shown(b)), turn)
    tried = [(2 * shift[0] + k // 3 - 1, 2 * shift[1] + k % 3 - 1) for k in range(9)]
    whole = _contrast(x), _contrast(y)
    errors = [_error(x, y, t, whole) for t in tried]
    best = np.argmin(errors, 0)
    return np.min(errors, 0), np.array(tried)[best]


def _error(
    x: np.ndarray, y: np.ndarray, shift: Sequence[int], whole: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return the mean square difference of x and y [n, h, w], x moved by `shift`; infinity where
    what they show, of contrast `whole`, is not where they lie over each other.
    """
    mine, its = overlap(x, y, shift)
    seen = np.stack([_contrast(mine) / whole[0], _contrast(its) / whole[1]])
    known = (seen.min(0) > SEEN[0]) & (seen.max(0) > SEEN[1])
    return np.where(known, np.square(mine - its).mean((1, 2)), np.inf)


def _contrast(x: np.ndarray) -> np.ndarray:
    """Return the energy of the differences between neighbors in x [n, h, w], not zero."""
    down, across = np.diff(x, axis=1), np.diff(x, axis=2)
    return np.square(down).sum((1, 2)) + np.square(across).sum((1, 2)) + NOISE**2


def _mirrored(x: np.ndarray, turn: int) -> np.ndarray:
    return x[:, :: -1 if turn & 2 else 1, :: -1 if turn & 1 else 1]


def _alike(how: np.ndarray) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Yield the numbers of those that are laid in one way, and the way; not too many at once."""
    ways, group = np.unique(how, axis=0, return_inverse=True)
    order = np.argsort(group.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(group.reshape(-1), minlength=len(ways)))
    for way, end, begin in zip(ways.tolist(), ends, [0, *ends[:-1]], strict=False):
        for start in range(begin, end, BLOCK // 4):
            yield order[start : min(start + BLOCK // 4, end)], way


def overlap(x: np.ndarray, y: np.ndarray, shift: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of x and y [n, h, w, …] that lie over each other, x moved by `shift`."""
    mine = tuple(slice(max(-k, 0), SIDE + min(-k, 0)) for k in shift)
    its = tuple(slice(max(k, 0), SIDE + min(k, 0)) for k in shift)
    return x[:, mine[0], mine[1]], y[:, its[0], its[1]]
