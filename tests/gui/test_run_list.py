"""The run list: what it shows, choosing, renaming in place, menu, deleting once asked."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot
from train_scene import add_run, scene, sprites

from studio.gui.widgets.run_list import PICTURE, RunDelegate, RunList, RunRow, thumbnail
from studio.gui.widgets.run_rows import RunRows, four, looked_through


def row(number: int, status: str = "finished", name: str = "") -> RunRow:
    name = name or f"Run {number}"
    return RunRow(number, name, "toy · best", status, 100 * number, 0.0, Path("runs"))


@pytest.fixture
def runs(qtbot: QtBot) -> RunList:
    made = RunList()
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    made.show_rows([row(1), row(2, "interrupted"), row(3, "running")])
    return made


def actions(runs: RunList) -> dict[str, bool]:
    menu = runs.menu()
    assert menu is not None
    return {a.text(): a.isEnabled() for a in menu.actions() if a.text()}


def test_newest_first(runs: RunList) -> None:
    assert [item.text() for item in runs._items()] == ["Run 3", "Run 2", "Run 1"]


def test_choosing_says_which(runs: RunList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runs.selected) as told:
        runs.choose(2)
    assert told.args == [2]
    with qtbot.waitSignal(runs.selected) as told:
        qtbot.keyClick(runs.list, Qt.Key.Key_Down)
    assert told.args == [1]


def test_new_rows_keep_the_choice_and_the_thumbnails(runs: RunList, qtbot: QtBot) -> None:
    runs.choose(2)
    runs.show_picture(2, sprites(1, 9)[0])
    with qtbot.assertNotEmitted(runs.selected):
        runs.show_rows([row(1), row(2), row(3), row(4)])
    assert runs.current == 2
    item = runs.list.currentItem()
    assert item.data(PICTURE) is not None


def test_rename_in_place(runs: RunList, qtbot: QtBot) -> None:
    runs.choose(2)
    qtbot.keyClick(runs.list, Qt.Key.Key_F2)
    editor = runs.list.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Run 2"
    editor.selectAll()
    qtbot.keyClicks(editor, "Knights")
    with qtbot.waitSignal(runs.renamed) as told:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told.args == [2, "Knights"]


def test_an_empty_or_unchanged_name_is_no_rename(runs: RunList, qtbot: QtBot) -> None:
    runs.choose(2)
    with qtbot.assertNotEmitted(runs.renamed):
        runs.list.currentItem().setText("  ")
        runs.list.currentItem().setText("Run 2")


def test_the_menu_offers_only_what_can_be_done(runs: RunList) -> None:
    runs.list.setCurrentItem(None)
    assert runs.menu() is None
    runs.choose(2)
    assert actions(runs)["Continue training"]
    runs.resumable = False  # another run trains
    assert not actions(runs)["Continue training"]
    runs.choose(3)
    assert not actions(runs)["Delete…"]
    assert actions(runs)["Rename"]


def test_menu_actions_speak(runs: RunList, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    runs.choose(2)
    menu = runs.menu()
    assert menu is not None
    by_text = {a.text(): a for a in menu.actions()}
    with qtbot.waitSignals([runs.resume_asked, runs.duplicate_asked]):
        by_text["Continue training"].trigger()
        by_text["Use these settings again"].trigger()
    by_text["Show in file manager"].trigger()
    assert opened == ["runs"]


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No])
def test_delete_asks_once(
    runs: RunList, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, answer: QMessageBox.StandardButton
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *a: (asked.append(a[2]), answer)[1])
    deleted: list[int] = []
    runs.delete_asked.connect(deleted.append)
    runs.choose(1)
    qtbot.keyClick(runs.list, Qt.Key.Key_Delete)
    assert len(asked) == 1
    assert deleted == ([1] if answer == QMessageBox.StandardButton.Yes else [])


def test_rows_are_painted_with_word_and_dot(runs: RunList) -> None:
    image = runs.list.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(200)}
    assert {"#2fb380", "#e69f00"} <= colors  # training and interrupted, both also written out


def test_thumbnails_are_square_and_show_the_picture() -> None:
    made = thumbnail(sprites(1, 200, channels=3)[0]).toImage()
    assert made.width() == made.height()
    assert made.pixelColor(made.width() // 2, made.height() // 2).green() == 200


def test_each_log_is_looked_at_once_the_newest_run_first(tmp_path: Path) -> None:
    project = scene(tmp_path, runs=2)
    rows = RunRows()

    def unread() -> list[Any]:
        runs = rows.unread({r.number: r for r in project.runs()})
        found: list[Any] = list(looked_through(runs))
        for standing in found:
            rows.take(standing)
        return found

    assert [rows.row(run).status for run in project.runs()] == ["", ""]
    assert [(s.run.number, s.status, s.step) for s in unread()] == [
        (2, "finished", 600),
        (1, "finished", 300),
    ]
    assert [rows.row(run).step for run in project.runs()] == [300, 600]
    assert not unread()
    add_run(project, 100, end="stopped")
    assert [s.status for s in unread()] == ["stopped"]


def test_four_pictures_are_chosen_evenly() -> None:
    assert four(sprites(16, 1))[::16, ::16, 0].tolist() == [[0, 20], [40, 60]]


def test_the_time_is_left_out_before_the_steps_are_cut(runs: RunList) -> None:
    delegate = runs.list.itemDelegate()
    assert isinstance(delegate, RunDelegate)
    said = delegate._third(row(3, "running"))
    assert said.startswith("Training  ·  300 steps  ·  ")
    assert delegate._third(row(3, "running"), dated=False) == "Training  ·  300 steps"
    assert delegate._third(row(3, ""), dated=False), "the time is all that is known"
