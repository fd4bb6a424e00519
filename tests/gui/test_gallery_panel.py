"""The Gallery workspace: found, chosen, marked, undone, looked at, sent on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gallery_scene import at_rest, kept, names, panel_on, searched
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot
from repair_scene import LONG, session_here

from studio import paths
from studio.core.provenance.stamping import record_of
from studio.gui.browsing import Mark
from studio.gui.panels.gallery import GalleryPanel
from studio.gui.session import Session
from studio.gui.widgets.gallery_room import EMPTY, STAGE, WALL

Key, CONTROL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    with session_here() as found:
        yield found


def test_without_pictures_it_says_how_they_come_here(session: Session, qtbot: QtBot) -> None:
    panel = panel_on(session, qtbot)
    assert panel.pages.currentIndex() == EMPTY
    assert "Ctrl+K" in panel.drop.told.text()


def test_newest_hang_first_and_words_colors_and_rows_narrow(session: Session, qtbot: QtBot) -> None:
    kept()
    panel = panel_on(session, qtbot)
    assert names(panel) == ["p5", "p4", "p3", "p2", "p1", "p0"]
    assert searched(panel, qtbot, "picture 3") == ["p3"]
    assert searched(panel, qtbot, "#dc281e") == ["p0"]
    assert searched(panel, qtbot, "from:style") == ["p5", "p3", "p1"]
    panel.search.box.clear()
    panel.sidebar.chosen.emit("run:1", False)
    panel.search.order.setCurrentIndex(1)
    at_rest(session, qtbot)
    assert names(panel) == ["p0", "p2", "p4"]
    assert panel.sidebar.rows["run:1"].isSelected()
    panel.search.chips.findChildren(QToolButton)[0].click()
    at_rest(session, qtbot)
    assert len(names(panel)) == 6


def test_what_can_not_be_understood_is_said_in_place(session: Session, qtbot: QtBot) -> None:
    kept(2)
    panel = panel_on(session, qtbot)
    panel.search.box.setText("run:x")
    qtbot.waitUntil(panel.said.isVisible, timeout=LONG)
    assert "run:x" in panel.said.text()
    assert searched(panel, qtbot, "nothing of this name") == []
    assert not panel.said.isVisible() and panel.wall.empty.startswith("Nothing is found")


def test_star_tag_and_board_can_be_undone(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept()
    panel = panel_on(session, qtbot)
    panel.wall.go(0)
    panel.wall.go(1, extend=True)
    QTest.keyClick(panel.wall, Key.Key_Period)
    at_rest(session, qtbot)
    assert panel.sidebar.rows["star"].text(1) == "2"
    panel.marking.mark("tag", "boss", True)
    panel.marking.mark("board", "level one", True)
    at_rest(session, qtbot)
    assert searched(panel, qtbot, 'star tag:boss board:"level one"') == ["p5", "p4"]
    for _ in range(3):
        QTest.keyClick(panel.wall, Key.Key_Z, CONTROL)
        at_rest(session, qtbot)
    assert names(panel) == [] and "tag:boss" not in panel.sidebar.rows
    panel.search.clear()
    QTest.keyClick(panel.wall, Key.Key_Y, CONTROL)
    at_rest(session, qtbot)
    assert panel.sidebar.rows["star"].text(1) == "2"


def test_undoing_a_star_leaves_those_that_had_one(session: Session, qtbot: QtBot) -> None:
    kept(3)
    panel = panel_on(session, qtbot)
    ids = panel.wall.choice.ids.tolist()
    session.mark(Mark("star", "", True, (ids[0],), told=False))
    at_rest(session, qtbot)
    panel.wall.choose_all()
    panel.marking.star()
    at_rest(session, qtbot)
    assert panel.sidebar.rows["star"].text(1) == "3"
    panel.marking.steps.undo()
    at_rest(session, qtbot)
    assert searched(panel, qtbot, "star") == ["p2"]


def test_deleted_pictures_lie_in_the_trash_and_come_back(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = kept()
    panel = panel_on(session, qtbot)
    panel.wall.go(1)
    QTest.keyClick(panel.wall, Key.Key_Delete)
    at_rest(session, qtbot)
    assert names(panel) == ["p5", "p3", "p2", "p1", "p0"] and not files[4].exists()
    assert panel.wall.choice.current == 1, "the next one is there now"
    QTest.keyClick(panel.wall, Key.Key_Z, CONTROL)
    at_rest(session, qtbot)
    assert len(names(panel)) == 6 and files[4].exists()
    QTest.keyClick(panel.wall, Key.Key_Y, CONTROL)
    at_rest(session, qtbot)
    panel.sidebar.chosen.emit("trash", False)
    at_rest(session, qtbot)
    assert names(panel) == ["p4"]
    panel.wall.choose_all()
    assert panel.actions_.restore.isEnabled() and not panel.actions_.remove.isEnabled()
    panel.actions_.restore.trigger()
    at_rest(session, qtbot)
    assert files[4].exists() and names(panel) == []


def test_a_picture_deleted_by_hand_is_gone_at_the_next_look(session: Session, qtbot: QtBot) -> None:
    files = kept(3)
    panel = panel_on(session, qtbot)
    files[1].unlink()
    panel.hide()
    panel.show()
    at_rest(session, qtbot)
    assert names(panel) == ["p2", "p0"]


def test_space_shows_it_large_arrows_go_on_and_escape_leads_back(
    session: Session, qtbot: QtBot
) -> None:
    kept(3)
    panel = panel_on(session, qtbot)
    panel.wall.go(0)
    QTest.keyClick(panel.wall, Key.Key_Space)
    at_rest(session, qtbot)
    assert panel.pages.currentIndex() == STAGE
    assert [pane.shown.name for pane in panel.stage.panes] == ["p2-0001.png"]
    QTest.keyClick(panel.stage, Key.Key_Right)
    at_rest(session, qtbot)
    assert [pane.shown.name for pane in panel.stage.panes] == ["p1-0001.png"]
    assert panel.facts.name.text() == "p1-0001.png"
    QTest.keyClick(panel.stage, Key.Key_Escape)
    assert panel.pages.currentIndex() == WALL and panel.wall.choice.current == 1


def test_two_to_four_are_compared(session: Session, qtbot: QtBot) -> None:
    kept(6)
    panel = panel_on(session, qtbot)
    panel.wall.choose_all()
    assert not panel.actions_.compare.isEnabled(), "six are too many"
    panel.wall.go(0)
    panel.wall.go(2, extend=True)
    QTest.keyClick(panel.wall, Key.Key_C)
    at_rest(session, qtbot)
    assert len(panel.stage.panes) == 3
    QTest.keyClick(panel.stage, Key.Key_Escape)
    assert len(panel.wall.choice.chosen) == 3


def test_facts_tell_what_is_known(session: Session, qtbot: QtBot) -> None:
    kept(2)
    panel = panel_on(session, qtbot)
    panel.wall.go(0)
    qtbot.waitUntil(lambda: panel.facts.name.text() == "p1-0001.png", timeout=LONG)
    told = {panel.facts.rows.itemAt(k).widget().text() for k in range(panel.facts.rows.count())}  # type: ignore[union-attr]  # labels
    assert {"16 × 16 px", "Style", "oil", "picture 1"} <= told
    assert panel.wall.accessibleDescription() == "p1-0001.png, 1 of 2"
    assert panel.actions_.recall.isEnabled()
    panel.wall.choose_none()
    assert not panel.actions_.star.isEnabled()


def test_chosen_pictures_are_sent_on(session: Session, qtbot: QtBot) -> None:
    files = kept(4)
    panel = panel_on(session, qtbot)
    panel.wall.go(1)
    panel.wall.go(2, extend=True)
    with qtbot.waitSignal(panel.export_asked, timeout=LONG) as asked:
        panel.actions_.export.trigger()
    assert asked.args == [[files[2], files[1]]]
    panel.wall.go(3)
    for action, signal, arguments in (
        (panel.actions_.origin, panel.origin_asked, [files[0]]),
        (panel.actions_.explore, panel.explore_asked, [files[0]]),
        (panel.actions_.repair, panel.repair_asked, [[files[0]]]),
        (panel.actions_.as_style, panel.style_asked, [[files[0]], True]),
    ):
        with qtbot.waitSignal(signal, timeout=LONG) as asked:
            action.trigger()
        assert asked.args == arguments
    panel.actions_.copy.trigger()
    at_rest(session, qtbot)
    data = QGuiApplication.clipboard().mimeData()
    assert data is not None and [url.toLocalFile() for url in data.urls()] == [str(files[0])]


def test_one_that_is_gone_when_it_is_sent_is_a_sentence(session: Session, qtbot: QtBot) -> None:
    files = kept(2)
    panel = panel_on(session, qtbot)
    panel.wall.go(0)
    files[1].unlink()
    with qtbot.waitSignal(session.failed, timeout=LONG) as failed:
        panel.actions_.export.trigger()
    assert "not there any more" in failed.args[1]
    at_rest(session, qtbot)
    assert names(panel) == ["p0"]


def test_dropped_files_are_copied(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    own = tmp_path / "my cat.jpg"
    Image.fromarray(np.full((20, 30, 3), 99, np.uint8)).save(own)
    panel = panel_on(session, qtbot)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(own))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    panel.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, none.NoModifier))
    qtbot.waitUntil(lambda: len(panel.wall.choice.ids) == 1, timeout=LONG)
    at_rest(session, qtbot)
    assert panel.pages.currentIndex() == WALL and own.is_file()
    found = sorted(paths.gallery().glob("*.png"))
    assert Image.open(found[0]).size == (30, 20)
    record = record_of(found[0])
    assert record is not None and record.title == "my cat"


def test_pasted_pictures_are_kept(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_on(session, qtbot)
    QGuiApplication.clipboard().clear()
    with qtbot.waitSignal(session.failed):
        panel.paste()
    own = tmp_path / "a.png"
    Image.fromarray(np.full((9, 9, 3), 9, np.uint8)).save(own)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(own))])
    QGuiApplication.clipboard().setMimeData(data)
    panel.paste()
    qtbot.waitUntil(lambda: len(panel.wall.choice.ids) == 1, timeout=LONG)


def test_boards_are_chosen_from_a_menu_named_renamed_and_dropped_on(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(3)
    panel = panel_on(session, qtbot)
    typed = ["bosses", "end bosses"]
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: (typed.pop(0), True))
    panel.wall.go(0)
    QTest.keyClick(panel.wall, Key.Key_B)
    menu = next(m for m in panel.findChildren(QMenu) if m.isVisible())
    assert [action.text() for action in menu.actions()] == ["New board…"]
    menu.actions()[0].trigger()
    menu.close()
    at_rest(session, qtbot)
    panel.wall.go(1)
    panel.sidebar.dropped.emit("board:bosses")
    at_rest(session, qtbot)
    assert panel.sidebar.rows["board:bosses"].text(1) == "2"
    panel.sidebar.chosen.emit("board:bosses", False)
    at_rest(session, qtbot)
    panel.sidebar.rename_asked.emit("bosses")
    at_rest(session, qtbot)
    assert panel.sidebar.rows['board:"end bosses"'].text(1) == "2"
    assert names(panel) == ["p2", "p1"], "the search follows the new name"


def test_the_trash_is_emptied_only_when_asked_for(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(2)
    panel = panel_on(session, qtbot)
    panel.wall.choose_all()
    panel.marking.remove()
    at_rest(session, qtbot)
    asked = []
    monkeypatch.setattr(
        QMessageBox, "question", lambda *a: asked.append(a) or QMessageBox.StandardButton.No
    )
    panel.sidebar.empty_asked.emit()
    at_rest(session, qtbot)
    assert len(asked) == 1 and panel.sidebar.rows["trash"].text(1) == "2"
    emptied = []
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Yes)
    monkeypatch.setattr(session, "empty_trash", lambda: emptied.append(True))
    panel.sidebar.empty_asked.emit()
    assert emptied and panel.marking.steps.titles == (None, None)


def test_similar_ones_come_first(session: Session, qtbot: QtBot) -> None:
    kept()
    panel = panel_on(session, qtbot)
    panel.wall.go(5)
    QTest.keyClick(panel.wall, Key.Key_L)
    at_rest(session, qtbot)
    assert names(panel)[0] == "p0" and len(names(panel)) == 6
    assert panel.search.order.itemText(0) == "Similar"


def test_the_mouse_chooses_and_opens(session: Session, qtbot: QtBot) -> None:
    kept()
    panel = panel_on(session, qtbot)

    def at(index: int) -> QPoint:
        return panel.wall.layout_.cell(index).center()

    room, left = panel.wall.viewport(), Qt.MouseButton.LeftButton
    qtbot.mouseClick(room, left, pos=at(1))
    qtbot.mouseClick(room, left, SHIFT, pos=at(3))
    assert len(panel.wall.choice.chosen) == 3
    qtbot.mouseClick(room, left, CONTROL, pos=at(2))
    assert len(panel.wall.choice.chosen) == 2
    qtbot.mouseClick(room, left, pos=at(1))
    assert len(panel.wall.choice.chosen) == 1, "a click that is no drag chooses it alone"
    qtbot.mouseClick(room, left, pos=QPoint(room.width() - 3, room.height() - 3))
    assert not panel.wall.choice.chosen
    qtbot.mouseDClick(room, left, pos=at(4))
    at_rest(session, qtbot)
    assert panel.pages.currentIndex() == STAGE


def test_a_gallery_that_can_not_be_opened_is_a_sentence_in_place(
    session: Session, qtbot: QtBot
) -> None:
    paths.gallery().parent.mkdir(parents=True, exist_ok=True)
    paths.gallery().write_text("a file")
    panel = GalleryPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(panel.said.isVisible, timeout=LONG)
    assert "gallery" in panel.said.text()


def test_a_damaged_picture_hangs_there_and_is_said_so(session: Session, qtbot: QtBot) -> None:
    kept(1)
    (paths.gallery() / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    panel = panel_on(session, qtbot)
    assert sorted(names(panel)) == ["p0", "torn.png"]
    panel.wall.go(names(panel).index("torn.png"))
    QTest.keyClick(panel.wall, Key.Key_Space)
    at_rest(session, qtbot)
    assert [pane.shown.levels for pane in panel.stage.panes] == [()]
    QTest.keyClick(panel.stage, Key.Key_Delete)
    at_rest(session, qtbot)
    qtbot.waitUntil(lambda: panel.stage.panes[0].shown.name == "p0-0001.png", timeout=LONG)
    QTest.keyClick(panel.stage, Key.Key_Delete)
    at_rest(session, qtbot)
    assert panel.pages.currentIndex() == WALL and "trash" in panel.wall.empty


def test_with_a_project_ones_own_gallery_is_still_in_reach(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    kept(2)
    session.new_project(tmp_path / "cats")
    kept(3, session.gallery_folder)
    panel = panel_on(session, qtbot)
    assert names(panel) == ["p2", "p1", "p0"]
    panel.sidebar.own_asked.emit(True)
    qtbot.waitUntil(lambda: len(panel.wall.choice.ids) == 2, timeout=LONG)
    at_rest(session, qtbot)
    other = panel.sidebar.topLevelItem(panel.sidebar.topLevelItemCount() - 1)
    assert other is not None and "Project" in other.text(0)
    panel.sidebar.itemPressed.emit(other, 0)
    qtbot.waitUntil(lambda: len(panel.wall.choice.ids) == 3, timeout=LONG)
    at_rest(session, qtbot)
    session.new_project(tmp_path / "dogs")
    qtbot.waitUntil(lambda: panel.pages.currentIndex() == EMPTY, timeout=LONG)
    at_rest(session, qtbot)
