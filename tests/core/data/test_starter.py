"""The starter sets are what their names say, and wrong names are refused."""

import numpy as np
import pytest

from studio.core.data import starter
from studio.core.events import Refused
from tests.core.data.test_sources import looked


def test_starter_digits_are_those_of_scikit_learn():
    pictures, labels = starter.digits()
    assert pictures.shape == (1797, 8, 8) and pictures.max() == 255 and pictures.min() == 0
    assert np.bincount(labels).min() > 170
    found = looked("starter:digits")
    assert found.classes == starter.DIGITS and not found.spawnable


def test_starter_sprites_have_their_factors_in_their_names():
    found = looked("starter:sprites:24")
    assert found.entries[0].name.startswith("axe/00000_")
    assert len(found.classes) == 12 and found.labels[:12] == list(range(12))
    assert len(looked("starter:sprites").entries) == starter.SPRITES


@pytest.mark.parametrize(
    "source", ["starter:cats", "starter:digits:5", "starter:sprites:-1", "starter:sprites:1:2"]
)
def test_other_names_are_refused(source):
    with pytest.raises(Refused, match=r"no starter set|not a number"):
        starter.look(source)
