"""The Repair workspace: painted, filled, flipped, kept, undone; nothing else changes."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from explore_scene import copied
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from repair_scene import (
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

from studio.core.events import Event, Progress
from studio.core.repair import live
from studio.gui.session import Session
from studio.gui.widgets.repair_room import DROP, PICTURE

CONTROL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


def test_a_picture_opens_without_a_project(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_on(session, qtbot)
    assert panel.pages.currentIndex() == DROP and not panel.actions_.export.isEnabled()
    panel.drop.dropped.emit([written(tmp_path)])
    qtbot.waitUntil(lambda: panel.pages.currentIndex() == PICTURE)
    at_rest(session, qtbot)
    assert np.array_equal(panel.desk.painting.pixels, picture())
    assert "90 × 60 px" in panel.desk.facts() and "8 bit RGB" in panel.desk.facts()
    assert panel.outlook.text() == "Nothing is painted yet."
    assert panel.canvas.hasFocus()


def test_painted_filled_flipped_and_kept(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    panel.options.form.show_value(
        panel.options.settings.updated({"method": "patch", "candidates": 4})
    )
    paint(panel, qtbot, (20, 20), (40, 20), size=4)
    before, mask = picture(), panel.desk.painting.mask.copy()
    filled(session, panel, qtbot)
    assert np.array_equal(panel.desk.painting.pixels, before), "a candidate is only looked at"
    assert panel.canvas.has_layer and len(panel.strip.cells) == len(panel.filling.offered) > 1
    assert "nothing changed (checked)" in panel.strip.said.text()
    press(panel, qtbot, Key.Key_Right)
    assert panel.filling.at == 1 and panel.strip.cells[1].isChecked()
    press(panel, qtbot, Key.Key_Left)
    press(panel, qtbot, Key.Key_Left)
    assert panel.filling.at == len(panel.filling.offered) - 1, "around the end"
    panel.strip.cells[1].click()
    wanted = panel.filling.offered[1].applied(before)
    kept(session, panel, qtbot)
    after = panel.desk.painting.pixels
    assert np.array_equal(after, wanted) and not np.array_equal(after, before)
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert not panel.desk.painting.mask.any() and not panel.canvas.has_layer


def test_what_auto_will_do_is_told(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    panel.options.form._reset("method")
    paint(panel, qtbot, (10, 10), (80, 10), size=4)
    qtbot.waitUntil(lambda: "thin damage of" in panel.outlook.text(), timeout=5000)
    paint(panel, qtbot, (40, 40), size=24)
    qtbot.waitUntil(lambda: "a thick hole of" in panel.outlook.text(), timeout=5000)
    assert "filled with texture; thin damage too" in panel.outlook.text()
    at_rest(session, qtbot)


def test_keeping_is_one_step_back(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    mask = panel.desk.painting.mask.copy()
    filled(session, panel, qtbot)
    kept(session, panel, qtbot)
    after = panel.desk.painting.pixels.copy()
    assert panel.desk.unsaved and "Fill: Telea" in panel.actions_.undo.toolTip()
    press(panel, qtbot, Key.Key_Z, CONTROL)
    assert np.array_equal(panel.desk.painting.pixels, picture())
    assert np.array_equal(panel.desk.painting.mask, mask), "the mask comes back"
    assert not panel.desk.unsaved
    press(panel, qtbot, Key.Key_Y, CONTROL)
    assert np.array_equal(panel.desk.painting.pixels, after)
    for _ in range(2):
        press(panel, qtbot, Key.Key_Z, CONTROL)
    assert not panel.desk.painting.mask.any() and not panel.actions_.undo.isEnabled()


def test_the_picture_as_opened_is_compared_after_a_fill_was_kept(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    assert not panel.actions_.compare.isEnabled()
    before = panel.canvas.grab().toImage()
    filled(session, panel, qtbot)
    kept(session, panel, qtbot)
    assert panel.actions_.compare.isEnabled()
    assert panel.canvas.grab().toImage() != before
    panel.canvas.set_overlay(False)
    after = panel.canvas.grab().toImage()
    press(panel, qtbot, Key.Key_Z, CONTROL)
    original = panel.canvas.grab().toImage()
    assert not panel.actions_.compare.isEnabled()
    press(panel, qtbot, Key.Key_Y, CONTROL)
    assert panel.canvas.grab().toImage() == after != original
    qtbot.keyPress(panel.canvas, Key.Key_Tab)
    assert panel.canvas.grab().toImage() == original
    qtbot.keyRelease(panel.canvas, Key.Key_Tab)
    assert panel.canvas.grab().toImage() == after


def test_esc_discards_and_painting_on_asks_anew(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    filled(session, panel, qtbot)
    press(panel, qtbot, Key.Key_Escape)
    assert not panel.filling.offered and not panel.canvas.has_layer
    assert panel.desk.painting.mask.any(), "the mask stays"
    filled(session, panel, qtbot)
    paint(panel, qtbot, (60, 40), (70, 40))
    assert not panel.filling.offered, "they were of another mask"
    assert np.array_equal(panel.desk.painting.pixels, picture())


def endless(monkeypatch: pytest.MonkeyPatch, offers: int) -> None:
    """Let a fill offer so many candidates, then go on until it is stopped, which it hears late."""
    real = live.fill

    def fill(*asked: Any) -> Iterator[Event]:
        ready = [event for event in real(*asked) if isinstance(event, live.Shown)]
        yield from ready[:offers]
        try:
            while True:
                time.sleep(0.005)
                yield Progress(0, None, "Working")
        finally:
            time.sleep(0.1)

    monkeypatch.setattr(live, "fill", fill)


@pytest.mark.parametrize("way", ["button", "key"])
def test_what_was_offered_when_it_was_stopped_can_be_kept(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    endless(monkeypatch, 1)
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    press(panel, qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(panel.filling.offered))
    assert "Stopped" not in panel.strip.said.text()
    if way == "key":
        press(panel, qtbot, Key.Key_Escape)
    else:
        panel.strip.progress.button.click()
    at_rest(session, qtbot)
    assert panel.strip.said.isVisible() and panel.strip.said.text().startswith("Stopped. 1 of 1")
    kept(session, panel, qtbot)
    assert panel.desk.unsaved and "Stopped" not in panel.strip.said.text()


@pytest.mark.parametrize("healing", [False, True])
def test_stopped_before_anything_was_offered_the_mask_stays(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, healing: bool
) -> None:
    endless(monkeypatch, int(healing))
    panel = opened(session, qtbot, written(tmp_path))
    if healing:
        panel.options.heal.click()
    paint(panel, qtbot, (20, 20), (40, 30))
    if not healing:
        press(panel, qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(session.title("repair")) and panel.strip.progress.isVisible())
    qtbot.wait(100)
    press(panel, qtbot, Key.Key_Escape)
    at_rest(session, qtbot)
    assert panel.strip.said.text() == "Stopped; what you painted stays."
    assert panel.desk.painting.mask.any() and not panel.filling.offered
    assert np.array_equal(panel.desk.painting.pixels, picture())


def test_what_comes_late_of_another_mask_is_not_offered(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    asked = (panel.desk.painting.pixels, panel.desk.painting.mask.copy())
    late = [e for e in live.fill(*asked, panel.options.settings, None) if isinstance(e, live.Shown)]
    endless(monkeypatch, 0)
    press(panel, qtbot, Key.Key_Return)
    paint(panel, qtbot, (60, 40), (70, 40))
    assert session.title("repair"), "it has not heard of that yet"
    session.events.emit("repair", late)
    assert not panel.filling.offered and not panel.canvas.has_layer
    at_rest(session, qtbot)
    press(panel, qtbot, Key.Key_Return)
    session.events.emit("repair", late)
    assert len(panel.filling.offered) == len(late), "those of this mask are"
    panel.filling.forget()
    at_rest(session, qtbot)


def test_what_is_healed_goes_back_in_one_step(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    panel.options.heal.click()
    painting = panel.desk.painting
    for x in (20, 60):
        before = painting.pixels.copy()
        paint(panel, qtbot, (x, 20), (x + 10, 30))
        qtbot.waitUntil(lambda before=before: not np.array_equal(painting.pixels, before))
        qtbot.waitUntil(panel.canvas.isEnabled)
        at_rest(session, qtbot)
    assert [edit.title for edit in painting.edits] == ["Heal", "Heal"]
    assert not painting.mask.any() and not panel.canvas.has_layer
    press(panel, qtbot, Key.Key_Z, CONTROL)
    press(panel, qtbot, Key.Key_Z, CONTROL)
    assert np.array_equal(painting.pixels, picture()) and not painting.mask.any()


def test_strokes_faster_than_the_fill_are_healed_together(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    panel.options.heal.click()
    painting = panel.desk.painting
    for x in (20, 40, 60):
        paint(panel, qtbot, (x, 20), (x + 5, 30))
    qtbot.waitUntil(lambda: bool(painting.edits) and painting.edits[-1].title == "Heal")
    qtbot.waitUntil(panel.canvas.isEnabled)
    at_rest(session, qtbot)
    assert not painting.mask.any()
    while painting.position:
        press(panel, qtbot, Key.Key_Z, CONTROL)
    assert np.array_equal(painting.pixels, picture())


def test_texture_comes_from_the_painted_region(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    panel.options.source.setCurrentIndex(1)
    assert panel.canvas.layer == "allowed" and panel.options.painting.isVisible()
    assert "where texture may come from" in panel.strip.hint.text()
    said = refusal(session, qtbot, lambda: press(panel, qtbot, Key.Key_Return))
    assert "may be taken from nowhere" in said
    paint(panel, qtbot, (60, 10), (80, 50), size=20)
    assert panel.desk.painting.region.any()
    panel.options.painting.click()
    assert panel.canvas.layer == "mask" and "what is to be repaired" in panel.strip.hint.text()
    filled(session, panel, qtbot)
    assert panel.canvas.regional
    panel.options.source.setCurrentIndex(0)
    assert not panel.canvas.regional, "of no use now, it is not tinted"
    assert panel.desk.painting.region.any()


def test_fill_again_means_other_candidates(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 20))
    filled(session, panel, qtbot)
    assert panel.options.settings.seed == 0
    panel.options.fill.click()
    at_rest(session, qtbot)
    assert panel.options.settings.seed == 1 and panel.strip.cells
    panel.options.form.show_value(panel.options.settings.updated({"adapt_color": False}))
    panel.options.fill.click()
    at_rest(session, qtbot)
    assert panel.options.settings.seed == 1, "something else was asked for"


def test_enter_in_a_field_ends_the_field_only(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 20))
    at_rest(session, qtbot)
    panel.brushes.size_box.setFocus()
    panel.brushes.size_box.selectAll()
    qtbot.keyClicks(panel.brushes.size_box, "11")
    qtbot.keyClick(panel.brushes.size_box, Key.Key_Return)
    assert panel.canvas.brush_size == 11 and panel.canvas.hasFocus()
    assert not session.title("repair") and not panel.filling.offered


def test_refusals_lose_nothing(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    paint(panel, qtbot, (20, 20), (40, 30))
    painting = panel.desk.painting
    QGuiApplication.clipboard().clear()
    broken = tmp_path / "broken.png"
    broken.write_bytes(written(tmp_path, "other.png").read_bytes()[:90])
    for sentence, act in (
        ("cut off", lambda: panel.take([broken])),
        ("is not a file", lambda: panel.take([tmp_path / "gone.png"])),
        ("no picture on the clipboard", panel.desk.paste),
    ):
        assert sentence in refusal(session, qtbot, act)
        assert panel.desk.painting is painting and painting.mask.any()
    for _ in range(2):
        press(panel, qtbot, Key.Key_Z, CONTROL)
    said = refusal(session, qtbot, lambda: press(panel, qtbot, Key.Key_Return))
    assert "mask is empty" in said


def test_a_mask_is_loaded_and_saved(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, written(tmp_path))
    mask = np.zeros((60, 90), np.uint8)
    mask[10:20, 30:50] = 255
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), mask)
    dialog = "studio.gui.desks.picture_files.QFileDialog."
    monkeypatch.setattr(f"{dialog}getOpenFileName", lambda *_: (str(path), ""))
    panel.brushes.load_asked.emit()
    qtbot.waitUntil(lambda: np.array_equal(panel.desk.painting.mask, mask))
    saved = tmp_path / "saved.png"
    monkeypatch.setattr(f"{dialog}getSaveFileName", lambda *_: (str(saved), ""))
    with qtbot.waitSignal(session.said, timeout=60_000) as said_:
        panel.brushes.save_asked.emit()
    assert "saved.png" in str(said_.args)
    at_rest(session, qtbot)
    assert np.array_equal(np.asarray(Image.open(saved)), mask)
    cv2.imwrite(str(path), mask[:50])
    said = refusal(session, qtbot, panel.brushes.load_asked.emit)
    assert "90×50" in said and "90×60" in said
    assert np.array_equal(panel.desk.painting.mask, mask)


def test_runs_of_the_project_are_offered_and_draw(
    session: Session, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae")
    panel = opened(session, qtbot, written(tmp_path))
    assert panel.options.run is None and not panel.options.model.isEnabled()
    session.open_project(project.folder)
    assert panel.options.model.isEnabled()
    panel.options.model.setCurrentIndex(1)
    panel.options.form.show_value(
        panel.options.settings.updated({"method": "model", "candidates": 1})
    )
    paint(panel, qtbot, (20, 20), (30, 24))
    filled(session, panel, qtbot)
    assert panel.filling.offered[0].method == "model"
