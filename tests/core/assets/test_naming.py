"""Names: natural order, none twice, numbered ones are animations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.assets.naming import animations, distinct, natural


def test_two_comes_before_ten():
    names = ["walk-10", "Walk-2", "walk-1", "3"]
    assert sorted(names, key=natural) == ["3", "walk-1", "Walk-2", "walk-10"]


def test_same_names_are_numbered_past_those_there():
    assert distinct(["a", "A", "a-2", "a"]) == ["a", "A-3", "a-2", "a-4"]


@given(st.lists(st.text("aAb-2", max_size=4), max_size=12))
def test_no_two_names_are_alike(names):
    found = distinct(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(new.startswith(old) for new, old in zip(found, names, strict=True))


@pytest.mark.parametrize("pattern", ["walk-{}", "walk_0{}", "walk {}", "walk{}", "walk ({})"])
def test_numbered_names_are_animations(pattern):
    names = ["idle", *(pattern.format(k) for k in (1, 2, 3)), "jump-1"]
    assert animations(names) == {"walk": (1, 2, 3)}


def test_numbers_alone_are_no_animation():
    assert animations(["001", "002", "-3", "-4"]) == {}


@pytest.mark.parametrize(
    ("numbers", "animated"), [((4, 5), True), ((3, 1, 2, 5), True), ((2640, 2642), False)]
)
def test_codes_at_the_end_are_no_frames(numbers, animated):
    names = [f"u{number}" for number in numbers]
    assert animations(names) == ({"u": tuple(range(len(names)))} if animated else {})
