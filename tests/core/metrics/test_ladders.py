"""Every metric follows a corruption step by step along its own axis, and none along another's."""

from functools import cache

import numpy as np
import pytest

from studio.core.metrics import distances, neighbors, own, scores, sliced, texture
from studio.core.metrics.features import RandomEncoder, features
from tests.core.metrics import ladders
from tests.core.toys import finish

COUNT = 240
AGREEMENT = 0.89  # of ranks: one tie, or one pair of neighbors the other way round
STEPS = 30


@cache
def halves() -> tuple[np.ndarray, np.ndarray]:
    pictures = ladders.pictures(2 * COUNT)
    return pictures[:COUNT], pictures[COUNT:]


@cache
def encoder(name: str):
    if name == "random":
        return RandomEncoder(3)
    return finish(own.learn(np.concatenate(halves()), None, 0, STEPS))[1]


@cache
def of_real(name: str) -> np.ndarray:
    return finish(features(encoder(name), halves()[0]))[1]


class Look:
    """One corrupted half against the other half, its features taken when first needed."""

    def __init__(self, drawn: np.ndarray):
        self.real, self.drawn = halves()[0], drawn
        self.known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def features(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        if name not in self.known:
            found = finish(features(encoder(name), self.drawn))[1]
            real, drawn = distances.standardized(of_real(name), found)
            self.known[name] = real, drawn
        return self.known[name]

    def measure(self, key: str) -> float:
        kind, _, of = key.partition(".")
        if kind == "kid":
            return distances.kid(*self.features(of), subsets=20).value
        if kind == "frechet":
            return scores._frechet(*self.features(of))
        if kind == "swd":
            levels = zip(sliced.pyramid(self.real), sliced.pyramid(self.drawn), strict=True)
            real, drawn = next(pair for pair in levels if pair[0].shape[-1] == int(of))
            return finish(sliced.distances(real, [drawn], 0))[1][0]
        if kind == "sharpness":
            return scores._sharpness(self.real, self.drawn)
        if kind == "auc":
            return finish(texture.told_apart(*self.features("random")))[1]
        real, drawn = self.features("own")
        if kind == "twins":
            return scores._twins(real, drawn)
        if kind == "bins":
            return neighbors.bins_differing(real, drawn)
        return getattr(neighbors.manifold(real, drawn), kind)


LADDERS = {
    "blur": (
        ladders.blurred,
        (0, 0.5, 0.8, 1.2, 2),
        ("kid.own", "kid.random", "frechet.own", "frechet.random", "swd.32", "swd.16"),
        ("precision", "density", "coverage", "sharpness"),
    ),
    "noise": (
        ladders.noisy,
        (0, 10, 20, 40, 80),
        ("kid.random", "frechet.random", "swd.32", "swd.16"),
        (),
    ),
    "jpeg": (
        ladders.compressed,
        (5, 20, 40, 60, 80, 90),
        ("kid.random", "frechet.random", "swd.32", "swd.16"),
        (),
    ),
    "hue": (
        ladders.tinted,
        (0, 0.03, 0.06, 0.1, 0.15, 0.2),  # further round come the palettes of other sprites
        ("kid.own", "kid.random", "frechet.own", "frechet.random"),
        (),
    ),
    "modes dropped": (
        ladders.dropped,
        (0, 2, 4, 6, 8, 10),
        ("frechet.random", "auc", "twins"),
        ("recall", "coverage"),
    ),
    "repeated": (
        ladders.repeated,
        (0, 0.1, 0.3, 0.5, 0.7, 0.9),
        ("bins", "twins", "frechet.own", "frechet.random", "kid.random"),
        ("coverage",),
    ),
    "mixed": (
        ladders.mixed,
        (0, 0.1, 0.3, 0.5, 0.7, 0.9),
        ("kid.own", "kid.random", "frechet.own", "auc", "swd.32"),
        ("precision", "density"),
    ),
}


@pytest.mark.parametrize("name", LADDERS)
def test_every_metric_is_monotone_along_its_axis(name):
    change, rungs, rising, falling = LADDERS[name]
    looks = [Look(change(halves()[1], rung)) for rung in rungs]
    ranks = {
        key: ladders.rank(rungs, [look.measure(key) for look in looks]) for key in rising + falling
    }
    assert {k: r for k, r in ranks.items() if k in rising and r < AGREEMENT} == {}
    assert {k: r for k, r in ranks.items() if k in falling and r > -AGREEMENT} == {}


def test_dropped_modes_move_recall_and_coverage_but_not_precision():
    real, drawn = Look(halves()[1]), Look(ladders.dropped(halves()[1], 9))
    change = {k: drawn.measure(k) - real.measure(k) for k in ("precision", "recall", "coverage")}
    assert abs(change["precision"]) < 0.1
    assert change["recall"] < -0.25 and change["coverage"] < -0.25
