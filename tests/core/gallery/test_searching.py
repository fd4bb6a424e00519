"""Every kind of search finds what it should, in the order asked for."""

from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Refused, finished
from studio.core.gallery import index, searching
from studio.core.gallery.gallery import Gallery, open_gallery
from studio.core.gallery.keeping import keep
from studio.core.gallery.query import parse
from tests.core.gallery.conftest import record, sprite
from tests.core.gallery.test_gallery import names


@pytest.fixture
def gallery(folder: Path):
    found = finished(open_gallery(folder))
    yield found
    found.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "87654321"),
        ("order:oldest", "12345678"),
        ("order:name", "12345678"),
        ("run:1", "741"),
        ("seed:5", "5"),
        ("step:200-400", "432"),
        ("family:gan", "8642"),
        ("model:1a", "7531"),
        ("workspace:style order:name", "2468"),
        ("moss 7", "7"),
        ("mos ink", "87654321"),
        ("HERO-0004", "4"),
        ("nothing", ""),
        ("run:1 step:0-500 order:oldest", "14"),
        ("trash", ""),
    ],
)
def test_found(gallery: Gallery, text: str, found: str):
    assert names(gallery, text) == list(found)


def test_without_fts5_words_are_found_too(gallery: Gallery, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(index, "has_words", lambda connection: False)
    gallery.tag([1], "50% off")
    assert names(gallery, "moss 7") == ["7"]
    assert names(gallery, "50") == ["1"]
    assert names(gallery, "hero-0004") == ["4"]


def test_dates_are_days_here(gallery: Gallery):
    days = {entry.name: entry.created for entry in gallery.entries(range(1, 9))}
    assert names(gallery, "after:2026-01-04 before:2026-01-06")
    kept = names(gallery, "after:2026-01-04")
    assert kept == sorted(kept, reverse=True)
    assert len(days) == 8


def test_a_color_is_found_where_it_shows(gallery: Gallery):
    red = names(gallery, "#dc1e1e")
    assert set(red[:2]) == {"4", "8"}
    assert names(gallery, "#dc1e1e order:name") == sorted(red)
    assert names(gallery, "#dc1e1e run:2")[0] == "8"


def test_likeness_begins_with_the_picture_itself(gallery: Gallery, folder: Path):
    mirrored = np.ascontiguousarray(sprite(4)[:, ::-1])
    gallery.add(keep(folder, mirrored, record(4), "mirror"))
    found = names(gallery, "like:hero-0004")
    assert found[0] == "4"
    assert "mirror-0001" in found[1:3]
    assert names(gallery, "like:hero-0004 run:2")[0] in ("8", "5", "2")


def test_a_picture_to_compare_with_that_is_none(gallery: Gallery, folder: Path):
    (folder / "bad.png").write_bytes(b"")
    list(gallery.refresh())
    with pytest.raises(Refused, match="choose another"):
        gallery.search(parse("like:bad"))
    with pytest.raises(Refused, match="no picture"):
        gallery.search(parse("like:nobody"))


def test_words_can_not_reach_the_database(gallery: Gallery):
    for text in ("' or 1=1 --", '"; drop table pictures', "NEAR(", "*", "a AND", "%", "\\"):
        gallery.search(parse(text))
        gallery.search(parse(f"tag:{text}"))
    assert gallery.counts().total == 8


def test_ids_are_int32(gallery: Gallery):
    found = searching.plain(gallery._connection, parse("moss"))
    assert found.dtype == np.int32
