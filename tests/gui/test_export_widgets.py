"""Parts of the export room: faces, the view they are seen in, player, strip, kinds, options."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QColorDialog
from pytestqt.qtbot import QtBot

from studio.core.events import finished
from studio.core.painting.preview import Preview, prepare
from studio.core.settings import Settings, field
from studio.gui.widgets.canvas_view import View
from studio.gui.widgets.export_faces import FilmFace, PictureFace, SplitFace, TileFace
from studio.gui.widgets.export_kinds import KINDS, KindList
from studio.gui.widgets.export_light import LitFace, Surface
from studio.gui.widgets.export_options import ExportOptions
from studio.gui.widgets.export_player import Player
from studio.gui.widgets.export_stage import MOVING, ExportStage
from studio.gui.widgets.export_strip import ExportStrip, reordered
from studio.gui.widgets.export_swatches import Swatches
from studio.gui.widgets.export_view import ExportView

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def ready(pixels: np.ndarray) -> Preview:
    return finished(prepare(pixels))


def ramp(h: int = 20, w: int = 30) -> np.ndarray:
    """Return a picture whose red tells the column and whose green tells the row."""
    rows, columns = np.mgrid[:h, :w]
    return np.stack([columns * 8, rows * 8, 0 * rows], -1).astype(np.uint8)


def painted(face: Any, scale: float = 2.0, room: tuple[int, int] = (200, 200)) -> np.ndarray:
    """Return what a face paints at the corner of a widget, RGB [h, w, 3]."""
    view = View()
    view.room = QSizeF(*room)
    view.show(face.width, face.height)
    view.scale, view.left, view.top = scale, 0.0, 0.0
    image = QImage(*room, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    face.paint(painter, view, QRectF(image.rect()))
    painter.end()
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(room[1], plain.bytesPerLine())
    return rows[:, : 3 * room[0]].reshape(room[1], room[0], 3).copy()


def test_a_picture_is_painted_pixel_by_pixel_and_outlined(qtbot: QtBot) -> None:
    picture = ramp()
    face = PictureFace(ready(picture), [[2, 2, 4, 4]], [[4, 4]])
    face.outlined = False
    plain = painted(face)
    assert np.array_equal(plain[:40:2, :60:2], picture)
    face.outlined = True
    drawn = painted(face)
    assert (drawn[4, 4:12] != plain[4, 4:12]).any(-1).all(), "the upper edge of the cell"
    assert np.array_equal(drawn[20:], plain[20:])


@pytest.mark.parametrize("offset", [(0, 0), (7, 3), (29.6, 19.6)])
def test_a_tile_is_laid_three_by_three_from_where_it_was_dragged(
    qtbot: QtBot, offset: tuple[float, float]
) -> None:
    picture = ramp()
    face = TileFace(ready(picture), "")
    view = View()
    view.room = QSizeF(400, 400)
    view.show(face.width, face.height)
    assert (face.width, face.height) == (90, 60) and face.grab(view, QPointF(200, 200))
    view.scale = 2.0
    face.drag(view, QPointF(), QPointF(2 * offset[0], 2 * offset[1]))
    whole = round(offset[0]), round(offset[1])
    expected = np.roll(np.tile(picture, (3, 3, 1)), whole[::-1], (0, 1))
    drawn = painted(face)[:120:2, :180:2]
    assert np.array_equal(drawn, expected)
    assert not painted(face)[121:].any(), "nothing beyond the three by three"


def test_a_tile_zoomed_out_shows_no_seam_of_its_own(qtbot: QtBot) -> None:
    x = np.arange(300)
    wave = (127 + 100 * np.sin(2 * np.pi * x / 30)).astype(np.uint8)
    picture = np.repeat(np.broadcast_to(wave, (300, 300))[..., None], 3, 2).copy()
    drawn = painted(TileFace(ready(picture), ""), scale=0.37, room=(330, 330)).astype(int)
    one = drawn[100, 20:90, 0]
    seam = drawn[100, 20 + 111 : 90 + 111, 0]  # 300 pixels on, a whole tile
    assert abs(one - seam).max() <= 6


def test_a_split_shows_both_sides_and_its_line_follows(qtbot: QtBot) -> None:
    before, after = np.full((20, 30, 3), 40, np.uint8), np.full((20, 30, 3), 200, np.uint8)
    face = SplitFace(ready(before), ready(after), "")
    drawn = painted(face)
    assert (drawn[2, :26] == 40).all() and (drawn[2, 34:60] == 200).all()
    view = View()
    view.show(30, 20)
    view.scale, view.left = 2.0, 0.0
    assert face.grab(view, QPointF(32, 5)) and not face.grab(view, QPointF(50, 5))
    face.drag(view, QPointF(600, 5), QPointF())
    assert face.split == 1.0


def test_a_film_shows_its_frame(qtbot: QtBot) -> None:
    film = np.zeros((3, 20, 30, 4), np.uint8)
    film[2] = (10, 20, 30, 255)  # blue first
    face = FilmFace(film)
    assert not painted(face).any()
    face.frame = 2
    assert painted(face)[5, 5].tolist() == [30, 20, 10] and face.count == 3


def test_a_surface_is_brightest_under_the_light_and_where_it_faces_it() -> None:
    color = np.full((40, 60, 3), 128, np.uint8)
    flat = np.zeros((40, 60, 3))
    flat[..., 2] = 1
    seen = Surface(color, flat).lit(0.25, 0.5)[..., 0].astype(int)
    row, column = np.argwhere(seen == seen.max()).mean(0)
    assert abs(row - 19.5) < 1 and abs(column - 14.5) < 1
    assert 128 <= seen.max() <= 133, "under the light the picture is as it is"
    tilted = flat.copy()
    tilted[:, 30:] = (-0.6, 0, 0.8)  # faces left, where the light is
    assert (Surface(color, tilted).lit(0.25, 0.5)[:, 31:, 0] > seen[:, 31:]).all()
    clear = np.dstack([color, np.zeros((40, 60, 1), np.uint8)])
    assert not Surface(clear, flat).lit(0.25, 0.5).any()


def test_the_light_follows_the_pointer(qtbot: QtBot) -> None:
    three = np.concatenate([ramp(), ramp() // 2, ramp() * 0 + 128], 1)
    flat = np.zeros((20, 30, 3))
    flat[..., 2] = 1
    face = LitFace(None, ready(three), Surface(ramp(), flat), "")
    assert (face.width, face.height) == (60, 40)
    drawn = painted(face)
    assert np.array_equal(drawn[:40:2, :60:2], ramp()), "the picture"
    assert np.array_equal(drawn[:40:2, 60:120:2], ramp() // 2), "its height"
    assert (drawn[40:80, :60] == 128).all(), "its normals"
    view = View()
    view.room = QSizeF(200, 200)
    view.show(60, 40)
    view.scale, view.left, view.top = 2.0, 0.0, 0.0
    assert face.grab(view, QPointF(100, 60)) and not face.grab(view, QPointF(20, 60))
    face.drag(view, QPointF(500, 60), QPointF())
    assert (face.light.x(), face.light.y()) == (1.0, 0.5)
    moved = painted(face)[40:80, 60:120]
    assert not np.array_equal(moved, drawn[40:80, 60:120])
    assert np.array_equal(painted(face)[:40], drawn[:40])


def test_the_view_zooms_at_the_pointer_pans_and_keeps_its_place(qtbot: QtBot) -> None:
    view = ExportView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    view.show_face(PictureFace(ready(ramp(200, 300))))
    told: list[float] = []
    view.zoomed.connect(told.append)
    at = QPointF(100, 120)
    before = view.view.to_picture(at)
    phase, pressed = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    view.wheelEvent(QWheelEvent(at, at, QPoint(), QPoint(0, 120), pressed, NONE, phase, False))
    after = view.view.to_picture(at)
    assert told and abs(before[0] - after[0]) < 1 and abs(before[1] - after[1]) < 1
    qtbot.keyClicks(view, "1")
    assert told[-1] == 1.0
    left = view.view.left
    qtbot.mousePress(view, LEFT, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(170, 150))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(170, 150))
    assert view.view.left == left - 30
    view.show_face(PictureFace(ready(ramp(200, 300))))
    assert view.view.left == left - 30, "another of the same size is seen from the same place"
    qtbot.keyClicks(view, "0")
    assert view.view.fitted
    view.show_face(PictureFace(ready(ramp(50, 50))))
    assert view.view.fitted and view.view.width == 50


def test_the_ground_is_seen_under_transparency_only(qtbot: QtBot) -> None:
    view = ExportView()
    qtbot.addWidget(view)
    view.resize(200, 200)
    clear = np.zeros((10, 10, 4), np.uint8)
    view.show_face(PictureFace(ready(clear)))
    view.set_ground(QColor("white"))
    grabbed = view.grab().toImage()
    assert grabbed.pixelColor(100, 100).name() == "#ffffff"
    view.set_ground(None)
    assert view.grab().toImage().pixelColor(100, 100).name() != "#ffffff"


def test_the_player_plays_all_or_one_animation(qtbot: QtBot) -> None:
    player = Player()
    qtbot.addWidget(player)
    player.show()
    player.show_film(6, 10.0, {"walk": [1, 3, 5]})
    assert player.loops.isVisible() and player.said.text() == "1 / 6 · 10 fps"
    seen: list[int] = []
    player.frame_changed.connect(seen.append)
    player.track.setValue(4)
    assert seen == [4]
    player.loops.setCurrentIndex(1)
    player._on_loop()
    assert list(player.order) == [1, 3, 5] and player.frame in (1, 3, 5)
    player.show_film(6, 10.0, {"walk": [1, 3]})
    assert player.loops.currentText() == "walk", "a changed control keeps what is played"
    player.show_film(1, 10.0)
    assert not player.play.isEnabled() and not player.loops.isVisible()


def test_speed_is_kept_however_late_the_clock_is_looked_at(qtbot: QtBot) -> None:
    player = Player()
    qtbot.addWidget(player)
    player.show_film(10, 24.0)

    class Clock:
        def nsecsElapsed(self) -> int:  # noqa: N802 (Qt's name)
            return 1_520_000_000

    player._clock = Clock()  # type: ignore[assignment]  # stands in for Qt's
    player._advance()
    assert player.frame == 36 % 10


def test_what_is_let_fall_takes_its_place() -> None:
    assert reordered(5, [0], 3) == [1, 2, 0, 3, 4]
    assert reordered(5, [3, 4], 0) == [3, 4, 0, 1, 2]
    assert reordered(5, [1], 1) == [0, 1, 2, 3, 4]
    assert reordered(3, [0, 2], 3) == [1, 0, 2]


def test_the_strip_tells_the_new_order(qtbot: QtBot) -> None:
    strip = ExportStrip()
    qtbot.addWidget(strip)
    strip.show_pictures([(f"p{k}", ramp()) for k in range(4)], 2)
    told: list[list[int]] = []
    strip.ordered.connect(told.append)
    strip.move_chosen(1)
    strip.move_chosen(5)
    strip.reverse()
    assert told == [[0, 1, 3, 2], [3, 2, 1, 0]], "there is nothing after the last place"
    assert "p1" in strip.item(1).toolTip()


def test_colors_are_shown_in_rows_and_copied(qtbot: QtBot) -> None:
    swatches = Swatches()
    qtbot.addWidget(swatches)
    swatches.resize(400, 60)
    swatches.show_colors([f"#{k:02x}0000" for k in range(130)])
    assert swatches.isVisible() and swatches.sizeHint().height() == 3 * 20
    at = swatches.place(50).center()
    assert swatches.grab().toImage().pixelColor(at).red() == 50
    qtbot.mouseClick(swatches, LEFT, pos=at)
    assert QGuiApplication.clipboard().text() == "#320000"
    swatches.show_colors(())
    assert not swatches.isVisible()


def test_a_setting_that_is_a_file_or_a_color_can_be_chosen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FileSettings(Settings):
        file: str = field("", label="Palette file", help="Colors taken instead.")
        rim: str = field("#ffffff", label="Rim", help="Its color.")
        title: str = field("", label="Title", help="Any words.")

    options = ExportOptions()
    qtbot.addWidget(options)
    options.show_kind(replace(KINDS[0], settings=FileSettings), FileSettings())
    told: list[str] = []
    options.file_asked.connect(told.append)
    box = options.form.fields["file"].editor.holder()
    assert len(box.actions()) == 1
    box.actions()[0].trigger()
    assert told == ["file"] and options.title_of("file") == "Palette file"
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#102030"))
    options.form.fields["rim"].editor.holder().actions()[0].trigger()
    assert options.form.value == FileSettings(rim="#102030")
    assert not options.form.fields["title"].editor.holder().actions()


def test_every_kind_is_offered_with_what_comes_out_of_it(qtbot: QtBot) -> None:
    offered = KindList()
    qtbot.addWidget(offered)
    offered.show()
    assert offered.count() == len(KINDS) >= 1
    told: list[str] = []
    offered.chosen.connect(told.append)
    offered.choose(KINDS[-1].id)
    assert not told
    offered.setCurrentRow(0)
    assert told == [KINDS[0].id] or len(KINDS) == 1


def test_a_complaint_takes_the_place_of_a_result(qtbot: QtBot, tmp_path: Path) -> None:
    options = ExportOptions()
    qtbot.addWidget(options)
    options.show()
    options.show_kind(KINDS[0], KINDS[0].settings())
    options.show_target("hero", KINDS[0].endings[0], None)
    assert options.export.text() == "Export…" and not options.folder.isVisible()
    options.show_target("hero", KINDS[0].endings[0], tmp_path)
    assert options.export.text() == "Export" and str(tmp_path) in options.folder.text()
    options.tell("hero.png, 4 kB.", "hero.png")
    assert options.show_folder.isVisible()
    options.complain("No room.")
    assert not options.result.isVisible() and options.fault.text() == "No room."
    options.work("Exporting hero.png")
    assert options.progress.isVisible() and not options.export.isVisible()
    options.work("")
    assert options.export.isVisible()


def test_the_stage_keeps_its_tab_and_frame(qtbot: QtBot) -> None:
    stage = ExportStage()
    qtbot.addWidget(stage)
    stage.show()
    film = np.zeros((5, 4, 4, 4), np.uint8)
    still = PictureFace(ready(ramp()), [[0, 0, 4, 4]])
    stage.show_faces(still, FilmFace(film), 12.0)
    assert stage.view.face is still and stage.outlines.isVisible()
    stage.prefer(MOVING)
    stage.player.track.setValue(3)
    assert stage.film and stage.film is stage.view.face and stage.film.frame == 3
    stage.show_faces(PictureFace(ready(ramp())), FilmFace(film), 12.0)
    assert stage.moving and stage.film is not None and stage.film.frame == 3
    stage.show_faces(PictureFace(ready(ramp())), None, 12.0)
    assert not stage.moving and not stage.player.isVisible()
    assert not stage.outlines.isVisible(), "there are no cells"
