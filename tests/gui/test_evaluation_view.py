"""The report: every number beside that of real pictures, under the question it answers."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from train_scene import add_run, evaluation, scene

from studio.core.metrics import evaluation as evaluations
from studio.core.metrics.wording import ENTRIES
from studio.gui.widgets.evaluation_view import KINDS, WIDE, EvaluationView


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> EvaluationView:
    made = EvaluationView()
    qtbot.addWidget(made)
    run = add_run(scene(tmp_path, runs=0), 300)
    found = evaluation(run)
    made.show_evaluation(found, evaluations.picture(found, run))
    made.resize(560, 600)
    made.show()
    return made


def said(view: EvaluationView) -> list[str]:
    return [each.text() for each in view.table.body.findChildren(QLabel)]


def test_numbers_stand_beside_those_of_real_pictures_and_their_meaning(
    view: EvaluationView,
) -> None:
    words = said(view)
    at = words.index("Copies in 1,000")
    assert words[at : at + 4] == ["Copies in 1,000", "12.0", "0", "Copies in 1,000 in words."]
    assert "–" in words, "what can't be told is a dash"
    assert words[-1] == "Few pictures: rough numbers."
    assert view.title.text().endswith("copies are framed")
    assert view.made.text().startswith("Step 300  ·  1\u202f000 pictures drawn  ·  took 2 min")


def test_questions_come_in_order_and_only_those_that_are_answered(view: EvaluationView) -> None:
    asked = [word for word in said(view) if word.endswith("?")]
    assert asked == [
        "Has it learned pictures by heart?",
        "Do its pictures look like yours?",
        "Does it draw all that is in your set?",
        "How far is it from your pictures?",
        "What else was measured?",
    ]


def test_every_number_known_to_core_has_its_question() -> None:
    known = {kind for kinds in KINDS for kind in kinds}
    assert known == {*ENTRIES, "swd", "kid", "frechet"}


def test_nothing_is_clipped_or_beyond_the_edge(view: EvaluationView) -> None:
    for width in (420, 560, WIDE + 300):
        view.resize(width, 700)
        view.grab()
        for each in view.table.body.findChildren(QLabel):
            assert each.geometry().right() < view.table.body.width()
            assert each.height() >= each.heightForWidth(each.width()), each.text()


def test_in_a_wide_window_pairs_stand_beside_the_numbers(
    view: EvaluationView, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: view.table.y() > view.pairs.geometry().bottom())
    view.resize(WIDE, 700)
    qtbot.waitUntil(lambda: view.table.x() > view.pairs.geometry().right())


def test_another_report_replaces_the_first_and_none_empties_the_page(
    view: EvaluationView, qtbot: QtBot
) -> None:
    found = view.evaluation
    assert found is not None
    view.show_evaluation(found.updated({"scores": found.scores[:1], "notes": ()}))
    assert len(said(view)) == 3 + 4
    assert view.pairs.pairs == ()
    view.show_evaluation(None)
    assert said(view) == [] and view.made.text() == "" and view.evaluation is None
