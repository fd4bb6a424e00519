"""An opened gallery: found again, marked, removed, undone; the files are the truth."""

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Progress, Refused, finished
from studio.core.gallery import index, look, marks, trash
from studio.core.gallery.gallery import Gallery, open_gallery, rebuild
from studio.core.gallery.keeping import TRASH, keep
from studio.core.gallery.query import Query, parse
from tests.core.gallery.conftest import record, sprite


def opened(folder: Path) -> Gallery:
    return finished(open_gallery(folder))


def names(gallery: Gallery, text: str = "") -> list[str]:
    found = gallery.entries(gallery.search(parse(text)))
    return [entry.name.removesuffix(".png").removeprefix("hero-000") for entry in found]


def rows(gallery: Gallery) -> set[tuple]:
    """All that a gallery knows, but for the numbers that change when it is made anew."""
    ids = [*gallery.search(Query()), *gallery.search(Query(trashed=True))]
    return {tuple(vars(entry).values())[1:] for entry in gallery.entries(ids)}


def test_what_was_kept_is_found(folder: Path):
    gallery = opened(folder)
    entry = gallery.entry("hero-0003")
    assert (entry.run, entry.step, entry.seed, entry.family) == (0, 300, 3, "vae")
    assert (entry.width, entry.height, entry.workspace) == (24, 24, "explore")
    assert gallery.record(entry.id) == record(3).of(sprite(3))
    assert gallery.path(entry.id) == folder / "hero-0003.png"
    gallery.close()


def test_only_what_changed_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch):
    opened(folder).close()
    looked: list[str] = []
    real = look.read
    monkeypatch.setattr(
        "studio.core.gallery.indexing.read", lambda path: looked.append(path.name) or real(path)
    )
    opened(folder).close()
    assert looked == []
    (folder / "hero-0002.png").unlink()
    keep(folder, sprite(20), record(20), "New")
    gallery = opened(folder)
    assert looked == ["new-0001.png"]
    assert names(gallery, "order:name") == [*"1345678", "new-0001"]
    gallery.close()


def test_marks_are_found_here_and_the_next_time(folder: Path):
    gallery = opened(folder)
    one, two = gallery.entry("hero-0001").id, gallery.entry("hero-0002").id
    gallery.star([one, two])
    gallery.star([two], False)
    gallery.tag([one], " old  boss ")
    gallery.board([one, two], "Level 1")
    gallery.rename_board("Level 1", "Cave")
    for _ in range(2):
        assert names(gallery, "star") == ["1"]
        assert names(gallery, 'tag:"OLD boss"') == names(gallery, "bos") == ["1"]
        assert names(gallery, "board:Cave order:name") == ["1", "2"]
        assert gallery.entry("hero-0001").tags == ("old boss",)
        assert gallery.counts().boards == (("Cave", 2),)
        gallery.close()
        gallery = opened(folder)
    gallery.tag([one], "old boss", False)
    assert names(gallery, "boss") == []
    gallery.close()


def test_two_programs_hear_each_other(folder: Path):
    mine, its = opened(folder), opened(folder)
    its.star([its.entry("hero-0004").id])
    mine.star([mine.entry("hero-0005").id])
    assert names(mine, "star order:name") == names(its, "star order:name") == ["4", "5"]
    mine.close()
    its.close()


def test_removed_and_restored(folder: Path):
    gallery = opened(folder)
    id = gallery.entry("hero-0003").id
    gallery.star([id])
    assert gallery.remove([id, 12345]) == (id,)
    assert gallery.remove([id]) == ()
    assert "3" not in names(gallery)
    assert names(gallery, "trash") == ["3"]
    assert gallery.path(id) == folder / TRASH / "hero-0003.png"
    assert (folder / TRASH / "hero-0003.png.json").exists()
    assert (gallery.counts().total, gallery.counts().trashed) == (7, 1)
    gallery.close()
    gallery = opened(folder)
    assert gallery.restore([gallery.search(Query(trashed=True))[0]]) != ()
    assert gallery.entry("hero-0003").star
    assert (folder / "hero-0003.png.json").exists()
    gallery.close()


def test_a_name_that_was_taken_meanwhile(folder: Path):
    gallery = opened(folder)
    id = gallery.entry("hero-0003").id
    gallery.tag([id], "mine")
    gallery.remove([id])
    (folder / "hero-0003.png").write_bytes((folder / "hero-0001.png").read_bytes())
    gallery.restore([id])
    assert names(gallery, "tag:mine") != ["3"]
    assert np.array_equal(gallery.thumbnails([id])[0], sprite(3))
    assert (folder / "hero-0003.png").read_bytes() == (folder / "hero-0001.png").read_bytes()
    gallery.close()


