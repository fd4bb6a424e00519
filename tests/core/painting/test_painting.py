"""Paintings: every edit is undone and done again to the bit, in a budget of bytes."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.events import Refused
from studio.core.painting.box import Box
from studio.core.painting.edit import tile_box
from studio.core.painting.painting import Painting

H, W = 300, 530  # two by three tiles, cut at the far edges


@dataclass(frozen=True, eq=False)
class Patch:
    top: int
    left: int
    pixels: np.ndarray


def fresh(depth: type = np.uint8, channels: int = 3, budget: int = 10**9) -> Painting:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, np.iinfo(depth).max, (H, W, channels), dtype=depth)
    return Painting(pixels, budget=budget)


def state(painting: Painting) -> tuple[bytes, ...]:
    return tuple(layer.tobytes() for layer in painting.layers.values())


def scribble(painting: Painting, seed: int) -> None:
    """Make a random edit: some boxes of some layers, overlapping, some beyond the edges."""
    rng = np.random.default_rng(seed)
    painting.begin(f"Edit {seed}")
    for _ in range(rng.integers(1, 4)):
        layer = ("picture", "mask", "allowed")[rng.integers(3)]
        top, left = int(rng.integers(-20, H)), int(rng.integers(-20, W))
        height, width = int(rng.integers(1, 200)), int(rng.integers(1, 300))
        box = Box(top, left, top + height, left + width)
        painting.touch(layer, box)
        view = box.clipped(H, W).of(painting.layers[layer])
        view[...] = rng.integers(0, 255, view.shape)
        if rng.integers(3) == 0:
            painting.seal()
    painting.finish()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.sampled_from([1, 3, 4]))
def test_any_edits_undone_are_the_start_and_redone_the_end(seeds: list[int], channels: int) -> None:
    painting = fresh(np.uint16 if seeds[0] % 2 else np.uint8, channels)
    states = [state(painting)]
    for seed in seeds:
        scribble(painting, seed)
        if len(painting.edits) == len(states):
            states.append(state(painting))
        assert states[-1] == state(painting)
    for step, wanted in ((painting.undo, states[-2::-1]), (painting.redo, states[1:])):
        for each in wanted:
            assert step() is not None
            assert state(painting) == each
        assert step() is None


def test_what_was_undone_is_forgotten_by_the_next_edit() -> None:
    painting = fresh()
    for seed in range(3):
        scribble(painting, seed)
    painting.undo()
    painting.undo()
    painting.replace("mask", Box(0, 0, 9, 9), np.full((9, 9), 255, np.uint8), "New")
    assert [edit.title for edit in painting.edits] == ["Edit 0", "New"]
    assert painting.position == 2
    assert painting.redo() is None


def test_an_edit_that_is_taken_back_leaves_no_trace() -> None:
    painting = fresh()
    before = state(painting)
    painting.begin("Stroke")
    painting.touch("mask", Box(5, 5, 290, 500))
    painting.mask[5:290, 5:500] = 9
    painting.seal()
    painting.touch("mask", Box(5, 5, 90, 90))
    painting.mask[5:90, 5:90] = 77
    changed = painting.cancel()
    assert changed is not None
    assert changed.common(Box(5, 5, 290, 500)) == Box(5, 5, 290, 500)
    assert state(painting) == before
    assert (painting.edits, painting.editing, painting.cancel()) == ([], False, None)


def test_an_edit_that_changes_nothing_is_none() -> None:
    painting = fresh()
    painting.begin("Nothing")
    painting.touch("mask", painting.box)
    assert painting.finish() is None
    assert not painting.edits


def test_undo_in_the_middle_of_an_edit_undoes_that_edit() -> None:
    painting = fresh()
    before = state(painting)
    painting.begin("Stroke")
    painting.touch("mask", painting.box)
    painting.mask[3, 3] = 200
    painting.undo()
    assert state(painting) == before
    painting.redo()
    assert painting.mask[3, 3] == 200


def test_the_oldest_edits_are_dropped_to_stay_in_the_budget() -> None:
    painting = fresh(budget=300_000)
    for seed in range(12):
        scribble(painting, seed)
    assert sum(edit.size for edit in painting.edits) <= 300_000
    assert painting.dropped == 12 - len(painting.edits) > 0
    assert painting.position == len(painting.edits)
    assert painting.edits[-1].title == "Edit 11"


def test_one_edit_above_the_budget_can_still_be_undone() -> None:
    painting = fresh(budget=10)
    before = state(painting)
    scribble(painting, 4)
    painting.undo()
    assert state(painting) == before


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_patches_and_the_mask_beneath_come_and_go_as_one_edit(depth: type) -> None:
    painting = fresh(depth, 4)
    painting.replace("mask", Box(10, 10, 90, 90), np.full((80, 80), 255, np.uint8), "Paint")
    before = state(painting)
    new = np.full((20, 30, 4), 7, depth)
    edit = painting.lay([Patch(20, 20, new), Patch(280, 500, new)], "Fill")
    assert edit is not None
    np.testing.assert_array_equal(painting.pixels[280:300, 500:530], new)
    assert not painting.mask[20:40, 20:50].any()
    assert painting.mask[41, 20] == 255
    assert edit.title == "Fill"
    assert painting.undo() == edit.box
    assert state(painting) == before


def test_a_region_that_is_not_painted_is_everywhere() -> None:
    painting = fresh()
    assert painting.allowed is None
    painting.replace("allowed", Box(3, 4, 5, 6), np.full((2, 2), 255, np.uint8), "Region")
    assert painting.allowed is not None
    assert painting.allowed.sum() == 4 * 255
    painting.undo()
    assert painting.allowed is None


def test_pixels_that_may_not_be_written_are_copied() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels.flags.writeable = False
    painting = Painting(pixels)
    painting.lay([Patch(0, 0, np.ones((1, 1, 3), np.uint8))], "Fill")
    assert painting.pixels[0, 0, 0] == 1
    assert not pixels.any()


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(Refused, match="9×8 pixels and the picture 530×300"):
        Painting(fresh().pixels, np.zeros((8, 9), np.uint8))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.booleans())
def test_the_first_tiles_show_the_picture_as_it_was_before_any_edit(
    seeds: list[int], forgetful: bool
) -> None:
    painting = fresh(budget=1 if forgetful else 10**9)
    start = painting.pixels.copy()
    assert not painting.repainted
    for seed in seeds:
        scribble(painting, seed)
        painting.begin("taken back")
        painting.touch("picture", Box(0, 0, 9, 9))
        painting.cancel()
    for _ in range(seeds[0] % 3):
        painting.undo()
    shown = painting.pixels.copy()
    for (row, column), tile in painting.first.items():
        tile_box(row, column, shown.shape).of(shown)[...] = tile
    assert np.array_equal(shown, start)
    if not np.array_equal(painting.pixels, start):
        assert painting.repainted


def test_edits_that_are_replayed_leave_the_first_tiles_too() -> None:
    made, again = fresh(), fresh()
    made.lay([Patch(100, 200, np.zeros((40, 90, 3), np.uint8))], "Fill")
    again.apply(made.edits[0])
    assert again.repainted and again.first.keys() == made.first.keys() == {(0, 0), (0, 1)}
    for at, tile in made.first.items():
        assert np.array_equal(again.first[at], tile)
