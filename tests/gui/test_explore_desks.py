"""The desks of the Explore workspace: what the user does becomes wishes, what is drawn is shown."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from explore_scene import SlowSession, at, drawn, on_screen, standing, titles
from pytestqt.qtbot import QtBot

from studio.core.explore import moves
from studio.core.explore.live import View
from studio.core.explore.place import Place
from studio.gui.desks.breeding import BreedDesk, PadDesk
from studio.gui.desks.history import HistoryDesk
from studio.gui.desks.stand import Stand
from studio.gui.desks.walk import WalkDesk
from studio.gui.widgets.breed_sheet import BreedSheet
from studio.gui.widgets.corner_pad import CornerPad
from studio.gui.widgets.explore_bar import PlaceBar
from studio.gui.widgets.history_tree import HistoryTree
from studio.gui.widgets.latent_canvas import LatentCanvas


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> SlowSession:
    return SlowSession(tmp_path)


@pytest.fixture
def stand(session: SlowSession) -> Stand:
    return standing(session)


# walking


@pytest.fixture
def walk(qtbot: QtBot, stand: Stand) -> WalkDesk:
    canvas, bar = on_screen(qtbot, LatentCanvas()), on_screen(qtbot, PlaceBar())
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


def test_the_seed_shown_is_the_last_on_the_way_to_where_one_is_again(
    walk: WalkDesk, session: SlowSession
) -> None:
    walk.bar.seed.setValue(5)
    session.answer()
    walk.canvas.dragged.emit(0.3, 0.0)
    walk.canvas.released.emit()
    while session.wishes:
        session.answer()
    walk.bar.seed.setValue(9)
    session.answer()
    tree = walk.stand.exploration
    assert titles(walk.stand) == ["Seed 0", "Seed 5", "Drag", "Seed 9"]
    shown = []
    for _ in range(3):
        walk.stand.go(tree.undone())
        session.answer()
        shown.append(walk.bar.seed.value())
    assert shown == [5, 5, 0] and len(tree.steps) == 4, "showing a seed asks for nothing"


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
    assert "Far" in walk.canvas.caption and walk.canvas.level == "warning"
    view.typical = 0.5
    walk.stand.viewed.emit(view)
    assert "Far" not in walk.canvas.caption and not walk.canvas.level


# the pad


@pytest.fixture
def pad(qtbot: QtBot, stand: Stand) -> PadDesk:
    return PadDesk(stand, on_screen(qtbot, CornerPad()))


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
    made = BreedDesk(stand, on_screen(qtbot, BreedSheet()))
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


def test_what_is_passed_by_is_no_parent(breed: BreedDesk, session: SlowSession) -> None:
    shown = breed.sheet.first.still
    quick = View(at(breed.stand), drawn(session.explorer.seed(5)), False, 0.0, moving=True)
    breed.stand.viewed.emit(quick)
    assert breed.sheet.first.still is shown
    breed.stand.viewed.emit(replace(quick, moving=False))
    assert breed.sheet.first.still is not shown


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


def test_the_parent_shown_is_the_one_bred_from(breed: BreedDesk, session: SlowSession) -> None:
    breed.sheet.again.click()
    session.answer()
    breed.sheet.mate_chosen.emit(4)
    session.answer()
    breed.stand.settle(lambda e: e.seed(2), "Seed 2")
    session.answer()
    gone_to = at(breed.stand)
    assert breed.sheet.first.still is not None and breed.sheet.second.still is not None
    seen = breed.stand.picture
    assert seen is not None and np.array_equal(breed.sheet.first.still.picture, seen)
    breed.sheet.distance.setValue(5)
    session.answer()
    assert np.array_equal(breed.parents[0][0].latent, gone_to.latent)
    assert len(breed.parents) == 2, "the mate stays until it is removed or a child is chosen"


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


# history


def test_the_history_is_clicked_starred_and_noted(
    qtbot: QtBot, stand: Stand, session: SlowSession
) -> None:
    tree = on_screen(qtbot, HistoryTree())
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
