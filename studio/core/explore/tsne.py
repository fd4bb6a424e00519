"""A flat map of features: neighbors stay neighbors (t-SNE, van der Maaten and Hinton 2008)."""

import numpy as np

from studio.core.events import Job, Progress
from studio.core.metrics.neighbors import squares

PERPLEXITY = 30.0
ROUNDS, EARLY = 400, 100
EXAGGERATION = 12.0
COMPONENTS = 50
BISECTIONS = 24
MARGIN = 0.03
TINY = 1e-12


def layout(features: np.ndarray, rounds: int = ROUNDS) -> Job[np.ndarray]:
    """Return points float32 [n, 2] in 0..1 for features [n, d]; features alone decide them.

    Exact, on at most 50 principal components: made for some hundreds of rows.
    """
    yield Progress(0, rounds, "Laying out the map")
    rows = principal(features, COMPONENTS)
    if len(rows) < 4:
        return framed(rows[:, :2] if rows.shape[1] > 1 else np.repeat(rows, 2, axis=1))
    yield Progress(0, rounds, "Laying out the map")
    near = affinities(squares(rows, rows), min(PERPLEXITY, (len(rows) - 1) / 3))
    points = rows[:, :2] / max(rows[:, 0].std(), TINY) * 1e-4
    moved, gains = np.zeros_like(points), np.ones_like(points)
    rate = max(len(rows) / EXAGGERATION / 4, 50.0)
    for k in range(rounds):
        early = k < EARLY
        slope = _slope(points, near * (EXAGGERATION if early else 1.0))
        gains = np.where((slope > 0) == (moved > 0), gains * 0.8, gains + 0.2).clip(0.01)
        moved = (0.5 if early else 0.8) * moved - rate * gains * slope
        points = points + moved
        yield Progress(k + 1, rounds, "Laying out the map")
    return framed(points)


def principal(features: np.ndarray, most: int) -> np.ndarray:
    """Return the rows [n, at most `most`] along their principal components, signs fixed."""
    rows = features.astype(np.float64) - features.mean(0, dtype=np.float64)
    left, size, _ = np.linalg.svd(rows, full_matrices=False)
    left, size = left[:, :most], size[:most]
    signs = np.sign(left[np.abs(left).argmax(0), np.arange(left.shape[1])])
    return left * size * np.where(signs == 0, 1, signs)


def affinities(far: np.ndarray, perplexity: float) -> np.ndarray:
    """Return symmetric affinities [n, n] of sum 1 for squared distances [n, n].

    Each row's Gaussian is as wide as gives it `perplexity` neighbors, found by bisection.
    """
    far = far / max(float(np.median(far)), TINY)
    np.fill_diagonal(far, np.inf)
    nearest = far.min(1, keepdims=True)
    low, high = np.full((len(far), 1), 1e-3), np.full((len(far), 1), 1e6)
    shares = np.zeros_like(far)
    for _ in range(BISECTIONS):
        sharp = np.sqrt(low * high)
        weights = np.exp(-sharp * (far - nearest))
        shares = weights / weights.sum(1, keepdims=True)
        entropy = -(shares * np.log(np.maximum(shares, TINY))).sum(1, keepdims=True)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, sharp, low), np.where(wide, high, sharp)
    return (shares + shares.T) / (2 * len(shares))


def _slope(points: np.ndarray, near: np.ndarray) -> np.ndarray:
    kernel = 1 / (1 + squares(points, points))
    np.fill_diagonal(kernel, 0)
    pull = (near - kernel / kernel.sum()) * kernel
    return 4 * (pull.sum(1)[:, None] * points - pull @ points)


def framed(points: np.ndarray) -> np.ndarray:
    """Return points float32 [n, 2] scaled to 0..1 in both directions, with a margin."""
    low, high = points.min(0), points.max(0)
    shares = (points - low) / np.maximum(high - low, TINY)
    return (MARGIN + (1 - 2 * MARGIN) * shares).astype(np.float32)
