"""The Style workspace: previewed at once, made in full size, compared, undone, brought back."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from repair_scene import LONG, picture, session_here, written
from style_scene import at_rest, opened, paint, panel_on, proven, restyled, styled

from studio.core.events import Drawn, Event, Progress, Refused
from studio.core.style.look import Look
from studio.core.style.methods import methods
from studio.gui import restyling
from studio.gui.session import Session
from studio.gui.widgets.look_strip import HISTORY
from studio.gui.widgets.style_room import PICTURE, WELLS

Key = Qt.Key


@pytest.fixture
def session() -> Iterator[Session]:
    with session_here() as made:
        yield made


def test_two_wells_then_a_preview_without_being_asked(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = panel_on(session, qtbot)
    assert panel.pages.currentIndex() == WELLS and not panel.actions_.export.isEnabled()
    panel.setups.choose("colors")
    panel.style_drop.dropped.emit([written(tmp_path, "style.png", h=40, w=50)])
    panel.content_drop.dropped.emit([written(tmp_path)])
    qtbot.waitUntil(lambda: panel.pages.currentIndex() == PICTURE, timeout=LONG)
    qtbot.waitUntil(lambda: bool(panel.sources.sources), timeout=LONG)
    proven(panel, qtbot)
    assert panel.canvas.has_layer and panel.canvas.tags[1] == "Preview"
    assert "preview" in panel.said.text()
    assert panel.options.rows[0].title.text() == "style.png"
    at_rest(session, qtbot)


def test_a_method_says_what_it_lacks(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path, "colors")
    assert "takes the style from a picture" in panel.said.text()
    assert not panel.options.restyle.isEnabled() and not panel.canvas.has_layer
    assert panel.options.rows[0].isVisible() and not panel.options.rows[1].isVisible()
    styled(session, qtbot, panel, written(tmp_path, "style.png", h=40, w=50))
    proven(panel, qtbot)
    assert panel.options.restyle.isEnabled() and panel.options.rows[1].isVisible()
    assert not panel.options.rows[0].weight.isVisible(), "one style has nothing to weigh against"
    styled(session, qtbot, panel, written(tmp_path, "other.png", h=30, w=50))
    assert panel.options.rows[0].weight.isVisible()
    panel.options.rows[0].remove.click()
    assert [source.name for source in panel.sources.sources] == ["other.png"]
    at_rest(session, qtbot)


def test_the_whole_picture_is_made_compared_and_left_alone(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path)
    before = picture()
    restyled(panel, qtbot)
    result = panel.proofs.result
    assert result is not None and result.pixels.shape == before.shape
    assert not np.array_equal(result.pixels, before)
    assert panel.content.content is not None
    assert np.array_equal(panel.content.content.painting.pixels, before)
    assert panel.canvas.tags[1] == "" and "Whole picture" in panel.said.text()
    after = panel.canvas.grab().toImage()
    qtbot.keyPress(panel.canvas, Key.Key_Tab)
    original = panel.canvas.grab().toImage()
    qtbot.keyRelease(panel.canvas, Key.Key_Tab)
    assert original != after and panel.canvas.grab().toImage() == after
    panel.actions_.compare.trigger()
    assert panel.canvas.split == 0.5 and panel.canvas.grab().toImage() not in (after, original)
    at_rest(session, qtbot)


def test_a_slider_moved_shows_another_look_and_undo_brings_it_back(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path)
    first = panel.setups.now
    shown = panel.canvas.grab().toImage()
    editor = panel.options.form.fields["strength"].editor
    for notch in (150, 100, 60):
        editor.slider.setValue(notch)  # type: ignore[attr-defined]  # a number between bounds
    proven(panel, qtbot)
    assert panel.canvas.grab().toImage() != shown
    panel.actions_.undo.trigger()
    assert panel.setups.now == first, "dragging is one step"
    proven(panel, qtbot)
    assert panel.canvas.grab().toImage() == shown
    panel.actions_.redo.trigger()
    assert panel.setups.now != first
    at_rest(session, qtbot)


def test_a_and_b_are_flipped_at_once(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path)
    a = panel.canvas.grab().toImage()
    panel.actions_.flip.trigger()
    assert panel.setups.at == 1 and panel.setups.now.method == "ink", "B begins as A"
    panel.setups.choose("pixel")
    proven(panel, qtbot)
    b = panel.canvas.grab().toImage()
    panel.options.slots[0].click()
    assert panel.canvas.grab().toImage() == a != b and panel.options.method.currentData() == "ink"
    panel.actions_.flip.trigger()
    assert panel.canvas.grab().toImage() == b
    panel.actions_.both.trigger()
    assert panel.canvas.tags == ("A  ·  Preview", "B  ·  Preview")
    assert panel.canvas.grab().toImage() not in (a, b)
    at_rest(session, qtbot)


def test_only_what_is_painted_changes(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path)
    assert not panel.brushes.isVisible()
    panel.options.where.click()
    assert panel.brushes.isVisible() and panel.canvas.tool == "brush"
    paint(panel, qtbot, (20, 20), (60, 20))
    panel.actions_.escape.trigger()
    assert not panel.brushes.isVisible() and not panel.options.where.isChecked()
    restyled(panel, qtbot)
    result, mask = panel.proofs.result, panel.masking.masks.layers["mask"]
    assert result is not None
    changed = (result.pixels != picture()).any(-1)
    assert changed.any() and not changed[mask == 0].any()
    panel.actions_.undo.trigger()
    assert not panel.masking.masks.layers and panel.proofs.result is None
    at_rest(session, qtbot)


def test_each_style_has_a_mask_of_its_own(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path, "colors")
    for name in ("one.png", "two.png"):
        styled(session, qtbot, panel, written(tmp_path, name, h=40, w=50))
    panel.options.rows[1].paint.click()
    assert panel.canvas.layer == "style 2"
    paint(panel, qtbot, (20, 20), (60, 20))
    assert set(panel.masking.masks.layers) == {"style 2"}
    wish = panel.proofs.wish()
    assert wish is not None and wish.look().styles[0].mask is None
    assert wish.look().styles[1].mask is not None
    panel.options.rows[0].remove.click()
    assert set(panel.masking.masks.layers) == {"style 1"}, "its mask moves with it"
    at_rest(session, qtbot)


def test_the_history_brings_settings_masks_and_the_picture_back(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path)
    panel.options.where.click()
    paint(panel, qtbot, (20, 20), (60, 20))
    restyled(panel, qtbot)
    first = panel.proofs.result
    panel.setups.choose("pixel")
    paint(panel, qtbot, (20, 50), (60, 50))
    proven(panel, qtbot)
    panel.actions_.pin.trigger()
    assert panel.strip.rows.currentIndex() == HISTORY and len(panel.strip.history.cells) == 2
    cells = panel.strip.history.cells
    panel.setups.choose("pencil")
    assert not any(cell.isChecked() for cell in cells.values()), "what is shown is not among them"
    panel.strip.history.chosen.emit(1)
    assert [key for key, cell in cells.items() if cell.isChecked()] == [1]
    assert panel.proofs.result is first and panel.setups.now.method == "ink"
    assert first is not None and panel.masking.masks is first.wish.masks
    at_rest(session, qtbot)


def test_presets_are_drawn_on_the_picture(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened(session, qtbot, tmp_path)
    panel.looks._draw()
    qtbot.waitUntil(lambda: len(panel.strip.presets.cells) > 2, timeout=LONG)
    key, cell = next(iter(panel.strip.presets.cells.items()))
    cell.click()
    assert panel.setups.now == panel.looks.presets[key]
    session.stop("presets")
    qtbot.waitUntil(lambda: not session.title("presets"), timeout=LONG)
    at_rest(session, qtbot)


def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the whole picture take until it is stopped, with a coarse look of it."""

    def restyle(pixels: np.ndarray, _look: Look) -> Iterator[Event]:
        yield Drawn(np.full((1, 400, 600, 3), 77, np.uint8))
        while True:
            time.sleep(0.005)
            yield Progress(3, 10, "Painting")

    monkeypatch.setattr(restyling, "restyle", restyle)


