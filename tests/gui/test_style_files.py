"""Pictures come in and go out of the Style workspace, and what is not exported is never lost."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot
from repair_scene import LONG, picture, session_here, written
from style_scene import at_rest, opened, paint, panel_on, proven, restyled, styled

from studio.gui.panels.repair import RepairPanel
from studio.gui.panels.style import StylePanel
from studio.gui.session import Session
from studio.gui.widgets.image_grid import ImageGrid
from studio.gui.widgets.kept_dialog import KeptDialog
from studio.gui.widgets.unsaved_question import UnsavedQuestion
from studio.gui.window import Window

DIALOGS = "studio.gui.desks.picture_files.QFileDialog."


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


def answer(monkeypatch: pytest.MonkeyPatch, word: str, asked: list[str]) -> None:
    """Answer the question whether to leave, and count how often it came."""

    def ask(_question: UnsavedQuestion) -> str:
        asked.append(word)
        return word

    monkeypatch.setattr(UnsavedQuestion, "ask", ask)


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the file dialog return that name."""
    monkeypatch.setattr(f"{DIALOGS}getSaveFileName", lambda *_: (str(path), ""))


def test_an_export_makes_the_whole_picture_first_and_keeps_its_depth(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path, name="deep.tif", dtype=np.uint16)
    source = tmp_path / "deep.tif"
    before = source.read_bytes()
    assert panel.content.suggested() == tmp_path / "deep-styled.tif"
    choose(monkeypatch, tmp_path / "out")
    with qtbot.waitSignal(session.said, timeout=LONG) as said:
        panel.actions_.export.trigger()
    assert "out.png" in str(said.args) and not panel.unsaved and source.read_bytes() == before
    found = cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED)
    assert found is not None and found.dtype == np.uint16 and panel.proofs.result is not None
    assert np.array_equal(found[..., ::-1], panel.proofs.result.pixels)
    at_rest(session, qtbot)


def test_nothing_is_overwritten_without_being_asked(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path)
    restyled(panel, qtbot)
    source, answers = tmp_path / "photo.png", [QMessageBox.StandardButton.No]
    before = source.read_bytes()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers[-1])
    choose(monkeypatch, source)
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert source.read_bytes() == before and panel.unsaved
    answers.append(QMessageBox.StandardButton.Yes)
    panel.actions_.export.trigger()
    at_rest(session, qtbot)
    assert source.read_bytes() != before and not panel.unsaved


def test_another_picture_asks_first(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, asked = opened(session, qtbot, tmp_path), []
    first = panel.content.content
    restyled(panel, qtbot)
    answer(monkeypatch, "stay", asked)
    panel.take([written(tmp_path, "other.png", h=40)])
    at_rest(session, qtbot)
    assert panel.content.content is first and asked == ["stay"]
    answer(monkeypatch, "export", asked)
    choose(monkeypatch, tmp_path / "kept.png")
    panel.take([tmp_path / "other.png"])
    qtbot.waitUntil(lambda: panel.content.content is not first, timeout=LONG)
    assert (tmp_path / "kept.png").is_file() and len(asked) == 2
    assert panel.proofs.result is None and not panel.strip.history.cells
    at_rest(session, qtbot)


def test_broken_pictures_are_refused_and_lose_nothing(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path, "colors")
    styled(session, qtbot, panel, written(tmp_path, "style.png", h=40))
    first, sources = panel.content.content, list(panel.sources.sources)
    broken = tmp_path / "broken.png"
    broken.write_bytes((tmp_path / "photo.png").read_bytes()[:90])
    for take in (panel.take, panel.sources.take):
        with qtbot.waitSignal(session.failed, timeout=LONG) as failed:
            take([broken])
        assert failed.args is not None and "cut off" in failed.args[1]
        at_rest(session, qtbot)
    assert panel.content.content is first and panel.sources.sources == sources
    panel.sources.take([broken, tmp_path / "photo.png"])
    at_rest(session, qtbot)
    assert [s.name for s in panel.sources.sources] == ["style.png", "photo.png"]


def test_what_is_copied_is_what_is_seen(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path)
    QGuiApplication.clipboard().clear()
    panel.actions_.copy.trigger()
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=LONG)
    at_rest(session, qtbot)
    assert panel.proofs.result is not None
    assert QGuiApplication.clipboard().image().width() == panel.proofs.result.pixels.shape[1]


def test_paste_goes_where_the_keyboard_is(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path, "colors")
    first = panel.content.content
    image = QImage(40, 30, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    panel.options.rows[0].well.setFocus()
    panel.actions_.paste.trigger()
    qtbot.waitUntil(lambda: bool(panel.sources.sources), timeout=LONG)
    at_rest(session, qtbot)
    assert panel.content.content is first
    panel.canvas.setFocus()
    panel.actions_.paste.trigger()
    qtbot.waitUntil(lambda: panel.content.content is not first, timeout=LONG)
    at_rest(session, qtbot)
    assert panel.content.suggested().name == "picture-styled.png"


def test_own_presets_are_kept_renamed_and_deleted(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path)
    names = ["Mine", "Ours"]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (names.pop(0), True))
    monkeypatch.setattr("studio.core.style.presets.send2trash", _delete)
    panel.options.form._edit("strength", 0.5)
    kept = panel.setups.now
    proven(panel, qtbot)
    panel.strip.save.click()
    key = ("", "Mine")
    qtbot.waitUntil(lambda: key in panel.strip.presets.cells, timeout=LONG)
    panel.setups.choose("pixel")
    panel.strip.presets.chosen.emit(key)
    assert panel.setups.now == kept
    monkeypatch.setattr(panel.looks.own, "_sent", lambda: "Mine")
    panel.looks.own._rename()
    qtbot.waitUntil(lambda: ("", "Ours") in panel.strip.presets.cells, timeout=LONG)
    assert key not in panel.strip.presets.cells
    again = panel_on(session, qtbot)
    again.take([tmp_path / "photo.png"])
    qtbot.waitUntil(lambda: again.content.content is not None, timeout=LONG)
    at_rest(session, qtbot)
    again.looks._draw()
    qtbot.waitUntil(lambda: ("", "Ours") in again.strip.presets.cells, timeout=LONG)
    monkeypatch.setattr(panel.looks.own, "_sent", lambda: "Ours")
    panel.looks.own._delete()
    qtbot.waitUntil(lambda: ("", "Ours") not in panel.strip.presets.cells, timeout=LONG)
    session.stop("presets")
    qtbot.waitUntil(lambda: not session.title("presets"), timeout=LONG)
    at_rest(session, qtbot)


