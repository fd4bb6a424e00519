"""The desks of the Explore workspace: what the user does becomes wishes, what is drawn is shown."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from explore_scene import SlowSession, drawn
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.core.explore import directions, moves
from studio.core.explore.place import Place
from studio.core.explore.route import Key, Route
from studio.gui.desks.breeding import BreedDesk, PadDesk
from studio.gui.desks.directions import DirectionDesk
from studio.gui.desks.history import HistoryDesk
from studio.gui.desks.paths import PathDesk
from studio.gui.desks.stand import Stand
from studio.gui.desks.tagging import SAMPLES, TagDesk
from studio.gui.desks.walk import WalkDesk
from studio.gui.widgets.breed_sheet import BreedSheet
from studio.gui.widgets.corner_pad import CornerPad
from studio.gui.widgets.direction_list import DirectionList
from studio.gui.widgets.explore_bar import PlaceBar
from studio.gui.widgets.history_tree import HistoryTree
from studio.gui.widgets.latent_canvas import LatentCanvas
from studio.gui.widgets.route_bar import RouteBar
from studio.gui.widgets.tag_sheet import TagSheet


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def stand(session: SlowSession) -> Stand:
    """A stand at seed 0, its first step."""
    made = Stand(session)  # type: ignore[arg-type]  # a session that draws when it is told to
    made.settle(lambda e: e.seed(0), "Seed 0", ())
    session.answer()
    return made


def shown(qtbot: QtBot, widget: Any) -> Any:
    qtbot.addWidget(widget)
    widget.resize(420, 420)
    widget.show()
    return widget


def at(stand: Stand) -> Place:
    assert stand.place is not None
    return stand.place


def titles(stand: Stand) -> list[str]:
    return [step.title for step in stand.exploration.steps.values()]


# walking


@pytest.fixture
def walk(qtbot: QtBot, stand: Stand) -> WalkDesk:
    canvas, bar = shown(qtbot, LatentCanvas()), shown(qtbot, PlaceBar())
    bar.show_classes([])
    return WalkDesk(stand, canvas, bar)


def test_a_drag_is_measured_from_where_it_began_and_is_one_step(
    walk: WalkDesk, session: SlowSession
) -> None:
    begun = at(walk.stand)
    for dx in (0.1, 0.2, 0.3):
        walk.canvas.dragged.emit(dx, 0.0)
        session.answer()
    assert np.allclose(at(walk.stand).latent, moves.dragged(begun, 0.3, 0.0).latent)
    walk.canvas.released.emit()
    session.answer()
    assert titles(walk.stand) == ["Seed 0", "Drag"]
    assert np.allclose(at(walk.stand).latent, moves.dragged(begun, 0.3, 0.0).latent)
    walk.canvas.released.emit()
    assert not session.wishes, "a click without a drag is no step"


def test_arrow_keys_add_up_to_one_step(walk: WalkDesk, session: SlowSession) -> None:
    begun = at(walk.stand)
    for _ in range(3):
        walk.canvas.nudged.emit(0.05, 0.0)
        session.answer()
    walk.canvas.released.emit()
    session.answer()
    assert np.allclose(at(walk.stand).latent, moves.dragged(begun, 0.15, 0.0).latent, atol=1e-5)
    assert titles(walk.stand) == ["Seed 0", "Drag"]


def test_another_plane_leads_elsewhere(walk: WalkDesk, session: SlowSession) -> None:
    begun = at(walk.stand)
    walk.bar.other.click()
    walk.canvas.dragged.emit(0.2, 0.0)
    session.answer()
    assert np.allclose(at(walk.stand).latent, moves.dragged(begun, 0.2, 0.0, 1).latent)


def test_dragging_from_seed_to_seed_passes_the_next_seed(
    walk: WalkDesk, session: SlowSession
) -> None:
    walk.bar.plane.setCurrentIndex(1)
    walk.bar.seed.setValue(5)
    session.answer()
    walk.canvas.dragged.emit(-1 / 3, 0.0)
    walk.canvas.released.emit()
    session.answer_all()
    assert np.allclose(at(walk.stand).latent, session.explorer.seed(6).latent, atol=1e-5)
    assert titles(walk.stand)[-1] == "Between seeds"
    walk.canvas.dragged.emit(-1 / 3, 0.0)
    session.answer_all()
    assert np.allclose(at(walk.stand).latent, session.explorer.seed(7).latent, atol=1e-5)


def test_a_seed_keeps_psi_and_can_be_undone(walk: WalkDesk, session: SlowSession) -> None:
    walk.bar.psi.setValue(70)
    session.answer_all()
    assert titles(walk.stand)[-1] == "ψ 0.70" and at(walk.stand).truncation == 0.7
    walk.bar.seed.setValue(9)
    session.answer_all()
    assert titles(walk.stand)[-1] == "Seed 9" and at(walk.stand).truncation == 0.7
    assert walk.stand.exploration.undone() is not None, "undo leads back to what was left"


def test_any_class_stays_any_class(walk: WalkDesk, session: SlowSession) -> None:
    """A model that must be told a class draws one by chance; the next seed is free again."""
    session.explorer.classes = ("cat", "dog")
    session.explorer.family.nameless = False
    walk.bar.show_classes(["cat", "dog"])
    session.explorer.seed = lambda seed, label=None, k=0: Place(  # type: ignore[method-assign]  # chooses a class as such a model does
        np.full(8, seed, np.float32), seed % 2 if label is None else label
    )
    asked = []
    for seed in (1, 2, 3):
        walk.bar.seed.setValue(seed)
        session.answer_all()
        asked.append(at(walk.stand).label)
    assert asked == [1, 0, 1]
    walk.bar.labels.setCurrentIndex(1)
    walk.bar.labels.activated.emit(1)
    session.answer_all()
    assert at(walk.stand).label == 0
    walk.bar.seed.setValue(7)
    session.answer_all()
    assert at(walk.stand).label == 0, "a class that was chosen stays"
    walk.bar.labels.setCurrentIndex(0)
    walk.bar.labels.activated.emit(0)
    assert not session.wishes, "this family can't draw no class"
    walk.bar.seed.setValue(11)
    session.answer_all()
    assert at(walk.stand).label == 1, "free again"


def test_a_strange_place_is_said(walk: WalkDesk, session: SlowSession) -> None:
    view = SimpleNamespace(place=at(walk.stand), picture=drawn(at(walk.stand)), typical=5.0)
    walk.stand.viewed.emit(view)
    assert walk.canvas.caption and walk.canvas.level == "warning"
    view.typical = 0.5
    walk.stand.viewed.emit(view)
    assert not walk.canvas.caption and not walk.canvas.level


# the pad


@pytest.fixture
def pad(qtbot: QtBot, stand: Stand) -> PadDesk:
    return PadDesk(stand, shown(qtbot, CornerPad()))


def fill(pad: PadDesk, session: SlowSession, corners: str) -> dict[str, Place]:
    """Put seeds 1, 2 … into these corners."""
    filled = {}
    for seed, letter in enumerate(corners, 1):
        pad.stand.settle(lambda e, seed=seed: e.seed(seed), f"Seed {seed}", ())
        session.answer()
        pad.pad.corner_asked.emit("ABCD".index(letter))
        filled[letter] = at(pad.stand)
    return filled


def test_the_pad_mixes_four_and_leads_to_the_corners(pad: PadDesk, session: SlowSession) -> None:
    filled = fill(pad, session, "ABCD")
    assert all(corner is not None for corner in pad.pad.corners)
    for (u, v), letter in {(0, 0): "A", (1, 0): "B", (0, 1): "C", (1, 1): "D"}.items():
        pad.pad.moved.emit(float(u), float(v))
        session.answer()
        assert np.array_equal(at(pad.stand).latent, filled[letter].latent)
    count = len(pad.stand.exploration.steps)
    pad.pad.settled.emit()
    session.answer()
    assert len(pad.stand.exploration.steps) == count + 1
    pad.pad.settled.emit()
    assert not session.wishes


def test_two_corners_are_enough_as_the_pad_says(pad: PadDesk, session: SlowSession) -> None:
    filled = fill(pad, session, "AD")
    assert pad.pad.ready
    for (u, v), letter in {(0.01, 0.01): "A", (0.99, 0.99): "D"}.items():
        pad.pad.moved.emit(u, v)
        session.answer()
        assert np.allclose(at(pad.stand).latent, filled[letter].latent, atol=0.05)
    for u, v in ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0)):
        pad.pad.moved.emit(u, v)
        session.answer()
        assert np.isfinite(at(pad.stand).latent).all()
    assert not np.allclose(at(pad.stand).latent, filled["A"].latent, atol=0.1)


def test_another_model_empties_the_corners(pad: PadDesk, session: SlowSession) -> None:
    fill(pad, session, "ABCD")
    pad.forget()
    assert pad.pad.corners == [None] * 4
    pad.pad.moved.emit(0.5, 0.5)
    assert not session.wishes


# breeding


@pytest.fixture
def breed(qtbot: QtBot, stand: Stand, session: SlowSession) -> BreedDesk:
    made = BreedDesk(stand, shown(qtbot, BreedSheet()))
    stand.settle(lambda e: e.seed(1), "Seed 1")
    session.answer()
    return made


def test_breeding_begins_with_the_button_and_a_child_climbs_back(
    breed: BreedDesk, session: SlowSession
) -> None:
    assert breed.sheet.again.isEnabled(), "there is a picture to breed from"
    breed.sheet.again.click()
    session.answer()
    assert breed.sheet.children_grid.count == 9
    for child in (3, 5):
        breed.sheet.chosen.emit(child)
        session.answer()
        assert titles(breed.stand)[-1] == "Child"
        assert np.array_equal(at(breed.stand).latent, breed.brood[child].latent)
        assert breed.stand.exploration.undone() == 1, "brothers have the same parent"


def test_the_distance_varies_the_same_brood(breed: BreedDesk, session: SlowSession) -> None:
    breed.sheet.again.click()
    session.answer()
    parent, before = at(breed.stand).latent, [c.latent for c in breed.brood]
    breed.sheet.distance.setValue(5)
    session.answer()
    after = [c.latent for c in breed.brood]
    assert np.linalg.norm(after[0] - parent) < np.linalg.norm(before[0] - parent)


def test_a_mate_is_taken_and_removed(breed: BreedDesk, session: SlowSession) -> None:
    breed.sheet.again.click()
    session.answer()
    breed.sheet.mate_chosen.emit(4)
    assert breed.sheet.second.still is not None
    session.answer()
    breed.sheet.part.click()
    assert breed.sheet.second.still is None, "Remove takes the second parent away"
    session.answer()
    assert len(breed.parents) == 1


def test_the_next_brood_is_the_childs(breed: BreedDesk, session: SlowSession) -> None:
    breed.sheet.again.click()
    session.answer()
    breed.sheet.chosen.emit(2)
    session.answer()
    child = at(breed.stand)
    breed.sheet.again.click()
    session.answer()
    assert np.array_equal(breed.parents[0][0].latent, child.latent)
    breed.sheet.chosen.emit(0)
    session.answer()
    assert titles(breed.stand) == ["Seed 0", "Seed 1", "Child", "Child"]
    assert breed.stand.exploration.undone() == 2


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
    made = DirectionDesk(stand, shown(qtbot, DirectionList()))
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
    assert sliders.widget.strip.count == 8 and "Light +1.0 σ" in sliders.widget.said.text()


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


# history


def test_the_history_is_clicked_starred_and_noted(
    qtbot: QtBot, stand: Stand, session: SlowSession
) -> None:
    tree = shown(qtbot, HistoryTree())
    desk = HistoryDesk(stand, tree)
    stand.settle(lambda e: e.seed(1), "Drag")
    session.answer()
    assert [(s.title, s.parent, s.current) for s in tree.steps] == [
        ("Seed 0", None, False),
        ("Drag", 0, True),
    ]
    tree.starred.emit(0, True)
    tree.noted.emit(0, "the one")
    assert tree.steps[0].star and tree.steps[0].note == "the one"
    tree.chosen.emit(0)
    session.answer_all()
    assert tree.steps[0].current and np.array_equal(
        at(desk.stand).latent, session.explorer.seed(0).latent
    )


# tags


@pytest.fixture
def tags(qtbot: QtBot, stand: Stand, session: SlowSession) -> TagDesk:
    made = TagDesk(stand, shown(qtbot, TagSheet()))
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
    assert len(tags.places) == tags.sheet.grid.count >= SAMPLES
    assert not {id(p) for p in places[2:6]} & {id(p) for p in tags.places}


# paths


@pytest.fixture
def path(qtbot: QtBot, stand: Stand) -> PathDesk:
    made = PathDesk(stand, shown(qtbot, RouteBar()))
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
    session.end("path", np.zeros((count, 4, 4, 3), np.uint8))
    assert path.frames is not None and len(path.frames) == count and path.bar.route.closed


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
