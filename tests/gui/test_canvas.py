"""The canvas by hand: mouse, pen and keys paint, erase, pan, zoom, and take back."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.painting.painting import Painting
from studio.gui.widgets.canvas import Canvas
from tests.gui.canvas_scene import (
    ALT,
    CONTROL,
    LIFT,
    MIDDLE,
    MOVE,
    PLAIN,
    PRESS,
    RIGHT,
    SHIFT,
    Scene,
)

Key = Qt.Key


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    return Scene(canvas)


def test_a_stroke_masks_what_it_covers_and_is_one_edit(scene: Scene) -> None:
    scene.drag((50, 50), (100, 50), (100, 90))
    assert scene.masked(75, 50) == scene.masked(100, 80) == 255
    assert scene.masked(75, 62) == scene.masked(75, 80) == 0
    assert [edit.title for edit in scene.edits] == ["Brush"]
    assert scene.painting.edits == scene.edits


@pytest.mark.parametrize("how", ["right", "alt", "tool"])
def test_paint_is_erased_by_the_right_button_alt_or_the_eraser(scene: Scene, how: str) -> None:
    scene.drag((50, 50), (150, 50))
    if how == "tool":
        scene.canvas.set_tool("eraser")
    button, keys = (RIGHT if how == "right" else None), (ALT if how == "alt" else PLAIN)
    scene.drag((100, 50), (160, 50), keys=keys, **({"button": button} if button else {}))
    assert scene.masked(60, 50) == 255
    assert scene.masked(120, 50) == 0
    assert scene.edits[-1].title == "Erase"


def test_shift_and_a_click_draw_a_straight_line_from_the_last_point(scene: Scene) -> None:
    scene.drag((40, 40))
    scene.drag((200, 120), keys=SHIFT)
    assert scene.masked(120, 80) == 255
    scene.drag((200, 250))
    assert scene.masked(200, 185) == 0


def test_the_first_click_with_shift_is_a_dab(scene: Scene) -> None:
    scene.drag((200, 120), keys=SHIFT)
    assert scene.masked(200, 120) == 255
    assert np.count_nonzero(scene.painting.mask) < 21 * 21


def test_a_line_is_drawn_when_the_hand_is_lifted(scene: Scene) -> None:
    scene.canvas.set_tool("line")
    scene.mouse(PRESS, 50, 50)
    scene.mouse(MOVE, 90, 200)
    scene.mouse(MOVE, 150, 50)
    assert not scene.painting.mask.any()
    scene.mouse(LIFT, 150, 50)
    assert scene.masked(100, 50) == 255
    assert scene.masked(90, 200) == 0


def test_a_rectangle_and_a_lasso_fill_what_they_enclose(scene: Scene) -> None:
    scene.canvas.set_tool("rectangle")
    scene.drag((50, 60), (80, 70), (100, 90))
    assert (scene.painting.mask[60:90, 50:100] == 255).all()
    assert scene.painting.mask.sum() == 255 * 30 * 50
    scene.canvas.set_tool("lasso")
    scene.drag((40, 50), (120, 50), (80, 120), button=RIGHT)
    assert scene.masked(80, 75) == 0
    assert scene.masked(52, 88) == 255
    assert [edit.title for edit in scene.edits] == ["Rectangle", "Erase"]


def test_the_region_is_painted_beside_the_mask(scene: Scene) -> None:
    scene.canvas.set_layer("allowed")
    scene.drag((50, 50))
    assert not scene.painting.mask.any()
    assert scene.painting.allowed is not None
    assert scene.painting.allowed[50, 50] == 255


def test_escape_takes_back_a_stroke_in_the_making_and_is_passed_on_otherwise(
    scene: Scene, qtbot: QtBot
) -> None:
    for tool in ("brush", "lasso"):
        scene.canvas.set_tool(tool)
        scene.mouse(PRESS, 50, 50)
        scene.mouse(MOVE, 100, 50)
        qtbot.keyClick(scene.canvas, Key.Key_Escape)
        scene.mouse(MOVE, 150, 50)
        scene.mouse(LIFT, 150, 50)
        assert not scene.painting.mask.any()
    assert not scene.edits
    event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Escape, PLAIN)
    QApplication.sendEvent(scene.canvas, event)
    assert not event.isAccepted()


def test_undo_while_a_stroke_is_drawn_does_not_break_it(scene: Scene) -> None:
    scene.drag((200, 200))
    scene.mouse(PRESS, 50, 50)
    scene.painting.undo()
    scene.mouse(MOVE, 100, 50)
    scene.mouse(LIFT, 100, 50)
    assert scene.masked(75, 50) == 0
    assert scene.masked(200, 200) == 255
    scene.mouse(PRESS, 50, 50)
    scene.canvas.undo()
    scene.mouse(MOVE, 100, 50)
    scene.mouse(LIFT, 100, 50)
    assert not scene.painting.mask.any()


def test_tools_are_taken_by_their_keys(scene: Scene, qtbot: QtBot) -> None:
    told = []
    scene.canvas.tool_changed.connect(lambda: told.append(scene.canvas.tool))
    for key in "eblrghexx":
        qtbot.keyClick(scene.canvas, key)
    assert told == [
        "eraser", "brush", "line", "rectangle", "lasso", "hand", "eraser", "brush", "eraser",
    ]  # fmt: skip


def test_brackets_change_size_and_with_shift_hardness(scene: Scene, qtbot: QtBot) -> None:
    canvas = scene.canvas
    qtbot.keyClick(canvas, Key.Key_BracketRight)
    assert canvas.brush_size == 23
    qtbot.keyClick(canvas, Key.Key_BracketLeft)
    assert canvas.brush_size == 20
    qtbot.keyClick(canvas, Key.Key_BraceLeft, SHIFT)
    qtbot.keyClick(canvas, Key.Key_BracketLeft, SHIFT)
    assert canvas.hardness == 0.5
    qtbot.keyClick(canvas, Key.Key_BraceRight, SHIFT)
    assert canvas.hardness == 0.75
    for _ in range(60):
        qtbot.keyClick(canvas, Key.Key_BracketLeft)
    assert canvas.brush_size == 1
    for _ in range(80):
        qtbot.keyClick(canvas, Key.Key_BracketRight)
    assert canvas.brush_size == 2048


def test_brackets_of_keyboards_that_make_them_with_altgr(scene: Scene) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_8, CONTROL | ALT, "]")
    QApplication.sendEvent(scene.canvas, event)
    assert scene.canvas.brush_size == 23


def test_the_mask_is_hidden_by_its_key(scene: Scene, qtbot: QtBot) -> None:
    scene.drag((150, 150))
    tinted = scene.color(150, 150)
    qtbot.keyClick(scene.canvas, Key.Key_Backslash)
    assert scene.color(150, 156) == (100, 100, 100) != tinted
    qtbot.keyClick(scene.canvas, Key.Key_Backslash)
    assert scene.color(150, 156) != (100, 100, 100)


def test_tab_held_shows_the_original(scene: Scene, qtbot: QtBot) -> None:
    scene.drag((150, 150), (190, 150))
    scene.mouse(MOVE, 250, 250)
    qtbot.keyPress(scene.canvas, Key.Key_Tab)
    assert scene.color(170, 150) == (100, 100, 100)
    qtbot.keyRelease(scene.canvas, Key.Key_Tab)
    assert scene.color(170, 150) != (100, 100, 100)


def test_the_mask_is_inverted_by_its_keys_as_one_edit(scene: Scene, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.canvas, Key.Key_I, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: len(scene.edits) == 1)
    assert scene.painting.mask.min() == 255
    qtbot.keyClick(scene.canvas, Key.Key_V, SHIFT)
    qtbot.waitUntil(lambda: len(scene.edits) == 2)
    assert not scene.painting.mask.any()


def test_a_stroke_waits_for_what_is_done_to_the_whole_mask(scene: Scene) -> None:
    scene.canvas.change_mask("invert")
    scene.drag((50, 50), button=RIGHT)
    assert scene.masked(50, 50) == 0
    assert scene.masked(150, 150) == 255
    assert [edit.title for edit in scene.edits] == ["Invert mask", "Erase"]
    scene.canvas.change_mask("clear")
    scene.canvas.undo()
    assert scene.masked(150, 150) == 255


def test_space_or_the_middle_button_move_the_picture_and_paint_nothing(
    scene: Scene, qtbot: QtBot
) -> None:
    canvas = scene.canvas
    canvas.zoom(4)
    before = canvas.view.left, canvas.view.top
    qtbot.keyPress(canvas, Key.Key_Space)
    scene.drag((150, 150), (160, 155))
    qtbot.keyRelease(canvas, Key.Key_Space)
    moved = canvas.view.left - before[0], canvas.view.top - before[1]
    assert moved == pytest.approx((40, 20), abs=1)
    scene.drag((150, 150), (140, 145), button=MIDDLE)
    assert (canvas.view.left, canvas.view.top) == pytest.approx(before, abs=1)
    canvas.set_tool("hand")
    scene.drag((150, 150), (160, 155))
    assert canvas.view.left > before[0]
    assert not scene.painting.mask.any()
    assert not scene.edits


def test_keys_zoom_to_all_and_to_one_to_one(scene: Scene, qtbot: QtBot) -> None:
    qtbot.keyClick(scene.canvas, Key.Key_Plus)
    assert scene.canvas.view.device_scale == 1.5
    qtbot.keyClick(scene.canvas, Key.Key_1, CONTROL)
    assert scene.canvas.view.device_scale == 1
    scene.canvas.zoom(9)
    qtbot.keyClick(scene.canvas, Key.Key_0, CONTROL)
    assert scene.canvas.view.target.toRect().getRect() == (20, 20, 300, 300)


def test_a_pen_paints_by_its_pressure_once(scene: Scene) -> None:
    press, move, lift = (
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletRelease,
    )
    assert scene.pen(press, 50, 50, 1.0)
    assert scene.pen(move, 150, 50, 0.3)
    assert scene.pen(lift, 150, 50, 0.0)
    assert len(scene.edits) == 1
    wide, thin = ((scene.painting.mask[:, x] > 127).sum() for x in (52, 150))
    assert wide == pytest.approx(20, abs=1)
    assert thin == pytest.approx(6, abs=1)
    scene.pen(press, 50, 50, 1.0, eraser=True)
    scene.pen(lift, 50, 50, 0.0, eraser=True)
    assert scene.masked(50, 50) == 0


def test_strokes_may_leave_the_picture_and_come_back(scene: Scene) -> None:
    for tool in ("brush", "line", "rectangle", "lasso"):
        scene.canvas.set_tool(tool)
        scene.drag((-50, 150), (350, 150), (350, 400), (150, 500), (150, 280))
        scene.drag((-60, -60), (-50, -50))
    assert scene.masked(150, 290) == 255


def test_without_a_picture_nothing_happens(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    for key in (Key.Key_B, Key.Key_Space, Key.Key_0, Key.Key_Backslash):
        qtbot.keyClick(canvas, key)
    canvas.undo()
    canvas.change_mask("invert")
    canvas.show_layer(None)
    assert not canvas.grab().isNull()


@pytest.mark.parametrize(("side", "brush"), [(32, 8), (320, 40), (4000, 100)])
def test_the_brush_suits_the_picture_that_is_opened(qtbot: QtBot, side: int, brush: int) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show_painting(Painting(np.zeros((side, side + 8, 3), np.uint8)))
    assert canvas.brush_size == brush


def test_another_picture_ends_what_was_going_on(scene: Scene) -> None:
    scene.mouse(PRESS, 50, 50)
    scene.canvas.show_painting(Painting(np.zeros((40, 30, 1), np.uint8)))
    scene.mouse(MOVE, 10, 10)
    scene.mouse(LIFT, 10, 10)
    assert not scene.painting.mask.any()
    scene.canvas.show_painting(None)
    assert not scene.canvas.grab().isNull()


def drop(canvas: Canvas, data: QMimeData) -> bool:
    copy, at = Qt.DropAction.CopyAction, QPointF(50, 50)
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at.toPoint(), copy, data, left, PLAIN)
    QApplication.sendEvent(canvas, enter)
    if enter.isAccepted():
        QApplication.sendEvent(canvas, QDropEvent(at, copy, data, left, PLAIN))
    return enter.isAccepted()


def test_files_that_are_let_fall_are_told_and_so_are_pictures_without_a_file(
    scene: Scene, tmp_path: Path
) -> None:
    told: list[list[Path]] = []
    scene.canvas.dropped.connect(told.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.png", "b.tif")])
    assert drop(scene.canvas, data)
    assert told == [[tmp_path / "a.png", tmp_path / "b.tif"]]
    data, image = QMimeData(), QImage(7, 5, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    data.setImageData(image)
    assert drop(scene.canvas, data)
    assert QImage(str(told[1][0])).width() == 7
    data = QMimeData()
    data.setText("hello")
    assert not drop(scene.canvas, data)