def _delete(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_a_mask_is_loaded_and_saved(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path)
    mask = np.zeros((60, 90), np.uint8)
    mask[10:20, 30:50] = 255
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), mask)
    panel.options.where.click()
    monkeypatch.setattr(f"{DIALOGS}getOpenFileName", lambda *_: (str(path), ""))
    panel.brushes.load_asked.emit()
    qtbot.waitUntil(lambda: "mask" in panel.masking.masks.layers, timeout=LONG)
    assert np.array_equal(panel.masking.masks.layers["mask"], mask)
    choose(monkeypatch, tmp_path / "saved.png")
    with qtbot.waitSignal(session.said, timeout=LONG):
        panel.brushes.save_asked.emit()
    assert np.array_equal(np.asarray(Image.open(tmp_path / "saved.png")), mask)
    at_rest(session, qtbot)


def test_kept_pictures_of_the_project_become_styles(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path, "colors")
    with qtbot.waitSignal(session.failed) as failed:
        panel.options.rows[0].well.kept_asked.emit()
    assert failed.args is not None and "No picture is kept yet" in failed.args[1]
    session.new_project(tmp_path / "cats")
    assert session.project is not None
    gallery = session.project.folder / "gallery"
    gallery.mkdir(exist_ok=True)
    for number in range(2):
        written(gallery, f"{number}.png", h=30 + number)

    def choose_first(dialog: KeptDialog) -> int:
        qtbot.waitUntil(lambda: dialog.list.count() == 2, timeout=LONG)
        dialog.list.item(0).setSelected(True)
        dialog._take()
        return 1

    monkeypatch.setattr(KeptDialog, "exec", choose_first)
    panel.options.rows[0].well.kept_asked.emit()
    qtbot.waitUntil(lambda: bool(panel.sources.sources), timeout=LONG)
    assert panel.sources.sources[0].name == "1.png"
    at_rest(session, qtbot)


@pytest.fixture
def window(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Window:
    """The real window without a project; the engine is said to be loaded."""
    monkeypatch.setattr(session, "warm_up", lambda *later: None)
    window = Window(session)
    qtbot.addWidget(window)
    window.show()
    return window


def test_pictures_go_from_one_workspace_to_another(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.welcome.styling.click()
    panel = window.pages["style"]
    assert isinstance(panel, StylePanel) and window.stack.currentWidget() is panel
    panel.looks._timer.setInterval(LONG)
    panel.setups.choose("ink")
    panel.take([written(tmp_path)])
    qtbot.waitUntil(lambda: panel.content.content is not None, timeout=LONG)
    panel.actions_.repair.trigger()
    qtbot.waitUntil(lambda: "repair" in window.pages, timeout=LONG)
    repair = window.pages["repair"]
    assert isinstance(repair, RepairPanel)
    qtbot.waitUntil(lambda: repair.desk.opened is not None, timeout=LONG)
    assert panel.proofs.result is not None
    assert np.array_equal(repair.desk.painting.pixels, panel.proofs.result.pixels)
    asked: list[str] = []
    answer(monkeypatch, "discard", asked)
    first = panel.content.content
    repair.actions_.style.trigger()
    qtbot.waitUntil(lambda: panel.content.content is not first, timeout=LONG)
    assert asked == ["discard"] and window.stack.currentWidget() is panel
    window.session.new_project(tmp_path / "cats")
    window.show_page("train")
    grid = window.pages["train"].findChildren(ImageGrid)[0]
    grid.show_pictures(np.stack([picture(8, 9)]))
    grid.set_current(0)
    grid.ask_as_style()
    qtbot.waitUntil(lambda: bool(panel.sources.sources), timeout=LONG)
    at_rest(window.session, qtbot)


def test_closing_asks_for_what_is_not_exported(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_page("style")
    panel, asked = window.pages["style"], []
    assert isinstance(panel, StylePanel)
    panel.looks._timer.setInterval(LONG)
    panel.setups.choose("ink")
    panel.take([written(tmp_path)])
    qtbot.waitUntil(lambda: panel.content.content is not None, timeout=LONG)
    panel.options.where.click()
    paint(panel, qtbot, (20, 20), (60, 20))
    restyled(panel, qtbot)
    at_rest(window.session, qtbot)
    answer(monkeypatch, "stay", asked)
    window.close()
    assert window.isVisible() and asked == ["stay"]
    answer(monkeypatch, "discard", asked)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=LONG)
