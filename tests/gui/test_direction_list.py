"""Directions: sliders in σ, names, stars, the strip; a slider in the hand is never pulled away."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot
from train_scene import sprites

from studio.gui.widgets.direction_list import DirectionList
from studio.gui.widgets.direction_row import Row
from studio.gui.widgets.sigma_slider import SigmaSlider

LEFT = Qt.MouseButton.LeftButton
ROWS = [
    Row("a", "lighter"),
    Row("b", "smiling", 1.5, kept=True, accuracy=0.94, found="From 12 tags"),
    Row("c", "Direction 3", -2.0),
]


@pytest.fixture
def panel(qtbot: QtBot) -> DirectionList:
    made = DirectionList()
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show_directions(ROWS)
    made.show()
    return made


def at(slider: SigmaSlider, sigmas: float) -> QPoint:
    return QPoint(round(slider.x_of(sigmas)), slider.height() // 2)


def move(slider: SigmaSlider, sigmas: float) -> None:
    """Move with the left button down; QTest's moves carry no buttons."""
    no, there = Qt.MouseButton.NoButton, QPointF(at(slider, sigmas))
    event = QMouseEvent(
        QEvent.Type.MouseMove, there, there, no, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(slider, event)


def wheel(slider: SigmaSlider, notches: int) -> None:
    there = QPointF(at(slider, 0))
    event = QWheelEvent(
        there,
        there,
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)


def test_rows_show_name_value_and_star(panel: DirectionList) -> None:
    rows = panel.rows
    assert [row.name.text() for row in rows.values()] == ["lighter", "smiling", "Direction 3"]
    assert [row.value.text() for row in rows.values()] == ["0 σ", "+1.5 σ", "-2.0 σ"]
    assert [row.star.text() for row in rows.values()] == ["☆", "★", "☆"]
    assert "94 of 100" in rows["b"].name.toolTip() and "12 tags" in rows["b"].name.toolTip()
    assert not panel.empty.isVisible()


def test_a_drag_tells_sigmas_and_its_end(panel: DirectionList, qtbot: QtBot) -> None:
    told: list[tuple[str, float]] = []
    panel.moved.connect(lambda id, sigmas: told.append((id, sigmas)))
    slider = panel.rows["a"].slider
    with qtbot.waitSignal(panel.selected) as chosen:
        qtbot.mousePress(slider, LEFT, pos=at(slider, 3))
    assert chosen.args == ["a"]
    move(slider, -6)
    with qtbot.waitSignal(panel.settled) as settled:
        qtbot.mouseRelease(slider, LEFT, pos=at(slider, -6))
    assert settled.args == ["a"]
    assert [id for id, _ in told] == ["a", "a"]
    assert told[0][1] == pytest.approx(3, abs=0.1) and told[1][1] == -6
    assert panel.rows["a"].value.text() == "-6.0 σ"


def test_near_the_middle_is_zero_and_a_double_click_too(panel: DirectionList, qtbot: QtBot) -> None:
    slider = panel.rows["c"].slider
    qtbot.mouseClick(slider, LEFT, pos=at(slider, 0.1))
    assert slider.sigmas == 0
    slider.show_sigmas(-2)
    with qtbot.waitSignals([panel.moved, panel.settled]):
        qtbot.mouseDClick(slider, LEFT, pos=at(slider, 4))
        qtbot.mouseRelease(slider, LEFT, pos=at(slider, 4))
    assert slider.sigmas == 0


def test_a_slider_in_the_hand_stays_there(panel: DirectionList, qtbot: QtBot) -> None:
    slider = panel.rows["a"].slider
    qtbot.mousePress(slider, LEFT, pos=at(slider, 2))
    here = slider.sigmas
    row = panel.rows["a"]
    panel.show_directions([Row("a", "lighter", -1.0), *ROWS[1:]])
    assert slider.sigmas == here
    qtbot.mouseRelease(slider, LEFT, pos=at(slider, 2))
    with qtbot.assertNotEmitted(panel.moved):
        panel.show_directions([Row("a", "lighter", -1.0), *ROWS[1:]])
    assert slider.sigmas == -1 and panel.rows["a"] is row


def test_keys_move_by_tenths_and_settle(panel: DirectionList, qtbot: QtBot) -> None:
    slider = panel.rows["a"].slider
    slider.setFocus()
    with qtbot.waitSignals([panel.moved, panel.settled]):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.sigmas == pytest.approx(0.1)


def test_a_name_is_edited_by_double_click(panel: DirectionList, qtbot: QtBot) -> None:
    name = panel.rows["c"].name
    qtbot.mouseDClick(name, LEFT)
    qtbot.keyClicks(name, "taller")
    with qtbot.waitSignal(panel.renamed) as told:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert told.args == ["c", "taller"]
    assert name.isReadOnly()


def test_writing_a_name_moves_nothing(panel: DirectionList, qtbot: QtBot) -> None:
    name = panel.rows["b"].name
    qtbot.mouseDClick(name, LEFT)
    with qtbot.assertNotEmitted(panel.settled), qtbot.assertNotEmitted(panel.moved):
        qtbot.keyClick(name, Qt.Key.Key_Left)
        qtbot.keyClick(name, Qt.Key.Key_Home)
    assert panel.rows["b"].slider.sigmas == 1.5


@pytest.mark.parametrize("notches", [1, -3])
def test_the_wheel_moves_only_a_slider_the_user_is_in(
    panel: DirectionList, qtbot: QtBot, notches: int
) -> None:
    slider = panel.rows["a"].slider
    wheel(slider, notches)
    assert slider.sigmas == 0
    slider.setFocus()
    with qtbot.waitSignals([panel.moved, panel.settled]):
        wheel(slider, notches)
    assert slider.sigmas * notches > 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_an_empty_name_or_escape_changes_nothing(
    panel: DirectionList, qtbot: QtBot, key: Qt.Key
) -> None:
    name = panel.rows["c"].name
    qtbot.mouseDClick(name, LEFT)
    qtbot.keyClicks(name, "x" if key == Qt.Key.Key_Escape else " ")
    with qtbot.assertNotEmitted(panel.renamed):
        qtbot.keyClick(name, key)
    assert name.text() == "Direction 3" and name.isReadOnly()


def test_star_select_and_buttons(panel: DirectionList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.kept) as kept:
        panel.rows["a"].star.click()
    assert kept.args == ["a", True]
    with qtbot.waitSignal(panel.selected) as chosen:
        qtbot.mouseClick(panel.rows["c"].name, LEFT)
    assert chosen.args == ["c"] and panel.current == "c"
    for button, signal in (
        (panel.find_button, panel.find_asked),
        (panel.tags_button, panel.tags_asked),
        (panel.zero_button, panel.zero_asked),
    ):
        with qtbot.waitSignal(signal):
            button.click()


def test_all_to_zero_is_offered_only_when_something_is_not(panel: DirectionList) -> None:
    assert panel.zero_button.isEnabled()
    panel.show_directions(ROWS[:1])
    assert not panel.zero_button.isEnabled()
    panel.rows["a"].slider.setValue(50)
    assert panel.zero_button.isEnabled()


def test_other_directions_replace_the_rows(panel: DirectionList) -> None:
    panel.select("b")
    panel.show_directions([Row("d", "new"), ROWS[1]])
    assert list(panel.rows) == ["d", "b"] and panel.current == "b"
    panel.show_directions([])
    assert panel.empty.isVisible() and panel.current == ""


def test_the_strip_is_there_only_with_pictures(panel: DirectionList) -> None:
    assert not panel.strip.isVisible()
    panel.show_strip(sprites(9, 50), "lighter at +3 σ")
    assert panel.strip.isVisible() and panel.said.text() == "lighter at +3 σ"
    panel.show_strip(None)
    assert not panel.strip.isVisible() and not panel.said.isVisible()


def test_a_strip_moves_no_slider(panel: DirectionList, qtbot: QtBot) -> None:
    slider = panel.rows["a"].slider
    before = slider.width(), slider.y()
    panel.show_strip(sprites(9, 50), "lighter at +3 σ")
    qtbot.wait(20)
    assert (slider.width(), slider.y()) == before


def test_every_button_says_what_it_does(panel: DirectionList) -> None:
    for button in panel.findChildren(QAbstractButton):
        assert button.toolTip(), button.text()
    assert all(row.slider.accessibleName() for row in panel.rows.values())
