"""The desks that study: directions to slide along, tags that make one, paths."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from explore_scene import SlowSession, at, on_screen, standing, titles
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.explore import directions
from studio.core.explore.route import Key, Route, places
from studio.gui.desks.directions import SAMPLES, DirectionDesk
from studio.gui.desks.paths import PathDesk
from studio.gui.desks.stand import Stand
from studio.gui.desks.tagging import SAMPLES as TO_TAG
from studio.gui.desks.tagging import TagDesk
from studio.gui.widgets.direction_list import DirectionList
from studio.gui.widgets.route_bar import RouteBar
from studio.gui.widgets.tag_sheet import TagSheet


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def stand(session: SlowSession) -> Stand:
    return standing(session)


# directions


def found(*names: str) -> tuple[Any, ...]:
    rng = np.random.default_rng(3)
    vectors = [rng.standard_normal(8).astype(np.float32) for _ in names]
    return tuple(
        directions.Direction(f"id{k}", name, vector)
        for k, (name, vector) in enumerate(zip(names, vectors, strict=True))
    )


@pytest.fixture
def sliders(qtbot: QtBot, stand: Stand, session: SlowSession) -> DirectionDesk:
    """Two directions, Size and Light."""
    session.opened = session.opened.knowing(found("Size", "Light"))
    made = DirectionDesk(stand, on_screen(qtbot, DirectionList()))
    session.done.emit("explore", session.opened)
    return made


def test_sliders_move_the_place_and_settle_as_a_step(
    sliders: DirectionDesk, session: SlowSession
) -> None:
    assert list(sliders.widget.rows) == ["id0", "id1"]
    row = sliders.widget.rows["id0"]
    row.slider.setValue(150)
    session.answer_all()
    assert at(sliders.stand).sliders == {"id0": 1.5}
    row.slider.sliderReleased.emit()
    session.answer_all()
    assert titles(sliders.stand)[-1] == "Size +1.5 σ"
    sliders.stand.go(0)
    session.answer_all()
    assert row.slider.sigmas == 0, "undo moves the slider back"
    sliders.stand.go(1)
    session.answer_all()
    assert row.slider.sigmas == 1.5
    sliders.widget.zero_button.click()
    session.answer_all()
    assert at(sliders.stand).sliders == {} and row.slider.sigmas == 0


def test_a_double_click_is_zero(qtbot: QtBot, sliders: DirectionDesk, session: SlowSession) -> None:
    row = sliders.widget.rows["id0"]
    row.slider.setValue(150)
    session.answer_all()
    qtbot.mouseDClick(row.slider, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(row.slider, Qt.MouseButton.LeftButton)
    session.answer_all()
    assert at(sliders.stand).sliders == {} and row.slider.sigmas == 0


def test_the_chosen_direction_is_shown_on_several_samples(
    sliders: DirectionDesk, session: SlowSession
) -> None:
    sliders.widget.rows["id1"].slider.setValue(100)
    session.answer_all()
    strip, said = sliders.widget.strip, sliders.widget.said
    assert strip.count == SAMPLES and "Light +1.0 σ" in said.text()
    sliders.widget.zero_button.click()
    sliders.widget.rows["id1"].selected.emit("id1")
    session.answer_all()
    assert strip.count == SAMPLES and "−3" in said.text(), "at rest, from end to end"


def test_names_stars_and_deletions_are_saved(sliders: DirectionDesk, session: SlowSession) -> None:
    row = sliders.widget.rows["id0"]
    row.renamed.emit("id0", "Bigger")
    row.kept.emit("id0", True)
    sliders.widget.deleted.emit("id1")
    known = session.opened.directions
    assert [(d.name, d.kept) for d in known] == [("Bigger", True)]
    assert session.asked.count(("remember",)) == 3
    assert list(sliders.widget.rows) == ["id0"]


def test_what_was_found_in_another_run_does_not_replace_the_open_model(
    sliders: DirectionDesk, session: SlowSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study goes on while the user opens another run, or another checkpoint."""
    monkeypatch.setattr("studio.gui.desks.directions._is_opened", lambda _: True)
    begun = session.opened
    there = SimpleNamespace(**vars(begun))
    there.knowing = lambda known: SimpleNamespace(**{**vars(there), "directions": known})
    there.run = SimpleNamespace(folder=tmp_path / "other", number=2)
    session.opened = there
    session.end("study", SimpleNamespace(**{**vars(begun), "directions": found("Hue")}))
    assert session.opened is there and session.opened.directions == begun.directions

    scrubbed = SimpleNamespace(**vars(begun))
    scrubbed.explorer = SimpleNamespace(digest="e" * 16, step=50)
    scrubbed.knowing = lambda known: SimpleNamespace(**{**vars(scrubbed), "directions": known})
    session.opened = scrubbed
    result = SimpleNamespace(**{**vars(begun), "directions": found("Hue")})
    session.end("study", result)
    assert session.opened.explorer.step == 50, "the checkpoint the user looks at stays"
    assert [d.name for d in session.opened.directions] == ["Hue"]


