"""The export room: shown before it is written, in any order, to any place, without surprises."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from export_scene import ROW, RowSettings, at_rest, laid, room_on, shown, sprites
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot
from repair_scene import LONG, session_here
from typer.testing import CliRunner

from studio import cli
from studio.core.events import finished
from studio.gui.desks import exporting
from studio.gui.layouts import Goal, written
from studio.gui.session import Session
from studio.gui.widgets import export_kinds
from studio.gui.widgets.export_faces import SplitFace, TileFace
from studio.gui.widgets.export_light import LitFace
from studio.gui.widgets.export_room import EMPTY, PICTURES

Key = Qt.Key


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


@pytest.fixture(autouse=True)
def row_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer a kind made for tests before the others."""
    kinds = (ROW, *export_kinds.KINDS)
    monkeypatch.setattr(export_kinds, "KINDS", kinds)
    monkeypatch.setattr(exporting, "KINDS", kinds)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The file dialog answers with `path`; keeps how it was asked."""
    answer: dict[str, Any] = {"path": "", "asked": 0}

    def ask(_parent: Any, _title: str, start: str, kinds: str, kind: str, **_: Any) -> Any:
        answer.update(start=start, kinds=kinds, asked=answer["asked"] + 1)
        return str(answer["path"]), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return answer


def answering(monkeypatch: pytest.MonkeyPatch, yes: bool) -> list[str]:
    told: list[str] = []
    buttons = QMessageBox.StandardButton

    def ask(_parent: Any, _title: str, text: str, *_buttons: Any) -> Any:
        told.append(text)
        return buttons.Yes if yes else buttons.No

    monkeypatch.setattr(QMessageBox, "question", ask)
    return told


def names(panel: Any) -> list[str]:
    return [pick.item.name for pick in panel.exporting.picks]


def test_empty_until_pictures_come(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = room_on(session, qtbot)
    assert panel.pages.currentIndex() == EMPTY and not panel.options.export.isEnabled()
    panel.drop.dropped.emit(sprites(tmp_path))
    qtbot.waitUntil(lambda: panel.pages.currentIndex() == PICTURES, timeout=LONG)
    qtbot.waitUntil(panel.options.export.isEnabled, timeout=LONG)
    assert panel.said.text() == "4 in a row." and panel.options.name.text() == "walk-row"


def test_a_changed_setting_is_seen_and_remembered(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    before = panel.stage.still
    panel.options.form.fields["frame_rate"].editor.changed.emit(30.0)
    shown(panel, session, qtbot)
    assert panel.stage.still is not before and panel.stage.player.fps == 30
    panel.hide()
    again = room_on(session, qtbot)
    again.exporting.choose("row")
    assert again.exporting.values == RowSettings(frame_rate=30.0)
    again.options.defaults.click()
    assert again.exporting.values == RowSettings()


def test_what_is_impossible_is_said_in_place(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    panel.options.form.fields["gap"].editor.changed.emit(13)
    shown(panel, session, qtbot)
    assert "bad luck" in panel.options.fault.text() and panel.options.fault.isVisible()
    assert not panel.options.export.isEnabled() and panel.said.text() == ""
    panel.options.form.fields["gap"].editor.changed.emit(99)
    assert panel.options.form.error and not panel.options.export.isEnabled()
    panel.options.form.fields["gap"].editor.changed.emit(2)
    shown(panel, session, qtbot)
    assert panel.options.export.isEnabled() and not panel.options.fault.isVisible()


def test_the_place_is_asked_for_once(
    session: Session,
    qtbot: QtBot,
    tmp_path: Path,
    chosen: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    qtbot.keyClick(panel, Key.Key_Return)
    assert chosen["asked"] == 1 and not session.title("export files"), "it was given up"
    assert chosen["start"].endswith("walk-row.row") and "*.line" in chosen["kinds"]
    chosen["path"] = tmp_path / "hero"
    panel.options.export.click()
    at_rest(session, qtbot)
    files = {path.name for path in tmp_path.glob("*.*") if path.suffix != ".png"}
    assert files == {"hero.row", "hero.row.json", "row.json"}
    assert "hero.row and 2 more" in panel.options.result.text()
    assert panel.options.name.text() == "hero" and panel.options.export.text() == "Export"
    told = answering(monkeypatch, yes=False)
    panel.options.export.click()
    assert told and chosen["asked"] == 2 and not session.title("export files")
    answering(monkeypatch, yes=True)
    panel.options.export.click()
    at_rest(session, qtbot)
    assert "Replaced 3 files" in panel.options.result.text()


def test_other_files_are_replaced_only_if_that_is_wanted(
    session: Session, qtbot: QtBot, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    (tmp_path / "row.json").write_text("mine")
    chosen["path"] = tmp_path / "hero.line"
    panel.options.export.click()
    at_rest(session, qtbot)
    assert (
        "row.json" in panel.options.fault.text() and panel.options.ending.currentText() == ".line"
    )
    panel.exporting.refresh()
    shown(panel, session, qtbot)
    assert "row.json" in panel.options.fault.text(), "a preview that comes later does not wipe it"
    assert (tmp_path / "row.json").read_text() == "mine" and not (tmp_path / "hero.line").exists()
    panel.options.replace.setChecked(True)
    panel.options.export.click()
    at_rest(session, qtbot)
    assert (tmp_path / "hero.line").exists() and not panel.options.fault.isVisible()


def test_the_order_is_changed_and_pictures_come_and_go(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    panel.strip.setCurrentRow(1)
    qtbot.keyClick(panel.strip, Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    shown(panel, session, qtbot)
    assert names(panel) == ["walk-0", "walk-2", "walk-1", "walk-3"]
    assert panel.strip.currentRow() == 2, "the moved one stays chosen"
    qtbot.keyClick(panel.strip, Key.Key_Delete)
    shown(panel, session, qtbot)
    assert names(panel) == ["walk-0", "walk-2", "walk-3"] and panel.said.text() == "3 in a row."
    panel.strip.reverse()
    shown(panel, session, qtbot)
    assert names(panel) == ["walk-3", "walk-2", "walk-0"]
    more = sprites(tmp_path / "more", 1)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(more[0]))])
    panel.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: len(panel.exporting.picks) == 4, timeout=LONG)
    panel.strip.selectAll()
    panel.strip.remove_chosen()
    assert panel.pages.currentIndex() == EMPTY and not panel.options.export.isEnabled()
    at_rest(session, qtbot)


def test_the_command_does_the_same(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    found = sprites(tmp_path / "my sprites", 2)
    panel = laid(session, qtbot, found, frame_rate=30.0, alike=False, way="right")
    panel.target.folder = tmp_path
    panel.actions_.command.trigger()
    line = QGuiApplication.clipboard().text()
    assert line.startswith("atelier export row '") and str(found[1]) in line
    assert line.endswith("/walk-row.row --no-alike --way right --frame-rate 30.0")
    panel.options.replace.setChecked(True)
    panel.options.sealed.setChecked(True)
    panel.actions_.command.trigger()
    assert QGuiApplication.clipboard().text().endswith("--overwrite --credentials")


def test_the_command_line_takes_the_command(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    found = sprites(tmp_path / "my sprites", 3)
    panel = laid(session, qtbot, found, "sheet", padding=5, trim=False, pivot="top left", fps=9.5)
    panel.target.folder = tmp_path / "there"
    panel.options.told.setChecked(False)
    panel.actions_.command.trigger()
    words = shlex.split(QGuiApplication.clipboard().text())
    done = CliRunner().invoke(cli.verbs, words[1:])
    assert done.exit_code == 0, done.output
    goal = Goal(tmp_path / "here" / "walk-sheet.png", told=False)
    wish = panel.exporting.wish("walk-sheet.png")
    assert wish is not None
    finished(written(wish, goal))
    for name in ("walk-sheet.png", "walk-sheet.json"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    assert len(list((tmp_path / "there").iterdir())) == 2


def test_space_plays_and_escape_leaves(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = laid(session, qtbot, sprites(tmp_path), frame_rate=60.0)
    assert not panel.stage.moving and not panel.stage.player.isVisible()
    panel.stage.setFocus()
    qtbot.keyClick(panel.stage.view, Key.Key_Space)
    assert panel.stage.moving and panel.stage.player.play.isChecked()
    seen = set()
    panel.stage.player.frame_changed.connect(seen.add)
    qtbot.waitUntil(lambda: seen == {0, 1, 2, 3}, timeout=LONG)
    qtbot.keyClick(panel.stage.view, Key.Key_Space)
    assert not panel.stage.player.play.isChecked() and not panel.stage.player.timer.isActive()
    with qtbot.waitSignal(panel.closed, timeout=LONG):
        qtbot.keyClick(panel, Key.Key_Escape)


def test_another_kind_is_another_layout(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    panel.stage.toggle()
    panel.kinds.chosen.emit("contact")
    shown(panel, session, qtbot)
    assert panel.stage.film is None and not panel.stage.player.isVisible()
    assert panel.options.title.text() == "Contact sheet" and "4 pictures" in panel.said.text()
    assert panel.options.name.text() == "walk-contact"


def test_a_picture_that_breaks_is_told_of(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    with qtbot.waitSignal(session.failed, timeout=LONG):
        panel.exporting.add([bad])
    at_rest(session, qtbot)
    assert len(names(panel)) == 4 and not panel.opening.isVisible()


def test_what_goes_with_it_is_the_users_choice(
    session: Session, qtbot: QtBot, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path))
    assert panel.options.told.isChecked() and not panel.options.sealed.isChecked()
    assert not panel.options.copies.isVisible(), "there is no project to look in"
    panel.options.told.setChecked(False)
    assert not panel.options.sealed.isEnabled()
    chosen["path"] = tmp_path / "hero"
    panel.options.export.click()
    at_rest(session, qtbot)
    assert not (tmp_path / "hero.row.json").exists() and (tmp_path / "hero.row").exists()


def test_a_project_is_asked_what_it_does_about_copies(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    session.new_project(tmp_path / "mine")
    panel = laid(session, qtbot, sprites(tmp_path))
    qtbot.waitUntil(panel.options.copies.isVisible, timeout=LONG)
    assert panel.options.copies.currentData() == "warn"
    panel.options.copies.setCurrentIndex(1)
    panel.options.copies.activated.emit(1)
    at_rest(session, qtbot)
    panel.options.show_copies("")
    panel.hide()
    panel.show()
    qtbot.waitUntil(panel.options.copies.isVisible, timeout=LONG)
    assert panel.options.copies.currentData() == "block"


def test_a_kind_of_one_picture_takes_the_one_that_is_chosen(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path, 3, side=32), "tile")
    assert panel.said.text().startswith("walk-0: 32 × 32")
    assert panel.options.name.text() == "walk-0-tile"
    panel.strip.setCurrentRow(2)
    shown(panel, session, qtbot)
    assert panel.said.text().startswith("walk-2: ") and panel.options.name.text() == "walk-2-tile"
    still = panel.stage.still
    assert isinstance(still, TileFace) and panel.stage.view.face is still
    still.offset = QPointF(5, 7)
    panel.options.form.fields["overlap"].editor.changed.emit(20)
    shown(panel, session, qtbot)
    again = panel.stage.still
    assert isinstance(again, TileFace) and again is not still and again.offset == QPointF(5, 7)


def test_what_was_dragged_stays_when_a_control_moves(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = laid(session, qtbot, sprites(tmp_path, 2, side=32), "palette")
    split = panel.stage.still
    assert isinstance(split, SplitFace) and panel.stage.swatches.isVisible()
    split.split = 0.25
    panel.options.form.fields["colors"].editor.changed.emit(2)
    shown(panel, session, qtbot)
    again = panel.stage.still
    assert isinstance(again, SplitFace) and again is not split and again.split == 0.25
    assert len(panel.stage.swatches.colors) == 2
    panel.kinds.chosen.emit("maps")
    shown(panel, session, qtbot)
    lit = panel.stage.still
    assert isinstance(lit, LitFace) and not panel.stage.swatches.isVisible()
    lit.move_light(QPointF(1, 1))
    panel.options.form.fields["depth"].editor.changed.emit(5.0)
    shown(panel, session, qtbot)
    moved = panel.stage.still
    assert isinstance(moved, LitFace) and moved is not lit and moved.light == QPointF(1, 1)
    panel.kinds.chosen.emit("video")
    shown(panel, session, qtbot)
    assert panel.stage.still is None and panel.stage.moving and panel.stage.player.isVisible()
