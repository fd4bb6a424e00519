"""Kept pictures: stamped, beside their record, under names that nobody else has."""

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.gallery import keeping
from studio.core.gallery.keeping import first_free, keep
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.provenance.stamping import beside, embedded, sidecar
from tests.core.gallery.conftest import record, sprite


def test_what_is_kept_says_where_it_comes_from(tmp_path: Path):
    path = keep(tmp_path / "gallery", sprite(1), record(1), "Old Hero")
    assert path.name == "old-hero-0001.png"
    assert embedded(path) == beside(path) == record(1).of(sprite(1))
    assert np.array_equal(open_photograph(path).pixels, sprite(1))


def test_depth_stays_and_an_older_record_goes(tmp_path: Path):
    deep = sprite(1)[..., :3].astype(np.uint16) * 257
    old = open_photograph(keep(tmp_path, Photograph(deep), record(1), "a"))
    again = keep(tmp_path, Photograph(deep, chunks=old.chunks, xmp=b"<x/>"), record(2), "a")
    assert open_photograph(again).pixels.dtype == np.uint16
    found = embedded(again)
    assert found is not None
    assert found.run == 2


@pytest.mark.parametrize("taken", [0, 1, 2, 3, 7, 8, 9, 1000])
def test_the_first_free_number_is_found_in_few_looks(taken: int):
    looks: list[int] = []

    def look(number: int) -> bool:
        looks.append(number)
        return number <= taken

    assert first_free(look) == taken + 1
    assert len(looks) <= 2 * taken.bit_length() + 2


def test_nothing_that_is_there_is_replaced(tmp_path: Path):
    (tmp_path / "a-0001.png.json").write_text("mine")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "a-0002.png").write_bytes(b"")
    assert keep(tmp_path, sprite(1), record(1), "a").name == "a-0003.png"
    assert (tmp_path / "a-0001.png.json").read_text() == "mine"


def test_without_links_nothing_is_replaced_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    paths = [keep(tmp_path, sprite(k), record(k), "a") for k in range(3)]
    assert len(set(paths)) == 3
    (tmp_path / "part").write_bytes(b"new")
    assert not keeping.take(tmp_path / "part", paths[0])
    assert np.array_equal(open_photograph(paths[0]).pixels, sprite(0))


def keep_ten(folder: Path, number: int) -> None:
    for _ in range(10):
        keep(folder, sprite(number), record(number), "hero")


def test_two_programs_never_take_one_name(tmp_path: Path):
    context = multiprocessing.get_context("fork")
    programs = [context.Process(target=keep_ten, args=(tmp_path, k)) for k in (1, 2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    found = sorted(tmp_path.glob("*.png"))
    assert len(found) == 20
    assert sorted(embedded(path).run for path in found) == [1] * 10 + [2] * 10  # type: ignore[union-attr]  # each has one
    assert all(beside(path) == embedded(path) for path in found)


def test_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="kept"):
        keep(tmp_path / "file", sprite(1), record(1), "a")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "write_whole", full)
    with pytest.raises(Refused, match="No space"):
        keep(tmp_path / "gallery", sprite(1), record(1), "a")
    assert list((tmp_path / "gallery").iterdir()) == []


def test_a_sidecar_lies_beside(tmp_path: Path):
    path = keep(tmp_path, sprite(1), record(1), "a")
    assert sidecar(path).name == "a-0001.png.json"
