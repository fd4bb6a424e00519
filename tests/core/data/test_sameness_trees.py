"""The fitted trees name signs that exist, and some of them speak for a copy, some against it."""

import numpy as np

from studio.core.data.sameness import SIGNS
from studio.core.data.sameness_trees import BASE, TREES


def test_trees_name_signs():
    assert len(TREES) == 60
    asked = {sign for tree in TREES for sign, *_ in tree}
    assert asked <= set(range(len(SIGNS)))
    assert len(asked) > len(SIGNS) // 2


def test_trees_speak_both_ways():
    added = np.array([[low[2:], high[2:]] for _, low, high in TREES])
    assert np.isfinite(added).all()
    assert BASE + added.max((1, 2)).sum() > 2
    assert BASE + added.min((1, 2)).sum() < -2
