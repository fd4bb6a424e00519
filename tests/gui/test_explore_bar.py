"""The lines above the explored picture: what each says, and what it says nothing of."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox
from pytestqt.qtbot import QtBot

from studio.gui.widgets.explore_bar import ExploreBar


@pytest.fixture
def bar(qtbot: QtBot) -> ExploreBar:
    made = ExploreBar()
    qtbot.addWidget(made)
    made.resize(1000, 120)
    made.show()
    made.model.show_runs([(1, "1  Vae"), (2, "2  Gan")], 2)
    made.model.show_steps([0, 100, 200])
    made.place.show_classes(["cat", "dog"])
    return made


def heard(*signals: Any) -> list[Any]:
    told: list[Any] = []
    for signal in signals:
        signal.connect(lambda *args: told.append(args))
    return told


def choose(box: QComboBox, index: int) -> None:
    """Choose an entry as a user does."""
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_runs_and_steps_are_chosen(bar: ExploreBar) -> None:
    told = heard(bar.model.run_chosen, bar.model.step_chosen)
    choose(bar.model.runs, 0)
    bar.model.timeline.slider.setValue(1)
    assert told == [(1,), (100,)]


def test_a_narrow_bar_gives_the_checkpoints_their_own_line(bar: ExploreBar, qtbot: QtBot) -> None:
    runs, timeline = bar.model.runs, bar.model.timeline
    assert runs.geometry().right() < timeline.x()
    bar.model.fold(True)
    qtbot.waitUntil(lambda: timeline.y() > runs.geometry().bottom())
    bar.model.fold(False)
    qtbot.waitUntil(lambda: runs.geometry().right() < timeline.x())


def test_showing_asks_for_nothing(bar: ExploreBar) -> None:
    place, model = bar.place, bar.model
    told = heard(
        model.run_chosen,
        model.step_chosen,
        place.seed_asked,
        place.label_chosen,
        place.truncated,
        place.settled,
    )
    model.show_runs([(1, "1  Vae"), (2, "2  Gan")], 1)
    model.show_steps([0, 100, 200, 300])
    model.show_step(100)
    place.show_classes(["cat", "dog", "owl"])
    place.show_place(1, 0.5)
    place.show_seed(77)
    assert told == []
    assert model.runs.currentData() == 1 and place.seed.value() == 77
    assert place.psi.value() == 50 and place.psi_text.text() == "ψ 0.50"


def test_the_step_shown_is_followed_only_where_it_is_the_newest(bar: ExploreBar) -> None:
    timeline = bar.model.timeline
    bar.model.show_step(100)
    assert timeline.step == 100 and not timeline.live.isChecked()
    bar.model.show_steps([0, 100, 200, 300])
    assert timeline.step == 100, "an older one is held"
    bar.model.show_step(320)
    assert timeline.step == 300 and timeline.live.isChecked()
    bar.model.show_steps([0, 100, 200, 300, 400])
    assert timeline.step == 400, "the newest is followed"


def test_seeds_by_number_and_by_chance(bar: ExploreBar, qtbot: QtBot) -> None:
    told = heard(bar.place.seed_asked)
    bar.place.seed.setValue(42)
    for _ in range(3):
        qtbot.mouseClick(bar.place.dice, Qt.MouseButton.LeftButton)
    assert told[0] == (42,) and len({seed for (seed,) in told}) == 4


def test_truncation_settles_when_it_is_let_go(bar: ExploreBar) -> None:
    place = bar.place
    moved, settled = heard(place.truncated), heard(place.settled)
    place.psi.setSliderDown(True)
    place.psi.setValue(80)
    place.psi.setValue(60)
    assert moved == [(0.8,), (0.6,)] and settled == []
    place.psi.setSliderDown(False)
    assert len(settled) == 1
    place.psi.setValue(61)
    assert len(settled) == 2, "by a key it settles at once"


def test_any_class_stays_chosen_and_a_class_is_shown(bar: ExploreBar) -> None:
    place, told = bar.place, heard(bar.place.label_chosen)
    place.show_place(1, 1.0)
    assert place.label is None and place.labels.currentIndex() == 0
    choose(place.labels, 1)
    assert told == [(0,)] and place.label == 0
    place.show_place(1, 1.0)
    assert place.label == 1
    choose(place.labels, 0)
    place.show_place(1, 1.0)
    assert told[-1] == (None,) and place.label is None
    place.show_classes([])
    assert not place.labels.isVisible()


def test_the_drag_walks_around_or_through_seeds(bar: ExploreBar) -> None:
    told = heard(bar.place.plane_asked)
    assert not bar.place.walks_seeds
    choose(bar.place.plane, 1)
    assert bar.place.walks_seeds
    bar.place.other.click()
    assert len(told) == 1


def test_steps_are_offered_as_far_as_there_are_any(bar: ExploreBar) -> None:
    steps = bar.steps
    buttons = (steps.undo, steps.redo, steps.star, steps.keep)
    steps.show_state(False, False, None)
    assert not any(button.isEnabled() for button in buttons)
    steps.show_state(True, False, True)
    assert [button.isEnabled() for button in buttons] == [True, False, True, True]
    assert steps.star.isChecked()
    told = heard(steps.undo_asked, steps.starred, steps.keep_asked)
    steps.undo.click()
    steps.star.click()
    steps.keep.click()
    assert told == [(), (False,), ()]


def test_keys_work_from_the_bar(bar: ExploreBar, qtbot: QtBot) -> None:
    bar.steps.show_state(True, True, False)
    told = heard(bar.steps.undo_asked, bar.steps.redo_asked, bar.steps.starred)
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    for key, held in (
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(bar.windowHandle(), key, held)
        count = len(told) + 1
        qtbot.waitUntil(lambda count=count: len(told) == count)
    assert told == [(), (), (True,)]


def test_everything_without_words_has_a_name_and_a_tooltip(bar: ExploreBar) -> None:
    silent = [b for b in bar.findChildren(QAbstractButton) if not b.text().strip()]
    mine = [b for b in silent if not b.objectName().startswith("qt_")]
    assert len(mine) >= 4
    assert all(button.accessibleName() and button.toolTip() for button in mine)
    for box in bar.findChildren(QComboBox):
        assert box.accessibleName() and box.toolTip()
