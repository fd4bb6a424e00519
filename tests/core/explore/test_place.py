"""A place survives its file; what is no place is refused in a sentence."""

import json

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.explore.place import Place, checked, from_json

LATENT = np.random.default_rng(0).standard_normal((3, 4, 4)).astype(np.float32)


def test_a_place_survives_json_bit_by_bit():
    place = Place(LATENT, 2, 0.7, {"abc": -1.5})
    again = from_json(json.loads(json.dumps(place.to_json())))
    assert np.array_equal(again.latent, LATENT)
    assert (again.label, again.truncation, again.sliders) == (2, 0.7, {"abc": -1.5})


@pytest.mark.parametrize(
    "damage",
    [
        {"shape": [3, 4]},
        {"shape": [-3, -4, 4]},
        {"shape": "x"},
        {"latent": "!!"},
        {"latent": None},
        {"sliders": {"a": "b"}},
        {"sliders": 7},
        {"label": "x"},
        {"truncation": None},
        {"truncation": 9e9},
        {"truncation": float("nan")},
    ],
)
def test_damage_is_refused(damage):
    with pytest.raises(Refused):
        from_json({**Place(LATENT).to_json(), **damage})


@pytest.mark.parametrize("value", [None, 3, "x", [], {}])
def test_something_else_is_refused(value):
    with pytest.raises(Refused):
        from_json(value)


def test_not_finite_is_refused():
    with pytest.raises(Refused, match="not finite"):
        checked(Place(np.full((2,), np.inf, np.float32)), (2,))


def test_the_same_place_is_told_from_others():
    place = Place(LATENT, 1, 0.5, {"a": 1.0})
    assert place.same(Place(LATENT.copy(), 1, 0.5, {"a": 1.0}))
    for other in (
        Place(LATENT + 1, 1, 0.5, {"a": 1.0}),
        Place(LATENT[:2], 1, 0.5, {"a": 1.0}),
        Place(LATENT, 2, 0.5, {"a": 1.0}),
        Place(LATENT, 1, 0.6, {"a": 1.0}),
        Place(LATENT, 1, 0.5, {}),
    ):
        assert not place.same(other)
