"""The flat map: groups stay groups, always alike, whatever the number of rows."""

import numpy as np
import pytest

from studio.core.explore.tsne import affinities, layout
from studio.core.metrics.neighbors import squares
from tests.core import toys


def test_groups_stay_groups():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 4, 120)
    rows = 4 * rng.normal(size=(4, 30))[group] + rng.normal(size=(120, 30))
    points = toys.finish(layout(rows.astype(np.float32), 200))[1]
    assert points.dtype == np.float32 and points.min() >= 0 and points.max() <= 1
    far = squares(points, points)
    np.fill_diagonal(far, np.inf)
    assert (group[far.argmin(1)] == group).mean() > 0.97


def test_the_same_rows_are_laid_out_alike():
    rows = np.random.default_rng(1).normal(size=(40, 20)).astype(np.float32)
    one, other = (toys.finish(layout(rows, 60))[1] for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_few_rows_and_equal_ones_still_make_a_map(count, spread):
    rows = spread * np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
    points = toys.finish(layout(rows, 30))[1]
    assert points.shape == (count, 2) and np.isfinite(points).all()


def test_affinities_have_the_perplexity_asked_for():
    rows = np.random.default_rng(0).normal(size=(60, 5))
    found = affinities(squares(rows, rows), 10.0)
    assert found.sum() == pytest.approx(1) and np.array_equal(found, found.T)
    assert (found.diagonal() == 0).all()
