"""The gallery's trash never replaces anything, and keeps picture and record together."""

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
