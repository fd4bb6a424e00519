"""The sentences say what the numbers do."""

import pytest

from studio.core.metrics.wording import entry_of, notes, scored


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (scored("copies", 0.0, 0.0), "No drawn picture is a copy"),
        (scored("copies", 12.0, 1.0), "12 of 1,000"),
        (scored("closer", 0.05, 0.05), "keep as far"),
        (scored("closer", 0.4, 0.05), "it memorizes"),
        (scored("kid.own", 1.0, 0.5, 1.0), "Too close to real pictures"),
        (scored("kid.random", 9.0, 0.5, 1.0), "Differs from real pictures"),
        (scored("frechet.own", 12.0, 4.0), "3 times as far"),
        (scored("frechet.own", 4.1, 4.0), "As far from"),
        (scored("swd.32", 30.0, 12.0), "2.5 times as far"),
        (scored("auc", 0.52, 0.5), "can't tell"),
        (scored("auc", 0.97, 0.5), "97 %"),
        (scored("sharpness", 0.5, 1.0), "Softer"),
        (scored("sharpness", 1.6, 1.0), "Harsher"),
        (scored("sharpness", 1.0, 1.0), "As sharp"),
        (scored("diversity", 0.3, 1.0), "collapsed"),
        (scored("diversity", 0.6, 1.0), "much less"),
        (scored("diversity", 0.95, 1.0), "about as much"),
        (scored("bins", 0.04, 0.05), "about as often"),
        (scored("bins", 0.6, 0.05), "60 % of the kinds"),
        (scored("twins", 3.0, 2.0), "no more than yours"),
        (scored("twins", 500.0, 2.0), "repeat each other"),
        (scored("recall", 0.5, 0.9), "50 % of your pictures"),
        (scored("bits", 3.5, 3.1, 0.1), "those learned from cost 3.10"),
        (scored("closer", None, why_not="Can't be told."), "Can't be told."),
    ],
)
def test_sentences(score, words):
    assert words in score.meaning


def test_every_kind_of_number_has_a_title():
    assert entry_of("swd.17").title == "Patches at 17 px (sliced Wasserstein)"
    assert "Inception" in entry_of("frechet.inception").title
    with pytest.raises(KeyError):
        entry_of("beauty")


def test_notes_say_what_to_keep_in_mind():
    assert notes(1000, 5000, 250, 1000) == ()
    few = " ".join(notes(100, 200, 0, 1000))
    assert "100 of the 1000 drawn" in few and "rough" in few and "held out" in few
