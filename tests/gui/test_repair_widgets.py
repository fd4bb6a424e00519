"""The parts of the Repair workspace, each by itself."""

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.widgets.candidate_strip import CandidateStrip
from studio.gui.widgets.picture_bar import PictureBar
from studio.gui.widgets.picture_drop import PictureDrop
from studio.gui.widgets.rail import Rail
from studio.gui.widgets.repair_actions import RepairActions
from studio.gui.widgets.repair_options import RepairOptions
from studio.gui.widgets.repair_room import RepairRoom
from studio.gui.widgets.shortcut_list import ShortcutList

SMALL = np.zeros((6, 8, 4), np.uint8)


def test_the_strip_offers_marks_and_clears(qtbot: QtBot) -> None:
    strip = CandidateStrip()
    qtbot.addWidget(strip)
    strip.clear("Paint first")
    strip.resize(700, strip.height())
    strip.show()
    height = strip.height()
    assert strip.hint.isVisible() and not strip.keep.isVisible()
    for title in ("Texture", "Structure"):
        strip.add(title, 0.75, SMALL)
    strip.choose(1)
    assert [cell.isChecked() for cell in strip.cells] == [False, True]
    assert strip.cells[1].accessibleName() == "2: Structure, 0.8 s"
    with qtbot.waitSignal(strip.chosen) as chosen:
        strip.cells[0].click()
    assert chosen.args == [0] and strip.cells[0].isChecked() and not strip.cells[1].isChecked()
    strip.progress.begin("Filling")
    assert strip.keep.isVisible() and strip.height() == height, "the picture must not move"
    assert strip.grab().toImage().pixelColor(2, strip.height() - 60).isValid()
    strip.clear()
    assert not strip.cells and not strip.keep.isVisible()


def test_options_choose_source_and_model(qtbot: QtBot) -> None:
    options = RepairOptions()
    qtbot.addWidget(options)
    options.show()
    assert not options.only_region and options.run is None and not options.painting.isVisible()
    with qtbot.waitSignal(options.layer_asked) as layer:
        options.source.setCurrentIndex(1)
    assert layer.args == ["allowed"] and options.only_region
    with qtbot.waitSignal(options.layer_asked) as layer:
        options.source.setCurrentIndex(0)
    assert layer.args == ["mask"] and not options.painting.isVisible()
    options.show_runs([(3, "3  Sprites"), (5, "5  Faces")])
    options.model.setCurrentIndex(2)
    options.show_runs([(5, "5  Faces")])
    assert options.run == 5, "it is still there"
    options.show_runs([])
    assert options.run is None and not options.model.isEnabled()


def test_a_refused_number_is_not_filled_with(qtbot: QtBot) -> None:
    options = RepairOptions()
    qtbot.addWidget(options)
    options.form._edit("candidates", 9)
    assert not options.fill.isEnabled() and options.settings.candidates == 4
    options.form._edit("candidates", 2)
    assert options.fill.isEnabled() and options.settings.candidates == 2


def test_the_bar_names_its_buttons_and_cuts_long_names(qtbot: QtBot) -> None:
    action = QAction("E&xport…")
    bar = PictureBar([action], worded=[action])
    qtbot.addWidget(bar)
    bar.resize(300, 40)
    bar.show()
    bar.show_picture("a very long name of a picture" * 4 + ".png", "8 × 6 px")
    assert bar.text.text().endswith("…") and "8 × 6 px" in bar.text.toolTip()


def test_actions_say_what_they_undo(qtbot: QtBot) -> None:
    page, stage = QWidget(), QWidget()
    qtbot.addWidget(page)
    stage.setParent(page)
    does = RepairActions(page, stage)
    does.allow(True, "Brush", None, False)
    assert does.undo.isEnabled() and "Undo Brush" in does.undo.toolTip()
    assert not does.redo.isEnabled() and not does.next.isEnabled()
    assert does.next in stage.actions() and does.next not in page.actions()


def test_a_dragged_picture_lights_the_frame(qtbot: QtBot) -> None:
    drop, data = PictureDrop("repair", "Title", "Words", ("Open", "Paste")), QMimeData()
    qtbot.addWidget(drop)
    data.setText("no picture")
    assert not _entered(drop, data) and drop.property("over") != "true"
    data.setImageData(np_image())
    assert _entered(drop, data) and drop.property("over") == "true"


def test_a_picture_that_rests_on_the_rail_opens_the_workspace(qtbot: QtBot) -> None:
    rail = Rail([("library", "Library", "library", 1), ("repair", "Repair", "repair", 5)])
    qtbot.addWidget(rail)
    rail.resize(88, 300)
    rail.show()
    rail.allow({"repair"})
    assert not rail.buttons["library"].isEnabled() and "Ctrl+5" in rail.buttons["repair"].toolTip()
    data = QMimeData()
    data.setImageData(np_image())
    with qtbot.waitSignal(rail.chosen) as chosen:
        _moved(rail, data, rail.buttons["repair"].geometry().center())
    assert chosen.args == ["repair"]
    with qtbot.assertNotEmitted(rail.chosen, wait=500):
        _moved(rail, data, rail.buttons["library"].geometry().center())


def test_the_list_of_keys_holds_what_is_in_sight(qtbot: QtBot) -> None:
    window, room = QMainWindow(), RepairRoom()
    qtbot.addWidget(window)
    window.setCentralWidget(room)
    window.show()
    shown = {label.text() for label in ShortcutList(window).findChildren(QLabel)}
    assert {"Undo", "Ctrl+Z", "Fill, or keep the candidate", "Return, Enter"} <= shown
    room.hide()
    hidden = {label.text() for label in ShortcutList(window).findChildren(QLabel)}
    assert "Undo" not in hidden


def np_image() -> object:
    from studio.gui.pasting import image_of

    return image_of(SMALL)


def _entered(drop: PictureDrop, data: QMimeData) -> bool:
    at, way = QPoint(5, 5), Qt.DropAction.CopyAction
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event = QDragEnterEvent(at, way, data, *keys)
    event.setAccepted(False)
    drop.dragEnterEvent(event)
    return event.isAccepted()


def _moved(rail: Rail, data: QMimeData, at: QPoint) -> None:
    way = Qt.DropAction.CopyAction
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    rail.dragMoveEvent(QDragMoveEvent(at, way, data, *keys))
