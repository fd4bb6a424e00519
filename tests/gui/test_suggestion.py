"""What is suggested, and the form that takes it: for a new set at once, else with one click."""

import pytest
from pytestqt.qtbot import QtBot
from train_scene import family

from studio.core.advice import Advice
from studio.gui.widgets.suggestion import Suggestion
from studio.gui.widgets.train_setup import SetChoice, TrainSetup

ADVICE = Advice("other", "best", (32, 32), "Other, Best, 32×32: for 12 pictures, it is right.")


@pytest.fixture
def setup(qtbot: QtBot) -> TrainSetup:
    made = TrainSetup()
    qtbot.addWidget(made)
    made.show_families([family(), family("other", "Other")])
    made.show_sets([SetChoice("a", "A", "12 pictures", size=(32, 32))])
    made.show()
    return made


def chosen(setup: TrainSetup) -> tuple[str, str]:
    return setup.family.currentData(), setup.preset.currentData()


def test_it_says_why_and_offers_what_is_not_followed_yet(qtbot: QtBot) -> None:
    line = Suggestion()
    qtbot.addWidget(line)
    line.show_advice(ADVICE, followed=False)
    assert line.isVisible() and line.button.isVisible()
    assert line.text.text() == f"Suggested: {ADVICE.reason}"
    with qtbot.waitSignal(line.taken):
        line.button.click()
    line.show_advice(ADVICE, followed=True, other_size=True)
    assert not line.button.isVisible()
    assert line.text.text().endswith("import the pictures again.")


def test_without_advice_nothing_is_said(setup: TrainSetup) -> None:
    assert not setup.suggestion.isVisible()
    setup.show_advice("another set", ADVICE)
    assert not setup.suggestion.isVisible()


def test_a_new_sets_form_is_filled_in(setup: TrainSetup) -> None:
    setup.show_advice("a", ADVICE)
    assert chosen(setup) == ("other", "best")
    assert setup.request is not None and setup.request.plan.minutes == 60.0
    assert setup.preset_text.text() == "Best: so and so."
    assert setup.suggestion.isVisible() and not setup.suggestion.button.isVisible()


@pytest.mark.parametrize("by", ["family", "setting", "plan"])
def test_what_the_user_chose_first_stays_and_one_click_takes_the_advice(
    setup: TrainSetup, by: str
) -> None:
    if by == "family":
        setup.family.activated.emit(0)
    else:
        form = setup.form if by == "setting" else setup.plan
        field = form.fields["width" if by == "setting" else "seed"]
        field.edited.emit(field.name, 48)
    setup.show_advice("a", ADVICE)
    assert chosen(setup) == ("toy", "quick")
    setup.suggestion.button.click()
    assert chosen(setup) == ("other", "best")
    assert not setup.suggestion.button.isVisible()


def test_another_family_brings_the_offer_back(setup: TrainSetup) -> None:
    setup.show_advice("a", ADVICE)
    setup.family.setCurrentIndex(0)
    setup.family.activated.emit(0)
    assert setup.suggestion.button.isVisible()


def test_pictures_of_another_size_are_to_be_imported_again(setup: TrainSetup) -> None:
    setup.show_sets([SetChoice("b", "B", "12 pictures", size=(64, 64))])
    setup.show_advice("b", ADVICE)
    assert "import the pictures again" in setup.suggestion.text.text()


def test_a_set_chosen_elsewhere_brings_its_own_words(setup: TrainSetup, qtbot: QtBot) -> None:
    setup.show_advice("a", ADVICE)
    setup.show_sets([SetChoice("a", "A", "12 pictures"), SetChoice("b", "B", "9 pictures")])
    assert setup.set_text.text() == "9 pictures" and not setup.suggestion.isVisible()
    with qtbot.waitSignal(setup.changed):
        setup.choose_set("a")
    assert setup.set_text.text() == "12 pictures" and setup.suggestion.isVisible()


def test_a_family_that_is_gone_is_not_taken(setup: TrainSetup) -> None:
    setup.show_advice("a", Advice("ghost", "best", (32, 32), "Ghost."))
    assert chosen(setup) == ("toy", "quick")


def test_another_project_forgets_sets_of_the_same_name(setup: TrainSetup) -> None:
    setup.show_advice("a", ADVICE)
    setup.forget()
    assert setup.set.count() == 0 and not setup.suggestion.isVisible()
    setup.show_sets([SetChoice("a", "Another A", "3 pictures")])
    assert setup.set.currentText() == "Another A" and setup.set_text.text() == "3 pictures"
    assert not setup.suggestion.isVisible()
