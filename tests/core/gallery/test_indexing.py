"""Hostile and odd files are indexed or passed over, never fatal."""

from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Refused, finished
from studio.core.gallery import index, indexing
from studio.core.gallery.gallery import open_gallery
from studio.core.gallery.keeping import keep
from studio.core.gallery.query import parse
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from tests.core.data.made import photo
from tests.core.gallery.conftest import record, sprite


def test_only_pictures_are_listed(folder: Path):
    for name in (".hidden.png", "notes.txt", "no ending", "a.png.json"):
        (folder / name).write_bytes(b"x")
    (folder / "folder.png").mkdir()
    (folder / "photo.jpg").write_bytes(encoded(Photograph(photo()), ".jpg")[0])
    found = {name for name, _ in indexing.scanned(folder)}
    assert found == {f"hero-000{k}.png" for k in range(1, 9)} | {"photo.jpg"}


def test_no_gallery_at_all(tmp_path: Path):
    with pytest.raises(Refused, match="can't be read"):
        indexing.scanned(tmp_path / "nothing")


def test_numbers_of_a_hostile_record_fit(tmp_path: Path):
    huge = record(
        1, run=10**30, step=-5, seed=-(10**40), title="x" * 10**5, settings={"a": [1] * 9}
    )
    keep(tmp_path, sprite(1), huge, "a")
    gallery = finished(open_gallery(tmp_path))
    entry = gallery.entry("a-0001")
    assert (entry.run, entry.step, entry.seed) == (2**63 - 1, 0, None)
    assert len(entry.title) == 500
    gallery.close()


def test_a_file_that_changed_is_looked_at_again(folder: Path):
    gallery = finished(open_gallery(folder))
    id = gallery.entry("hero-0001").id
    gallery.star([id])
    (folder / "hero-0001.png").write_bytes((folder / "hero-0002.png").read_bytes())
    finished(gallery.refresh())
    entry = gallery.entry("hero-0001")
    assert (entry.id, entry.run, entry.star) == (id, 2, True)
    gallery.close()


def test_a_picture_that_becomes_unreadable_has_no_looks(folder: Path):
    gallery = finished(open_gallery(folder))
    (folder / "hero-0001.png").write_bytes(b"gone")
    finished(gallery.refresh())
    assert gallery.entry("hero-0001").damaged
    assert len(gallery.search(parse("like:hero-0002"))) == 7
    assert gallery.thumbnails([gallery.entry("hero-0001").id]) == (None,)
    gallery.close()


@pytest.mark.parametrize("shape", [(20, 20, 1), (20, 20, 3), (20, 20, 4), (90, 120, 3)])
def test_thumbnails_come_back(shape: tuple[int, int, int]):
    pixels = np.zeros(shape, np.uint8)
    pixels[:10] = 200
    back = indexing.decoded(indexing.encoded(pixels))
    assert back is not None
    assert back.shape == shape
    assert np.abs(back.astype(int) - pixels).mean() < 3


def test_what_is_no_thumbnail():
    assert indexing.decoded(b"no picture") is None


def test_each_pull_ends_what_it_began(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indexing, "PULL", 0.0)
    connection = index.opened(folder)
    for _ in indexing.update(connection, folder):
        assert not connection.in_transaction
    connection.close()
