"""The gallery's trash never replaces anything, and keeps picture and record together."""

import os
from pathlib import Path

import pytest

from studio.core.events import Refused
from studio.core.gallery import trash
from studio.core.gallery.keeping import TRASH


def test_there_and_back(folder: Path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert trash.remove(folder, "hero-0002.png") == "hero-0002.png"
    assert not (folder / "hero-0002.png.json").exists()
    assert trash.restore(folder, "hero-0002.png") == "hero-0002.png"
    (folder / TRASH).rmdir()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_taken_name_is_not_replaced(folder: Path):
    (folder / TRASH).mkdir()
    (folder / TRASH / "hero-0002.png").write_bytes(b"older")
    name = trash.remove(folder, "hero-0002.png")
    assert name != "hero-0002.png"
    assert (folder / TRASH / "hero-0002.png").read_bytes() == b"older"
    assert (folder / TRASH / f"{name}.json").exists()


def test_what_is_gone_can_not_be_moved(folder: Path):
    with pytest.raises(Refused, match="not in the gallery"):
        trash.remove(folder, "nobody.png")


def test_a_trash_that_can_not_be_emptied_stays(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def refusing(path: Path) -> None:
        raise OSError("no trash here")

    monkeypatch.setattr(trash, "send2trash", refusing)
    trash.remove(folder, "hero-0002.png")
    with pytest.raises(Refused, match="Nothing was lost"):
        trash.empty(folder)
    assert (folder / TRASH / "hero-0002.png").exists()


def test_an_empty_trash(folder: Path):
    trash.empty(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_a_crash_left_in_two_places_is_mended(folder: Path):
    before, bin_ = contents(folder), folder / TRASH
    trash.remove(folder, "hero-0002.png")
    after = contents(folder)
    os.link(bin_ / "hero-0002.png", folder / "hero-0002.png")  # on its way there or back
    (bin_ / "hero-0002.png.json").rename(folder / "hero-0002.png.json")
    trash.mend(folder)
    assert contents(folder) == before
    (folder / "hero-0002.png").rename(bin_ / "hero-0002.png")  # its sidecar was not moved yet
    trash.mend(folder)
    assert contents(folder) == after
    (bin_ / "hero-0002.png").rename(folder / "hero-0002.png")  # on its way back
    trash.mend(folder)
    assert contents(folder) == before


def test_a_trash_that_was_about_to_be_emptied_is_a_trash_again(folder: Path):
    trash.remove(folder, "hero-0002.png")
    (folder / TRASH).rename(folder / f"{trash.REMOVED} 2026-11-22 10.00.00")
    trash.mend(folder)
    assert (folder / TRASH / "hero-0002.png").exists()


def test_a_picture_whose_record_can_not_follow_stays(folder: Path, monkeypatch: pytest.MonkeyPatch):
    before = contents(folder)

    def failing(path: Path, goal: Path) -> None:
        raise OSError("disk")

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(Refused, match="It stays where it is"):
        trash.remove(folder, "hero-0002.png")
    assert contents(folder) == before
