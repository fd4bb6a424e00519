"""Large pictures: side by side or under a line, zoomed and moved as one."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.widgets.picture_stage import PictureStage, Shown
from studio.gui.widgets.stage_bar import StageBar

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


def shown(color: str, wide: int = 300, high: int = 200) -> Shown:
    """Return a picture of one color."""
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return Shown(1, color, (image,))


def stage_on(qtbot: QtBot, *colors: str) -> PictureStage:
    """Return a stage on screen with pictures of these colors."""
    stage = PictureStage()
    qtbot.addWidget(stage)
    stage.resize(808, 600)
    stage.show()
    stage.show_pictures([shown(color) for color in colors])
    return stage


def seen(stage: PictureStage, x: int, y: int) -> str:
    """Return the color at a point of the stage."""
    return stage.grab().toImage().pixelColor(x, y).name()


def test_each_has_its_part(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000", "#00ff00", "#0000ff", "#ffff00")
    middles = [pane.room.center() for pane in stage.panes]
    assert [seen(stage, p.x(), p.y()) for p in middles] == [
        "#ff0000",
        "#00ff00",
        "#0000ff",
        "#ffff00",
    ]
    assert len({(p.x(), p.y()) for p in middles}) == 4
    stage.show_pictures([shown("#ff0000")])
    assert stage.panes[0].room.width() == stage.width()


def test_the_wheel_zooms_and_a_drag_moves_all(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000", "#00ff00")
    before = [pane.view.scale for pane in stage.panes]
    at = QPointF(stage.panes[1].room.center())
    none = Qt.KeyboardModifier.NoModifier
    turned = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none, Qt.ScrollPhase(0), False
    )
    QApplication.sendEvent(stage, turned)
    after = [pane.view.scale for pane in stage.panes]
    assert after[0] == after[1] > before[0]
    places = [pane.view.left for pane in stage.panes]
    qtbot.mousePress(stage, LEFT, pos=QPoint(100, 100))
    qtbot.mouseMove(stage, QPoint(140, 100))
    qtbot.mouseRelease(stage, LEFT, pos=QPoint(140, 100))
    assert [round(p.view.left - x) for p, x in zip(stage.panes, places, strict=True)] == [40, 40]


def test_two_lie_under_a_line_that_is_dragged(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000", "#00ff00")
    QTest.keyClick(stage, Key.Key_S)
    middle, y = stage.width() // 2, stage.height() // 2 + 40
    assert (seen(stage, middle - 60, y), seen(stage, middle + 60, y)) == ("#ff0000", "#00ff00")
    qtbot.mousePress(stage, LEFT, pos=QPoint(middle, y))
    qtbot.mouseMove(stage, QPoint(middle - 120, y))
    qtbot.mouseRelease(stage, LEFT, pos=QPoint(middle - 120, y))
    assert seen(stage, middle - 60, y) == "#00ff00"
    QTest.keyClick(stage, Key.Key_S)
    assert stage.split is None
    stage.show_pictures([shown("#ff0000")])
    stage.slide(True)
    assert stage.split is None, "one alone has no line"


def test_fit_pixel_by_pixel_and_the_bar_that_tells(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000")
    bar = StageBar(stage)
    qtbot.addWidget(bar)
    QTest.keyClick(stage, Key.Key_1)
    assert stage.percent == 100 and bar.zoom.text() == "100 %"
    QTest.keyClick(stage, Key.Key_0)
    assert stage.panes[0].view.fitted
    qtbot.mouseDClick(stage, LEFT, pos=QPoint(200, 200))
    assert stage.percent == 100
    qtbot.mouseDClick(stage, LEFT, pos=QPoint(200, 200))
    assert stage.panes[0].view.fitted and bar.name.text() == "#ff0000"
    assert not bar.line.isVisibleTo(bar)
    with qtbot.waitSignal(stage.left):
        bar.back.click()


def test_keys_lead_to_neighbors_of_one_and_back(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000")
    steps: list[int] = []
    stage.stepped.connect(steps.append)
    QTest.keyClick(stage, Key.Key_Right)
    QTest.keyClick(stage, Key.Key_Left)
    stage.show_pictures([shown("#ff0000"), shown("#00ff00")])
    QTest.keyClick(stage, Key.Key_Right)
    assert steps == [1, -1]
    with qtbot.waitSignal(stage.left):
        QTest.keyClick(stage, Key.Key_Escape)


def test_one_that_can_not_be_read_is_said_so(qtbot: QtBot) -> None:
    stage = stage_on(qtbot, "#ff0000")
    stage.show_pictures([Shown(1, "torn.png", ()), shown("#00ff00")])
    right = stage.panes[1].room.center()
    assert seen(stage, right.x(), right.y()) == "#00ff00"
    stage.show_pictures([])
    stage.empty = "Nothing"
    assert stage.grab().width() == stage.width()
