"""What is typed into the search box is understood, or refused in one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import Refused
from studio.core.gallery.query import Query, day, parse


def test_words_and_keys():
    found = parse('run:3 seed:7 star #FF8800 like:hero-0003 tag:"old boss" after:2026-11-01 moss')
    assert found == Query(
        run=3,
        seed=7,
        starred=True,
        color="#ff8800",
        like="hero-0003",
        tag="old boss",
        since="2026-11-01",
        text="moss",
    )


@pytest.mark.parametrize(
    ("text", "ends"),
    [("step:5", (5, 5)), ("step:5-9", (5, 9)), ("step:5-", (5, None)), ("step:-9", (None, 9))],
)
def test_steps(text: str, ends: tuple[int | None, int | None]):
    found = parse(text)
    assert (found.step_from, found.step_to) == ends


def test_unknown_keys_are_words():
    assert parse("note:this trick").text == "note:this trick"
    assert parse('"star" "#ff0000"') == Query(text="star #ff0000")
    assert parse("is:star is:trash") == Query(starred=True, trashed=True)


@pytest.mark.parametrize(
    "text", ["run:x", "run:-1", "before:yesterday", "seed:99999999999999999999", "order:best"]
)
def test_what_does_not_fit_is_refused(text: str):
    with pytest.raises(Refused) as refused:
        parse(text)
    assert str(refused.value).count(".") >= 1


def test_order():
    assert parse("").ordered() == "newest"
    assert parse("#ff0000").ordered() == "likeness"
    assert parse("#ff0000 order:name").ordered() == "name"


def test_a_day_begins_at_midnight_here():
    assert day("2026-03-02") - day("2026-03-01") == 86400


@given(st.text(max_size=60))
def test_anything_may_be_typed(text: str):
    try:
        assert isinstance(parse(text), Query)
    except Refused as refused:
        assert str(refused)
