"""Jobs of the gallery, as the window's workers pull them."""

from collections import deque
from pathlib import Path

import numpy as np
import pytest
from gallery_scene import kept
from PIL import Image

from studio.core.events import Note, Refused, finished
from studio.core.gallery.gallery import Gallery
from studio.core.gallery.keeping import keep
from studio.core.provenance.record import Record
from studio.gui.browsing import (
    Kept,
    Look,
    Mark,
    Marked,
    ToKeep,
    find,
    hang,
    keep_all,
    levels,
    look_closely,
    make_marks,
    open_folder,
    reduced,
    take_in,
)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """A gallery of four pictures."""
    kept(4, tmp_path / "g")
    return finished(open_folder(tmp_path / "g")).gallery


def ids(gallery: Gallery, words: str = "") -> list[int]:
    """Return what is found."""
    return finished(find(gallery, words)).ids.tolist()


def test_thumbnails_come_in_batches_and_sharper_ones_after(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    large = np.zeros((300, 400, 4), np.uint8)
    keep(folder, large, Record(), "large")
    kept(40, folder)
    gallery = finished(open_folder(folder)).gallery
    looks = [event for event in hang(gallery, ids(gallery), 128) if isinstance(event, Look)]
    assert [len(look.hung) for look in looks] == [16, 16, 9]
    sizes = {
        hung.entry.name: hung.image.size().toTuple() for look in looks for _, hung in look.hung
    }  # type: ignore[attr-defined]  # an Entry
    assert sizes["large-0001.png"] == (128, 96) and sizes["p0-0001.png"] == (16, 16)
    *_, last = hang(gallery, ids(gallery), 200)
    ((_, sharper),) = last.hung
    assert sharper.image.size().toTuple() == (200, 150) and sharper.image.hasAlphaChannel()


def test_each_mark_is_made_and_tells_what_it_changed(gallery: Gallery) -> None:
    first, second, *_ = ids(gallery)
    gallery.star([first])
    asked = deque([(gallery, Mark("star", "", True, (first, second)))])
    (marked,) = make_marks(asked)
    assert isinstance(marked, Marked) and marked.mark.ids == (second,)
    assert marked.counts.starred == 2
    asked.append((gallery, Mark("board", "\n", True, (first,))))
    (note,) = make_marks(asked)
    assert isinstance(note, Note), "a name that can't be one is a sentence"


def test_marks_are_made_even_if_the_program_is_left(gallery: Gallery) -> None:
    found = ids(gallery)
    asked = deque((gallery, Mark("tag", f"t{k}", True, (id,))) for k, id in enumerate(found))
    job = make_marks(asked)
    next(job)
    job.close()
    assert [word for word, _ in gallery.counts().tags] == ["t0", "t1", "t2", "t3"]


def test_pictures_are_kept_even_if_the_program_is_left(tmp_path: Path) -> None:
    def make(k: int):
        def job():
            yield Note("")
            return np.full((4, 4, 3), k, np.uint8), Record(title=str(k))

        return job

    asked = deque(ToKeep(tmp_path / "g", f"n{k}", make(k), k) for k in range(4))
    job = keep_all(asked)
    next(job)
    job.close()
    assert len(list((tmp_path / "g").glob("*.png"))) == 3, "the one at work is given up"
    asked.append(ToKeep(tmp_path / "g", "x", make(9), "me"))
    assert finished(keep_all(asked)) == (Kept("me", tmp_path / "g" / "x-0001.png"),)


def test_files_are_taken_in_and_those_that_are_none_are_told_of(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.webp", tmp_path / "bad.png"
    Image.fromarray(np.full((5, 7, 3), 9, np.uint8)).save(good, lossless=True)
    bad.write_bytes(b"no picture")
    job, told = take_in(tmp_path / "g", [(good, "good"), (bad, "bad")]), []
    with pytest.raises(StopIteration) as ended:
        while True:
            told.append(next(job))
    assert ended.value.value == (tmp_path / "g" / "good-0001.png",)
    assert [type(event) for event in told].count(Note) == 1
    with pytest.raises(Refused):
        finished(take_in(tmp_path / "g", [(bad, "bad")]))


def test_pictures_are_looked_at_closely(gallery: Gallery) -> None:
    found = ids(gallery)
    closer = finished(look_closely(gallery, found[:2]))
    assert [shown.id for shown in closer.shown] == found[:2]
    assert closer.entry is not None and closer.record is not None
    assert closer.record.title == closer.entry.title == "picture 3"
    closer.path.write_bytes(b"torn")
    assert finished(look_closely(gallery, found[:1])).shown[0].levels == ()


def test_large_pictures_have_smaller_copies(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((900, 700, 3), np.uint8)).save(tmp_path / "a.png")
    sizes = [image.size().toTuple() for image in levels(tmp_path / "a.png")]
    assert sizes == [(700, 900), (350, 450), (175, 225)]


def test_a_picture_longer_than_qt_can_make_small_smoothly_is_shown(tmp_path: Path) -> None:
    Image.new("RGB", (2, 530_000), "red").save(tmp_path / "a.png")
    assert levels(tmp_path / "a.png")[1].height() == 265_000
    assert reduced(tmp_path / "a.png", 512).size().toTuple() == (1, 512)


def test_a_small_file_that_says_it_is_huge_is_not_shown(tmp_path: Path) -> None:
    Image.new("1", (7000, 7000)).save(tmp_path / "flat.png", optimize=True)
    assert levels(tmp_path / "flat.png")[0].width() == 7000
    Image.new("RGB", (9, 9)).save(tmp_path / "a.bmp")
    data = bytearray((tmp_path / "a.bmp").read_bytes())
    data[18:26] = (5000).to_bytes(4, "little") * 2
    (tmp_path / "a.bmp").write_bytes(data)
    assert levels(tmp_path / "a.bmp") == ()
    assert reduced(tmp_path / "a.bmp", 512).isNull()
