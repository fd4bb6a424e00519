"""Pictures come in and go out of the Repair workspace, and what is not exported is never lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from repair_scene import (
    LEFT,
    LONG,
    at_rest,
    filled,
    kept,
    opened,
    paint,
    panel_on,
    picture,
    press,
    refusal,
    session_here,
    written,
)

from studio import paths
from studio.core.events import finished
from studio.core.repair import journal
from studio.core.repair.live import resume_repair
from studio.gui.panels.repair import RepairPanel
from studio.gui.pasting import image_of
from studio.gui.session import Session
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.unsaved_question import UnsavedQuestion
from studio.gui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


def repaired(session: Session, qtbot: QtBot, path: Path) -> RepairPanel:
    """Return the workspace with one kept fill."""
    panel = opened(session, qtbot, path)
    paint(panel, qtbot, (20, 20), (40, 30))
    filled(session, panel, qtbot)
    kept(session, panel, qtbot)
    return panel


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    """Let the file dialog return that name."""
    name = "studio.gui.desks.picture_files.QFileDialog.getSaveFileName"
    monkeypatch.setattr(name, lambda *_: (str(path), ""))


def answer(monkeypatch: pytest.MonkeyPatch, word: str, asked: list[str]) -> None:
    """Answer the question whether to leave, and count how often it came."""

    def ask(_question: UnsavedQuestion) -> str:
        asked.append(word)
        return word

    monkeypatch.setattr(UnsavedQuestion, "ask", ask)


def test_export_keeps_depth_and_the_source(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path, "deep.tif", dtype=np.uint16)
    panel = repaired(session, qtbot, source)
    assert panel.desk.suggested() == tmp_path / "deep-repaired.tif"
    assert "16 bit RGB" in panel.desk.facts()
    before = source.read_bytes()
    choose(monkeypatch, tmp_path / "out")
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert not panel.desk.unsaved and source.read_bytes() == before
    again = opened(session, qtbot, tmp_path / "out.png")
    assert np.array_equal(again.desk.painting.pixels, panel.desk.painting.pixels)


def test_the_source_is_replaced_only_if_that_is_wanted(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path)
    panel = repaired(session, qtbot, source)
    before, answers = source.read_bytes(), [QMessageBox.StandardButton.No]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers[-1])
    choose(monkeypatch, source)
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert source.read_bytes() == before and panel.desk.unsaved
    answers.append(QMessageBox.StandardButton.Yes)
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert np.array_equal(np.asarray(Image.open(source)), panel.desk.painting.pixels)


def test_an_export_that_fails_says_so(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = repaired(session, qtbot, written(tmp_path))
    choose(monkeypatch, tmp_path / "gone" / "out.png")
    assert "can't be written" in refusal(session, qtbot, panel.actions_.export.trigger)
    assert panel.desk.unsaved and not panel.desk.busy


def test_another_picture_asks_first(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, other = repaired(session, qtbot, written(tmp_path)), written(tmp_path, "b.png", h=50)
    painting, asked = panel.desk.painting, []
    answer(monkeypatch, "stay", asked)
    panel.take([other])
    at_rest(session, qtbot)
    assert panel.desk.painting is painting and panel.desk.unsaved
    choose(monkeypatch, tmp_path / "kept.png")
    answer(monkeypatch, "export", asked)
    panel.take([other])
    at_rest(session, qtbot)
    qtbot.waitUntil(lambda: panel.desk.painting is not painting)
    assert (tmp_path / "kept.png").is_file() and len(asked) == 2
    panel.take([written(tmp_path, "c.png", h=40)])
    at_rest(session, qtbot)
    assert len(asked) == 2, "there was nothing to lose"


def test_a_picture_that_can_not_be_opened_asks_nothing(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, asked = repaired(session, qtbot, written(tmp_path)), []
    answer(monkeypatch, "discard", asked)
    assert "not a file" in refusal(session, qtbot, lambda: panel.take([tmp_path / "gone.png"]))
    assert not asked and panel.desk.unsaved


def test_what_is_copied_can_be_pasted(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "stay", [])  # the first workspace keeps its picture
    panel = repaired(session, qtbot, written(tmp_path, channels=4))
    pixels = panel.desk.painting.pixels.copy()
    press(panel, qtbot, Key.Key_C, CONTROL)
    at_rest(session, qtbot)
    clip = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: not clip.image().isNull())
    other = panel_on(session, qtbot)
    qtbot.keyClick(other, Key.Key_V, CONTROL)
    qtbot.waitUntil(lambda: other.desk.opened is not None, timeout=LONG)
    at_rest(session, qtbot)
    shown = pixels[..., 3] > 0
    assert np.array_equal(other.desk.painting.pixels[shown], pixels[shown])
    assert other.desk.suggested().name == "picture-repaired.png"


@pytest.mark.parametrize(("channels", "dtype"), [(1, np.uint8), (3, np.uint8), (3, np.uint16)])
def test_images_for_the_clipboard_show_the_pixels(channels: int, dtype: Any) -> None:
    pixels = picture(5, 7, channels, dtype)
    image = image_of(pixels)
    color = image.pixelColor(3, 2).toRgb()
    wanted = pixels[2, 3].astype(int) >> (8 if dtype == np.uint16 else 0)
    found = np.array([color.red(), color.green(), color.blue()])
    assert np.abs(found - wanted).max() <= 1


def test_a_picture_dropped_without_a_file_is_one_of_its_own(session: Session, qtbot: QtBot) -> None:
    panel = panel_on(session, qtbot)
    data = QMimeData()
    data.setImageData(image_of(picture()))
    assert accepted(panel, data)
    panel.drop.dropped.emit(_dropped(panel, data))
    qtbot.waitUntil(lambda: panel.desk.opened is not None, timeout=LONG)
    at_rest(session, qtbot)
    assert np.array_equal(panel.desk.painting.pixels[..., :3], picture())
    assert panel.desk.opened.path is None, "no temporary file is exported beside"


def accepted(panel: RepairPanel, data: QMimeData) -> bool:
    """Drag something onto the workspace; return whether it may be let fall there."""
    event = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    panel.dragEnterEvent(event)
    return event.isAccepted()


def _dropped(panel: RepairPanel, data: QMimeData) -> list[Path]:
    from studio.gui.widgets import canvas_files

    return canvas_files.paths(data, panel._drawer)


def test_a_folder_is_left_to_the_window(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_on(session, qtbot)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    assert not accepted(panel, data)


def crashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the journals there are those of a process that ended."""
    monkeypatch.setattr("studio.core.repair.journal._alive", lambda *_: False)


