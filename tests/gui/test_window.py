"""The window: pages, menus, drops, names for icon-only buttons, and closing while training."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from explore_scene import LONG, at_rest, collected_here, copied
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from studio.core import locking
from studio.core import project as projects
from studio.core.events import Note, Progress, Refused, Saved
from studio.gui.menus import diagnostics
from studio.gui.session import Session
from studio.gui.widgets.leave_question import LeaveQuestion
from studio.gui.widgets.status_line import Pace, StatusLine
from studio.gui.window import Window


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The real window; the engine is not loaded, as no test here trains."""
    with collected_here():
        session = Session()
        monkeypatch.setattr(session, "warm_up", lambda *later: None)
        window = Window(session)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        yield window
        window.leaving = time.monotonic()
        session.stop("train")
        qtbot.waitUntil(lambda: not session.title("train"), timeout=10000)
        assert session.close(10)


def endless(told: list[str]) -> Any:
    """A job that trains until it is stopped and then saves."""
    step = 0
    try:
        yield Note("Training on a test", kind="device")
        while True:
            step += 1
            yield Progress(step, 1000, "Training")
            time.sleep(0.002)
    except GeneratorExit:
        told.append("saved")
        raise


def drop(window: Window, *found: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in found])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_starts_on_welcome_and_a_project_brings_the_library(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    assert window.stack.currentWidget() is window.welcome
    assert not window.rail.isVisible()
    window.session.new_project(tmp_path / "cats")
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.pages.get("library"))
    assert window.rail.isVisible() and window.rail.buttons["library"].isChecked()
    assert window.windowTitle() == "cats – Atelier"


def test_only_workspaces_that_exist_are_shown_and_have_keys(window: Window, tmp_path: Path) -> None:
    spaces = ["library", "train", "explore", "style", "repair", "gallery"]
    assert list(window.rail.buttons) == spaces
    keys = [action.shortcut().toString() for action in window.menus.spaces.values()]
    assert keys == [f"Ctrl+{n}" for n in range(1, 7)]
    assert not window.menus.spaces["train"].isEnabled(), "there is no project yet"
    window.menus.spaces["repair"].trigger()
    assert not window.rail.buttons["train"].isEnabled(), "nor by the rail"
    window.session.new_project(tmp_path / "cats")
    window.menus.spaces["train"].trigger()
    assert window.stack.currentWidget() is window.pages["train"]
    window.menus.spaces["library"].trigger()
    assert window.rail.buttons["library"].isChecked()


