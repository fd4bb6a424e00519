"""Contact sheets as PNG and PDF: one page or several, names, equal bytes."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PdfParser

from studio.core.assets.exporting import export, make
from studio.core.assets.kind import Item
from studio.core.assets.kinds.contact import KIND, MOST, ContactSettings
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph


def items(count: int) -> list[Item]:
    sizes = [(20, 20, 3), (9, 33, 4), (50, 8, 1)]
    pictures = [np.full(sizes[k % 3], 60 + k, np.uint8) for k in range(count)]
    return [Item(f"hero {k}", Photograph(picture)) for k, picture in enumerate(pictures)]


def test_a_sheet_for_the_screen_is_one_picture():
    product = finished(make(KIND, items(7), ContactSettings(columns=3, cell=64), "c.png"))
    assert product.words.startswith("7 pictures, 3 in a row")
    (file,) = finished(product.files())
    found = np.asarray(Image.open(io.BytesIO(file.data)))
    assert np.array_equal(found, product.picture)


def test_paper_has_pages_in_both_kinds(tmp_path: Path):
    settings = ContactSettings(page="letter", columns=5, title="Spring", ground="white")
    product, _ = finished(export(KIND, items(40), settings, tmp_path / "c.pdf"))
    pages = (product.facts or {})["pages"]
    assert pages > 1
    parser = PdfParser.PdfParser(f=io.BytesIO((tmp_path / "c.pdf").read_bytes()))
    assert len(parser.pages) == pages
    finished(export(KIND, items(40), settings, tmp_path / "c.png"))
    found = sorted(path.name for path in tmp_path.glob("*.png"))
    assert found == ["c-2.png", "c.png"] if pages == 2 else len(found) == pages
    with Image.open(tmp_path / "c.png") as image:
        assert image.size == (1700, 2200) and image.info["dpi"] == pytest.approx((200, 200), 0.01)


def test_equal_pictures_give_equal_bytes(tmp_path: Path):
    for name in ("a", "b"):
        for ending in ("pdf", "png"):
            settings = ContactSettings(page="a4", title="T")
            finished(export(KIND, items(3), settings, tmp_path / f"{name}.{ending}"))
    for ending in ("pdf", "png"):
        a, b = (tmp_path / f"{name}.{ending}" for name in "ab")
        assert a.read_bytes() == b.read_bytes()


def test_one_picture_is_a_sheet_and_very_many_are_refused():
    product = finished(make(KIND, items(1), ContactSettings(names=False), "c.png"))
    assert product.words.startswith("1 ") and product.picture.size
    with pytest.raises(Refused, match=str(MOST)):
        finished(make(KIND, items(1) * (MOST + 1), ContactSettings(), "c.png"))
