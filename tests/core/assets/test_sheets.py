"""Arranging and drawing sheets: grids, rows, sizes that are allowed, edges."""

import numpy as np
import pytest

from studio.core.assets.packing import Room
from studio.core.assets.sheets import (
    BAND,
    Spaces,
    Sprite,
    drawn,
    gridded,
    in_rows,
    multiplied,
    packed,
    places,
    shaped,
)
from studio.core.assets.trimming import Box
from studio.core.events import Refused, finished


def sprite(width: int, height: int, level: int = 200) -> Sprite:
    pixels = np.full((height, width, 4), level, np.uint8)
    return Sprite("x", pixels, Box(0, 0, width, height), (0, 0), (width, height))


def test_spaces_count_once_between_and_twice_around():
    spaces = Spaces(padding=2, border=5, extrude=1)
    sizes = places([sprite(10, 8)] * 6, spaces)
    assert sizes.tolist() == [[14, 12]] * 6
    (page,), columns = gridded(sizes, 3, Room(100, spaces.around), False)
    assert columns == 3 and page[:2] == (3 * 12 + 2 * 2 + 10, 2 * 10 + 2 + 10)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (11, 4), (12, 4), (24, 6)])
def test_a_grid_is_about_square_and_leaves_few_cells(count, columns):
    pages, found = gridded(np.full((count, 2), 10), 0, Room(1000), False)
    assert found == columns
    assert pages[0].spots[count - 1][1] == pages[0].height - 10


def test_grids_and_rows_go_on_further_pages():
    sizes = np.full((25, 2), 10)
    pages, columns = gridded(sizes, 0, Room(30), True)
    assert [len(page.spots) for page in pages] == [9, 9, 7] and columns == 3
    rows = in_rows(sizes, [range(25)], Room(30), True)
    assert [len(page.spots) for page in rows] == [9, 9, 7]
    for job in (
        lambda: gridded(sizes, 0, Room(30), False),
        lambda: in_rows(sizes, [[0]] * 9, Room(30), False),
    ):
        with pytest.raises(Refused, match="do not fit on one page of 30 × 30"):
            job()


def test_rows_are_as_high_as_their_highest():
    sizes = np.array([[5, 3], [4, 9], [7, 2]])
    (page,) = in_rows(sizes, [[0, 1], [2]], Room(64), False)
    assert page.spots == {0: (0, 0), 1: (5, 0), 2: (0, 9)}
    assert page[:2] == (9, 11)


def test_sizes_that_are_allowed():
    assert shaped(17, 30, Room(256, 2)) == (19, 32)
    assert shaped(17, 30, Room(256, 2, power_of_two=True)) == (32, 32)
    assert shaped(17, 40, Room(256, 0, power_of_two=True, square=True)) == (64, 64)
    assert Room(300, power_of_two=True).inside == 256


def test_too_much_to_pack_is_refused():
    with pytest.raises(Refused, match="The 9 sprites do not fit on one page of 20 × 20"):
        finished(packed(np.full((9, 2), 10), Room(20), False))


def test_a_page_of_many_bands_is_bled_and_multiplied_throughout():
    height = 5 * BAND // 700
    tall = sprite(700, height)
    tall.pixels[:, 1::2, 3] = 0
    page = packed(np.array([[700, height]]), Room(4096), False)
    (found,) = finished(page)
    sheet = finished(drawn(found, [tall], Spaces(0, 0, 0), True))
    assert (sheet[..., :3] == 200).all()
    assert (sheet[:, 1::2, 3] == 0).all() and (sheet[:, ::2, 3] == 200).all()
    dark = finished(multiplied(sheet))
    assert (dark[:, 1::2] == 0).all() and (dark[:, ::2, 0] == (200 * 200 + 127) // 255).all()