def test_the_trash_is_emptied_into_the_desktops(folder: Path, monkeypatch: pytest.MonkeyPatch):
    sent: list[Path] = []
    monkeypatch.setattr(trash, "send2trash", lambda path: sent.append(path))
    gallery = opened(folder)
    gallery.remove([gallery.entry("hero-0003").id])
    assert gallery.empty_trash() == 1
    assert (sent[0] / "hero-0003.png").exists()
    assert names(gallery, "trash") == []
    assert gallery.empty_trash() == 0
    gallery.close()


def test_made_anew_it_knows_the_same(folder: Path):
    gallery = opened(folder)
    gallery.star([1, 2])
    gallery.tag([3], "boss")
    gallery.board([4], "A")
    gallery.remove([5])
    before = rows(gallery)
    gallery.close()
    gallery = finished(rebuild(folder))
    assert rows(gallery) == before
    assert len(before) == 8
    gallery.close()
    for file in folder.glob("gallery.db*"):
        file.unlink()
    gallery = opened(folder)
    assert rows(gallery) == before
    gallery.close()


def test_thumbnails(folder: Path):
    keep(folder, np.full((300, 200, 3), 90, np.uint8), record(9), "large")
    (folder / "bad.png").write_bytes(b"no picture")
    gallery = opened(folder)
    ids = [gallery.entry(name).id for name in ("hero-0001", "large-0001", "bad.png")]
    small, large, bad = gallery.thumbnails(ids)
    assert np.array_equal(small, sprite(1))
    assert large is not None
    assert large.shape == (128, 85, 3)
    assert bad is None
    assert gallery.entries(ids)[2].damaged
    gallery.close()


def test_a_thumbnail_that_is_missing_is_made(folder: Path):
    gallery = opened(folder)
    gallery._connection.execute("delete from thumbnails")
    assert np.array_equal(gallery.thumbnails([1])[0], sprite(1))
    gallery.close()


def test_one_picture_is_added_at_once(folder: Path):
    gallery = opened(folder)
    path = keep(folder, sprite(30), record(30), "new")
    id = gallery.add(path)
    assert gallery.path(id) == path
    assert len(gallery.search(parse("like:new-0001"))) == 9
    assert list(finished_events(gallery)) is not None
    assert gallery.entry("new-0001").id == id
    gallery.close()


def finished_events(gallery: Gallery) -> list:
    return list(gallery.refresh())


def test_a_picture_that_is_gone(folder: Path):
    gallery = opened(folder)
    with pytest.raises(Refused, match="not in the gallery"):
        gallery.path(999)
    with pytest.raises(Refused, match="no picture 'nobody'"):
        gallery.entry("nobody")
    (folder / "hero-0001.png").unlink()
    with pytest.raises(Refused, match="not in the gallery"):
        gallery.remove([gallery.entry("hero-0001").id])
    assert gallery.entries([999]) == ()
    gallery.close()


def test_an_index_damaged_within_is_made_anew(folder: Path):
    for number in range(9, 40):
        keep(folder, sprite(number), record(number), "hero")
    opened(folder).close()
    data = bytearray((folder / index.FILE).read_bytes())
    for page in range(4096, len(data), 4096):  # the schema stays readable
        data[page : page + 4096] = b"\xa5" * 4096
    (folder / index.FILE).write_bytes(data)
    gallery = opened(folder)
    assert gallery.counts().total == 39
    gallery.close()


def test_no_folder(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="can't be made"):
        opened(tmp_path / "file")
    gallery = opened(tmp_path / "new")
    assert list(gallery.search(Query())) == []
    assert gallery.counts().total == 0
    gallery.close()


def test_opening_can_be_stopped_and_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("studio.core.gallery.indexing.PULL", 0.0)
    job = open_gallery(folder)
    while not (isinstance(event := next(job), Progress) and event.done == 3):
        pass
    job.close()
    gallery = opened(folder)
    assert names(gallery, "order:name") == list("12345678")
    gallery.close()


def test_threads_take_turns(folder: Path):
    gallery, wrong = opened(folder), []

    def work() -> None:
        try:
            for _ in range(20):
                gallery.entries(gallery.search(parse("#dc1e1e")))
                gallery.star([1])
                list(gallery.refresh())
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    gallery.close()


def test_marks_that_can_not_be_written_change_nothing(folder: Path):
    gallery = opened(folder)
    (folder / marks.FILE).mkdir()
    with pytest.raises(Refused, match="can't be written"):
        gallery.star([1])
    assert names(gallery, "star") == []
    gallery.close()


def test_a_disk_that_gets_full_while_the_index_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    real = index.opened

    def full(place: Path) -> sqlite3.Connection:
        connection = real(place)
        connection.execute("pragma max_page_count = 14")
        return connection

    for number in range(9, 60):
        keep(folder, sprite(number), record(number), "hero")
    monkeypatch.setattr(index, "opened", full)
    gallery = opened(folder)
    assert gallery.counts().total == 59
    where = gallery._connection.execute("pragma database_list").fetchone()
    assert where[2] == ""  # in memory
    gallery.close()