# tags


@pytest.fixture
def tags(qtbot: QtBot, stand: Stand, session: SlowSession) -> TagDesk:
    made = TagDesk(stand, on_screen(qtbot, TagSheet()))
    made.sheet.more.click()
    session.answer()
    return made


def tag(desk: TagDesk, yes: range, no: range) -> None:
    for k in yes:
        desk.sheet.grid.tag(k, 1)
    for k in no:
        desk.sheet.grid.tag(k, -1)


def test_tags_become_a_study_of_their_places(tags: TagDesk, session: SlowSession) -> None:
    tag(tags, range(5), range(10, 15))
    places = list(tags.places)
    tags.sheet.name.setText("hat")
    tags.sheet.make.click()
    lane, verb, yes, no, name = session.asked[-1]
    assert (lane, verb, name) == ("study", "tag", "hat")
    assert yes == places[:5] and no == places[10:15]
    assert not tags.sheet.make.isEnabled(), "while one is being made"
    made = directions.Direction("x", "hat", np.ones(8, np.float32), "tags", accuracy=0.9)
    session.end("study", SimpleNamespace(directions=(made,)))
    assert "90 %" in tags.sheet.result.text() and tags.sheet.make.isEnabled()


def test_a_refusal_is_said_in_its_place(tags: TagDesk, session: SlowSession) -> None:
    tag(tags, range(5), range(10, 15))
    tags.sheet.make.click()
    session.failed.emit("study", "The tags are told apart in 50% of cases.")
    session.end("study")
    assert "50%" in tags.sheet.result.text()


def test_a_study_that_was_stopped_is_not_mistaken_for_the_next(
    tags: TagDesk, session: SlowSession
) -> None:
    tag(tags, range(5), range(10, 15))
    tags.sheet.make.click()
    session.end("study")  # stopped: no result
    session.study("Finding directions", "discover")
    session.end("study", SimpleNamespace(directions=found("Size")))
    assert "Size" not in tags.sheet.result.text()


def test_other_samples_leave_what_is_tagged(tags: TagDesk, session: SlowSession) -> None:
    tag(tags, range(2), range(6, 8))
    places = list(tags.places)
    tags.sheet.more.click()
    session.answer()
    assert len(tags.sheet.yes) == 2 and len(tags.sheet.no) == 2
    assert [tags.places[k] for k in tags.sheet.yes] == places[:2]
    assert [tags.places[k] for k in tags.sheet.no] == places[6:8]
    assert len(tags.places) == tags.sheet.grid.count >= TO_TAG
    assert not {id(p) for p in places[2:6]} & {id(p) for p in tags.places}


# paths


@pytest.fixture
def path(qtbot: QtBot, stand: Stand) -> PathDesk:
    made = PathDesk(stand, on_screen(qtbot, RouteBar()))
    made.begin(None)
    return made


