"""The sample grid: pixels, stable places, keyboard, clipboard, files, and the enlarged picture."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot
from train_scene import sprites

from studio.core import pictures
from studio.gui.widgets.image_grid import ImageGrid, bgra, neighbor
from studio.gui.widgets.lightbox import Lightbox


@pytest.fixture
def grid(qtbot: QtBot) -> ImageGrid:
    made = ImageGrid("EMA")
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    return made


def color_at(grid: ImageGrid, index: int, x: float = 0.5, y: float = 0.5) -> tuple[int, int, int]:
    cell = grid.cell(index)
    at = QPoint(int(cell.x() + x * cell.width()), int(cell.y() + y * cell.height()))
    shown = QColor(grid.grab().toImage().pixel(at))
    return shown.red(), shown.green(), shown.blue()


def test_every_picture_is_painted_in_its_cell(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(16, 50, channels=3))
    assert [color_at(grid, k)[:2] for k in range(16)] == [(4 * k, 50) for k in range(16)]


def test_the_pictures_are_painted_once_until_they_or_their_room_change(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(16, 50, channels=3))
    grid.grab()
    painted = grid._painted
    grid.set_current(3)
    grid.grab()
    assert painted is not None and grid._painted is painted
    grid.resize(200, 200)
    grid.grab()
    assert grid._painted is not painted and color_at(grid, 3)[:2] == (12, 50)
    grid.show_pictures(sprites(16, 90, channels=3))
    assert color_at(grid, 3)[:2] == (12, 90)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_become_bgra(channels: int) -> None:
    made = bgra(sprites(3, 9, channels))
    assert made.shape == (48, 16, 4)
    wanted = {1: [8, 8, 8, 255], 3: [0, 9, 8, 255], 4: [0, 9, 8, 255]}[channels]
    assert made[2 * 16 + 8, 8].tolist() == wanted


def test_transparency_shows_a_checker(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(4, 50))
    assert set(color_at(grid, 0, 0.03, 0.03)) in ({58}, {74})
    assert color_at(grid, 0)[1] == 50


def test_pixel_art_is_enlarged_by_whole_numbers_without_blur(grid: ImageGrid) -> None:
    picture = np.zeros((1, 8, 8, 3), np.uint8)
    picture[0, :, 4:] = 255
    grid.show_pictures(picture)
    assert grid.cell(0).width() % 8 == 0
    image = grid.grab().toImage()
    row = [
        QColor(image.pixel(x, 150)).red() for x in range(grid.cell(0).left(), grid.cell(0).right())
    ]
    assert set(row) == {0, 255}


def test_places_depend_on_number_and_shape_only(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(16, 1))
    before = [grid.cell(k) for k in range(16)]
    grid.show_pictures(sprites(16, 200))
    assert [grid.cell(k) for k in range(16)] == before
    columns = grid.columns
    grid.resize(700, 200)
    assert grid.columns == columns


@pytest.mark.parametrize(
    "shape", [(64, 32, 32, 4), (16, 64, 128, 3), (3, 256, 128, 1), (1, 16, 16, 3)]
)
@pytest.mark.parametrize("size", [(120, 120), (431, 377), (1600, 400)])
def test_all_cells_fit_and_none_overlap(
    grid: ImageGrid, shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    grid.resize(*size)
    grid.show_pictures(np.zeros(shape, np.uint8))
    cells = [grid.cell(k) for k in range(shape[0])]
    assert all(grid.rect().contains(cell) for cell in cells)
    assert not any(a.intersects(b) for k, a in enumerate(cells) for b in cells[:k])
    ratio = cells[0].width() / cells[0].height()
    assert ratio == pytest.approx(shape[2] / shape[1], rel=0.35)


def test_pointer_marks_a_cell_and_a_click_opens_it(grid: ImageGrid, qtbot: QtBot) -> None:
    grid.show_pictures(sprites(16, 1))
    with qtbot.waitSignal(grid.current_changed) as marked:
        qtbot.mouseMove(grid, grid.cell(6).center())
    assert marked.args == [6]
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell(6).center())
    assert opened.args == [6]


def test_keys_walk_and_open(grid: ImageGrid, qtbot: QtBot) -> None:
    grid.show_pictures(sprites(16, 1))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(grid, key)
    assert grid.current == 4
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert opened.args == [4]


def test_neighbors_stay_inside() -> None:
    assert neighbor(0, (-1, 0), 4, 16) == 0
    assert neighbor(15, (0, 1), 4, 16) == 15
    assert neighbor(5, (1, 0), 4, 16) == 9


def test_clearing_shows_a_word_and_forgets_the_cell(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(16, 1))
    grid.set_current(5)
    grid.show_pictures(None)
    assert (grid.count, grid.current) == (0, -1)
    grid.grab()


def test_copy_puts_the_picture_on_the_clipboard_in_its_own_pixels(grid: ImageGrid) -> None:
    grid.show_pictures(sprites(16, 77))
    grid.set_current(3)
    grid.copy_picture()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (16, 16)
    assert copied.pixelColor(8, 8).getRgb() == (12, 77, 0, 255)
    assert copied.pixelColor(0, 0).alpha() == 0


def test_save_writes_exactly_the_picture(
    grid: ImageGrid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid.show_pictures(sprites(16, 77))
    grid.set_current(3)
    path = tmp_path / "one.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    grid.save_picture()
    assert np.array_equal(pictures.load(path), sprites(16, 77)[3])
    grid.save_grid()
    assert pictures.load(path).shape == (67, 67, 4)


def test_the_image_does_not_depend_on_the_callers_array(grid: ImageGrid) -> None:
    mine = sprites(16, 77, channels=3)
    grid.show_pictures(mine)
    mine[:] = 0
    assert color_at(grid, 2) == (8, 77, 0)


@pytest.fixture
def opened(qtbot: QtBot) -> tuple[Lightbox, ImageGrid]:
    window = QMainWindow()
    qtbot.addWidget(window)
    grid = ImageGrid("EMA")
    window.setCentralWidget(grid)
    window.resize(600, 500)
    window.show()
    grid.show_pictures(sprites(16, 50, channels=3))
    box = Lightbox(window)
    box.open(grid, 5)
    return box, grid


def test_enlarged_covers_the_window_at_a_whole_zoom(opened: tuple[Lightbox, ImageGrid]) -> None:
    box, _ = opened
    assert box.size() == box.cover.size()
    assert box.target().width() % 16 == 0
    assert box.target().width() > 300
    shown = QColor(box.grab().toImage().pixel(box.target().center()))
    assert (shown.red(), shown.green()) == (20, 50)


def test_arrows_go_to_neighbors_and_escape_closes(
    opened: tuple[Lightbox, ImageGrid], qtbot: QtBot
) -> None:
    box, grid = opened
    qtbot.keyClick(box, Qt.Key.Key_Right)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.index == 10
    assert QColor(box.grab().toImage().pixel(box.target().center())).red() == 40
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert grid.current == 10


def test_enlarged_follows_the_grid_and_the_window(opened: tuple[Lightbox, ImageGrid]) -> None:
    box, grid = opened
    grid.show_pictures(sprites(16, 200, channels=3))
    assert QColor(box.grab().toImage().pixel(box.target().center())).green() == 200
    box.cover.resize(800, 700)
    assert box.size() == box.cover.size()
    grid.show_pictures(None)
    box.grab()
