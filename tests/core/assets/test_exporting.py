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


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("hero.gif", r"written as \.png.*, not as \.gif"),
        ("hero.JSON", r"not as \.json"),
        (".", "is a folder; put a file's name after it"),
        ("..", "is no name for"),
    ],
)
def test_names_of_other_kinds_of_files_are_refused(tmp_path, name, sentence):
    kind = kinds()["sheet"]
    with pytest.raises(Refused, match=sentence):
        finished(export(kind, [item("x")], kind.settings(), tmp_path / name))
    assert not any(tmp_path.iterdir())


def test_a_name_with_a_dot_in_it_is_a_name(tmp_path):
    kind = kinds()["sheet"]
    _, paths = finished(export(kind, [item("x")], kind.settings(), tmp_path / "hero.v2"))
    assert paths[0].name == "hero.v2.png"


def test_of_several_pages_the_first_has_the_sidecar(tmp_path):
    kind = kinds()["sheet"]
    settings = kind.settings().updated({"side": 16, "pages": True, "merge": False})
    items = [item(f"x{k}", k) for k in range(9)]
    _, paths = finished(export(kind, items, settings, tmp_path / "hero.png"))
    assert [path.name for path in paths if path.name.endswith("png.json")] == ["hero-0.png.json"]
    assert beside(tmp_path / "hero-0.png") == embedded(tmp_path / "hero-0.png")


def test_a_picture_of_its_own_is_never_replaced(tmp_path):
    kind = kinds()["sheet"]
    mine = tmp_path / "hero.png"
    mine.write_bytes(b"mine")
    given = [Item("hero", item("x").photograph, None, mine)]
    with pytest.raises(Refused, match="one of the pictures to be exported"):
        finished(export(kind, given, kind.settings(), mine, overwrite=True))
    assert mine.read_bytes() == b"mine"
