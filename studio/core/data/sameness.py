"""Whether two small pictures that were laid over each other are one and the same, copied.

A copy loses detail as compressing and resizing do; a sibling differs in a place or a color of its
own, and there are often several equally near. Trees fitted on other pictures weigh these signs.
"""

from collections.abc import Callable

import cv2
import numpy as np

from studio.core.data.sameness_trees import BASE, TREES

SIDE = 32  # of the grids that pictures are compared on
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
EQUAL = 6  # levels
FAR = 40.0  # levels: as if the next picture that is alike were so far
SIGNS = (
    *("level", "contrast", "spot", "color", "tint spot", "clear", "equal", "peak", "edge"),
    *("fine", "best", "best spot", "best color", "loss", "next of first", "next of second"),
)


def shown(grids: np.ndarray) -> np.ndarray:
    """Return grids uint8 [..., c] as float32 [..., 1, 3 or 4]: color over a middle grey, alpha."""
    found = grids.astype(np.float32)
    if grids.shape[-1] == 4:
        found[..., :3] += (255 - found[..., 3:]) / 2
    return found


def bright(x: np.ndarray) -> np.ndarray:
    """Return the brightness [...] of pictures [..., c]."""
    return x[..., :3] @ LUMA if x.shape[-1] > 1 else x[..., 0]


def halved(x: np.ndarray) -> np.ndarray:
    """Return x [n, h, w, c] at half its size."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).mean((2, 4))


def softened(x: np.ndarray) -> np.ndarray:
    """Blur x [n, h, w, …] by [1, 2, 1]: half a pixel's shift then changes little."""
    edge = ((0, 0), (1, 1), (1, 1), *((0, 0),) * (x.ndim - 3))
    padded = np.pad(x, edge, mode="edge")
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 16


def moved(x: np.ndarray, laid: np.ndarray) -> np.ndarray:
    """Mirror and shift x [n, 32, 32, …] back by `laid` [n, 3]; what comes in is zero."""
    found = np.zeros_like(x)
    for k, (turn, down, across) in enumerate(laid.tolist()):
        mirrored = x[k, :: -1 if turn & 2 else 1, :: -1 if turn & 1 else 1]
        rows, columns = _kept(down), _kept(across)
        found[k, rows, columns] = mirrored[_kept(-down), _kept(-across)]
    return found


def _kept(shift: int) -> slice:
    return slice(max(-shift, 0), SIDE + min(-shift, 0))


def differences(a: np.ndarray, b: np.ndarray, laid: np.ndarray) -> np.ndarray:
    """Return float32 [n, 3]: by how many levels grids a and b, uint8 [n, 32, 32, c], laid over each
    other, differ once they are softened: in brightness, at its worst spot, in color.
    """
    _, _, difference, filled = _over(a, b, laid)
    level, spot, tint, _ = _soft(difference, filled)
    return np.stack([level, spot, _level(tint, _area(filled))], 1)


