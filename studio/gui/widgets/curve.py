"""A measured series that grows for days: every point kept, cheap to draw and to smooth."""

import numpy as np

BLOCK = 64  # points summed up as one, for views of more than `DENSE` points
DENSE = 1 << 13
REACH = 3  # a smoothing kernel is cut at this many standard deviations


class Curve:
    """Values over ascending steps. `nan` is a gap."""

    def __init__(self, steps: np.ndarray | None = None, values: np.ndarray | None = None):
        self._steps = np.empty(1024)
        self._values = np.empty(1024)
        self.length = 0
        self._blocks = 0  # summed up so far, in the three arrays below
        self._means = np.empty((0, 2))  # mean step of each block, how many values it knows
        self._totals = np.empty(0)
        self._peaks = np.empty((0, 2), np.int64)  # where its lowest and highest value are, in order
        if steps is not None and values is not None:
            self._take(steps, values)

    @property
    def steps(self) -> np.ndarray:
        """All steps, float64."""
        return self._steps[: self.length]

    @property
    def values(self) -> np.ndarray:
        """The values at `steps`."""
        return self._values[: self.length]

    def append(self, step: float, value: float) -> None:
        """Add a point; a step already known, or before the newest, is passed over."""
        if self.length and step <= self._steps[self.length - 1]:
            return
        if self.length == len(self._steps):
            room = np.empty(max(1024, self.length))
            self._steps = np.concatenate([self._steps, room])
            self._values = np.concatenate([self._values, room])
        self._steps[self.length] = step
        self._values[self.length] = value if np.isfinite(value) else np.nan
        self.length += 1

    def thinned(self, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Return steps and values of `most` points or fewer, evenly chosen, the newest too."""
        stride = max(1, -(-self.length // most))
        return self.steps[::-stride][::-1], self.values[::-stride][::-1]

    def rewind(self, step: float) -> None:
        """Drop what comes after `step`: it is trained anew."""
        self.length = int(np.searchsorted(self.steps, step, "right"))
        self._blocks = min(self._blocks, self.length // BLOCK)

    def sum_up(self) -> None:
        """Sum up the blocks that have filled since the last time, before a long curve is drawn."""
        old, new = self._blocks, self.length // BLOCK
        if new == old:
            return
        part = slice(old * BLOCK, new * BLOCK)
        steps, known, totals = (x.reshape(-1, BLOCK) for x in self._raw(part.start, part.stop))
        means = np.stack([steps.mean(1), known.sum(1)], 1)
        found = peaks(self._values[part], BLOCK) + part.start
        self._means = np.concatenate([self._means[:old], means])
        self._totals = np.concatenate([self._totals[:old], totals.sum(1)])
        self._peaks = np.concatenate([self._peaks[:old], found])
        self._blocks = new

    def near(self, step: float) -> float:
        """Return the value at the recorded step nearest to `step`; nan if there is none."""
        if not self.length:
            return float("nan")
        right = min(int(np.searchsorted(self.steps, step)), self.length - 1)
        left = max(right - 1, 0)
        nearer_left = step - self._steps[left] < self._steps[right] - step
        return float(self._values[left if nearer_left else right])

    def outline(self, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """Return about 2 `buckets` points between steps `low` and `high`, every peak among them."""
        first = max(int(np.searchsorted(self.steps, low, "left")) - 1, 0)
        last = min(int(np.searchsorted(self.steps, high, "right")) + 1, self.length)
        if last - first > DENSE:
            self.sum_up()
            begin, end = -(-first // BLOCK), last // BLOCK
            inner = self._peaks[begin:end].ravel()
            ends = np.arange(first, begin * BLOCK), np.arange(end * BLOCK, last)
            shown = np.concatenate([ends[0], inner, ends[1]])
        else:
            shown = np.arange(first, last)
        if len(shown) > 2 * buckets:
            shown = shown[peaks(self._values[shown], -(-len(shown) // buckets)).ravel()]
        return self._steps[shown], self._values[shown]

    def smoothed(
        self, low: float, high: float, buckets: int, width: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the curve between `low` and `high` averaged with a Gaussian `width` steps wide.

        Points are first averaged into `buckets`, so the cost doesn't grow with the run; the kernel
        looks equally far to both sides, so what is smoothed lags nothing.
        """
        steps, weights, totals = self._summed(low - REACH * width, high + REACH * width)
        if not len(steps):
            return steps, totals
        scale = max(high - low, 1e-9) / buckets
        cells = np.floor((steps - steps[0]) / scale).astype(np.int64)
        counts = np.bincount(cells)
        filled = np.flatnonzero(counts)
        middle = np.bincount(cells, steps)[filled] / counts[filled]
        kernel = _gaussian(width / scale)
        weight = _same(np.bincount(cells, weights), kernel)[filled]
        total = _same(np.bincount(cells, totals), kernel)[filled]
        with np.errstate(invalid="ignore", divide="ignore"):
            smooth = np.where(weight > 1e-12, total / weight, np.nan)
        inside = (middle >= low) & (middle <= high)
        return middle[inside], smooth[inside]

    def _take(self, steps: np.ndarray, values: np.ndarray) -> None:
        """Take over what was measured so far, with room for half as much again."""
        self.length = len(steps)
        room = self.length + max(1024, self.length // 2)
        self._steps, self._values = np.empty(room), np.empty(room)
        self._steps[: self.length] = steps
        self._values[: self.length] = np.where(np.isfinite(values), values, np.nan)

    def _summed(self, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return steps, numbers of known values and their sums: by block where there are many."""
        first = int(np.searchsorted(self.steps, low, "left"))
        last = int(np.searchsorted(self.steps, high, "right"))
        if last - first <= DENSE:
            return self._raw(first, last)
        self.sum_up()
        begin, end = -(-first // BLOCK), last // BLOCK
        means = self._means[begin:end]
        blocks = (means[:, 0], means[:, 1], self._totals[begin:end])
        ends = self._raw(first, begin * BLOCK), self._raw(end * BLOCK, last)
        steps, weights, totals = (
            np.concatenate(parts) for parts in zip(ends[0], blocks, ends[1], strict=True)
        )
        return steps, weights, totals

    def _raw(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values = self._values[first:last]
        known = np.isfinite(values)
        return self._steps[first:last], known.astype(float), np.where(known, values, 0.0)


def peaks(values: np.ndarray, size: int) -> np.ndarray:
    """Return where lowest and highest of every `size` values are, in order, int64 [blocks, 2]."""
    short = -len(values) % size
    body = np.concatenate([values, np.full(short, values[-1])]).reshape(-1, size)
    lows = np.where(np.isnan(body), np.inf, body).argmin(1)
    highs = np.where(np.isnan(body), -np.inf, body).argmax(1)
    places = np.sort(np.stack([lows, highs], 1), axis=1) + np.arange(len(body))[:, None] * size
    return np.minimum(places, len(values) - 1)


def _gaussian(sigma: float) -> np.ndarray:
    reach = int(np.ceil(REACH * sigma))
    if reach < 1:
        return np.ones(1)
    return np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)


def _same(signal: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    half = len(kernel) // 2
    return np.convolve(signal, kernel)[half : half + len(signal)]
