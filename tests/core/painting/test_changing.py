"""A mask changed part by part is the mask changed as a whole, and one edit."""

import numpy as np
import pytest

from studio.core.events import finished
from studio.core.painting import masks
from studio.core.painting.changing import Change, changed, replaced
from studio.core.painting.painting import Painting


@pytest.fixture
def painting() -> Painting:
    mask = np.zeros((700, 1300), np.uint8)
    mask[100:300, 480:530] = 255  # over the border of two parts
    mask[505:515, 20:1200] = 255
    mask[690:, 1290:] = 130
    return Painting(np.zeros((700, 1300, 3), np.uint8), mask)


@pytest.mark.parametrize(
    ("how", "amount", "whole"),
    [
        ("grow", 9, lambda mask: masks.grow(mask, 9)),
        ("shrink", 4, lambda mask: masks.shrink(mask, 4)),
        ("feather", 6, lambda mask: masks.feather(mask, 6)),
        ("invert", 0, masks.invert),
        ("clear", 0, np.zeros_like),
        ("threshold", 0, masks.threshold),
    ],
)
def test_parts_make_up_the_whole(
    painting: Painting, how: Change, amount: float, whole: object
) -> None:
    before = painting.mask.copy()
    *progress, _ = list(changed(painting, "mask", how, amount, how))
    assert progress
    wanted = whole(before).astype(int)  # type: ignore[operator]  # one of the functions above
    assert np.abs(painting.mask.astype(int) - wanted).max() <= 1
    assert [edit.title for edit in painting.edits] == [how]
    painting.undo()
    np.testing.assert_array_equal(painting.mask, before)


def test_of_an_empty_mask_only_the_inverse_is_something() -> None:
    painting = Painting(np.zeros((50, 60, 3), np.uint8))
    for how in ("grow", "feather", "clear", "shrink"):
        assert not list(changed(painting, "mask", how, 4, how))
    assert not painting.edits
    list(changed(painting, "mask", "invert", 0, "Invert"))
    assert painting.mask.min() == 255


def test_stopped_it_leaves_the_mask_as_it_was(painting: Painting) -> None:
    before = painting.mask.copy()
    parts = len(list(changed(painting, "mask", "invert", 0, "x")))
    painting.undo()
    for pulls in range(1, parts + 1):
        job = changed(painting, "mask", "invert", 0, "x")
        for _ in range(pulls):
            next(job)
        job.close()
        np.testing.assert_array_equal(painting.mask, before)
        assert painting.position == 0


def test_an_undo_in_between_ends_it(painting: Painting) -> None:
    before = painting.mask.copy()
    job = changed(painting, "mask", "invert", 0, "x")
    while not painting.editing:
        next(job)
    painting.undo()
    assert not list(job)
    np.testing.assert_array_equal(painting.mask, before)


def test_layers_are_replaced_as_one_edit_that_can_be_undone(painting: Painting) -> None:
    before = {name: values.copy() for name, values in painting.layers.items()}
    wanted = np.zeros_like(painting.mask)
    wanted[3:9, 5:20] = 200
    edit = finished(replaced(painting, {"mask": None, "allowed": wanted}, "Masks"))
    assert edit is not None and set(edit.sizes) <= {"mask", "allowed"}
    assert not painting.mask.any() and np.array_equal(painting.region, wanted)
    painting.undo()
    assert all(np.array_equal(painting.layers[name], values) for name, values in before.items())


def test_a_replacement_that_is_stopped_leaves_all_as_it_was(painting: Painting) -> None:
    before = painting.mask.copy()
    job = replaced(painting, {"mask": 255 - before, "allowed": None}, "Masks")
    next(job)
    job.close()
    assert np.array_equal(painting.mask, before) and not painting.editing
