"""Pages: cells that do not touch, paper of the right size, a PDF that others open."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import PdfParser

from studio.core.assets import contact_pages
from studio.core.assets.contact_pages import drawn, paper_plan, pdf, screen_plan, thumbnail
from studio.core.events import finished


@given(
    st.integers(1, 3000), st.integers(0, 32), st.integers(16, 1024), st.booleans(), st.booleans()
)
def test_cells_of_a_screen_lie_inside_and_apart(count, columns, cell, names, title):
    plan = screen_plan(count, columns, cell, names, title)
    assert plan.room >= 1 and plan.height <= contact_pages.LARGEST + cell
    x, y = plan.corner(plan.room - 1)
    assert x + cell <= plan.width - plan.margin and y + cell + plan.caption <= plan.height
    assert plan.corner(0) == (plan.margin, plan.margin + plan.title)
    if plan.columns > 1:
        assert plan.corner(1)[0] - plan.corner(0)[0] == cell + plan.gap


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("columns", [0, 1, 5, 32])
def test_cells_of_paper_lie_inside(paper: str, wide: bool, columns: int):
    plan = paper_plan(paper, wide, columns, True, True)
    short, long = (round(side / 25.4 * 200) for side in contact_pages.PAPER[paper])
    assert (plan.width, plan.height) == ((long, short) if wide else (short, long))
    x, y = plan.corner(plan.room - 1)
    assert x + plan.cell <= plan.width - plan.margin + 1
    if columns != 1:
        assert y + plan.cell + plan.caption <= plan.height - plan.margin + 1


def test_small_pictures_grow_by_whole_numbers_and_clear_ones_show_the_ground():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
    found = thumbnail(pixels, 40, "dark")
    assert found.shape == (35, 25, 3) and np.array_equal(found[::5, ::5], pixels)
    assert thumbnail(np.zeros((90, 90, 4), np.uint8), 30, "white").min() == 255
    assert thumbnail(np.full((400, 100, 1), 9, np.uint8), 40, "dark").shape == (40, 10, 3)


def test_a_page_has_cells_names_and_title():
    plan = screen_plan(3, 2, 64, True, True)
    cells = [np.full((64, 64, 3), 50 * k + 60, np.uint8) for k in range(3)]
    page = drawn(plan, cells, ["one", "two", "three"], "Title", "white")
    for k, cell in enumerate(cells):
        x, y = plan.corner(k)
        assert np.array_equal(page[y : y + 64, x : x + 64], cell)
        assert page[y + 64 : y + 64 + plan.caption, x : x + 64].min() < 120
    assert page[: plan.margin + plan.title].min() < 120
    x, y = plan.corner(3)
    assert page[y:, x:].min() == 255


def test_a_pdf_has_its_pages_and_no_date_of_today():
    plan = paper_plan("a4", False, 3, True, False)
    pages = [drawn(plan, [np.full((9, 9, 3), k, np.uint8)], ["x"], "", "dark") for k in range(3)]
    data = finished(pdf(pages, 3, "Sprïtes"))
    assert data == finished(pdf(iter(pages), 3, "Sprïtes"))
    parser = PdfParser.PdfParser(f=io.BytesIO(data))
    assert len(parser.pages) == 3 and data.count(b"D:1970") == data.count(b"D:")
    size = parser.read_indirect(parser.pages[2])[b"MediaBox"]
    assert size[2:] == pytest.approx([595.3, 841.9], abs=0.3)
