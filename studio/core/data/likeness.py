"""Near duplicates: copies that were encoded again, resized, shifted a little or mirrored.

Candidates come from keys that neither a shift nor a mirror changes; each is then laid over the
other and compared. Time grows with n log n. What was colored or drawn anew is no copy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from studio.core.events import Job, Progress

SIDE, HALF = 32, 16  # of the grids that pictures are compared on, and of the coarse ones
WAVES = 6  # of the spectrum, each way
KEY = 32  # numbers a key is cut to
TREES, LEAF = 10, 256
PAIRS, LEAST, MOST = 300_000, 5, 16  # candidates in all, and for each picture
MARGIN = 2  # coarse pixels that a copy may be shifted by
BLOCK = 2048
CORRELATION = (0.8, 0.87)  # of grids of 8 and of 16 at least
NOISE = 3.0  # levels
# Found on game sprites and photographs with planted copies (tests/bench/near_duplicates.py).
BRIGHT, CONTRAST, SPOT = 5.5, 0.32, 13.0  # how far brightness may differ: on average, …
TINT, TINT_SPOT, CLEAR = 10.0, 42.0, 12.0  # color, and transparency
EDITED, EDITED_SPOT = 0.8, 8.0  # so much the same, and one spot otherwise: drawn anew
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


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
    if len(grids) < 2:
        nothing = np.zeros(0, np.int64)
        return Copies(nothing, nothing, np.zeros(0))
    first, second = yield from candidates(shorter(keys(grids)))
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
    pair, laid = pair[best], laid[best]
    difference = yield from _compared(grids, first[pair], second[pair], laid)
    same = np.isfinite(difference)
    return Copies(first[pair[same]], second[pair[same]], difference[same])


def _refined(
    grids: np.ndarray, first: np.ndarray, second: np.ndarray, how: np.ndarray
) -> Job[tuple[np.ndarray, np.ndarray]]:
    error, laid = np.full(len(how), np.inf, np.float32), how.copy()
    for rows, way in _alike(how):
        yield Progress(0, None, "Comparing pictures")
        found = refined(grids[first[rows]], grids[second[rows]], way)
        error[rows], laid[rows, 1:] = found
    return error, laid


def _compared(
    grids: np.ndarray, first: np.ndarray, second: np.ndarray, laid: np.ndarray
) -> Job[np.ndarray]:
    """Return how pairs differ once they are laid over each other, infinity for those that are no
    copies.
    """
    difference = np.full(len(laid), np.inf)
    for rows, way in _alike(laid):
        yield Progress(0, None, "Comparing pictures")
        same, apart = compared(grids[first[rows]], grids[second[rows]], way)
        difference[rows[same]] = apart[same]
    return difference


def grid(rows: np.ndarray) -> np.ndarray:
    """Return pictures uint8 [n, h, w, c], premultiplied, as grids uint8 [n, 32, 32, c]."""
    if rows.shape[1:3] == (SIDE, SIDE):
        return rows
    found = [cv2.resize(row, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for row in rows]
    return np.stack(found).reshape(len(rows), SIDE, SIDE, rows.shape[-1])


def shown(grids: np.ndarray) -> np.ndarray:
    """Return grids uint8 [..., c] as float32 [..., 1, 3 or 4]: color over a middle grey, alpha."""
    found = grids.astype(np.float32)
    if grids.shape[-1] == 4:
        found[..., :3] += (255 - found[..., 3:]) / 2
    return found


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
    x = _halved(shown(grids))
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


def _halved(x: np.ndarray) -> np.ndarray:
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).mean((2, 4))


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
    return _bright(_halved(shown(grids)))


def softened(x: np.ndarray) -> np.ndarray:
    """Blur x [n, s, s] by [1, 2, 1]: half a pixel's shift then changes little."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16


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
    x, y = _bright(shown(a)), _mirrored(_bright(shown(b)), turn)
    tried = [(2 * shift[0] + k // 3 - 1, 2 * shift[1] + k % 3 - 1) for k in range(9)]
    errors = [np.square(np.subtract(*overlap(x, y, t))).mean((1, 2)) for t in tried]
    best = np.argmin(errors, 0)
    return np.min(errors, 0), np.array(tried)[best]


def _bright(x: np.ndarray) -> np.ndarray:
    return x[..., :3] @ LUMA if x.shape[-1] > 1 else x[..., 0]


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


def compared(a: np.ndarray, b: np.ndarray, laid: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Tell which grids a and b, uint8 [n, 32, 32, c], are copies, laid over each other: mirror,
    shift down and across.

    Returns bool [n] and how they differ, in levels. Both are softened first, for a copy that was
    shrunk or compressed has lost its detail; brightness counts more than color, which JPEG blurs.
    """
    mine, its = overlap(shown(a), _mirrored(shown(b), laid[0]), laid[1:])
    height, width = (length // 2 * 2 for length in mine.shape[1:3])
    mine, its = mine[:, :height, :width], its[:, :height, :width]
    filled = _filled(mine, its)
    left, own = _soft(_halved(mine - its)), _bright(_soft(_halved(mine)))
    weight = np.maximum(_halved(filled), _soft(_halved(filled)))
    area = weight.sum((1, 2, 3)) + 1
    bright = _bright(left)
    tint = left[..., :3] - bright[..., None] if left.shape[-1] > 1 else left * 0
    level, color, clear = (_level(x, area) for x in (bright[..., None], tint, left[..., 3:]))
    contrast = _level((own - own.mean((1, 2), keepdims=True))[..., None], area)
    spot, tint_spot = np.abs(bright).max((1, 2)), np.abs(tint).max((1, 2, 3))
    equal = (np.abs(mine - its).max(-1) <= 6) * filled[..., 0]
    edited = equal.sum((1, 2)) / (filled.sum((1, 2, 3)) + 1) > EDITED
    same = (level <= BRIGHT) & (level <= CONTRAST * (contrast + 4)) & (spot <= SPOT)
    same &= (color <= TINT) & (tint_spot <= TINT_SPOT) & (clear <= CLEAR)
    return same & ~(edited & (spot > EDITED_SPOT)), level + color / 2


def _level(x: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return the root mean square of x [n, h, w, c] over areas [n]."""
    return np.sqrt(np.square(x).sum((1, 2, 3)) / area / max(x.shape[-1], 1))


def _soft(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(
        softened(np.moveaxis(x, -1, 0).reshape(-1, *x.shape[1:3])).reshape(
            x.shape[-1], *x.shape[:3]
        ),
        0,
        -1,
    )


def _filled(mine: np.ndarray, its: np.ndarray) -> np.ndarray:
    """Return how much of each place is not clear in both, 0..1 [n, h, w, 1]."""
    if mine.shape[-1] < 4:
        return np.ones((*mine.shape[:3], 1), np.float32)
    return np.maximum(mine[..., 3:], its[..., 3:]) / 255