@pytest.mark.parametrize("way", ["button", "key"])
def test_restyling_is_seen_and_can_be_stopped(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    endless(monkeypatch)
    panel = opened(session, qtbot, tmp_path)
    small = panel.canvas.grab().toImage()
    panel.actions_.restyle.trigger()
    progress = panel.strip.progress
    qtbot.waitUntil(lambda: "Painting · 30 %" in progress.text.text(), timeout=LONG)
    assert progress.isVisible() and panel.canvas.grab().toImage() != small, "it gets sharper"
    if way == "key":
        panel.actions_.escape.trigger()
    else:
        progress.button.click()
    at_rest(session, qtbot)
    assert not progress.isVisible() and panel.proofs.result is None and not panel.unsaved
    proven(panel, qtbot)
    at_rest(session, qtbot)
    assert panel.canvas.grab().toImage() == small
    assert "preview" in panel.said.text()


def test_why_there_is_no_look_is_said_in_its_place(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = opened(session, qtbot, tmp_path)

    def refuse(*_: object) -> Iterator[Event]:
        yield Progress(0, None, "")
        raise Refused("The style is smaller than a patch.")

    monkeypatch.setattr(restyling, "preview_style", refuse)
    panel.options.form._edit("strength", 0.3)
    qtbot.waitUntil(lambda: "smaller than a patch" in panel.said.text(), timeout=LONG)
    monkeypatch.undo()
    panel.options.form._edit("strength", 0.6)
    proven(panel, qtbot)
    assert "preview" in panel.said.text()
    at_rest(session, qtbot)


def test_the_file_of_vgg19_is_asked_for_and_remembered(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighted = [way.name for way in methods().values() if way.weighted]
    if not weighted:
        pytest.skip("no method needs VGG19 in this version")
    panel = opened(session, qtbot, tmp_path)
    assert not panel.options.weights.isVisible()
    panel.setups.choose(weighted[0])
    styled(session, qtbot, panel, written(tmp_path, "style.png", h=40))
    assert panel.options.weights.isVisible() and "needs your VGG19" in panel.said.text()
    assert panel.proofs.wish() is None
    file = tmp_path / "vgg19.pth"
    file.write_bytes(b"nothing of the kind")
    dialog = "studio.gui.panels.style.QFileDialog.getOpenFileName"
    monkeypatch.setattr(dialog, lambda *_: (str(file), ""))
    panel.options.choose.click()
    wish = panel.proofs.wish()
    assert wish is not None and wish.weights == file and panel.options.file.text() == "vgg19.pth"
    qtbot.waitUntil(lambda: bool(panel.proofs.refused), timeout=LONG)
    assert panel.said.text() == panel.proofs.refused
    assert Session().memory.weights() == file
    at_rest(session, qtbot)


def test_a_look_of_the_picture_before_is_never_shown_on_another(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened(session, qtbot, tmp_path)
    wish = panel.proofs.wish()
    assert wish is not None
    first = panel.proofs.slots[0].proof
    assert first is not None
    panel.take([written(tmp_path, "other.png", h=40, w=40)])
    qtbot.waitUntil(lambda: panel.proofs.wish() not in (None, wish), timeout=LONG)
    panel.proofs._take(first)
    assert panel.proofs.slots[0].proof is not first
    proven(panel, qtbot)
    at_rest(session, qtbot)
