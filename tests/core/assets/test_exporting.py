"""Exports are written whole or not at all, tell where they came from, and replace nothing."""

import numpy as np
import pytest

from studio.core.assets.exporting import checked_name, export, write_all
from studio.core.assets.kind import File, Item
from studio.core.assets.kinds import kinds
from studio.core.events import Refused, finished
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.record import Record, Rights
from studio.core.provenance.stamping import beside, embedded


def item(name: str, level: int = 90) -> Item:
    rights = (Rights(author="Ada"),)
    pixels = np.full((5, 7, 3), level, np.uint8)
    return Item(name, Photograph(pixels), Record(model="ab", rights=rights))


def test_an_export_says_where_it_came_from_and_is_the_same_each_time(tmp_path):
    kind = kinds()["contact"]
    for name in ("a.png", "b.png"):
        finished(export(kind, [item("x"), item("y", 9)], kind.settings(), tmp_path / name))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    record = embedded(tmp_path / "a.png")
    assert record == beside(tmp_path / "a.png")
    assert [source.model for source in record.sources] == ["ab", "ab"]
    assert record.rights[0].author == "Ada"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "a.png", "a.png.json", "b.png", "b.png.json",
    ]  # fmt: skip


def test_what_is_there_stays_unless_it_may_be_replaced(tmp_path):
    (tmp_path / "b.txt").write_text("mine")
    files = [File("a.txt", b"new"), File("b.txt", b"new")]
    with pytest.raises(Refused, match=r"b\.txt is there already"):
        finished(write_all(files, tmp_path, False))
    assert (tmp_path / "b.txt").read_text() == "mine"
    assert not (tmp_path / "a.txt").exists()
    finished(write_all(files, tmp_path, True))
    assert (tmp_path / "b.txt").read_text() == "new"


def test_two_names_that_differ_but_for_case_are_refused(tmp_path):
    with pytest.raises(Refused, match="Two files"):
        finished(write_all([File("A.png", b""), File("a.png", b"")], tmp_path, True))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["CON.png", "a?.png", "x.", "lpt1", "a\0b", "../x.png", "y" * 300, "a|b", "tab\t.png"]
)
def test_names_that_windows_can_not_hold_are_refused(name):
    with pytest.raises(Refused):
        checked_name(name)
