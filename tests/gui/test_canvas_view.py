"""Zoom and pan: the point under the pointer stays, some of the picture always does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from studio.core.painting.box import Box
from studio.gui.widgets.canvas_view import MARGIN, MOST, SEEN, View

sides = st.integers(1, 8192)


def view(width: int, height: int, ratio: float = 1.0) -> View:
    made = View()
    made.resize(QSizeF(1000, 700), ratio)
    made.show(width, height)
    return made


@given(sides, sides, st.sampled_from([1.0, 1.5, 2.0]))
def test_all_of_any_picture_fits_in_the_middle(width: int, height: int, ratio: float) -> None:
    target = view(width, height, ratio).target
    room = QRectF(0, 0, 1000, 700).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    assert room.adjusted(-2, -2, 2, 2).contains(target)
    assert abs(target.center().x() - 500) <= 1
    assert abs(target.center().y() - 350) <= 1


def test_pixel_art_is_fitted_in_whole_multiples_photographs_fill_the_room() -> None:
    assert view(32, 32).device_scale == 20
    assert view(200, 200).device_scale == 3
    assert view(600, 400).device_scale == pytest.approx(968 / 600)
    assert view(900, 600).device_scale == 1
    assert view(1, 1).device_scale == MOST


def test_squares_are_sharp_where_they_are_seen() -> None:
    art, photograph = view(200, 200), view(900, 600)
    for each, scale, smooth in (
        (art, 1.3, False), (art, 0.7, True), (photograph, 1.3, True), (photograph, 1, False),
        (photograph, 2.3, False), (photograph, 0.7, True), (photograph, 0.25, False),
    ):  # fmt: skip
        each.zoom(scale, QPointF(0, 0))
        assert each.smooth == smooth, scale


@given(sides, sides, st.lists(st.tuples(st.floats(0.2, 5), st.floats(0, 1), st.floats(0, 1))))
def test_the_point_under_the_pointer_stays(
    width: int, height: int, zooms: list[tuple[float, float, float]]
) -> None:
    made = view(width, height)
    for factor, across, down in zooms:
        target = made.target.intersected(QRectF(0, 0, 1000, 700))
        at = QPointF(target.left() + across * target.width(), target.top() + down * target.height())
        before = made.to_picture(at)
        made.zoom(made.scale * factor, at)
        seen = made.target.intersected(QRectF(0, 0, 1000, 700))
        if min(seen.width(), seen.height()) <= SEEN + 1:
            return  # it stays in sight instead
        moved = made.to_screen(*before) - at
        assert abs(moved.x()) <= 1
        assert abs(moved.y()) <= 1
        assert made.device_scale <= MOST


@given(sides, sides, st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_some_of_the_picture_stays_in_sight(w: int, h: int, right: float, down: float) -> None:
    made = view(w, h)
    made.pan(right, down)
    seen = made.target.intersected(QRectF(0, 0, 1000, 700))
    assert seen.width() >= min(SEEN, made.target.width()) - 1
    assert seen.height() >= min(SEEN, made.target.height()) - 1


@pytest.mark.parametrize(
    ("scale", "level"), [(4, 0), (1, 0), (0.51, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.1, 3)]
)
def test_a_copy_is_shown_at_half_its_size_at_least(scale: float, level: int) -> None:
    made = view(8000, 8000)
    made.zoom(scale, QPointF(0, 0))
    assert made.level == level
    assert 0.5 < made.device_scale * 2**made.level <= 1 or scale > 1


def test_on_a_fine_screen_a_hundred_percent_is_its_own_pixels() -> None:
    made = view(400, 400, ratio=2.0)
    made.zoom(0.5, QPointF(0, 0))
    assert (made.device_scale, made.level, made.smooth) == (1, 0, False)
    assert made.target.width() == 200


def test_a_resized_widget_fits_anew_or_keeps_its_middle() -> None:
    made = view(2000, 1000)
    made.resize(QSizeF(500, 400), 1.0)
    assert made.target.width() == pytest.approx(500 - 2 * MARGIN)
    made.zoom(2, QPointF(250, 200))
    middle = made.to_picture(QPointF(250, 200))
    made.resize(QSizeF(900, 800), 1.0)
    assert made.to_picture(QPointF(450, 400)) == pytest.approx(middle, abs=0.6)


def test_the_place_of_a_box_shows_all_of_it() -> None:
    made = view(1000, 1000)
    for scale in (0.13, 0.9, 1, 3.3):
        made.zoom(scale, QPointF(300, 300))
        place = made.place(Box(100, 200, 140, 290))
        assert QRectF(place).contains(made.to_screen(200, 100))
        assert QRectF(place).contains(made.to_screen(290, 140))
        inside = made.box(QRectF(made.to_screen(200, 100), made.to_screen(290, 140)))
        assert inside.common(Box(100, 200, 140, 290)) == Box(100, 200, 140, 290)
