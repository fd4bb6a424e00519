"""Neighborhoods against definitions written out, and what bins and twins count."""

import numpy as np
import pytest

from studio.core.metrics import neighbors


@pytest.fixture
def two() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(0, 1, (700, 4)), rng.normal(0.5, 0.8, (600, 4))


def test_manifold_follows_the_definitions(two):
    real, drawn = two
    between = np.linalg.norm(real[:, None] - drawn, axis=2)
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=2), axis=1)[:, 5]
    theirs = np.sort(np.linalg.norm(drawn[:, None] - drawn, axis=2), axis=1)[:, 5]
    inside = between < own[:, None]
    found = neighbors.manifold(real, drawn)
    assert found.precision == pytest.approx(inside.any(0).mean())
    assert found.density == pytest.approx(inside.sum(0).mean() / 5)
    assert found.recall == pytest.approx((between < theirs).any(1).mean())
    assert found.coverage == pytest.approx((between.min(1) < own).mean())


def test_real_against_real_has_density_and_coverage_near_one():
    rng = np.random.default_rng(1)
    found = neighbors.manifold(*rng.normal(0, 1, (2, 800, 6)))
    assert found.density == pytest.approx(1, abs=0.1) and found.coverage > 0.9


def test_distances_spread_and_typical():
    line = np.array([[0.0], [3.0], [4.0]])
    assert np.allclose(neighbors.squares(line, line)[0], [0, 9, 16])
    assert neighbors.spread(line) == pytest.approx((3 + 4 + 1) / 3)
    assert neighbors.typical(line) == 1.0


def test_twins_are_counted_once_a_pair():
    x = np.array([[0.0], [0.01], [5.0], [5.005], [5.01], [9.0]])
    assert neighbors.twins(x, 0.1) == 1 + 3
    assert neighbors.twins(np.zeros((1000, 2)), 0.1) == 1000 * 999 // 2
    assert neighbors.twins(x, 0.0) == 0


def test_a_set_that_holds_every_picture_twice_is_no_denser():
    x = np.random.default_rng(0).normal(0, 1, (300, 8)).astype(np.float32)
    assert neighbors.typical(np.repeat(x, 2, 0)) == pytest.approx(neighbors.typical(x), rel=1e-3)
    assert neighbors.typical(np.zeros((9, 2))) == 0


def test_few_bins_differ_by_chance_and_many_when_a_cluster_is_missing():
    rng = np.random.default_rng(0)
    centers = rng.normal(0, 10, (20, 5))
    a, b = (centers[np.arange(1000) % 20] + rng.normal(0, 1, (1000, 5)) for _ in range(2))
    assert neighbors.bins_differing(a, b) < 0.15
    assert neighbors.bins_differing(a, b[np.arange(1000) % 20 < 8]) > 0.5
