"""Where pictures hang on a wall, and which of them keys lead to."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt

from studio.gui.widgets.wall_layout import GAP, WallLayout, hung

Key = Qt.Key
plans = st.builds(
    WallLayout,
    count=st.integers(1, 400),
    width=st.integers(1, 2000),
    high=st.integers(1, 1500),
    side=st.integers(48, 256),
)


@given(plan=plans, data=st.data())
def test_a_picture_is_found_where_it_hangs_and_in_what_is_seen(
    plan: WallLayout, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, plan.count - 1))
    cell = plan.cell(index)
    assert plan.at(cell.left(), cell.top()) == plan.at(cell.right(), cell.bottom()) == index
    assert index in plan.seen(cell.top(), cell.bottom())
    assert cell.bottom() < plan.height
    assert plan.at(cell.right() + 1, cell.top()) in (-1, index + 1), "between cells is nothing"


@given(plan=plans, key=st.sampled_from([*range(Key.Key_Home.value, Key.Key_PageDown.value + 1)]))
def test_keys_never_lead_off_the_wall(plan: WallLayout, key: int) -> None:
    for index in {-1, 0, plan.count // 2, plan.count - 1}:
        assert 0 <= plan.moved(index, key) < plan.count


def test_cells_fill_the_row() -> None:
    plan = WallLayout(100, 1000, 600, 128)
    assert plan.columns == 7
    assert 1000 - plan.columns < plan.cell(6).right() + 1 <= 1000
    narrow = WallLayout(5, 30, 600, 128)
    assert (narrow.columns, narrow.cell_side) == (1, 128)


def test_arrows_pages_and_ends() -> None:
    plan = WallLayout(23, 5 * 100 + 4 * GAP, 2 * (100 + GAP), 100)
    assert (plan.columns, plan.rows) == (5, 5)
    assert plan.moved(7, Key.Key_Right) == 8
    assert plan.moved(7, Key.Key_Up) == 2
    assert plan.moved(7, Key.Key_PageDown) == 17
    assert plan.moved(2, Key.Key_PageUp) == 2
    assert plan.moved(19, Key.Key_Down) == 22, "into the short last row: to its end"
    assert plan.moved(12, Key.Key_PageDown) == 22
    assert plan.moved(21, Key.Key_Down) == 21
    assert plan.moved(9, Key.Key_Home) == 0
    assert plan.moved(9, Key.Key_End) == 22


def test_no_picture_no_place() -> None:
    plan = WallLayout(0, 500, 500, 100)
    assert plan.moved(-1, Key.Key_End) == -1
    assert list(plan.seen(0, 500)) == []
    assert plan.at(10, 10) == -1
    assert plan.height == 0


def test_pixel_art_hangs_in_whole_multiples_and_photographs_fill_the_cell() -> None:
    cell = QRect(10, 20, 100, 100)
    assert hung(QSize(32, 32), 32, cell) == QRect(12, 22, 96, 96)
    assert hung(QSize(128, 64), 2000, cell) == QRect(10, 45, 100, 50)
    assert hung(QSize(1, 128), 4000, cell).width() == 1
