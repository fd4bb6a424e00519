"""Entries come in the order asked for; counts leave the trash out."""

from pathlib import Path

from studio.core.events import finished
from studio.core.gallery import reading
from studio.core.gallery.gallery import open_gallery


def test_entries_in_the_order_asked_for(folder: Path, monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 3)
    gallery = finished(open_gallery(folder))
    ids = [5, 3, 99, 8, 1, 2, 4]
    assert [e.id for e in gallery.entries(ids)] == [5, 3, 8, 1, 2, 4]
    assert len(gallery.thumbnails(ids)) == 7
    gallery.close()


def test_counts(folder: Path):
    gallery = finished(open_gallery(folder))
    gallery.star([1, 2])
    gallery.tag([1, 2, 3], "b")
    gallery.tag([1], "A")
    gallery.remove([2])
    counts = gallery.counts()
    assert (counts.total, counts.starred, counts.trashed) == (7, 1, 1)
    assert counts.tags == (("A", 1), ("b", 2))
    assert counts.families == (("gan", 3), ("vae", 4))
    assert counts.runs == ((1, 3), (2, 2))
    assert counts.workspaces == (("explore", 4), ("style", 3))
    assert counts.models == (("0abc", 3), ("1abc", 4))
    gallery.close()
