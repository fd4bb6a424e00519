"""Terms of a search: taken apart, put together, exchanged."""

from hypothesis import given
from hypothesis import strategies as st

from studio.core.gallery.query import parse
from studio.gui.widgets import search_terms

names = st.text(
    st.characters(codec="utf-8", exclude_characters='"', categories=("L", "N", "Zs")), min_size=1
)


def test_terms_know_what_they_narrow() -> None:
    terms = search_terms.split('boss run:3 tag:"big ones" #ff8800 star after:2026-11-01 x:y')
    assert terms == [
        "boss",
        "run:3",
        'tag:"big ones"',
        "#ff8800",
        "star",
        "after:2026-11-01",
        "x:y",
    ]
    keys = [search_terms.key_of(term) for term in terms]
    assert keys == ["", "run", "tag", "color", "starred", "since", ""]
    assert search_terms.key_of("step:4-8") == "step"
    assert search_terms.key_of("trash") == "trashed"
    assert search_terms.key_of('"star"') == "", "in quotes it is a word"


def test_a_term_takes_the_place_of_one_of_its_kind() -> None:
    terms = ["run:3", "star"]
    assert search_terms.with_term(terms, "run:4") == ["star", "run:4"]
    assert search_terms.without(terms, "starred") == ["run:3"]


def test_words_and_what_narrows_are_told_apart() -> None:
    assert search_terms.sorted_out("old run:3 boss star") == (["run:3", "star"], "old boss")


@given(names)
def test_what_is_written_is_read_again(name: str) -> None:
    term = search_terms.written("board", name)
    assert search_terms.split(term) == [term]
    assert search_terms.value_of(term) == name
    assert parse(term).board == name
