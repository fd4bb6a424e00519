"""All files of an export or none: after a failure what was there is as it was, and nothing else."""

import errno
import os
from pathlib import Path

import pytest

from studio import paths
from studio.core.assets import writing
from studio.core.assets.kind import File
from studio.core.assets.writing import write_all
from studio.core.events import Note, Refused, finished

FILES = [File("a.txt", b"new a"), File("deep/er/b.txt", b"new b"), File("c.txt", b"new c")]


def state(folder: Path) -> dict[str, str | None]:
    """Return all that is in a folder: files with their contents, folders with None."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_text()
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def folder(tmp_path):
    """A folder in which two of the three files are already."""
    (tmp_path / "a.txt").write_text("old a")
    (tmp_path / "c.txt").write_text("old c")
    return tmp_path


def fails(number: int, code: int):
    """Return a function that raises OSError at its n-th call and does nothing before."""
    calls = []

    def call(*_: object) -> None:
        calls.append(1)
        if len(calls) == number:
            raise OSError(code, os.strerror(code))

    return call


def test_all_are_replaced_with_a_word(folder):
    job, notes = write_all(FILES, folder, True), []
    for event in job:
        notes += [event.text] if isinstance(event, Note) else []
    assert notes == ["Replaced 2 files that were there."]
    assert state(folder) == {
        "a.txt": "new a", "c.txt": "new c",
        "deep": None, "deep/er": None, "deep/er/b.txt": "new b",
    }  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_full_disk_leaves_all_as_it_was(folder, monkeypatch, number):
    before = state(folder)
    monkeypatch.setattr(writing.os, "fsync", fails(number, errno.ENOSPC))
    with pytest.raises(Refused, match=r"disk is full.*make room"):
        finished(write_all(FILES, folder, True))
    assert state(folder) == before


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_failure_while_replacing_puts_back_what_was_there(folder, monkeypatch, number):
    before, fail, replace = state(folder), fails(number, errno.EIO), Path.replace

    def replaced(self, goal):
        if self.suffix == ".tmp" and goal.suffix == ".txt":
            fail()
        return replace(self, goal)

    monkeypatch.setattr(Path, "replace", replaced)
    with pytest.raises(Refused, match="can't be written"):
        finished(write_all(FILES, folder, True))
    assert state(folder) == before


def test_where_there_are_no_links_a_copy_is_kept(folder, monkeypatch):
    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(writing.os, "link", link)
    test_a_failure_while_replacing_puts_back_what_was_there(folder, monkeypatch, 3)


@pytest.mark.parametrize("pulls", [1, 2, 3])
def test_a_stop_leaves_all_as_it_was(folder, pulls):
    before, job = state(folder), write_all(FILES, folder, True)
    for _ in range(pulls):
        next(job)
    job.close()
    assert state(folder) == before


def test_a_folder_that_is_read_only_is_said(folder, monkeypatch):
    before = state(folder)

    def write(path, _data):  # root may write everywhere, so that a real one would not do
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(writing, "write_synced", write)
    with pytest.raises(Refused, match="can't be written: Permission denied"):
        finished(write_all(FILES, folder, True))
    assert state(folder) == before


def test_a_folder_in_the_way_and_a_file_above_are_said(folder):
    (folder / "hero.png").mkdir()
    with pytest.raises(Refused, match=r"hero\.png is a folder; choose another name"):
        finished(write_all([File("hero.png", b"")], folder, True))
    with pytest.raises(Refused, match=r"a\.txt is a file, not a folder"):
        finished(write_all([File("hero.png", b"")], folder / "a.txt" / "deep", True))
    with pytest.raises(Refused, match=r"a\.txt is a file, not a folder"):
        finished(write_all([File("a.txt/x.png", b"")], folder, True))


def test_a_picture_that_is_exported_is_never_replaced(folder):
    (folder / "link.txt").symlink_to(folder / "c.txt")
    for inputs in ([folder / "c.txt"], [folder / "link.txt"], [folder / "." / "c.txt"]):
        with pytest.raises(Refused, match="one of the pictures to be exported"):
            finished(write_all(FILES, folder, True, inputs))
    assert state(folder)["c.txt"] == "old c"


def test_a_link_that_is_in_the_way_is_replaced_and_its_goal_is_not(folder):
    (folder / "b.txt").symlink_to(folder / "c.txt")
    finished(write_all([File("b.txt", b"new")], folder, True))
    assert (folder / "b.txt").read_text() == "new" and not (folder / "b.txt").is_symlink()
    assert (folder / "c.txt").read_text() == "old c"


@pytest.mark.parametrize("names", [("A.png", "a.png"), ("\u00e4.png", "a\u0308.png")])
def test_two_names_for_one_file_are_refused(tmp_path, names):
    with pytest.raises(Refused, match="Two files"):
        finished(write_all([File(name, b"") for name in names], tmp_path, True))
    assert not any(tmp_path.iterdir())


def test_what_a_crash_left_is_taken_back_before_the_next_export(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "under_way", lambda: tmp_path.parent / f"{tmp_path.name}-notes")
    before = state(folder)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(writing, "sync_folder", lambda _: os._exit(9))  # all are replaced
        finished(write_all(FILES, folder, True))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (folder / "a.txt").read_text() == "new a"
    finished(write_all([File("z.txt", b"")], folder, False))
    assert state(folder) == before | {"z.txt": ""}
    assert list(paths.under_way().iterdir()) == []
