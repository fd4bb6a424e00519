"""The route bar by mouse and keyboard: keys, easing, playhead, play, loops, export."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QMenu, QSpinBox
from pytestqt.qtbot import QtBot

from studio.core.explore.place import Place
from studio.core.explore.route import EASINGS, Key, Route
from studio.gui.widgets.route_bar import RouteBar
from studio.gui.widgets.route_drawing import HIGH, LANE
from studio.gui.widgets.route_track import easing_names

LEFT = Qt.MouseButton.LeftButton


def frames(count: int) -> np.ndarray:
    """Frames whose first pixel is their number."""
    made = np.full((count, 8, 8, 4), 255, np.uint8)
    made[:, 0, 0, 0] = np.arange(count)
    return made


@pytest.fixture
def bar(qtbot: QtBot) -> RouteBar:
    """A bar with three keys at frames 0, 10 and 20, and the frames between them."""
    made = RouteBar()
    qtbot.addWidget(made)
    made.resize(1000, 170)
    made.show()
    places = [Place(np.full(4, k, np.float32)) for k in range(3)]
    route = Route(tuple(Key(place, 10) for place in places), fps=50)
    made.show_route(route, {place: frames(1)[0] for place in places})
    made.show_frames(frames(route.count))
    return made


def center(bar: RouteBar, key: int) -> QPoint:
    """Where a key's picture is."""
    return bar.track.scale.key(bar.track.marks[key]).center()


def drag(bar: RouteBar, key: int, frame: int) -> None:
    """Take a key with the mouse to another frame."""
    start = center(bar, key)
    QTest.mousePress(bar.track, LEFT, pos=start)
    for x in (start.x() + 5, round(bar.track.scale.x_of(frame))):
        QTest.mouseMove(bar.track, QPoint(x, start.y()))
    QTest.mouseRelease(bar.track, LEFT, pos=QPoint(x, start.y()))


