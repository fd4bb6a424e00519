"""Fidelity and variety from nearest neighbors in feature space, and from bins of a clustering."""

from typing import NamedTuple

import numpy as np
from scipy.stats import norm
from sklearn.cluster import KMeans

NEAREST = 5
BLOCK = 512
BINS = 50
PER_BIN = 10
ALIKE = 3  # decimals to which features of equal pictures agree


class Manifold(NamedTuple):
    """Precision, recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020)."""

    precision: float
    recall: float
    density: float
    coverage: float


def squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return squared distances between the rows of a [m, d] and b [n, d]: [m, n]."""
    found = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return np.maximum(found, 0, out=found)


def radii(x: np.ndarray, nearest: int = NEAREST) -> np.ndarray:
    """Return the squared distance of each row to its `nearest`-th neighbor among the others."""
    blocks = (squares(x[k : k + BLOCK], x) for k in range(0, len(x), BLOCK))
    return np.concatenate([np.partition(b, nearest, axis=1)[:, nearest] for b in blocks])


def manifold(real: np.ndarray, drawn: np.ndarray, nearest: int = NEAREST) -> Manifold:
    """Return the four numbers for features [n, d] of more than `nearest` real and drawn pictures.

    Precision and density: do drawn pictures lie where real ones do. Recall and coverage: do they
    lie wherever real ones do. Density may exceed 1; the others are within 0..1.
    """
    own, theirs = radii(real, nearest), radii(drawn, nearest)
    recalled, covered = [], []
    around = np.zeros(len(drawn))  # how many real neighborhoods each drawn picture lies in
    for start in range(0, len(real), BLOCK):
        part = slice(start, start + BLOCK)
        between = squares(real[part], drawn)
        within = between < own[part, None]
        around += within.sum(0)
        recalled.append((between < theirs).any(1))
        covered.append(within.any(1))
    recall, coverage = np.concatenate(recalled).mean(), np.concatenate(covered).mean()
    density = around.mean() / nearest
    return Manifold(float((around > 0).mean()), float(recall), float(density), float(coverage))


def bins_differing(real: np.ndarray, drawn: np.ndarray, seed: int = 0) -> float:
    """Return the share of clusters of real features that drawn ones fill otherwise (NDB).

    Up to 50 clusters, a two-proportion z-test at 5 % each (Richardson and Weiss 2018); chance
    alone makes about 0.05.
    """
    bins = int(np.clip(len(real) // PER_BIN, 2, BINS))
    found = KMeans(bins, n_init="auto", max_iter=50, random_state=seed).fit(real)
    p = np.bincount(found.predict(real), minlength=bins) / len(real)
    q = np.bincount(found.predict(drawn), minlength=bins) / len(drawn)
    pooled = (p * len(real) + q * len(drawn)) / (len(real) + len(drawn))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(real) + 1 / len(drawn)))
    z = np.abs(p - q) / np.maximum(error, 1e-12)
    return float((z > norm.ppf(0.975)).mean())


def spread(x: np.ndarray) -> float:
    """Return the mean distance between two different rows of features [n, d]."""
    n = len(x)
    total = sum(np.sqrt(squares(x[k : k + BLOCK], x)).sum() for k in range(0, n, BLOCK))
    return float(total / (n * (n - 1)))


def typical(x: np.ndarray) -> float:
    """Return the median distance from a row of features [n, d] to its nearest neighbor.

    Equal rows count once: a set that holds every picture twice is no denser for it.
    """
    x = np.unique(x.round(ALIKE), axis=0)
    return float(np.sqrt(np.median(radii(x, 1)))) if len(x) > 1 else 0.0


def twins(x: np.ndarray, within: float) -> int:
    """Return how many pairs of rows lie closer than `within`: the birthday test's count.

    Among s drawn pictures, t such pairs mean that the model has about s² / 2t different ones
    (Arora and Zhang 2017).
    """
    below = 0
    for start in range(0, len(x), BLOCK):
        near = squares(x[start : start + BLOCK], x) < within**2
        below += int(np.triu(near, start + 1).sum())
    return below
