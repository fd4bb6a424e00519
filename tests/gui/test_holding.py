"""What workspaces hold: only what would be lost, and quickly."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from explore_scene import LONG, at_rest, collected_here, copied
from pytestqt.qtbot import QtBot

from studio.core.events import finished
from studio.core.recovery.shelf import Found, Held, Shelf, held_in
from studio.gui import recovery
from studio.gui.holding import explore, place
from studio.gui.session import Session
from studio.gui.window import Window


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The real window, its engine said to be loaded."""
    monkeypatch.setattr(Session, "warm_up", lambda *_: None)
    with collected_here():
        session = Session()
        session.ready = True
        window = Window(session)
        qtbot.addWidget(window)
        window.resize(1200, 800)
        window.show()
        yield window
        window.recovery.keeper.timer.stop()
        assert session.close(20)


def again(held: Held | None, workspace: str) -> Found:
    """Return what would be found of it after a crash."""
    assert held is not None
    words = (held.title, held.about, held.values)
    return Found(Path("/nowhere"), workspace, "k", 1, 1.0, *words)


def give(window: Window, module: Any, found: Found) -> None:
    """Put something back as a start does."""
    module.give(window, found, finished(module.load(found)))


def test_nothing_is_held_where_nothing_was_done(window: Window, tmp_path: Path) -> None:
    for id in ("style", "repair", "gallery"):
        window.show_page(id)
    window.show_welcome()
    held = {id: recovery.holder(id).take(window) for id in recovery.KEPT}
    assert not any(held.values())
    window.session.new_project(tmp_path / "p")
    for id in ("library", "train", "explore"):
        window.show_page(id)
    held = {id: recovery.holder(id).take(window) for id in recovery.KEPT}
    assert [id for id, value in held.items() if value is not None] == ["place"]


def test_tags_are_there_again(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan")
    window.session.open_project(project.folder)
    window.show_page("explore")
    page: Any = window.pages["explore"]
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    page.tag_desk.draw()
    qtbot.waitUntil(lambda: page.tag_desk.pictures is not None, timeout=LONG)
    page.tags.grid.tag(2, 1)
    page.tags.grid.tag(5, -1)
    page.tags.name.setText("has a hat")
    tagged = (page.tags.yes, page.tags.no)
    assert tagged[0] or tagged[1]
    found = again(explore.take(window), "explore")
    places = [page.tag_desk.places[k] for k in (*tagged[0], *tagged[1])]
    window.session.leave_model()
    page.shown = None
    page.tag_desk.forget()
    give(window, explore, found)
    qtbot.waitUntil(lambda: bool(page.tags.yes or page.tags.no), timeout=LONG)
    assert (len(page.tags.yes), len(page.tags.no)) == (len(tagged[0]), len(tagged[1]))
    assert all(a.same(b) for a, b in zip(page.tag_desk.places, places, strict=True))
    assert page.tags.name.text() == "has a hat"
    at_rest(window.session, qtbot)


def test_the_corners_of_the_pad_are_there_again(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan")
    window.session.open_project(project.folder)
    window.show_page("explore")
    page: Any = window.pages["explore"]
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    assert explore.take(window) is None
    for seed, corner in ((3, 0), (4, 3)):
        page.walk.go_to(seed)
        at_rest(window.session, qtbot)
        page.pad.corner_asked.emit(corner)
    page.pad.set_dot(0.25, 0.75)
    held = explore.take(window)
    assert held is not None and held.same(explore.take(window)), "it is kept once"
    assert (held.title, held.about) == ("Mix", "2 corners")
    before = page.pad_desk.filled
    shelf = Shelf(tmp_path / "shelf")
    shelf.keep("explore", "k", held)
    (found,) = held_in([shelf.folder])
    window.session.leave_model()
    page.shown = None
    page.pad_desk.forget()
    page.pad.set_dot(0.5, 0.5)
    assert page.pad_desk.filled == []
    give(window, explore, found)
    qtbot.waitUntil(lambda: bool(page.pad_desk.filled), timeout=LONG)
    at_rest(window.session, qtbot)
    for now, was in zip(page.pad_desk.filled, before, strict=True):
        assert now[0] == was[0] and now[1].same(was[1]) and (now[2] == was[2]).all()
    assert page.pad.dot == (0.25, 0.75) and page.pad.ready
    page.pad_desk.forget()
    assert page.pad_desk.filled == [], "once"


def test_one_is_back_where_one_was(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copied(tmp_path_factory, tmp_path, "vae", "gan")
    window.session.open_project(project.folder)
    window.show_page("explore")
    page: Any = window.pages["explore"]
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=LONG)
    at_rest(window.session, qtbot)
    page.tools.setCurrentIndex(3)
    window.show_page("gallery")
    bar: Any = window.pages["gallery"].search  # type: ignore[attr-defined]  # GalleryPanel's
    bar.box.setText("hat")
    bar.show_terms(["star"])
    found = again(place.take(window), "place")
    bar.clear()
    page.tools.setCurrentIndex(0)
    window.show_page("library")
    give(window, place, found)
    at_rest(window.session, qtbot)
    assert window.stack.currentWidget() is window.pages["gallery"]
    assert (bar.box.text(), bar.terms, page.tools.currentIndex()) == ("hat", ["star"], 3)
    qtbot.waitUntil(lambda: not window.session.title("wall"), timeout=LONG)


def test_a_look_at_all_workspaces_is_quick(window: Window, tmp_path: Path) -> None:
    window.session.new_project(tmp_path / "p")
    for id in window.workspaces:
        window.show_page(id)
    window.recovery.keeper.look()
    spent = []
    for _ in range(20):
        begun = time.process_time()
        for id in recovery.KEPT:
            recovery.holder(id).take(window)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.008, spent  # of the 16 that the window's thread may be away