def lane(bar: RouteBar, frame: int) -> QPoint:
    """Where a frame is in the lane."""
    return QPoint(round(bar.track.scale.x_of(frame)), LANE + HIGH // 2)


def test_dragging_a_key_changes_when_it_is_reached(bar, qtbot):
    with qtbot.waitSignal(bar.route_changed) as told:
        drag(bar, 1, 16)
    assert told.args[0].starts == (0, 16, 20) and bar.route.starts == (0, 16, 20)
    assert bar.frame == 16 and not bar.track.fresh
    drag(bar, 1, 900)
    assert bar.route.starts == (0, 19, 20)
    drag(bar, 0, 5)
    assert bar.route.starts == (0, 19, 20)
    drag(bar, 2, 22)
    assert bar.route.starts[2] == 22 and "of 23" in bar.length.text()


def test_the_end_of_a_loop_can_be_drawn_out(bar, qtbot):
    with qtbot.waitSignal(bar.route_changed) as told:
        bar.closed.click()
    assert told.args[0].closed and told.args[0].count == 30
    drag(bar, 3, 33)
    assert bar.route.count == 33


def test_double_click_and_delete_remove_a_key(bar, qtbot):
    QTest.mouseDClick(bar.track, LEFT, pos=center(bar, 1))
    assert bar.route.starts == (0, 20)
    QTest.mouseClick(bar.track, LEFT, pos=center(bar, 1))
    with qtbot.waitSignal(bar.route_changed):
        QTest.keyClick(bar.track, Qt.Key.Key_Delete)
    assert len(bar.route.keys) == 1 and not bar.closed.isEnabled()
    QTest.mouseClick(bar.track, LEFT, pos=center(bar, 0))
    QTest.keyClick(bar.track, Qt.Key.Key_Backspace)
    assert bar.route.keys == ()
    bar.show_frames(None)
    bar.grab()
    assert not bar.play.isEnabled() and not bar.export.isEnabled() and bar.length.text() == ""


def test_easing_is_chosen_in_the_list_or_the_menu_of_a_key(bar, qtbot):
    assert set(easing_names()) == set(EASINGS)
    QTest.mouseClick(bar.track, LEFT, pos=center(bar, 1))
    assert bar.easing.isEnabled() and bar.easing.currentData() == "ease"
    bar.easing.setCurrentIndex(bar.easing.findData("hold"))
    bar.easing.activated.emit(bar.easing.currentIndex())
    assert bar.route.keys[1].easing == "hold"
    action = menu_of(bar, 0).actions()[0]
    with qtbot.waitSignal(bar.route_changed) as told:
        action.trigger()
    assert told.args[0].keys[0].easing == "linear" and bar.easing.currentData() == "linear"
    menu_of(bar, 1).actions()[-1].trigger()
    assert len(bar.route.keys) == 2


def menu_of(bar: RouteBar, key: int) -> QMenu:
    """The menu that a right click on a key opens."""
    at = center(bar, key)
    reason = QContextMenuEvent.Reason.Mouse
    bar.track.contextMenuEvent(QContextMenuEvent(reason, at, bar.track.mapToGlobal(at)))
    found = bar.track.findChildren(QMenu)[-1]
    found.hide()
    return found


def test_scrubbing_shows_cached_frames_and_stays_inside(bar):
    seen: list[int] = []
    bar.scrubbed.connect(seen.append)
    QTest.mousePress(bar.track, LEFT, pos=lane(bar, 4))
    for frame in (5, 6, 60):
        QTest.mouseMove(bar.track, lane(bar, frame))
    QTest.mouseRelease(bar.track, LEFT, pos=lane(bar, 60))
    assert seen == [4, 5, 6, 20]
    assert bar.picture is not None and bar.picture[0, 0, 0] == 20
    assert bar.route.starts == (0, 10, 20)


def test_keys_of_the_keyboard_walk_frames_and_keys(bar):
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(bar.track, Qt.Key.Key_Right)
    assert bar.frame == 1
    QTest.keyClick(bar.track, Qt.Key.Key_Right, control)
    assert bar.frame == 10 and bar.track.key == 1
    QTest.keyClick(bar.track, Qt.Key.Key_Left, shift)
    assert bar.route.starts == (0, 9, 20) and bar.frame == 9
    QTest.keyClick(bar.track, Qt.Key.Key_End)
    assert bar.frame == 20
    QTest.keyClick(bar.track, Qt.Key.Key_Home)
    assert bar.frame == 0


def test_play_goes_by_the_clock_to_the_end_and_round_a_loop(bar, qtbot):
    seen: list[int] = []
    bar.scrubbed.connect(seen.append)
    QTest.keyClick(bar.track, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not bar.play.isChecked(), timeout=3000)
    assert seen == sorted(seen) and seen[-1] == 20 and not bar.timer.isActive()
    bar.closed.click()
    bar.show_frames(frames(30))
    bar.go_to(28)
    bar.play.click()
    qtbot.waitUntil(lambda: 2 in seen, timeout=3000)
    assert bar.play.isChecked()
    bar.show_frames(None)
    assert not bar.play.isChecked() and bar.picture is None


def test_speed_changes_time_and_not_frames(bar, qtbot):
    with qtbot.waitSignal(bar.route_changed) as told:
        bar.fps.setValue(10)
    assert told.args[0].fps == 10 and told.args[0].count == 21
    assert bar.track.fresh and "2.1 s" in bar.length.text()


def test_showing_a_route_says_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.route_changed):
        bar.show_route(Route((), True, 23.976), {})
        bar.show_loop(True, 12.5)
    assert bar.route.fps == 12.5


def test_a_loop_without_keys_has_the_frames_it_is_given(bar):
    bar.show_loop(True, 24)
    bar.show_frames(frames(5))  # the first of many, while they are drawn
    bar.go_to(99)
    assert bar.frame == 4
    bar.show_frames(frames(48))
    bar.go_to(47)
    assert bar.picture is not None and bar.picture[0, 0, 0] == 47
    assert not bar.closed.isEnabled() and "of 48" in bar.length.text()
    bar.grab()


def test_buttons_ask(bar, qtbot):
    loops: list[str] = []
    bar.loop_asked.connect(loops.append)
    for button in bar.loops.values():
        button.click()
    assert loops == ["circle", "noise"]
    with qtbot.waitSignals([bar.key_asked, bar.export_asked]):
        bar.add.click()
        bar.export.click()


def test_everything_has_a_name_and_says_its_effect(bar):
    for kind in (QAbstractButton, QComboBox, QSpinBox):
        for widget in bar.findChildren(kind):
            assert widget.toolTip(), widget
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    assert bar.track.accessibleName()


def test_grey_and_color_frames_are_painted(bar):
    for channels in (1, 3, 4):
        shown = np.full((21, 90, 70, channels), 200, np.uint8)
        shown[..., 3:] = 255
        bar.show_frames(shown)
        drawn = bar.track.grab().toImage()
        assert drawn.pixelColor(lane(bar, 5)).red() == 200
