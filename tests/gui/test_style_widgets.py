"""Widgets of the Style workspace, which know no session."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot
from repair_scene import picture

from studio.core.painting.painting import Painting
from studio.core.style.methods import methods
from studio.gui.widgets.look_strip import LookRow, LookStrip
from studio.gui.widgets.style_canvas import Small, StyleCanvas
from studio.gui.widgets.style_options import StyleOptions
from studio.gui.widgets.style_room import StyleRoom
from studio.gui.widgets.style_well import Well


@pytest.fixture
def canvas(qtbot: QtBot) -> StyleCanvas:
    canvas = StyleCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    painting = Painting(picture())
    painting.layers["style 1"] = np.zeros((60, 90), np.uint8)
    canvas.show_painting(painting)
    return canvas


def color_at(canvas: StyleCanvas, x: float, y: float) -> tuple[int, int, int]:
    """Return what is shown over a pixel of the picture."""
    at = canvas.view.to_screen(x, y).toPoint()
    color = canvas.grab().toImage().pixelColor(at)
    return color.red(), color.green(), color.blue()


def flat(r: int, g: int, b: int) -> Small:
    return Small(np.full((6, 9, 3), (r, g, b), np.uint8))


def test_a_small_look_covers_the_picture_and_a_line_parts_two(canvas: StyleCanvas) -> None:
    canvas.show_faces(flat(200, 10, 10))
    assert color_at(canvas, 5.5, 40.5) == (200, 10, 10) == color_at(canvas, 85.5, 40.5)
    canvas.set_split(0.5)
    assert color_at(canvas, 5.5, 40.5) == tuple(picture()[40, 5])
    canvas.show_faces(flat(200, 10, 10), flat(10, 200, 10))
    assert color_at(canvas, 5.5, 40.5) == (10, 200, 10)
    assert color_at(canvas, 85.5, 40.5) == (200, 10, 10)
    canvas.set_bare(True)
    assert color_at(canvas, 5.5, 40.5) == tuple(picture()[40, 5]), "Tab shows the picture itself"
    canvas.set_bare(False)
    canvas.show_faces(None)
    canvas.set_split(None)
    assert color_at(canvas, 85.5, 40.5) == tuple(picture()[40, 85])


def test_outside_a_mask_a_small_look_leaves_the_picture_sharp(canvas: StyleCanvas) -> None:
    covered = np.zeros((6, 9), np.uint8)
    covered[:, :4] = 255
    canvas.show_faces(Small(np.full((6, 9, 3), 200, np.uint8), covered))
    assert color_at(canvas, 5.5, 40.5) == (200, 200, 200)
    assert color_at(canvas, 85.5, 40.5) == tuple(picture()[40, 85])


def test_masks_are_seen_and_painted_only_while_masking(canvas: StyleCanvas, qtbot: QtBot) -> None:
    assert canvas.painting is not None
    canvas.painting.layers["style 1"][:] = 255
    canvas.refresh(canvas.painting.box, "style 1")
    assert canvas.tool == "hand" and color_at(canvas, 45.5, 30.5) == tuple(picture()[30, 45])
    canvas.set_masking("style 1")
    assert canvas.tool == "brush" and canvas.layer == "style 1"
    assert color_at(canvas, 45.5, 30.5) != tuple(picture()[30, 45])
    canvas.set_tool("eraser")
    canvas.set_masking("mask")
    assert canvas.tool == "eraser", "the tool stays"
    canvas.set_masking(None)
    assert canvas.tool == "hand"


def test_a_row_of_looks_keeps_places_and_marks_one(qtbot: QtBot) -> None:
    row, chosen = LookRow("Nothing yet"), []
    qtbot.addWidget(row)
    row.show()
    row.chosen.connect(chosen.append)
    assert row.empty.isVisible()
    for key in ("a", "b"):
        row.put(key, key, key, picture())
    row.put("c", "c", "c", picture(), first=True)
    row.cells["b"].click()
    row.put("b", "b again", "b", picture(90, 60))
    order = [row.row.indexOf(row.cells[key]) for key in ("c", "a", "b")]
    assert order == sorted(order) and chosen == ["b"] and row.cells["b"].isChecked()
    row.choose(None)
    assert not any(cell.isChecked() for cell in row.cells.values())
    row.clear()
    assert row.empty.isVisible() and not row.cells


def test_the_marked_look_is_scrolled_to(qtbot: QtBot) -> None:
    row = LookRow("Nothing yet")
    qtbot.addWidget(row)
    row.resize(300, row.height())
    row.show()
    for key in range(12):
        row.put(key, str(key), "", picture())
    qtbot.waitUntil(lambda: row.horizontalScrollBar().maximum() > 0)
    row.choose(11)
    assert row.horizontalScrollBar().value() > 0
    row.choose(0)
    assert row.horizontalScrollBar().value() == 0


def test_the_strip_shows_presets_or_history(qtbot: QtBot) -> None:
    strip = LookStrip()
    qtbot.addWidget(strip)
    strip.show()
    assert strip.presets.isVisible() and strip.save.isVisible()
    strip.tabs[1].click()
    assert strip.history.isVisible() and not strip.presets.isVisible()
    assert not strip.save.isVisible()


def test_files_fall_into_a_well(qtbot: QtBot, tmp_path: Path) -> None:
    well, found = Well("Style 1", "Drop"), []
    qtbot.addWidget(well)
    well.dropped.connect(found.extend)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    keys = Qt.KeyboardModifier.NoModifier
    left, copy = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    well.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, keys, QEvent.Type.Drop))
    assert found == [tmp_path / "a.png"]
    empty = well.grab().toImage()
    well.show_picture(picture())
    assert well.grab().toImage() != empty
    assert well.childAt(QPoint(5, 5)) is None


def test_options_show_what_a_method_needs(qtbot: QtBot) -> None:
    options = StyleOptions(QAction("Compare A with B"))
    qtbot.addWidget(options)
    options.show()
    options.show_styles([("one.png", picture())])
    for name, way in methods().items():
        options.show_method(way)
        assert options.method.currentData() == name
        assert options.rows[0].isVisible() == options.rows[1].isVisible() == way.styled
        assert options.weights.isVisible() == way.weighted
        options.form.show_value(way.settings())
        assert options.form.fields["strength"].editor.findChildren(QAbstractButton) == []
    four = [(f"{k}.png", picture()) for k in range(4)]
    options.show_method(methods()["colors"])
    options.show_styles(list(four))
    assert all(row.isVisible() and row.weight.isVisible() for row in options.rows)


def test_the_room_fits_a_small_window(qtbot: QtBot) -> None:
    room = StyleRoom()
    qtbot.addWidget(room)
    room.pages.setCurrentIndex(1)
    room.options.show_styles([(f"{k}.png", picture()) for k in range(4)])
    room.options.show_method(methods()["colors"])
    room.brushes.show()
    room.resize(960 - 88, 600 - 48)
    room.show()
    assert room.minimumSizeHint().width() <= 960 - 88
    assert room.minimumSizeHint().height() <= 600 - 48
    assert room.options.restyle.isVisible()
    bottom = room.options.restyle.mapTo(room, QPoint(0, room.options.restyle.height())).y()
    assert bottom <= room.height()


def test_all_that_has_no_words_has_a_name_and_a_tooltip(qtbot: QtBot) -> None:
    room = StyleRoom()
    qtbot.addWidget(room)
    room.options.show_styles([("one.png", picture()), ("two.png", picture())])
    buttons = [
        b for b in room.findChildren(QAbstractButton) if not b.objectName().startswith("qt_")
    ]
    silent = [b for b in buttons if not b.text().strip()]
    assert silent and all(b.accessibleName() and b.toolTip() for b in silent)
    sliders = [row.weight for row in room.options.rows]
    assert all(s.accessibleName() and s.toolTip() for s in sliders)
