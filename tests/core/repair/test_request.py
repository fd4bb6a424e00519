"""The settings of repair: words for the user, ranges, sentences."""

from typing import get_args

import pytest

from studio.core.events import Refused
from studio.core.repair.repairing import SIMPLE, ways
from studio.core.repair.request import Method, RepairSettings


def test_every_setting_has_words_for_the_user():
    for name, info in RepairSettings.model_fields.items():
        assert info.title and info.description and info.description.endswith("."), name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "magic"}, "'magic'"),
        ({"candidates": 0}, "candidates"),
        ({"candidates": 5}, "candidates"),
        ({"seed": -1}, "seed"),
        ({"wrap": "perhaps"}, "wrap"),
        ({"brush": 1}, "no setting 'brush'"),
    ],
)
def test_what_does_not_fit_is_a_sentence(changes, words):
    with pytest.raises(Refused, match=words):
        RepairSettings().updated(changes)


def test_every_method_but_the_model_has_its_ways():
    for method in get_args(Method):
        if method == "model":
            continue
        for thick in (False, True):
            found = ways(method, thick)
            assert found and all(way.title for way in found)
            assert len({way.title for way in found}) == len(found)
        if method in SIMPLE:
            assert [way.method for way in ways(method, True)] == [method]
