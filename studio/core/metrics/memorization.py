"""Copies: the nearest training picture of every drawn one, mirrored, turned and shifted too."""

from typing import NamedTuple

import numpy as np

from studio.core.events import Job, Progress
from studio.core.metrics.neighbors import squares
from studio.core.metrics.views import Pictures, parts, small

SIDE, COARSE = 16, 8  # pixels
CANDIDATES = 24
COPY = 1 / 3  # nearer than this, as a part of the distance to the next other picture
TWIN = 8.0  # levels of 255: training pictures this close to each other are one
CLOSE = 5  # per cent of pictures held out that lie closer than the threshold
AT_ONCE = 16


class Nearest(NamedTuple):
    """For each picture: the nearest training picture's place, its distance, and that over the
    distance to the next training picture that is not a twin of it. All [n].
    """

    places: np.ndarray
    distances: np.ndarray
    ratios: np.ndarray


def nearest(drawn: np.ndarray, training: Pictures) -> Job[Nearest]:
    """Find for each picture uint8 [n, h, w, c] the nearest of `training`, both of straight alpha.

    Distances are root mean squares in levels of 255 of pictures shrunk to 16x16 and blurred, the
    least over the 8 symmetries of the square and shifts by a pixel of 16 in any direction. A first
    look at 8x8 pixels names the 24 candidates that are compared exactly.
    """
    coarse, fine = [], []
    for part in parts(len(training), 256):
        fine.append(small(training[part], SIDE))
        coarse.append(small(training[part], COARSE).reshape(len(fine[-1]), -1))
        yield Progress(part.stop, len(training), "Reading training pictures")
    known, rough = np.concatenate(fine), np.concatenate(coarse)
    found: list[Nearest] = []
    for part in parts(len(drawn), AT_ONCE):
        found.append(_nearest(drawn[part], known, rough))
        yield Progress(part.stop, len(drawn), "Looking for copies")
    return Nearest(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _nearest(drawn: np.ndarray, known: np.ndarray, rough: np.ndarray) -> Nearest:
    candidates = _candidates(small(drawn, COARSE), rough)
    looks = np.stack([moved(x) for x in symmetries(small(drawn, SIDE))], 1)
    n, values = len(drawn), known[0].size
    looks = looks.reshape(n, -1, values)
    rows = known.reshape(len(known), values)
    answers = [_compared(looks[k], rows, candidates[k]) for k in range(n)]
    return Nearest(*(np.array(column) for column in zip(*answers, strict=True)))


def _candidates(drawn: np.ndarray, rough: np.ndarray) -> np.ndarray:
    looks = np.stack([x.reshape(len(x), -1) for x in symmetries(drawn)], 1)
    n, turns, values = looks.shape
    far = squares(looks.reshape(-1, values), rough).reshape(n, turns, -1).min(1)
    most = min(CANDIDATES, len(rough))
    return np.argpartition(far, most - 1, axis=1)[:, :most]


def _compared(looks: np.ndarray, rows: np.ndarray, candidates: np.ndarray) -> tuple:
    near = rows[candidates]
    far = np.sqrt(squares(looks, near).min(0) / rows.shape[1])
    mutual = np.sqrt(squares(near, near) / rows.shape[1])
    first, ratio = judged(far, mutual, TWIN)
    return candidates[first], far[first], ratio


def judged(far: np.ndarray, mutual: np.ndarray, twin: float) -> tuple[int, float]:
    """Return which candidate is nearest and the ratio of its distance to the next one's.

    `far` [m] are distances to candidates, `mutual` [m, m] those among them; candidates within
    `twin` of the nearest are passed over, or copies of a picture that the set holds twice would
    never be noticed. Without another candidate the ratio is 1.
    """
    first = int(far.argmin())
    others = far[mutual[first] > twin]
    return first, float(far[first] / max(others.min(), 1e-9)) if len(others) else 1.0


def symmetries(x: np.ndarray) -> list[np.ndarray]:
    """Return the 8 turned and mirrored forms of square pictures [n, c, s, s]."""
    return [np.rot90(y, k, (2, 3)) for y in (x, x[..., ::-1]) for k in range(4)]


def moved(x: np.ndarray) -> np.ndarray:
    """Return pictures [n, c, s, s] shifted by -1, 0, 1 in both directions: [n, 9, c, s, s]."""
    wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    side = x.shape[-1]
    return np.stack(
        [wide[..., y : y + side, z : z + side] for y in range(3) for z in range(3)], axis=1
    )


def nearest_features(drawn: np.ndarray, training: np.ndarray, twin: float) -> Job[np.ndarray]:
    """Return the ratios [n] of `judged` for features [n, d] of drawn and training pictures."""
    ratios = []
    for part in parts(len(drawn), 64):
        far = np.sqrt(squares(drawn[part], training))
        most = min(CANDIDATES, len(training))
        for row in far:
            chosen = np.argpartition(row, most - 1)[:most]
            mutual = np.sqrt(squares(training[chosen], training[chosen]))
            ratios.append(judged(row[chosen], mutual, twin)[1])
        yield Progress(part.stop, len(drawn), "Looking for copies")
    return np.array(ratios)


def share_closer(drawn: np.ndarray, held: np.ndarray) -> float:
    """Return the share of drawn distances below what only 5 % of pictures held out reach."""
    return float((drawn < np.percentile(held, CLOSE)).mean())


def closest(found: Nearest, most: int = 16) -> np.ndarray:
    """Return the numbers of the `most` pictures that are nearest to being copies."""
    return np.argsort(found.ratios, kind="stable")[:most]
