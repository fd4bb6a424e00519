"""The Library: drafts are looked at, changed, kept or discarded; the sheet is lazy."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explore_scene import collected_here
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.core.data.packed import open_packed
from studio.core.data.stored import Stored
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import rights_of
from studio.gui import theme
from studio.gui.panels.library import LibraryPanel
from studio.gui.session import Session
from studio.gui.widgets.picture_sheet import SPACE, PictureSheet


@pytest.fixture
def library(qtbot: QtBot, tmp_path: Path) -> Iterator[LibraryPanel]:
    with collected_here():
        session = Session()
        session.new_project(tmp_path / "p")
        panel = LibraryPanel(session)
        qtbot.addWidget(panel)
        panel.resize(1200, 800)
        panel.show()
        yield panel
        assert session.close(10)


@pytest.fixture
def draft(qtbot: QtBot, library: LibraryPanel, pictures: Path) -> LibraryPanel:
    with qtbot.waitSignal(library.session.done, timeout=20000):
        library.zone.dropped.emit([pictures])
    qtbot.waitUntil(lambda: library.view.sheet.count > 0)
    return library


def test_empty_library_offers_to_drop_or_choose(library: LibraryPanel) -> None:
    assert library.stack.currentWidget() is library.zone
    assert not library.side.isVisible()
    starters = library.zone_buttons.starters.menu().actions()
    assert [a.data() for a in starters] == ["starter:sprites", "starter:digits"]


def test_import_can_be_stopped_and_leaves_nothing(
    qtbot: QtBot, library: LibraryPanel, pictures: Path
) -> None:
    library.session.import_paths([pictures], library.form.value)
    assert library.view.progress.isVisible() and not library.view.use.isEnabled()
    library.view.progress.button.click()
    qtbot.waitUntil(lambda: not library.session.title("import"), timeout=20000)
    project = library.session.project
    assert project and list((project.folder / "datasets").iterdir()) == []
    assert library.stack.currentWidget() is library.zone


def test_draft_shows_what_will_be_trained_on(draft: LibraryPanel) -> None:
    view, session = draft.view, draft.session
    assert session.draft is not None
    packed = open_packed(session.draft.folder)
    assert view.sheet.count == 13
    assert np.array_equal(view.sheet.pictures, packed.pictures)  # type: ignore[arg-type]
    assert "13, 32 × 32 pixels, color" in view.report.count.text()
    assert "cats (7)" in view.report.classes.text() and "dogs (6)" in view.report.classes.text()
    assert "1 identical" in view.report.repeated.text()
    assert view.report.list.count() == 1 and "broken.png" in view.report.list.item(0).text()
    assert view.use.isVisible() and view.discard.isVisible() and not view.train.isVisible()
    assert view.sheet.tip is not None and "cats" in view.sheet.tip(0)


def test_changed_settings_make_the_draft_anew(qtbot: QtBot, draft: LibraryPanel) -> None:
    with qtbot.waitSignal(draft.session.done, timeout=20000):
        draft.form._edit("width", 48)
    qtbot.waitUntil(lambda: draft.view.sheet.pictures.shape[2] == 48)  # type: ignore[union-attr] (is there)


def test_used_draft_becomes_a_set_with_a_next_step(qtbot: QtBot, draft: LibraryPanel) -> None:
    with qtbot.waitSignal(draft.session.done, timeout=20000) as done:
        draft.view.use.click()
    kept = done.args[1]
    assert draft.sets.count() == 1
    assert "13 pictures, 32 × 32" in draft.sets.item(0).text()
    qtbot.waitUntil(draft.view.train.isVisible)
    assert not draft.view.use.isVisible() and not draft.form.isVisible()
    with qtbot.waitSignal(draft.train_asked) as asked:
        draft.view.train.click()
    assert asked.args == [kept.manifest.id]


def test_discarded_draft_leaves_nothing(qtbot: QtBot, draft: LibraryPanel) -> None:
    folder = draft.session.draft.folder  # type: ignore[union-attr] (is there)
    draft.view.discard.click()
    assert not folder.exists()
    assert draft.stack.currentWidget() is draft.zone
    assert draft.sets.count() == 0


def test_sets_can_be_looked_at_while_a_draft_waits(
    qtbot: QtBot, draft: LibraryPanel, pictures: Path
) -> None:
    with qtbot.waitSignal(draft.session.done, timeout=20000):
        draft.view.use.click()
    with qtbot.waitSignal(draft.session.done, timeout=20000):
        draft.session.import_paths([pictures / "cats"], None)
    qtbot.waitUntil(lambda: draft.sets.count() == 2)
    assert "not kept yet" in draft.sets.item(0).text()
    draft.sets.setCurrentRow(1)
    assert draft.view.sheet.count == 13 and draft.view.train.isVisible()
    draft.sets.setCurrentRow(0)
    assert draft.view.sheet.count == 7 and draft.view.use.isVisible()


class Counted(np.ndarray):
    """An array that counts which pictures were read."""

    read: list[Any]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            self.read.append(key)
        return super().__getitem__(key)


def test_rights_are_entered_beside_a_set_and_kept(qtbot: QtBot, draft: LibraryPanel) -> None:
    assert not draft.view.rights.isVisible()
    with qtbot.waitSignal(draft.session.done, timeout=20000):
        draft.view.use.click()
    qtbot.waitUntil(draft.view.rights.isVisible)
    project = draft.session.project
    assert project is not None
    folder = project.datasets()[0]
    author = draft.view.rights.fields["author"].editor.holder()
    qtbot.keyClicks(author, "Ada")
    assert rights_of(folder).author == ""
    qtbot.waitUntil(lambda: rights_of(folder).author == "Ada")
    qtbot.keyClicks(author, " L.")
    draft.hide()
    assert rights_of(folder).author == "Ada L."
    draft.show()
    (folder / "rights.json").write_text("[")
    with qtbot.waitSignal(draft.session.failed) as failed:
        draft._on_chosen(draft.sets.currentItem())
    assert "enter its rights again" in failed.args[1]
    assert draft.view.rights.value == Rights()


@pytest.fixture
def sheet(qtbot: QtBot) -> PictureSheet:
    sheet = PictureSheet()
    qtbot.addWidget(sheet)
    sheet.resize(500, 400)
    sheet.show()
    return sheet


def test_sheet_reads_only_what_is_visible(qtbot: QtBot, sheet: PictureSheet) -> None:
    pictures = np.zeros((50_000, 32, 32, 3), np.uint8).view(Counted)
    pictures.read = []
    sheet.show_pictures(pictures)
    sheet.verticalScrollBar().setValue(sheet.verticalScrollBar().maximum())
    sheet.grab()
    read = pictures.read[-1]
    assert read.stop == 50_000 and read.stop - read.start < 100


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sheet_paints_exactly_the_packed_pixels(sheet: PictureSheet, channels: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 16, 16, channels), dtype=np.uint8)
    if channels == 4:
        pictures[..., 3] = 255
        pictures[2] = 0
    sheet.show_pictures(pictures)
    shot = sheet.viewport().grab().toImage()
    for k in range(2):
        where = sheet.place(k)
        step = where.width() // 16
        for y, x in ((0, 0), (7, 3), (15, 15)):
            at = QPoint(where.x() + x * step + step // 2, where.y() + y * step + step // 2)
            color = QColor(shot.pixel(at * shot.devicePixelRatio())).getRgb()[:3]
            assert color == tuple(int(v) for v in np.resize(pictures[k, y, x][:3], 3))
    if channels == 4:
        corner = shot.pixelColor(sheet.place(2).topLeft() + QPoint(1, 1))
        assert corner.name() in theme.CHECKER, "transparency shows the checker"


def test_sheet_finds_pictures_under_the_pointer_and_zooms(sheet: PictureSheet) -> None:
    sheet.show_pictures(np.zeros((40, 20, 30, 3), np.uint8), str)
    assert sheet.at(sheet.place(7).center()) == 7
    assert sheet.at(QPoint(1, 1)) == -1
    assert sheet.shown.width() * 20 == sheet.shown.height() * 30, "shapes are kept"
    small = sheet.columns
    sheet.cell = 200
    sheet._lay_out()
    assert sheet.columns < small
    assert sheet.visible(QRect(0, 0, 10, SPACE)).start == 0


def test_sheet_says_that_its_pictures_are_lost(sheet: PictureSheet, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.zeros((9, 16, 16, 3), np.uint8))
    sheet.show_pictures(Stored(tmp_path / "rows.npy"))
    sheet.grab()
    assert sheet.count == 9
    os.truncate(tmp_path / "rows.npy", 200)
    sheet.grab()
    assert sheet.count == 0 and "were changed or taken away" in sheet.empty


def test_sheet_says_something_when_empty(sheet: PictureSheet) -> None:
    sheet.say("Nothing yet")
    sheet.show_pictures(None)
    assert sheet.count == 0 and sheet.at(QPoint(5, 5)) == -1
    assert sheet.cursor().shape() == Qt.CursorShape.ArrowCursor
