"""The brush bar: what it shows is what the canvas paints with, both ways."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.widgets.brush_bar import NARROW, WIDE, BrushBar
from studio.gui.widgets.canvas import Canvas
from tests.gui.canvas_scene import Scene


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    return Scene(canvas)


@pytest.fixture
def bar(scene: Scene, qtbot: QtBot) -> BrushBar:
    made = BrushBar(scene.canvas)
    qtbot.addWidget(made)
    made.resize(1000, 40)
    made.show()
    return made


def test_a_tool_is_taken_and_shown(bar: BrushBar, scene: Scene) -> None:
    for tool, button in bar.tools.items():
        button.click()
        assert scene.canvas.tool == tool
        assert [name for name, each in bar.tools.items() if each.isChecked()] == [tool]
    scene.canvas.set_tool("lasso")
    assert bar.tools["lasso"].isChecked()


def test_keys_take_tools_wherever_the_focus_is(scene: Scene, qtbot: QtBot) -> None:
    window = QWidget()
    bar, field = BrushBar(scene.canvas), QPushButton()
    column = QVBoxLayout(window)
    for each in (bar, scene.canvas, field):
        column.addWidget(each)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    field.setFocus()
    qtbot.keyClick(field, "r")
    assert scene.canvas.tool == "rectangle"
    scene.canvas.setFocus()
    qtbot.keyClick(scene.canvas, "e")
    assert scene.canvas.tool == "eraser"
    assert bar.tools["eraser"].isChecked()
    qtbot.keyClick(scene.canvas, "\\")
    assert not scene.canvas.overlay
    qtbot.keyClick(field, "x")
    qtbot.keyClick(field, "]")
    assert (scene.canvas.tool, scene.canvas.brush_size) == ("brush", 23)
    scene.canvas.hide()
    qtbot.keyClick(field, "g")
    assert scene.canvas.tool == "brush"
    scene.canvas.setParent(None)


def test_size_and_hardness_follow_slider_field_and_keys(bar: BrushBar, scene: Scene) -> None:
    bar.size_box.setValue(512)
    assert scene.canvas.brush_size == 512
    assert bar.size_slider.value() == pytest.approx(818, abs=2)
    bar.size_slider.setValue(0)
    assert (scene.canvas.brush_size, bar.size_box.value()) == (1, 1)
    bar.size_slider.setValue(1000)
    assert scene.canvas.brush_size == 2048
    bar.hard_slider.setValue(30)
    assert (scene.canvas.hardness, bar.hard_box.value()) == (0.3, 30)
    scene.canvas.set_brush(size=77, hardness=0.5)
    assert (bar.size_box.value(), bar.hard_box.value(), bar.hard_slider.value()) == (77, 50, 50)


def test_the_overlay_is_toggled_from_both(bar: BrushBar, scene: Scene) -> None:
    bar.overlay.click()
    assert not scene.canvas.overlay
    scene.canvas.set_overlay(True)
    assert bar.overlay.isChecked()


def test_the_menu_changes_the_mask_by_so_many_pixels(
    bar: BrushBar, scene: Scene, qtbot: QtBot
) -> None:
    scene.canvas.set_tool("rectangle")
    scene.drag((100, 100), (110, 120))
    bar.amount.setValue(3)
    actions = {action.data(): action for action in bar.masking.menu().actions() if action.data()}
    assert set(actions) == {"grow", "shrink", "feather", "threshold", "invert", "clear"}
    for how, rows in (("grow", 26), ("shrink", 20), ("invert", 280), ("clear", 0)):
        known = len(scene.edits)
        actions[how].trigger()
        qtbot.waitUntil(lambda n=known: len(scene.edits) > n)
        assert np.count_nonzero(scene.painting.mask[:, 105] > 127) == rows, how


def test_masks_are_asked_for_by_the_menu(bar: BrushBar, qtbot: QtBot) -> None:
    actions = {action.text(): action for action in bar.masking.menu().actions()}
    with qtbot.waitSignal(bar.load_asked):
        actions["Load mask…"].trigger()
    with qtbot.waitSignal(bar.save_asked):
        actions["Save mask…"].trigger()


def test_everything_has_a_name_and_says_its_effect(bar: BrushBar) -> None:
    for kind in (QAbstractButton, QPushButton, QSlider, QSpinBox):
        for each in bar.findChildren(kind):
            assert each.accessibleName() or each.text(), each
            assert len(each.toolTip()) > 15, each.accessibleName()


def test_a_click_leaves_the_keys_to_the_canvas(bar: BrushBar, scene: Scene) -> None:
    for button in bar.tools.values():
        assert not button.focusPolicy() & Qt.FocusPolicy.ClickFocus


def test_it_folds_where_it_is_narrow(bar: BrushBar) -> None:
    for width, slider, words in ((WIDE, True, True), (NARROW, False, True), (500, False, False)):
        bar.resize(width, 40)
        assert bar.size_slider.isVisible() == slider
        assert (bar.masking.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonIconOnly) == words
        right = bar.masking.geometry().right()
        assert right <= bar.width(), width