def test_every_button_without_words_has_a_name_and_a_tooltip(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.session.new_project(tmp_path / "cats")
    for id in window.workspaces:
        window.show_page(id)
    window.notice.say("x")
    silent = [b for b in window.findChildren(QAbstractButton) if not b.text().strip()]
    mine = [b for b in silent if not b.objectName().startswith("qt_")]
    assert [b for b in mine if not b.accessibleName() and b.inherits("QToolButton")] == []
    assert window.notice.button in mine and window.notice.button.toolTip()


def test_dropped_project_opens_and_dropped_folder_is_imported(
    qtbot: QtBot, window: Window, tmp_path: Path, pictures: Path
) -> None:
    made = projects.create(tmp_path / "made.atelier")
    drop(window, made.folder)
    assert window.session.project and window.session.project.folder == made.folder
    with qtbot.waitSignal(window.session.done, timeout=20000):
        drop(window, pictures)
    assert window.session.draft is not None
    assert window.stack.currentWidget() is window.pages["library"]


def test_failures_are_told_above_the_page(window: Window, tmp_path: Path) -> None:
    window.session.open_project(tmp_path)
    assert window.notice.isVisible()
    assert "is not an Atelier project" in window.notice.text.text()
    window.notice.button.click()
    assert not window.notice.isVisible()


def test_a_failure_is_no_longer_told_once_it_is_tried_again(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show_repair()
    (tmp_path / "text.png").write_text("no picture")
    cv2.imwrite(str(tmp_path / "flat.png"), np.zeros((9, 9, 3), np.uint8))
    window.session.open_picture(tmp_path / "text.png", "text.png")
    qtbot.waitUntil(window.notice.isVisible)
    window.session.failed.emit("forecast", "Nobody asked for this.")
    assert "text.png can't be opened" in window.notice.text.text()
    window.session.open_picture(tmp_path / "flat.png", "flat.png")
    qtbot.waitUntil(lambda: not window.notice.isVisible())
    qtbot.waitUntil(lambda: not window.session.title("picture"))


def test_the_status_bar_tells_the_share_of_a_fill(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_lane("repair", "Filling", False)
    line.tell("repair", [Progress(100, 800, "Texture")])
    line.refresh()
    assert line.what.text() == "Filling · 12 %"


def test_training_brings_its_page_and_a_true_status_bar(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", lambda: endless([]))
    assert window.stack.currentWidget() is window.pages["train"]
    qtbot.waitUntil(lambda: "of 1\u202f000" in window.status.what.text(), timeout=5000)
    assert window.status.what.text().startswith("Training")
    assert window.status.device.text() == "Training on a test"
    assert window.status.bar.isVisible()
    qtbot.waitUntil(lambda: "steps/s" in window.status.speed.text(), timeout=8000)
    assert "left" in window.status.eta.text()
    window.session.pause("train", True)
    assert "paused" in window.status.what.text() and not window.status.speed.isVisible()
    window.session.stop("train")
    qtbot.waitUntil(lambda: not window.status.bar.isVisible())
    assert "Training" not in window.status.what.text()


def test_closing_while_training_can_keep_it_running(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(LeaveQuestion, "stop", lambda _question: False)
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", lambda: endless(told))
    assert not window.close()
    qtbot.wait(100)
    assert window.isVisible() and window.session.title("train") and not told


def test_closing_while_training_can_stop_and_save(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(LeaveQuestion, "stop", lambda _question: True)
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", lambda: endless(told))
    qtbot.wait(100)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert told == ["saved"]


def unsaved() -> Any:
    """A job whose Stop finds the disk full."""
    try:
        while True:
            yield Progress(1, 1000, "Training")
            time.sleep(0.002)
    except GeneratorExit:
        raise Refused("What was learned since step 3 could not be saved.") from None


def test_a_training_that_cannot_be_saved_keeps_the_window_open_and_says_so(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeaveQuestion, "stop", lambda _question: True)
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", unsaved)
    window.close()
    assert not window.isEnabled()
    qtbot.waitUntil(lambda: not window.session.title("train"), timeout=5000)
    qtbot.wait(300)
    assert window.isVisible() and window.isEnabled() and not window.leaving
    assert "since step 3 could not be saved" in window.notice.text.text()
    window._give_up_or_retry()  # its timer still runs
    assert window.close()


def test_a_signal_ends_the_program_even_if_nothing_can_be_saved(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", unsaved)
    window.leave()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)


def test_leaving_on_a_signal_saves_without_asking(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(LeaveQuestion, "stop", lambda _question: pytest.fail("it asked"))
    window.session.new_project(tmp_path / "cats")
    window.session.runner.run("train", "Training", lambda: endless(told))
    qtbot.wait(100)
    window.leave()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert told == ["saved"]


def test_the_question_has_two_honest_answers(qtbot: QtBot) -> None:
    question = LeaveQuestion("Training run 3")
    qtbot.addWidget(question)
    assert {b.text() for b in question.buttons()} == {"Stop and save", "Keep running"}
    assert question.escapeButton() is question.keeping
    assert "Training run 3" in question.text()


def test_recent_projects_are_in_the_menu_and_open(window: Window, tmp_path: Path) -> None:
    for name in ("one", "two"):
        window.session.new_project(tmp_path / name)
    names = [a.text() for a in window.menus.recent.actions() if a.data()]
    assert names == ["&1 two", "&2 one"]
    window.menus.recent.actions()[1].trigger()
    assert window.session.project and window.session.project.name == "one"


def test_shortcuts_are_listed_from_the_actions(qtbot: QtBot, window: Window) -> None:
    window.menus.show_shortcuts()
    texts = {label.text() for label in window.findChildren(QLabel)}
    assert {"Ctrl+O", "Ctrl+Q", "F11", "Open project"} <= texts


def test_buttons_in_sight_are_listed_with_their_keys(qtbot: QtBot, window: Window) -> None:
    button = QToolButton(window)
    button.setAccessibleName("Toss")
    button.setShortcut("Ctrl+J")
    for shown in (False, True):
        button.setVisible(shown)
        window.menus.show_shortcuts()
        texts = {label.text() for label in window.findChildren(QLabel)}
        assert ({"Toss", "Ctrl+J"} <= texts) == shown


def test_diagnostics_name_versions_without_loading_the_engine(qtbot: QtBot) -> None:
    said = diagnostics()
    assert "Atelier 0" in said and "torch " in said and "Log " in said


def test_pace_tells_speed_and_time_left() -> None:
    pace = Pace()
    for second in range(11):
        pace.mark(second * 10, 200, "Training", float(second))
    assert pace.rate == pytest.approx(10) and pace.left == pytest.approx(10)
    pace.mark(5, 200, "Training", 12.0)
    assert pace.rate == 0, "going back starts the measurement anew"


def test_a_total_that_is_guessed_anew_keeps_the_pace() -> None:
    pace = Pace()
    for second in range(10):
        pace.mark(5 * second, 100 - second, "Training", float(second))
    assert pace.rate == 5.0 and pace.left == (91 - 45) / 5
    pace.mark(0, 50, "Saving", 10.0)
    assert pace.rate == 0.0 and pace.left is None


def test_an_evaluation_says_its_part_and_promises_no_end(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show()
    line.show_lane("evaluate", "Evaluating run 2", False)
    line.tell("evaluate", [Progress(3, 1000, "Drawing")])
    line.refresh()
    assert line.what.text() == "Evaluating run 2 · Drawing · 3 of 1\u202f000"
    assert line.bar.isVisible() and not line.eta.isVisible()
    line.show_lane("train", "Training", False)
    assert line.what.text() == "Training" and line.eta.isVisible()


@pytest.fixture
def collected() -> Iterator[None]:
    with collected_here():
        yield


def explored(window: Window, qtbot: QtBot, project: Any) -> Any:
    """Open the Explore workspace on a project with a trained model; return its panel."""
    window.session.ready = True
    window.session.open_project(project.folder)
    window.show_page("explore")
    panel: Any = window.pages["explore"]
    qtbot.waitUntil(lambda: panel.canvas.still is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    return panel


def test_a_kept_picture_dropped_on_the_window_opens_in_explore(
    collected: None,
    qtbot: QtBot,
    window: Window,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan")
    panel = explored(window, qtbot, project)
    panel.bar.place.seed.setValue(4)
    at_rest(window.session, qtbot)
    kept = panel.canvas.still.picture.copy()
    panel.bar.steps.keep.click()
    at_rest(window.session, qtbot)
    path = next((project.folder / "gallery").glob("*.png"))
    panel.bar.model.run_chosen.emit(1)
    at_rest(window.session, qtbot)
    window.show_page("library")
    drop(window, path)
    assert window.stack.currentWidget() is panel
    at_rest(window.session, qtbot)
    assert panel.bar.model.runs.currentData() == 2
    assert np.array_equal(panel.canvas.still.picture, kept)
    assert window.session.draft is None, "it is no set to learn from"


def test_explore_is_shown_before_a_kept_picture_is_taken(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first look would otherwise open the newest run over the picture's own."""
    done: list[str] = []
    monkeypatch.setattr(window.session, "explorable", lambda found: True)
    monkeypatch.setattr(window.session, "take", lambda found: done.append("take") or "")
    monkeypatch.setattr(window, "show_page", done.append)
    drop(window, Path("kept.png"))
    assert done == ["explore", "take"]


def test_a_file_that_is_no_project_is_a_sentence(window: Window, tmp_path: Path) -> None:
    told: list[str] = []
    window.session.failed.connect(lambda _, sentence: told.append(sentence))
    for name in ("a.png", "a.zip", "a.atelier", "a.txt", "gone.atelier", "gone.atelierpack"):
        if not name.startswith("gone"):
            (tmp_path / name).write_bytes(b"\x89PNG")
        window.open_found(tmp_path / name)
    assert len(told) == 6 and all("is not an Atelier project" in each for each in told)
    assert window.session.project is None and window.session.draft is None


def test_only_pictures_are_searched_for_where_they_were_kept(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.core.explore import kept

    asked: list[Path] = []
    monkeypatch.setattr(kept, "holds_place", lambda path: bool(asked.append(path)))
    window.session.new_project(tmp_path / "p")
    for name in ("a.zip", "a.png"):
        (tmp_path / name).write_bytes(b"PK")
        assert not window.session.explorable([tmp_path / name])
    assert [each.name for each in asked] == ["a.png"], "a zip of gigabytes would take seconds"


def test_the_window_closes_while_pictures_are_drawn(
    collected: None,
    qtbot: QtBot,
    window: Window,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    panel = explored(window, qtbot, copied(tmp_path_factory, tmp_path, "vae", "gan"))
    for seed in range(5):
        panel.stand.look(lambda e, seed=seed: e.seed(seed))
        panel.session.lay_out("tags", lambda e: [e.seed(0, k=k) for k in range(64)])
    panel.directions.find_button.click()
    panel.path.loops["circle"].click()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)


def test_the_status_bar_tells_of_studies_but_not_of_the_hand(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_engine(True)
    for lane in ("draw", "strip", "judge"):
        line.show_lane(lane, lane, False)
    assert line.what.text() == "Ready"
    for lane in ("study", "invert", "path"):
        line.show_lane(lane, f"Busy with {lane}", False)
        assert line.what.text().startswith(f"Busy with {lane}")
        line.show_lane(lane, "", False)
    assert line.what.text() == "Ready"


def test_the_device_is_told_while_something_trains_on_it(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_engine(True)
    line.show_lane("train", "Training", False)
    line.tell("train", [Note("Training on CPU.", kind="device")])
    assert not line.device.isHidden()
    line.show_lane("train", "", False)
    assert line.device.isHidden()


def test_a_training_that_cannot_be_saved_is_said_until_it_is(window: Window) -> None:
    full = Note("Step 9 could not be saved: No space left on device.", "error", "save", 9)
    window.session.events.emit("train", [full])
    assert window.notice.isVisible() and "No space left" in window.notice.text.text()
    window.session.events.emit("train", [Progress(10, 20, "Training")])
    assert window.notice.isVisible()
    window.session.events.emit("train", [Saved(12, Path("step-00000012"))])
    assert not window.notice.isVisible()


def test_a_project_that_another_program_holds_is_said_and_taken_over(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = projects.create(tmp_path / "p.atelier").folder
    lock = locking.take(folder)
    window.session.open_project(folder)
    assert window.access.isVisible() and "another Atelier" in window.access.text.text()
    lock.free()
    window.access.again.click()
    assert not window.access.isVisible() and not window.session.shut
