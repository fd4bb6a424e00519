"""The recovery dialog: all on, what can't be open together is one of it, nothing goes unasked."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from studio.core.recovery.shelf import Found
from studio.gui.widgets.recovery_dialog import RecoveryDialog, apart, when


def found(workspace: str, project: str | None = None, title: str = "cat", key: str = "k") -> Found:
    """Return something that a crash left."""
    small = np.full((40, 60, 3), 90, np.uint8)
    values = {"project": project} if project else {}
    where = (Path("/nowhere"), workspace, key, 1, 1.0)
    return Found(*where, title, "oil", values, {}, small if workspace == "style" else None)


def shown(qtbot: QtBot, *some: Found) -> RecoveryDialog:
    """Return the dialog on screen."""
    dialog = RecoveryDialog(some)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_all_is_ticked_and_recovered(qtbot: QtBot) -> None:
    some = (found("style"), found("train", "/p"), found("run", "/p"), found("place", "/p"))
    dialog = shown(qtbot, *some)
    assert dialog.ticked == list(some) and not dialog.note.text()
    assert all(not row.picture.pixmap().isNull() for row in dialog.rows)
    with qtbot.waitSignal(dialog.recovered) as asked:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [list(some)]


def test_of_one_workspace_and_of_two_projects_the_newest_is_ticked(qtbot: QtBot) -> None:
    newest, older, other = found("style"), found("style"), found("train", "/q")
    dialog = shown(qtbot, newest, older, found("run", "/p"), other)
    assert [row.box.isChecked() for row in dialog.rows] == [True, False, True, False]
    assert "next start" in dialog.note.text()
    dialog.rows[1].box.click()
    assert [row.box.isChecked() for row in dialog.rows] == [False, True, True, False]
    dialog.rows[3].box.click()
    assert [row.box.isChecked() for row in dialog.rows] == [False, True, False, True]


def test_with_nothing_ticked_there_is_nothing_to_recover(qtbot: QtBot) -> None:
    dialog = shown(qtbot, found("style"))
    qtbot.mouseClick(dialog.rows[0], Qt.MouseButton.LeftButton)
    assert not dialog.recover.isEnabled() and not dialog.discard.isEnabled()


def test_discard_asks_and_later_and_escape_keep_all(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = shown(qtbot, found("style"))
    kinds, said = QMessageBox.StandardButton, []
    dialog.discarded.connect(said.append)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: kinds.Cancel)
    dialog.discard.click()
    assert not said and dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not said and not dialog.isVisible()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: kinds.Discard)
    dialog.discard.click()
    assert len(said[0]) == 1


def test_names_are_shown_as_they_are(qtbot: QtBot) -> None:
    dialog = shown(qtbot, found("style", title="<img src='x'><b>cat"))
    assert dialog.rows[0].name.textFormat() == Qt.TextFormat.PlainText


def test_what_can_t_be_open_together() -> None:
    assert apart(found("style"), found("style"))
    assert apart(found("train", "/p"), found("run", "/q"))
    assert not apart(found("train", "/p"), found("run", "/p"))
    assert not apart(found("train", "/p"), found("style"))


def test_a_moment_is_said_as_a_person_says_it() -> None:
    now = datetime.datetime.now()
    assert when(now.timestamp()) == f"{now:%H:%M}"
    assert when(datetime.datetime(2020, 3, 1, 9, 5).timestamp()) == "01 Mar 2020"