def test_a_crash_loses_nothing(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = repaired(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (60, 20), (70, 30))
    paint(panel, qtbot, (60, 50), (70, 50))
    press(panel, qtbot, Key.Key_Z, CONTROL)
    at_rest(session, qtbot)
    layers = {name: values.copy() for name, values in panel.desk.painting.layers.items()}
    crashed(tmp_path, monkeypatch)
    (repair,) = journal.unfinished()
    assert (repair.name, repair.edits) == ("photo.png", 4)
    again = panel_on(session, qtbot)
    again.desk.show(finished(resume_repair(repair)))
    at_rest(session, qtbot)
    assert again.desk.unsaved
    for name, values in again.desk.painting.layers.items():
        assert np.array_equal(values, layers[name]), name
    again.actions_.redo.trigger()
    assert again.desk.painting.position == 4, "what was undone can be done again"
    at_rest(session, qtbot)


def exported(session: Session, panel: RepairPanel, qtbot: QtBot) -> None:
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert not panel.desk.unsaved


def test_after_an_export_a_crash_offers_nothing_that_is_safe(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = repaired(session, qtbot, written(tmp_path))
    choose(monkeypatch, tmp_path / "out.png")
    exported(session, panel, qtbot)
    crashed(tmp_path, monkeypatch)
    assert journal.unfinished() == ()


def test_what_comes_after_an_export_over_the_source_is_offered(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path)
    panel = repaired(session, qtbot, source)
    choose(monkeypatch, source)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    exported(session, panel, qtbot)
    paint(panel, qtbot, (60, 20), (70, 30))
    at_rest(session, qtbot)
    crashed(tmp_path, monkeypatch)
    again = finished(journal.replay(journal.unfinished()[0]))
    for name, values in panel.desk.painting.layers.items():
        assert np.array_equal(again.painting.layers[name], values), name


def test_another_edit_in_place_of_the_exported_one_is_offered(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = repaired(session, qtbot, written(tmp_path))
    choose(monkeypatch, tmp_path / "out.png")
    panel.actions_.export.trigger()
    qtbot.waitUntil(lambda: not panel.desk.lent, timeout=LONG)
    press(panel, qtbot, Key.Key_Z, CONTROL)
    paint(panel, qtbot, (60, 20), (70, 30))
    at_rest(session, qtbot)
    crashed(tmp_path, monkeypatch)
    again = finished(journal.replay(journal.unfinished()[0]))
    assert np.array_equal(again.painting.mask, panel.desk.painting.mask)


@pytest.fixture
def window(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Window:
    """The real window without a project; the engine is said to be loaded."""
    monkeypatch.setattr(session, "warm_up", lambda *later: None)
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    return window


def shown(window: Window, qtbot: QtBot, path: Path) -> Any:
    """Repair a picture in the window; return the workspace."""
    window.repair([path])
    panel: Any = window.pages["repair"]
    settings = panel.options.settings.updated({"method": "telea", "candidates": 1})
    panel.options.form.show_value(settings)
    window.activateWindow()
    qtbot.waitUntil(lambda: panel.desk.opened is not None and window.isActiveWindow(), timeout=LONG)
    at_rest(window.session, qtbot)
    paint(panel, qtbot, (20, 20), (40, 30))
    filled(window.session, panel, qtbot)
    kept(window.session, panel, qtbot)
    return panel


def test_closing_asks_for_what_is_not_exported(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, asked = shown(window, qtbot, written(tmp_path)), []
    answer(monkeypatch, "stay", asked)
    assert not window.close() and asked == ["stay"] and panel.desk.unsaved
    choose(monkeypatch, tmp_path / "out.png")
    answer(monkeypatch, "export", asked)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
    assert (tmp_path / "out.png").is_file() and len(asked) == 2
    assert not any(paths.repairs().iterdir()), "it ended as it should"


def test_leaving_on_a_signal_asks_nothing_and_keeps_the_history(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(window, qtbot, written(tmp_path))
    monkeypatch.setattr(UnsavedQuestion, "ask", lambda _question: pytest.fail("it asked"))
    window.leave()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
    assert any(paths.repairs().iterdir())


def test_the_welcome_page_leads_to_repair(window: Window) -> None:
    window.welcome.mending.click()
    assert window.stack.currentWidget() is window.pages["repair"]
    assert window.rail.isVisible() and not window.rail.buttons["library"].isEnabled()


def test_the_question_has_three_honest_answers(qtbot: QtBot) -> None:
    question = UnsavedQuestion(("Title", "Repairs of photo.png", "Told", "Discard repairs"))
    qtbot.addWidget(question)
    words = {button.text() for button in question.buttons()}
    assert words == {"Export…", "Discard repairs", "Cancel"}
    assert question.escapeButton() is question.staying


def test_a_picture_of_a_grid_is_sent_here(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.session.new_project(tmp_path / "cats")
    window.show_page("train")
    grid = window.pages["train"].findChildren(ImageGrid)[0]
    pictures = np.stack([picture(8, 9), picture(8, 9)[::-1]])
    grid.show_pictures(pictures)
    grid.set_current(1)
    grid.ask_repair()
    panel: Any = window.pages["repair"]
    qtbot.waitUntil(lambda: panel.desk.opened is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    assert window.stack.currentWidget() is panel
    assert np.array_equal(panel.desk.painting.pixels[..., :3], pictures[1])
