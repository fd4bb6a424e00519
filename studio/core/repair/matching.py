"""Nearest patches: for each patch of a hole, the most alike of the patches that may be copied."""

from collections.abc import Iterator

import numpy as np

from studio.core.events import Job, Progress

DIMENSIONS = 24  # of a patch's principal components
SAMPLES = 3000  # patches that the components are found from
ITERATIONS = 4  # towards the principal components
ROWS = 8192  # patches looked at in one go
PRODUCTS = 6_000_000  # distances found in one go
TABLE = 1_500_000  # patches up to which all are projected once and kept: 24 floats each


class Patches:
    """The patches of an image float32 [h, w, c] as points [d], their principal components.

    A patch is named by the flat index of its center; `open` is bool [h * w]: it may be copied.
    """

    def __init__(self, image: np.ndarray, open_: np.ndarray, side: int, rng: np.random.Generator):
        self.image, self.shape, self.side = image, image.shape[:2], side
        self.open = open_.ravel()
        self.centers = np.flatnonzero(self.open)
        some = rng.choice(self.centers, min(SAMPLES, len(self.centers)), replace=False)
        sample = cut(image, some, side)
        self.mean = sample.mean(0)
        self.basis = _principal(sample - self.mean, min(DIMENSIONS, sample.shape[1]), rng)
        self.points: np.ndarray | None = None

    def project(self, image: np.ndarray, centers: np.ndarray) -> np.ndarray:
        """Return the patches of an image of the same size as points [n, d]."""
        return (cut(image, centers, self.side) - self.mean) @ self.basis

    def projected(self, image: np.ndarray, centers: np.ndarray, tick: Progress) -> Job[np.ndarray]:
        """Do the same for many patches, some at a time."""
        points = np.empty((len(centers), self.basis.shape[1]), np.float32)
        for rows in blocks(len(centers)):
            points[rows] = self.project(image, centers[rows])
            yield tick
        return points

    def learn(self, tick: Progress) -> Job[None]:
        """Project all that may be copied, unless there are too many to keep."""
        if len(self.centers) <= TABLE:
            found = yield from self.projected(self.image, self.centers, tick)
            self.points = np.zeros((len(self.open), found.shape[1]), np.float32)
            self.points[self.centers] = found

    def at(self, centers: np.ndarray) -> np.ndarray:
        """Return the points [n, d] of patches that may be copied."""
        if self.points is None:
            return self.project(self.image, centers)
        return self.points[centers]

    def distances(self, queries: np.ndarray, centers: np.ndarray) -> np.ndarray:
        """Return the squared distances [n] of points [n, d] to the patches at `centers` [n]."""
        apart = self.at(centers) - queries
        return np.einsum("nd,nd->n", apart, apart)

    def nearest(self, queries: np.ndarray, tick: Progress) -> Job[np.ndarray]:
        """Return the patch [n] nearest to each of the points [n, d]: exact, all are tried."""
        keys = self.at(self.centers)
        half = np.square(keys).sum(1) / 2
        found = np.empty(len(queries), np.int64)
        for rows in blocks(len(queries), max(1, PRODUCTS // len(keys))):
            found[rows] = (half - queries[rows] @ keys.T).argmin(1)
            yield tick
        return self.centers[found]


class Field:
    """For each patch that touches the hole (`queries`, flat indices), the patch it copies (`at`).

    `apart` are their squared distances; `order` [h * w] is a query's number, -1 where there is
    none; `points` [n, d] are the queries as they look now.
    """

    def __init__(self, patches: Patches, queries: np.ndarray, at: np.ndarray):
        self.patches, self.queries, self.at = patches, queries, at
        self.order = np.full(len(patches.open), -1, np.int32)
        self.order[queries] = np.arange(len(queries))
        self.apart = np.zeros(len(queries), np.float32)
        self.points = np.zeros((0, 0), np.float32)

    def look(self, image: np.ndarray, tick: Progress) -> Job[None]:
        """Take the queries from an image and measure anew how far they are from their copies."""
        self.points = yield from self.patches.projected(image, self.queries, tick)
        yield from self._measure(tick)

    def search(self, tick: Progress) -> Job[None]:
        """Find each query's nearest patch of all."""
        self.at = yield from self.patches.nearest(self.points, tick)
        yield from self._measure(tick)

    def _measure(self, tick: Progress) -> Job[None]:
        for rows in blocks(len(self.queries)):
            self.apart[rows] = self.patches.distances(self.points[rows], self.at[rows])
            yield tick

    def propagate(self, jump: int, tick: Progress) -> Job[None]:
        """Offer each query what the four neighbors at `jump` copy, moved along (Barnes 2009)."""
        w = self.patches.shape[1]
        for step in (jump, -jump, jump * w, -jump * w):
            for rows in blocks(len(self.queries)):
                neighbors = self.queries[rows] + step
                inside = (neighbors >= 0) & (neighbors < len(self.order))
                number = np.where(inside, self.order[neighbors * inside], -1)
                self._offer(rows, np.where(number >= 0, self.at[number] - step, -1))
                yield tick

    def wander(self, reach: int, rng: np.random.Generator, tick: Progress) -> Job[None]:
        """Offer patches drawn ever nearer to the ones copied now, from `reach` pixels on."""
        while reach >= 1:
            for rows in blocks(len(self.queries)):
                offsets = rng.integers(-reach, reach + 1, (2, len(self.at[rows])))
                self._offer(rows, self._moved(self.at[rows], *offsets))
                yield tick
            reach //= 2

    def shift(self, offsets: np.ndarray, tick: Progress) -> Job[None]:
        """Offer the patches that lie at each of the offsets [k, 2] from the query itself."""
        for down, right in offsets:
            for rows in blocks(len(self.queries)):
                self._offer(rows, self._moved(self.queries[rows], down, right))
                yield tick

    def _moved(self, at: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
        w = self.patches.shape[1]
        column = at % w + right
        return np.where((column >= 0) & (column < w), at + down * w + right, -1)

    def _offer(self, rows: slice, candidates: np.ndarray) -> None:
        """Let these queries copy from `candidates` where they may and where that is nearer."""
        inside = (candidates >= 0) & (candidates < len(self.patches.open))
        inside &= self.patches.open[candidates * inside] & (candidates != self.at[rows])
        who = np.flatnonzero(inside) + rows.start
        candidates = candidates[inside]
        apart = self.patches.distances(self.points[who], candidates)
        nearer = apart < self.apart[who]
        self.at[who[nearer]], self.apart[who[nearer]] = candidates[nearer], apart[nearer]

    def pairs(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield some queries, on what one pixel of theirs lands, and from where it is copied.

        No two of them land on the same pixel.
        """
        for step in _around(self.patches.side, self.patches.shape[1]):
            for rows in blocks(len(self.queries), 8 * ROWS):
                yield rows, self.queries[rows] + step, self.at[rows] + step


def _principal(sample: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return an orthonormal basis [d, count] of where the `sample` [n, d] varies most.

    By subspace iteration, a tenth of the time of all eigenvectors.
    """
    basis = rng.standard_normal((sample.shape[1], count)).astype(np.float32)
    for _ in range(ITERATIONS):
        basis, _ = np.linalg.qr(sample.T @ (sample @ basis))
    return np.ascontiguousarray(basis, np.float32)


def blocks(count: int, size: int = ROWS) -> Iterator[slice]:
    """Yield slices that cut `count` things into blocks."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def cut(image: np.ndarray, centers: np.ndarray, side: int) -> np.ndarray:
    """Return the patches [n, side * side * c] around flat indices of an image [h, w, c]."""
    flat = image.reshape(-1, image.shape[2])
    near = _around(side, image.shape[1])
    return flat[centers[:, None] + near].reshape(len(centers), near.size * image.shape[2])


def _around(side: int, width: int) -> np.ndarray:
    """Return the flat indices [side * side] of a patch's pixels, its center's being 0."""
    steps = np.arange(side) - side // 2
    return (steps[:, None] * width + steps).ravel()
