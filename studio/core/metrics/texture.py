"""Sharpness, and how well a simple classifier tells drawn pictures from real ones."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from studio.core.events import Job, Progress

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
FOLDS = 5


def sharpness(pictures: np.ndarray) -> float:
    """Return the mean variance of the Laplacian of opaque pictures uint8 [n, h, w, 1 or 3]."""
    found = [_variances(pictures[k : k + 64]) for k in range(0, len(pictures), 64)]
    return float(np.concatenate(found).mean())


def _variances(pictures: np.ndarray) -> np.ndarray:
    x = pictures.astype(np.float32)
    x = x[..., 0] if x.shape[-1] == 1 else x @ LUMA
    center = x[:, 1:-1, 1:-1]
    edges = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:] - 4 * center
    return edges.var((1, 2))


def told_apart(real: np.ndarray, drawn: np.ndarray, seed: int = 0) -> Job[float]:
    """Return the area under the curve of a classifier of real against drawn features [n, d].

    0.5 is chance, 1 always right. A linear discriminant with shrunk covariance, five-fold
    cross-validated (a two-sample test as of Lopez-Paz and Oquab 2017).
    """
    x = np.concatenate([real, drawn])
    y = np.repeat([0, 1], [len(real), len(drawn)])
    guesses = np.zeros(len(x))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for k, (known, asked) in enumerate(folds.split(x, y)):
        yield Progress(k, FOLDS, "Telling drawn from real")
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        guesses[asked] = model.fit(x[known], y[known]).decision_function(x[asked])
    return float(roc_auc_score(y, guesses))
