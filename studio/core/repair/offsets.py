"""How a picture repeats: the offsets at which its patches are found again (He & Sun 2012)."""

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.repair.matching import PRODUCTS, Patches, blocks

COUNT = 60  # offsets kept
ASKED = 1500  # patches whose repetition is looked for
FAR = 1 / 15  # of the image's longer side: what is nearer is no repetition but the same thing


def dominant(patches: Patches, rng: np.random.Generator, tick: Progress) -> Job[np.ndarray]:
    """Return the most frequent offsets int [k, 2] (down, right), k <= COUNT, frequent first."""
    w = patches.shape[1]
    far = FAR * max(patches.shape)
    asked = rng.choice(patches.centers, min(ASKED, len(patches.centers)), replace=False)
    keys = patches.at(patches.centers)
    half = np.square(keys).sum(1) / 2
    rows, columns = patches.centers // w, patches.centers % w
    found = np.empty_like(asked)
    for block in blocks(len(asked), max(1, PRODUCTS // len(keys) // 4)):
        some = asked[block]
        cost = half - patches.at(some) @ keys.T
        near = np.abs(some[:, None] // w - rows) < far
        cost[near & (np.abs(some[:, None] % w - columns) < far)] = np.inf
        found[block] = patches.centers[cost.argmin(1)]
        yield tick
    return _peaks(found // w - asked // w, found % w - asked % w, patches.shape)


def _peaks(down: np.ndarray, right: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    h, w = shape
    votes = np.zeros((2 * h + 1, 2 * w + 1), np.float32)
    np.add.at(votes, (down + h, right + w), 1)
    votes = np.asarray(cv2.GaussianBlur(votes, (0, 0), 1.4))
    peak = (votes == cv2.dilate(votes, np.ones((5, 5), np.uint8))) & (votes > 0)
    rows, columns = np.nonzero(peak)
    best = np.argsort(-votes[rows, columns], kind="stable")[:COUNT]
    return np.stack([rows[best] - h, columns[best] - w], 1)
