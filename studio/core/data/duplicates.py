"""Exact and near duplicates of packed pictures, in near-linear time."""

from dataclasses import dataclass

import numpy as np

from studio.core.events import Job, Progress

ROTATIONS = (0, 16, 32, 48)  # bits; equal in one quarter of its hash, a pair is found
NEIGHBORS = 6  # how many followers in sorted order are compared
BITS_AT_MOST = 4  # of 64 that may differ …
LEVELS_AT_MOST = 8.0  # … with a root mean square difference of at most so many levels of 255
BLOCK = 4096
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, eq=False)
class Duplicates:
    """`exact` and `near` name, for each picture, an earlier one that it repeats, or -1."""

    exact: np.ndarray
    near: np.ndarray


def dhash(rows: np.ndarray) -> np.ndarray:
    """Return the difference hash of rows uint8 [n, h, w, c]: uint64 [n] (Krawetz 2013).

    A bit says whether brightness grows from one cell of a 9×8 grid to its right neighbour.
    """
    grey = _grey(rows)
    down, across = _means(rows.shape[1], 8), _means(rows.shape[2], 9)
    cells = down @ grey @ across.T
    bits = cells[:, :, 1:] > cells[:, :, :-1] + 0.5
    return np.packbits(bits.reshape(len(rows), 64), axis=1).view(np.uint64)[:, 0]


def _grey(rows: np.ndarray) -> np.ndarray:
    """Return brightness float32 [n, h, w]; under transparency lies a middle grey."""
    channels = rows.shape[-1]
    if channels == 1:
        return rows[..., 0].astype(np.float32)
    grey = rows[..., :3].astype(np.float32) @ LUMA
    return grey if channels == 3 else grey + (255 - rows[..., 3].astype(np.float32)) / 2


def _means(length: int, cells: int) -> np.ndarray:
    """Return the matrix [cells, length] that averages `length` pixels into `cells` equal parts."""
    edges = np.linspace(0, length, cells + 1)
    pixels = np.arange(length)
    share = np.minimum(pixels + 1, edges[1:, None]) - np.maximum(pixels, edges[:-1, None])
    share = np.maximum(share, 0)
    return (share / share.sum(1, keepdims=True)).astype(np.float32)


def find(rows: np.ndarray, hashes: np.ndarray) -> Job[Duplicates]:
    """Find pictures that repeat an earlier one, exactly or nearly. `rows` may be a memmap.

    Near means: almost the same difference hash and almost the same colors, so that recolored
    sprites are not taken for copies. Very large groups of near twins may be found in part.
    """
    yield Progress(0, None, "Comparing pictures")
    exact, near = _exact(rows, hashes), np.full(len(rows), -1)
    for number, turn in enumerate(ROTATIONS):
        first, second = _candidates(hashes, turn)
        fresh = (exact[second] < 0) & (exact[first] < 0) & (near[second] < 0)
        first, second = first[fresh], second[fresh]
        for start in range(0, len(first), BLOCK):
            part = slice(start, start + BLOCK)
            yield Progress(number, len(ROTATIONS), "Comparing pictures")
            same = _alike(rows, first[part], second[part])
            near[second[part][same]] = first[part][same]
    return Duplicates(exact, near)


def _exact(rows: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Equal rows have equal hashes: only those are compared, byte by byte."""
    exact = np.full(len(rows), -1)
    _, group, count = np.unique(hashes, return_inverse=True, return_counts=True)
    seen: dict[tuple[int, bytes], int] = {}
    for k in np.flatnonzero(count[group] > 1).tolist():
        first = seen.setdefault((int(group[k]), rows[k].tobytes()), k)
        if first != k:
            exact[k] = first
    return exact


def _candidates(hashes: np.ndarray, turn: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (earlier, later) that are close when sorted by the hash turned by `turn`."""
    turned = hashes << np.uint64(turn) | hashes >> np.uint64(64 - turn) if turn else hashes
    order = np.argsort(turned, kind="stable")
    pairs = []
    for step in range(1, min(NEIGHBORS, len(order) - 1) + 1):
        a, b = order[:-step], order[step:]
        close = np.bitwise_count(hashes[a] ^ hashes[b]) <= BITS_AT_MOST
        pairs.append(np.stack([a[close], b[close]]))
    if not pairs:
        return np.zeros(0, int), np.zeros(0, int)
    found = np.sort(np.concatenate(pairs, axis=1), axis=0)
    return found[0], found[1]


def _alike(rows: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    difference = rows[first].astype(np.float32) - rows[second]
    return np.square(difference).mean(axis=(1, 2, 3)) <= LEVELS_AT_MOST**2
