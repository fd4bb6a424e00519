"""Breeding: choosing and mating children, parents at the left, the distance."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot
from train_scene import sprites

from studio.gui.widgets.breed_sheet import BreedSheet, ParentWell

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sheet(qtbot: QtBot) -> BreedSheet:
    made = BreedSheet()
    qtbot.addWidget(made)
    made.resize(700, 480)
    made.show_parents([sprites(1, 50, channels=3)[0]])
    made.show_children(sprites(9, 90, channels=3))
    made.show()
    return made


def green_of(well: ParentWell) -> int:
    return well.grab().toImage().pixelColor(well.rect().center()).green()


def test_a_click_chooses_and_with_ctrl_it_mates(sheet: BreedSheet, qtbot: QtBot) -> None:
    grid = sheet.children_grid
    with qtbot.waitSignal(sheet.chosen) as chosen, qtbot.assertNotEmitted(sheet.mate_chosen):
        qtbot.mouseClick(grid, LEFT, pos=grid.cell(4).center())
    assert chosen.args == [4]
    with qtbot.waitSignal(sheet.mate_chosen) as mated, qtbot.assertNotEmitted(sheet.chosen):
        qtbot.mouseClick(grid, LEFT, CONTROL, grid.cell(7).center())
    assert mated.args == [7]


def test_keys_choose_and_mate(sheet: BreedSheet, qtbot: QtBot) -> None:
    grid = sheet.children_grid
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(sheet.mate_chosen) as mated, qtbot.assertNotEmitted(sheet.chosen):
        qtbot.keyClick(grid, Qt.Key.Key_Return, CONTROL)
    with qtbot.waitSignal(sheet.chosen) as chosen:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert mated.args == chosen.args == [0]


def test_parents_are_shown_and_the_second_can_go(sheet: BreedSheet, qtbot: QtBot) -> None:
    assert green_of(sheet.first) == 50
    assert sheet.second.still is None and not sheet.part.isVisible()
    two = [np.full((8, 8, 3), 50, np.uint8), np.full((8, 8, 3), 120, np.uint8)]
    sheet.show_parents(two)
    assert green_of(sheet.second) == 120
    with qtbot.waitSignal(sheet.mate_chosen) as told:
        sheet.part.click()
    assert told.args == [-1]


def test_without_a_parent_nothing_is_bred(sheet: BreedSheet) -> None:
    sheet.show_parents([])
    sheet.show_children(None)
    assert not sheet.again.isEnabled() and sheet.children_grid.count == 0
    sheet.grab()


def test_distance_is_told_when_the_user_moves_it_only(sheet: BreedSheet, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(sheet.distance_changed):
        sheet.set_distance(0.1)
    assert sheet.said.text() == "0.10"
    with qtbot.waitSignal(sheet.distance_changed) as told:
        sheet.distance.setValue(100)
    assert told.args == [1.0] and sheet.said.text() == "1.00"
    with qtbot.waitSignal(sheet.again_asked):
        sheet.again.click()


def test_where_it_is_narrow_the_parents_stand_above(sheet: BreedSheet) -> None:
    assert sheet.first.x() < sheet.children_grid.x() and sheet.first.y() < sheet.second.y()
    sheet.resize(376, 560)
    QApplication.processEvents()  # the layout folds a turn later
    assert sheet.first.geometry().bottom() < sheet.children_grid.y()
    assert sheet.first.y() == sheet.second.y()
    assert sheet.children_grid.width() > 360
    sheet.resize(700, 480)
    QApplication.processEvents()
    assert sheet.first.x() < sheet.children_grid.x()


def test_everything_says_what_it_does(sheet: BreedSheet) -> None:
    assert all(button.toolTip() for button in sheet.findChildren(QAbstractButton))
    assert sheet.distance.accessibleName() and sheet.second.accessibleName()