def frames(route: Route) -> np.ndarray:
    return np.stack([np.full((4, 4, 3), k % 256, np.uint8) for k in range(route.count)])


def test_keys_become_frames_to_scrub(path: PathDesk, session: SlowSession) -> None:
    path.bar.add.click()
    path.stand.settle(lambda e: e.seed(1), "Seed 1", ())
    session.answer()
    path.bar.add.click()
    lane, verb, route = session.asked[-1]
    assert (lane, verb) == ("path", "draw_route") and len(route.keys) == 2
    session.end("path", frames(route))
    peeked: list[np.ndarray] = []
    path.stand.peeked.connect(peeked.append)
    before = path.stand.place
    path.bar.go_to(3)
    assert peeked and peeked[-1].flat[0] == 3
    assert path.stand.place is before, "looking along the path does not move where one stands"
    place, picture = path.stand.seen
    assert place is not None and np.array_equal(place.latent, places(route)[3].latent)
    assert picture is not None and picture.flat[0] == 3, "what is kept is what is seen"
    path.stand.go(path.stand.exploration.at)
    session.answer()
    here = path.stand.seen[0]
    assert here is not None and before is not None and np.array_equal(here.latent, before.latent)


def test_a_route_without_keys_has_no_frames_to_export(path: PathDesk, session: SlowSession) -> None:
    path.bar.add.click()
    path.stand.settle(lambda e: e.seed(1), "Seed 1", ())
    session.answer()
    path.bar.add.click()
    route = session.asked[-1][2]
    session.end("path", frames(route))
    path.bar.route_changed.emit(Route((), route.closed, route.fps))
    assert path.frames is None and path.bar.picture is None
    failed: list[str] = []
    session.failed.connect(lambda _, text: failed.append(text))
    path.bar.export_asked.emit()
    assert failed


def test_another_speed_draws_nothing_anew(path: PathDesk, session: SlowSession) -> None:
    path.bar.add.click()
    path.stand.settle(lambda e: e.seed(1), "Seed 1", ())
    session.answer()
    path.bar.add.click()
    session.end("path", frames(session.asked[-1][2]))
    count = len(session.asked)
    path.bar.fps.setValue(12)
    assert len(session.asked) == count and path.route.fps == 12
    assert path.frames is not None and path.bar.picture is not None


def test_a_loop_is_drawn_around_the_present_picture(path: PathDesk, session: SlowSession) -> None:
    path.bar.loops["circle"].click()
    lane, verb, kind, place, _, count, _ = session.asked[-1]
    assert (lane, verb, kind) == ("path", "draw_loop", "circle") and place is path.stand.place
    places = [session.explorer.seed(k) for k in range(count)]
    session.end("path", (places, np.zeros((count, 4, 4, 3), np.uint8)))
    assert path.frames is not None and len(path.frames) == count and path.bar.route.closed
    path.bar.go_to(3)
    assert path.stand.seen[0] is places[3], "Keep takes the frame that is looked at"
    path.bar.key_asked.emit()
    assert path.route.keys[0].place is places[3], "and so does Add key"


def test_another_models_route_is_shown_and_drawn(path: PathDesk, session: SlowSession) -> None:
    route = Route((Key(session.explorer.seed(0), 4), Key(session.explorer.seed(1), 4)))
    path.begin(route)
    assert path.bar.route.keys == route.keys and session.asked[-1][:2] == ("path", "draw_route")
    path.begin(None)
    assert not path.bar.route.keys and path.frames is None
    assert session.asked[-1] == ("stop", "path"), "the other model's path is not drawn on"


def test_a_written_film_is_said(path: PathDesk, session: SlowSession, tmp_path: Path) -> None:
    said: list[str] = []
    session.said.connect(said.append)
    session.end("path", tmp_path / "path.mp4")
    assert said == ["path.mp4 is written."]
