"""Distances between two sets of features: the kernel distance KID and the Fréchet distance."""

from typing import NamedTuple

import numpy as np
from sklearn.covariance import ledoit_wolf

SUBSETS = 100
SUBSET_AT_MOST = 1000
KERNEL_AT_MOST = 5000  # pictures on each side: memory
FREE_OF_PCA = 2000  # pictures from which the Fréchet distance is taken in full width
WIDTH = 64
PER_DIMENSION = 5  # pictures a covariance needs at least


class Estimate(NamedTuple):
    """A value and its standard error."""

    value: float
    error: float


def standardized(reference: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Return the feature sets [n, d] shifted and scaled by the reference's mean and deviation.

    Features that hardly vary are not blown up: the deviation counts for at least a tenth of the
    median one.
    """
    mean, deviation = reference.mean(0), reference.std(0)
    deviation = np.maximum(deviation, 0.1 * np.median(deviation) + 1e-6)
    return [((x - mean) / deviation).astype(np.float32) for x in (reference, *others)]


def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (a·b / d + 1)³ between the rows of a [m, d] and b [n, d]: [m, n]."""
    return (a.astype(np.float64) @ b.T.astype(np.float64) / a.shape[1] + 1) ** 3


def kid(
    a: np.ndarray, b: np.ndarray, subsets: int = SUBSETS, size: int | None = None, seed: int = 0
) -> Estimate:
    """Return the kernel distance of features [n, d] (Bińkowski et al. 2018), mean over subsets: the
    unbiased squared maximum mean discrepancy (Gretton et al. 2012).

    Subsets are halves, drawn without replacement, of at most 1000: their deviation is then the
    delete-half jackknife's standard error of the whole (Shao and Wu 1989).
    """
    a, b = a[:KERNEL_AT_MOST], b[:KERNEL_AT_MOST]
    m = size or max(2, min(SUBSET_AT_MOST, min(len(a), len(b)) // 2))
    rng = np.random.default_rng(seed)
    i, j = _subsets(len(a), m, subsets, rng), _subsets(len(b), m, subsets, rng)
    within = _within(kernel(a, a), i) + _within(kernel(b, b), j)
    between = ((i @ kernel(a, b)) * j).sum(1)
    found = within / (m * (m - 1)) - 2 * between / (m * m)
    return Estimate(float(found.mean()), float(found.std()))


def _subsets(count: int, size: int, subsets: int, rng: np.random.Generator) -> np.ndarray:
    """Return rows of ones at `size` of `count` places: sums over subsets become one product."""
    chosen = np.zeros((subsets, count))
    for row in chosen:
        row[rng.choice(count, size, replace=False)] = 1
    return chosen


def _within(square: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return ((chosen @ square) * chosen).sum(1) - chosen @ square.diagonal()


def frechet(a: np.ndarray, b: np.ndarray, shrink: bool = True) -> float:
    """Return the Fréchet distance of Gaussians fitted to features [n, d] (Heusel et al. 2017).

    With `shrink` covariances are those of Ledoit and Wolf (2004), which few pictures need; without
    it is the published formula.
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    one, other = _covariance(a, shrink), _covariance(b, shrink)
    root = np.sqrt(np.clip(np.linalg.eigvals(one @ other).real, 0, None)).sum()
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + np.trace(one) + np.trace(other) - 2 * root)


def _covariance(x: np.ndarray, shrink: bool) -> np.ndarray:
    return ledoit_wolf(x)[0] if shrink else np.cov(x, rowvar=False)


def reduced(reference: np.ndarray, *others: np.ndarray, width: int = WIDTH) -> list[np.ndarray]:
    """Return feature sets on the reference's first principal components, at most `width`."""
    center = reference.mean(0)
    axes = np.linalg.eigh(np.cov((reference - center).astype(np.float64), rowvar=False))[1]
    chosen = axes[:, ::-1][:, :width]
    return [(x - center) @ chosen for x in (reference, *others)]


def enough(count: int, width: int = WIDTH) -> bool:
    """Tell whether `count` pictures fit a Gaussian of `width` dimensions."""
    return count >= PER_DIMENSION * width