def signs(a: np.ndarray, b: np.ndarray, laid: np.ndarray) -> np.ndarray:
    """Return the signs float32 [n, 14] of grids a and b, uint8 [n, 32, 32, c], laid over each other
    by mirror, shift down and across, int [n, 3]; the two of `beside` belong after them.
    """
    mine, its, difference, filled = _over(a, b, laid)
    known = moved(np.ones((len(a), SIDE, SIDE, 1), np.float32), laid)
    area, full = _area(filled), filled.sum((1, 2, 3)) + 1
    level, spot, tint, blurred = _soft(difference, filled)
    own = bright(softened(halved(mine)))
    contrast = _level((own - own.mean((1, 2), keepdims=True))[..., None], area)
    squares = np.sort(np.square(bright(blurred)).reshape(len(a), -1), 1)
    peak = squares[:, -len(squares[0]) // 20 :].sum(1) / (squares.sum(1) + 20)
    raw = _level(bright(difference)[..., None], full)
    equal = (np.abs(difference).max(-1) <= EQUAL) * filled[..., 0]
    loss, best, rest = _explained(a, b, laid, known, full)
    _, best_spot, best_tint, _ = _soft(rest, filled)
    found = [level, contrast, spot, _level(tint, area), np.abs(tint).max((1, 2, 3))]
    found += [_level(blurred[..., 3:], area), equal.sum((1, 2)) / full, peak]
    found += [_edges(bright(mine * known), bright(its)), (level + 0.5) / (raw + 0.5)]
    found += [best, best_spot, np.abs(best_tint).max((1, 2, 3)), loss]
    return np.stack(found, 1).astype(np.float32)


def _over(a: np.ndarray, b: np.ndarray, laid: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return a, b laid over it, their difference and how much of each place is not clear in both,
    0..1 [n, 32, 32, 1].
    """
    known = moved(np.ones((len(a), SIDE, SIDE, 1), np.float32), laid)
    mine, its = shown(a), moved(shown(b), laid)
    filled = known
    if a.shape[-1] == 4:
        filled = known * np.maximum(mine[..., 3:], its[..., 3:]) / 255
    return mine, its, (mine - its) * known, filled


def _area(filled: np.ndarray) -> np.ndarray:
    half = halved(filled)
    return np.maximum(half, softened(half)).sum((1, 2, 3)) + 1


def _soft(difference: np.ndarray, filled: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return level and worst spot of brightness [n], color and the softened difference."""
    blurred = softened(halved(difference))
    grey = bright(blurred)
    tint = blurred[..., :3] - grey[..., None]
    return _level(grey[..., None], _area(filled)), np.abs(grey).max((1, 2)), tint, blurred


def _level(x: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return the root mean square of x [n, h, w, c] over areas [n]."""
    return np.sqrt(np.square(x).sum((1, 2, 3)) / area / max(x.shape[-1], 1))


def _edges(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how the slopes of x and y [n, h, w] correlate; flat ones do fully."""
    slopes = [
        np.concatenate([np.diff(z, axis=k).reshape(len(z), -1) for k in (1, 2)], 1) for z in (x, y)
    ]
    noise = 2.25 * slopes[0].shape[1]
    length = np.sqrt(np.square(slopes[0]).sum(1) * np.square(slopes[1]).sum(1))
    return ((slopes[0] * slopes[1]).sum(1) + noise) / (length + noise)


def _explained(
    a: np.ndarray, b: np.ndarray, laid: np.ndarray, known: np.ndarray, full: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how much compressing and resizing lose of the two, how little of their difference
    these leave unexplained, in levels [n], and that rest.
    """
    mine, its = losses(a) * known[None], losses(b)
    its = np.stack([moved(x, laid) for x in its])
    rests = np.concatenate([mine - its[:1], mine[:1] - its[1:]])
    levels = np.stack([_level(rest, full) for rest in rests])
    lost = [np.mean([_level(x - z[0], full) for x in z[1:]], 0) for z in (mine, its)]
    rest = rests[levels.argmin(0), np.arange(len(a))]
    return np.maximum(*lost), levels.min(0), rest


def losses(grids: np.ndarray) -> np.ndarray:
    """Return float32 [7, n, 32, 32, 1 or 3]: grids as they are, and as they come back from a JPEG
    of three qualities, from half and three quarters of the size, and from a slight blur.
    """
    found = np.empty((len(LOSSES), *grids.shape[:3], min(grids.shape[-1], 3)), np.float32)
    for k, row in enumerate(grids):
        color, clear = np.ascontiguousarray(row[..., :3]), row[..., 3:]
        for number, lose in enumerate(LOSSES):
            found[number, k] = lose(color).reshape(color.shape)
            if clear.size:
                alpha = clear if 1 <= number <= 3 else lose(np.ascontiguousarray(clear))
                found[number, k] += (255 - alpha.reshape(SIDE, SIDE, 1).astype(np.float32)) / 2
    return found


def _compressed(quality: int) -> Callable[[np.ndarray], np.ndarray]:
    def lose(row: np.ndarray) -> np.ndarray:
        data = cv2.imencode(".jpg", row[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        back = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
        return back.reshape(row.shape)[..., ::-1]

    return lose


def _resized(side: int) -> Callable[[np.ndarray], np.ndarray]:
    def lose(row: np.ndarray) -> np.ndarray:
        small = cv2.resize(row, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)

    return lose


LOSSES: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
    lambda row: row,
    *(_compressed(quality) for quality in (40, 60, 80)),
    *(_resized(side) for side in (16, 24)),
    lambda row: cv2.GaussianBlur(row, (3, 3), 0.6),
)


def beside(signs: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return how far pairs [n] are apart, to how far the nearest other of each picture is: [n, 2].

    A copy is much nearer than anything else; of siblings there are often several.
    """
    apart = signs[:, SIGNS.index("best")] + signs[:, SIGNS.index("color")] / 2
    ends, twice = np.concatenate([first, second]), np.tile(apart, 2)
    order = np.lexsort((twice, ends))
    ends, twice = ends[order], twice[order]
    begin = np.flatnonzero(np.diff(ends, prepend=-1))
    follow = begin[begin + 1 < len(ends)] + 1
    follow = follow[ends[follow] == ends[follow - 1]]
    nearest, next_one = np.full((2, 1 + max(ends, default=0)), FAR)
    nearest[ends[begin]], next_one[ends[follow]] = twice[begin], twice[follow]
    others = [np.where(apart <= nearest[x], next_one[x], nearest[x]) for x in (first, second)]
    return np.stack([(apart + 1) / (other + 1) for other in others], 1).astype(np.float32)


def chance(signs: np.ndarray) -> np.ndarray:
    """Return the chance 0..1 [n] that pairs of these signs [n, 16] are copies.

    Boosted trees of depth two (Friedman 2001); tests/slow/fit_sameness.py fits them.
    """
    total = np.full(len(signs), BASE)
    for (root, cut), (low, low_cut, *lows), (high, high_cut, *highs) in TREES:
        left = np.where(signs[:, low] <= low_cut, *lows)
        right = np.where(signs[:, high] <= high_cut, *highs)
        total += np.where(signs[:, root] <= cut, left, right)
    return 1 / (1 + np.exp(-total))
