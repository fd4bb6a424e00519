"""A wall of 50,000 pictures: only what is in sight is painted, asked for and kept."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.widgets.picture_wall import PictureWall, told
from studio.gui.widgets.wall_store import Hung

Key, LEFT, CONTROL = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
MANY = 50_000


def entry(**said: object) -> SimpleNamespace:
    """Return what the wall reads of an entry."""
    known = {"width": 32, "height": 32, "star": False, "name": "x.png", "boards": (), "tags": ()}
    return SimpleNamespace(**{**known, **said})


def picture(id: int, **said: object) -> Hung:
    """Return a picture of one color, which tells its id."""
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(QColor(id % 256, id // 256, 99))
    return Hung(entry(**said), image)


@pytest.fixture
def wall(qtbot: QtBot) -> Iterator[PictureWall]:
    """A wall of 50,000 pictures, ids 0 to 49,999."""
    made = PictureWall()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.show_ids(np.arange(MANY, dtype=np.int32))
    yield made


def wishes(wall: PictureWall, qtbot: QtBot, act: object) -> list[int]:
    """Return what is asked for after something was done."""
    with qtbot.waitSignal(wall.wanted, timeout=2000) as asked:
        act()  # type: ignore[operator]  # a call
    return asked.args[0]


def test_only_what_is_in_sight_and_near_is_asked_for(wall: PictureWall, qtbot: QtBot) -> None:
    bar = wall.verticalScrollBar()
    first = wishes(wall, qtbot, wall.refresh)
    assert first[0] == 0 and len(first) < 120
    wall.give((id, picture(id)) for id in first)
    last = wishes(wall, qtbot, lambda: bar.setValue(bar.maximum()))
    assert MANY - 1 in last and len(last) < 120
    assert last[0] > MANY - 60, "what is in sight comes first"


def test_what_is_there_is_not_asked_for_again(wall: PictureWall, qtbot: QtBot) -> None:
    wall.give((id, picture(id)) for id in range(400))
    wall.refresh()
    with qtbot.assertNotEmitted(wall.wanted, wait=100):
        wall.verticalScrollBar().setValue(40)
    assert wishes(wall, qtbot, wall.renew)[0] == 0


def test_pictures_hang_in_their_places_with_stars(wall: PictureWall, qtbot: QtBot) -> None:
    wall.give((id, picture(id, star=id == 1)) for id in range(100))
    cells = [wall.layout_.cell(k) for k in (0, 1, 12)]
    seen = wall.viewport().grab().toImage()
    for id, cell in zip((0, 1, 12), cells, strict=True):
        assert seen.pixelColor(cell.center()) == QColor(id, 0, 99)
    corner = cells[1].topRight() + QPoint(-12, 12)
    assert seen.pixelColor(corner) != QColor(1, 0, 99), "a star"
    wall.verticalScrollBar().setValue(wall.layout_.pitch)
    there = wall.layout_.cell(12).translated(0, -wall.top).center()
    assert wall.viewport().grab().toImage().pixelColor(there) == QColor(12, 0, 99)


def test_memory_is_bounded_over_all_of_it(wall: PictureWall, qtbot: QtBot) -> None:
    wall.store.room = 300 * (4096 + 512)
    for start in range(0, MANY, 997):
        wall.give((id, picture(id)) for id in range(start, min(start + 60, MANY)))
    assert len(wall.store) <= 300 and wall.store.used <= wall.store.room


def test_keys_move_scroll_and_open(wall: PictureWall, qtbot: QtBot) -> None:
    QTest.keyClick(wall, Key.Key_End)
    assert wall.choice.id == MANY - 1 and wall.top == wall.verticalScrollBar().maximum()
    QTest.keyClick(wall, Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    assert len(wall.choice.chosen) == MANY and wall.top <= 4
    QTest.keyClick(wall, Key.Key_Escape)
    assert not wall.choice.chosen
    QTest.keyClick(wall, Key.Key_PageDown)
    assert 0 < wall.choice.current < 60
    with qtbot.waitSignal(wall.opened):
        QTest.keyClick(wall, Key.Key_Space)


def test_zoom_keeps_what_is_under_the_pointer(wall: PictureWall, qtbot: QtBot) -> None:
    wall.verticalScrollBar().setValue(200_000)
    at = QPoint(300, 300)
    index = wall.index_at(at)
    for notch in (120, 120, -120, -360):
        where = QPointF(at)
        turned = QWheelEvent(
            *(where, where, QPoint(), QPoint(0, notch)),
            *(Qt.MouseButton.NoButton, CONTROL, Qt.ScrollPhase(0), False),
        )
        QApplication.sendEvent(wall.viewport(), turned)
        cell = wall.layout_.cell(index).translated(0, -wall.top)
        assert cell.top() - 8 <= at.y() <= cell.bottom() + 8
    wall.set_side(1)
    assert wall.side == 48
    wall.set_side(10_000)
    assert wall.side == 256


def test_another_width_keeps_the_place(wall: PictureWall, qtbot: QtBot) -> None:
    wall.verticalScrollBar().setValue(300_000)
    plan = wall.layout_
    first = plan.seen(wall.top + plan.pitch // 2, wall.top + plan.high)[0]
    wall.resize(500, 600)
    seen = wall.layout_.seen(wall.top, wall.top + wall.layout_.high)
    assert first in seen


def test_a_drag_is_asked_for_with_all_that_is_chosen(wall: PictureWall, qtbot: QtBot) -> None:
    wall.go(1)
    wall.go(3, extend=True)
    room, at = wall.viewport(), wall.layout_.cell(2).center()
    qtbot.mousePress(room, LEFT, pos=at)
    with qtbot.waitSignal(wall.drag_asked):
        qtbot.mouseMove(room, at + QPoint(40, 5))
    qtbot.mouseRelease(room, LEFT, pos=at + QPoint(40, 5))
    assert len(wall.choice.chosen) == 3


def test_an_empty_wall_says_why(wall: PictureWall, qtbot: QtBot) -> None:
    wall.show_ids(np.empty(0, np.int32))
    wall.empty = "Nothing is found."
    assert wall.verticalScrollBar().maximum() == 0
    plain = wall.viewport().grab().toImage()
    assert len({plain.pixel(x, y) for x in range(0, 780, 2) for y in range(280, 320)}) > 1
    QTest.keyClick(wall, Key.Key_End)
    assert wall.choice.id == -1


def test_what_a_tooltip_tells() -> None:
    assert told(entry(boards=("one",), tags=("boss",))) == "x.png\n32 × 32\none, #boss"
