"""What is seen of a painting: pixel by pixel, with a candidate over it, compared, at any zoom."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.painting.box import Box
from studio.core.painting.painting import Painting
from studio.core.painting.preview import prepare
from studio.gui.widgets.canvas import Canvas
from tests.gui.canvas_scene import CONTROL, LIFT, MOVE, PLAIN, PRESS, SIDE, Patch, Scene

GREY = (100, 100, 100)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    return made


def noise(channels: int = 3, side: int = SIDE) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (side, side, channels), dtype=np.uint8)


def seen(canvas: Canvas, rect: QRect | None = None) -> np.ndarray:
    """Return what is painted, uint8 [h, w, 3]."""
    image = canvas.grab(rect or canvas.rect()).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    h, w = image.height(), image.width()
    return np.asarray(image.constBits()).reshape(h, w, 4)[..., 2::-1].copy()


@pytest.mark.parametrize("channels", [1, 3])
def test_one_to_one_every_pixel_is_itself(canvas: Canvas, channels: int) -> None:
    pixels = noise(channels)
    Scene(canvas, pixels)
    np.testing.assert_array_equal(
        seen(canvas, QRect(20, 20, 300, 300)), np.repeat(pixels, 3, 2)[..., -3:]
        if channels == 1 else pixels,
    )  # fmt: skip


def test_enlarged_every_pixel_is_a_square(canvas: Canvas) -> None:
    pixels = noise(side=32)
    Scene(canvas, pixels)
    canvas.zoom(4)
    left, top = int(canvas.view.left), int(canvas.view.top)
    shown = seen(canvas, QRect(left, top, 128, 128))
    np.testing.assert_array_equal(shown, pixels.repeat(4, 0).repeat(4, 1))


def test_what_is_transparent_lets_the_checker_through(canvas: Canvas) -> None:
    pixels = noise(4)
    pixels[:, :150, 3], pixels[:, 150:, 3] = 0, 255
    Scene(canvas, pixels)
    shown = seen(canvas, QRect(20, 20, 300, 300))
    assert set(np.unique(shown[:, :150])) == {58, 74}
    np.testing.assert_array_equal(shown[:, 150:], pixels[:, 150:, :3])


def test_sixteen_bits_are_shown_and_kept(canvas: Canvas) -> None:
    pixels = np.full((SIDE, SIDE, 3), 0x64FF, np.uint16)
    scene = Scene(canvas, pixels)
    assert scene.color(150, 150) == GREY
    assert scene.painting.pixels is pixels


@pytest.mark.parametrize("scale", [0.13, 0.3, 0.5, 0.77, 1.0, 1.4, 3.0, 9.0])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_part_painted_alone_is_as_in_the_whole(
    canvas: Canvas, scale: float, channels: int
) -> None:
    scene = Scene(canvas, noise(channels, 701))
    canvas.set_brush(60, 0.3)
    scene.drag((100, 100), (500, 350))
    canvas.show_layer([Patch(350, 340, noise(channels, 90))] if scale < 1 else None)
    canvas.zoom(scale, QPointF(170, 170))
    whole = seen(canvas)
    for rect in (QRect(130, 120, 41, 67), QRect(160, 160, 23, 9), QRect(0, 0, 171, 170)):
        part = whole[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1]
        off = np.abs(seen(canvas, rect).astype(int) - part)
        assert off.max() <= 2  # Qt rounds positions by where it begins; noise is the worst case


def test_a_ready_preview_is_shown_as_one_made_here(canvas: Canvas) -> None:
    pixels = noise(3, 900)
    painting = Painting(pixels)
    canvas.resize(340, 340)
    canvas.show_painting(painting)
    alone, job = seen(canvas), prepare(pixels)
    while True:
        try:
            next(job)
        except StopIteration as ended:
            canvas.show_painting(painting, ended.value)
            break
    np.testing.assert_array_equal(seen(canvas), alone)


def test_a_mask_that_is_there_from_the_start_is_seen_zoomed_out(canvas: Canvas) -> None:
    mask = np.zeros((900, 900), np.uint8)
    mask[440:460] = 255
    canvas.resize(340, 340)
    canvas.show_painting(Painting(np.full((900, 900, 3), 100, np.uint8), mask))
    assert tuple(seen(canvas)[170, 170]) != GREY
    assert tuple(seen(canvas)[100, 170]) == GREY


def test_a_candidate_is_shown_over_the_picture_which_stays_as_it_is(canvas: Canvas) -> None:
    scene = Scene(canvas)
    scene.drag((100, 100), (140, 140))
    white = np.full((80, 80, 3), 255, np.uint8)
    before = scene.painting.pixels.copy()
    canvas.show_layer([Patch(90, 90, white), Patch(250, 250, white[:40, :40])])
    assert canvas.has_layer
    assert [scene.color(*at) for at in ((120, 120), (260, 260))] == [(255,) * 3] * 2
    assert scene.color(89, 89) == scene.color(171, 171) == GREY
    np.testing.assert_array_equal(scene.painting.pixels, before)
    canvas.set_bare(True)
    assert scene.color(160, 110) == GREY
    canvas.set_bare(False)
    canvas.show_layer(None)
    assert scene.color(160, 110) == GREY
    assert scene.color(120, 122) != GREY


def test_a_candidate_of_sixteen_bits_and_one_with_transparency(canvas: Canvas) -> None:
    scene = Scene(canvas, np.full((SIDE, SIDE, 3), 0x6400, np.uint16))
    canvas.show_layer([Patch(50, 50, np.full((9, 9, 3), 0xFFFF, np.uint16))])
    assert scene.color(55, 55) == (255, 255, 255)
    scene = Scene(canvas, np.full((SIDE, SIDE, 4), 255, np.uint8))
    canvas.show_layer([Patch(50, 50, np.zeros((40, 40, 4), np.uint8))])
    assert scene.color(70, 70)[0] in (58, 74)


def test_zoomed_out_a_candidate_has_no_rim(canvas: Canvas) -> None:
    pixels = np.full((1200, 1200, 3), 100, np.uint8)
    Scene(canvas, pixels)
    canvas.show_layer([Patch(301, 303, pixels[:255, :411].copy())])
    for scale in (0.27, 0.4, 0.61, 0.9):
        canvas.zoom(scale, QPointF(120, 120))
        target = canvas.view.target.intersected(canvas.rect().toRectF()).toAlignedRect()
        inner = seen(canvas, target.adjusted(2, 2, -2, -2))
        assert np.abs(inner.astype(int) - 100).max() <= 1


def test_the_slider_shows_the_original_left_and_is_dragged(canvas: Canvas) -> None:
    scene = Scene(canvas)
    told: list[float] = []
    canvas.split_moved.connect(told.append)
    canvas.show_layer([Patch(0, 0, np.full((SIDE, SIDE, 3), 255, np.uint8))])
    canvas.set_split(0.5)
    assert scene.color(100, 40) == GREY
    assert scene.color(200, 40) == (255, 255, 255)
    scene.mouse(MOVE, 150, 150, Qt.MouseButton.NoButton)
    assert canvas.cursor().shape() == Qt.CursorShape.SplitHCursor
    scene.drag((150, 150), (250, 150))
    assert told[-1] == canvas.split == pytest.approx(250 / 300)
    assert scene.color(200, 40) == GREY
    assert not scene.painting.mask.any()
    scene.mouse(MOVE, 100, 100, Qt.MouseButton.NoButton)
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    scene.drag((250, 150), (900, 150))
    assert canvas.split == 1.0
    canvas.set_split(None)
    assert scene.color(100, 40) == (255, 255, 255)


def test_without_a_candidate_there_is_no_slider(canvas: Canvas) -> None:
    scene = Scene(canvas)
    canvas.set_split(0.5)
    scene.drag((150, 150), (200, 150))
    assert canvas.split == 0.5
    assert scene.masked(180, 150) == 255


def test_paint_is_seen_while_a_candidate_is_shown(canvas: Canvas) -> None:
    scene = Scene(canvas)
    canvas.show_layer([Patch(250, 250, np.full((9, 9, 3), 255, np.uint8))])
    scene.mouse(PRESS, 100, 100)
    scene.mouse(MOVE, 140, 100)
    assert scene.color(120, 100) != GREY
    scene.mouse(LIFT, 140, 100)


def test_what_was_laid_undone_and_done_again_is_seen(canvas: Canvas) -> None:
    scene = Scene(canvas)
    edit = scene.painting.lay([Patch(10, 10, np.full((50, 50, 3), 7, np.uint8))], "Fill")
    assert edit is not None
    canvas.refresh(edit.box)
    for step, wanted in ((None, (7, 7, 7)), (canvas.undo, GREY), (canvas.redo, (7, 7, 7))):
        if step:
            step()
        assert scene.color(30, 30) == wanted


def test_the_pixel_under_the_pointer_is_told(canvas: Canvas) -> None:
    scene = Scene(canvas)
    told: list[tuple[int, int]] = []
    canvas.hovered.connect(lambda x, y: told.append((x, y)))
    scene.mouse(MOVE, 12.7, 34.2)
    scene.mouse(MOVE, -3, 34)
    scene.mouse(MOVE, 299.5, 299.5)
    assert told == [(12, 34), (-1, -1), (299, 299)]


def wheel(canvas: Canvas, at: QPointF, notches: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("keys", [PLAIN, CONTROL])
def test_the_wheel_zooms_at_the_pointer(canvas: Canvas, keys: Qt.KeyboardModifier) -> None:
    scene = Scene(canvas)
    at = scene.at(200, 100)
    wheel(canvas, at, 2, keys)
    assert canvas.view.device_scale == pytest.approx(1.25**2)
    assert canvas.view.to_picture(at) == pytest.approx((200, 100), abs=0.6)
    wheel(canvas, at, -2, keys)
    assert canvas.view.device_scale == pytest.approx(1)


def test_lines_between_pixels_show_from_eight_on(canvas: Canvas) -> None:
    Scene(canvas, np.full((32, 32, 3), 100, np.uint8))
    for scale, lines in ((7, False), (8, True)):
        canvas.zoom(scale)
        inner = canvas.view.target.toAlignedRect().adjusted(4, 4, -4, -4)
        assert (len(np.unique(seen(canvas, inner & canvas.rect()))) > 1) == lines


def test_a_box_of_a_layer_is_refreshed_alone(canvas: Canvas) -> None:
    scene = Scene(canvas, noise(3, 900))
    before = seen(canvas)
    scene.painting.begin("x")
    scene.painting.touch("mask", scene.painting.box)
    scene.painting.mask[200:240, 200:240] = 255
    scene.painting.finish()
    canvas.refresh(None)
    canvas.refresh(Box(200, 200, 240, 240), "mask")
    changed = (seen(canvas) != before).any(2)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    place = canvas.view.place(Box(200, 200, 240, 240))
    assert changed.any()
    assert place.contains(QPoint(int(columns[0]), int(rows[0])))
    assert place.contains(QPoint(int(columns[-1]), int(rows[-1])))


def test_what_is_large_appears_part_by_part(canvas: Canvas, qtbot: QtBot) -> None:
    side = 2304
    scene = Scene(canvas, np.full((side, side, 3), 100, np.uint8))
    canvas.show_layer([Patch(0, 0, np.full((side, side, 3), 255, np.uint8))])
    assert canvas.has_layer
    assert scene.color(side - 200, side - 200) == GREY
    qtbot.waitUntil(lambda: scene.color(side - 200, side - 200) == (255, 255, 255))
    canvas.show_layer(None)
    scene.painting.replace("mask", scene.painting.box, np.full((side, side), 255, np.uint8), "x")
    canvas.refresh(scene.painting.box, "mask")
    qtbot.waitUntil(lambda: GREY not in (scene.color(300, 100), scene.color(300, side - 100)))
    canvas.undo()
    qtbot.waitUntil(lambda: scene.color(300, 100) == scene.color(300, side - 100) == GREY)
    assert canvas._layers is not None
    levels = canvas._layers.tints["mask"].preview.levels
    qtbot.waitUntil(lambda: not any(level.any() for level in levels))


def test_another_picture_stops_what_was_still_appearing(canvas: Canvas, qtbot: QtBot) -> None:
    Scene(canvas, np.full((2304, 2304, 3), 100, np.uint8))
    canvas.show_layer([Patch(0, 0, np.full((2304, 2304, 3), 255, np.uint8))])
    scene = Scene(canvas)
    qtbot.wait(50)
    assert scene.color(150, 150) == GREY
    assert not canvas.has_layer


def white(side: int = 50) -> np.ndarray:
    return np.full((side, side, 3), 255, np.uint8)


def test_the_picture_as_it_was_at_first_is_compared_after_earlier_fills(canvas: Canvas) -> None:
    scene = Scene(canvas)
    for left in (20, 220):
        edit = scene.painting.lay([Patch(100, left, white())], "Fill")
        assert edit is not None
        canvas.refresh(edit.box)
    canvas.show_layer([Patch(200, 20, white())])
    places = (40, 120), (240, 120), (40, 220)
    canvas.set_bare(True)
    assert [scene.color(*at) for at in places] == [GREY] * 3
    canvas.set_bare(False)
    assert [scene.color(*at) for at in places] == [(255,) * 3] * 3
    canvas.set_split(0.5)
    assert [scene.color(*at) for at in places] == [GREY, (255,) * 3, GREY]
    canvas.show_layer(None)
    canvas.undo()
    assert [scene.color(*at) for at in places] == [GREY] * 3
    canvas.redo()
    assert scene.color(240, 120) == (255, 255, 255)
    third = scene.painting.lay([Patch(5, 5, white(20))], "Fill")
    assert third is not None
    canvas.refresh(third.box)
    canvas.show_layer(None)
    assert [scene.color(15, 15), scene.color(240, 120)] == [GREY, (255,) * 3]


def test_what_is_no_longer_changed_is_not_compared(canvas: Canvas) -> None:
    scene = Scene(canvas)
    canvas.set_split(0.5)
    scene.painting.lay([Patch(100, 100, white())], "Fill")
    scene.drag((150, 20), (200, 20))
    assert not scene.painting.mask.any(), "the slider was there"
    canvas.set_split(0.5)
    for _ in range(scene.painting.position):
        canvas.undo()
    scene.drag((150, 20), (200, 20))
    assert scene.painting.mask.any()


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_at_any_zoom_the_first_picture_is_the_one_before_all_edits(
    canvas: Canvas, channels: int, dtype: type
) -> None:
    pixels = noise(channels, 900).astype(dtype) * (np.iinfo(dtype).max // 255)
    scene = Scene(canvas, pixels)
    zooms = (0.27, 0.5, 0.61, 1.0, 3.0)
    before = []
    for scale in zooms:
        canvas.zoom(scale, QPointF(120, 120))
        before.append(seen(canvas))
    canvas.fit()
    hole = np.zeros((600, 500, channels), dtype)
    edit = scene.painting.lay([Patch(133, 77, hole)], "Fill")
    assert edit is not None
    canvas.refresh(edit.box)
    canvas.set_bare(True)
    for scale, was in zip(zooms, before, strict=True):
        canvas.zoom(scale, QPointF(120, 120))
        assert np.abs(seen(canvas).astype(int) - was).max() <= 2


def test_the_region_is_tinted_only_where_it_counts(canvas: Canvas) -> None:
    scene = Scene(canvas)
    canvas.set_layer("allowed")
    scene.drag((50, 50), (90, 50))
    scene.mouse(MOVE, 200, 200, Qt.MouseButton.NoButton)
    assert scene.color(70, 50) != GREY
    canvas.set_regional(False)
    assert scene.color(70, 50) == GREY
    assert scene.painting.region.any()
    canvas.set_regional(True)
    assert scene.color(70, 50) != GREY
