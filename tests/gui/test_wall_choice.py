"""Which pictures of a wall are chosen, as in a file manager."""

import numpy as np
import pytest

from studio.gui.widgets.wall_choice import WallChoice


@pytest.fixture
def choice() -> WallChoice:
    """Ten pictures, ids 100 to 109."""
    made = WallChoice()
    made.show(np.arange(100, 110, dtype=np.int32))
    return made


def test_plain_shift_and_control(choice: WallChoice) -> None:
    choice.go(2)
    assert choice.in_order() == [102]
    choice.go(5, extend=True)
    assert choice.in_order() == [102, 103, 104, 105]
    choice.go(1, extend=True)
    assert choice.in_order() == [101, 102], "the range still begins where it began"
    choice.go(7, add=True)
    choice.go(1, add=True)
    assert choice.in_order() == [102, 107]
    choice.go(9, extend=True, add=True)
    assert choice.in_order() == [101, 102, *range(103, 110)]
    choice.go(50)
    assert choice.id == 109, "there is no such place"


def test_all_none_and_some(choice: WallChoice) -> None:
    choice.all()
    assert len(choice.in_order()) == 10
    choice.none()
    assert choice.in_order() == []
    choice.put([104, 999, 103])
    assert choice.in_order() == [103, 104] and choice.id == 104


def test_what_is_chosen_stays_so_when_others_are_found(choice: WallChoice) -> None:
    choice.go(3)
    choice.go(4, extend=True)
    choice.show(np.array([104, 200, 101], np.int32))
    assert choice.in_order() == [104] and choice.current == 0
    choice.show(np.array([7, 8], np.int32))
    assert choice.in_order() == [] and choice.id == -1


def test_in_the_place_of_one_that_went_stands_the_next(choice: WallChoice) -> None:
    choice.go(3)
    rest = np.array([100, 101, 102, 104, 105], np.int32)
    choice.show(rest, stay=True)
    assert choice.id == 104 and choice.in_order() == [104]
    choice.go(4)
    choice.show(rest[:4], stay=True)
    assert choice.id == 104
    choice.show(rest[:0], stay=True)
    assert choice.id == -1


def test_many_are_in_order_too() -> None:
    choice = WallChoice()
    ids = np.random.default_rng(0).permutation(5000).astype(np.int32)
    choice.show(ids)
    choice.go(10)
    choice.go(4000, extend=True)
    assert choice.in_order() == ids[10:4001].tolist()
