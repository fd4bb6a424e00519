"""Sharpness by hand, and a classifier that is at chance exactly when it should be."""

import numpy as np
import pytest

from studio.core.metrics import texture
from tests.core.toys import finish


def test_sharpness_is_the_variance_of_the_laplacian():
    x = np.zeros((1, 5, 5, 1), np.uint8)
    x[0, 2, 2] = 100
    edges = np.array([[0, 100, 0], [100, -400, 100], [0, 100, 0]])
    assert texture.sharpness(x) == pytest.approx(edges.var())
    assert texture.sharpness(np.repeat(x, 3, -1)) == pytest.approx(edges.var(), 1e-4)


def test_chance_for_equal_sets_and_certainty_for_others():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (2, 300, 10))
    assert finish(texture.told_apart(a, b))[1] == pytest.approx(0.5, abs=0.08)
    assert finish(texture.told_apart(a, b + 3))[1] > 0.999
