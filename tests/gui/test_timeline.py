"""The timeline: choosing, following, playing, keyboard."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.gui.widgets.timeline import Timeline


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.show()
    made.show_steps([0, 100, 250, 900])
    return made


def test_it_starts_at_the_newest_and_follows(timeline: Timeline) -> None:
    assert timeline.step == 900
    timeline.show_steps([0, 100, 250, 900, 1000])
    assert timeline.step == 1000


def test_moving_away_stops_following(timeline: Timeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(timeline.step_changed) as told:
        timeline.go_to(120)
    assert told.args == [100]
    assert not timeline.live.isChecked()
    timeline.show_steps([0, 100, 250, 900, 1000])
    assert timeline.step == 100
    timeline.live.click()
    assert timeline.step == 1000


@pytest.mark.parametrize(("asked", "near"), [(0, 0), (60, 100), (49, 0), (5000, 900), (600, 900)])
def test_go_to_takes_the_nearest_recorded_step(timeline: Timeline, asked: int, near: int) -> None:
    timeline.go_to(asked)
    assert timeline.step == near


def test_keys_step_and_play(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.slider.setFocus()
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Left)
    assert timeline.step == 250
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Home)
    assert timeline.step == 0
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Space)
    assert timeline.play.isChecked()


def test_play_shows_every_step_once_and_ends(timeline: Timeline, qtbot: QtBot) -> None:
    seen: list[int] = []
    timeline.step_changed.connect(seen.append)
    timeline.play.click()  # from the end it starts over
    timeline.timer.setInterval(5)
    qtbot.waitUntil(lambda: not timeline.play.isChecked(), timeout=3000)
    assert seen == [0, 100, 250, 900]
    assert not timeline.timer.isActive()


def test_nothing_recorded_is_said(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    assert timeline.step is None
    assert timeline.label.text() == "No samples yet"
    timeline.go_to(5)
    with qtbot.waitSignal(timeline.step_changed) as told:
        timeline.show_steps([7])
    assert told.args == [7]


def test_a_run_that_went_back_keeps_a_valid_step(timeline: Timeline) -> None:
    timeline.go_to(900)
    timeline.live.setChecked(False)
    timeline.show_steps([0, 100])
    assert timeline.step == 100


def test_icons_have_names(timeline: Timeline) -> None:
    assert timeline.play.accessibleName()
    assert timeline.slider.accessibleName()
