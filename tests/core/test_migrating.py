"""A project of schema 1 is brought up to date: with copies, whatever happens, and no newer one."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.core import checkpoint, durable, migrating
from studio.core import project as projects
from studio.core.data import importing
from studio.core.data.packed import open_packed
from studio.core.events import Refused
from studio.core.sealing import unsealed
from tests.core.data.made import encoded, folder, imported, photo

TENSORS = {"ema.a": torch.arange(6.0)}


def first(tmp_path: Path) -> Path:
    """Return a project as the program's first version wrote it, with a key from elsewhere."""
    made = projects.create(tmp_path / "old.atelier")
    files = {f"{k}.png": encoded(photo(seed=k)) for k in range(3)}
    importing.accept(imported(folder(tmp_path / "pets", files), made.folder))
    for place in ("001/checkpoints", "002/checkpoints/aside"):
        (made.folder / "runs" / place).mkdir(parents=True)
        checkpoint.save_checkpoint(made.folder / "runs" / place, 5, TENSORS, {"step": 5})
    for path in [*made.folder.rglob("MANIFEST.json"), *made.folder.rglob("manifest.json")]:
        values = unsealed(path.read_bytes())
        if "schema" not in values:
            values.pop("sha256")
        key = "schema" if "schema" in values else "schema_version"
        path.write_text(json.dumps({**values, key: 1}))
    path = made.folder / "project.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "schema": 1, "mine": [1]}))
    return made.folder


def contents(place: Path) -> dict[str, bytes]:
    return {str(p.relative_to(place)): p.read_bytes() for p in place.rglob("*") if p.is_file()}


def assert_up_to_date(place: Path, before: dict[str, bytes]) -> None:
    after = contents(place)
    changed = {name for name in before if after[name] != before[name]}
    assert len(changed) == 4 and set(after) - set(before) == {f"{c}.schema-1" for c in changed}
    assert all(after[f"{name}.schema-1"] == before[name] for name in changed)
    for name in changed - {"project.json"}:
        unsealed(after[name])
    assert json.loads(after["project.json"])["schema"] == 2
    assert json.loads(after["project.json"])["mine"] == [1]


def test_everything_of_schema_1_gets_its_seal_and_a_copy(tmp_path: Path):
    place = first(tmp_path)
    before = contents(place)
    opened = projects.open(place)
    assert_up_to_date(place, before)
    assert checkpoint.newest(place / "runs" / "001" / "checkpoints")[2] == {"step": 5}
    assert set(open_packed(opened.datasets()[0]).manifest.sha256) == {
        "pictures.npy",
        "pictures.json",
    }
    again = contents(place)
    projects.open(place)
    assert contents(place) == again


def test_without_being_brought_up_to_date_it_can_be_read(tmp_path: Path):
    place = first(tmp_path)
    before = contents(place)
    found = projects.read(place)
    assert checkpoint.newest(place / "runs" / "001" / "checkpoints")[2] == {"step": 5}
    assert np.array_equal(open_packed(found.datasets()[0]).pictures[0], photo(seed=0))
    assert contents(place) == before


@pytest.mark.parametrize("number", range(8))
def test_a_failure_anywhere_leaves_a_project_that_opens(tmp_path, monkeypatch, number):
    place, calls = first(tmp_path), iter(range(99))
    before = contents(place)

    def failing(path: Path, data: bytes) -> None:
        if next(calls) == number:
            raise OSError("disk")
        durable.write_whole(path, data)

    monkeypatch.setattr(migrating, "write_whole", failing)
    projects.open(place)
    assert json.loads((place / "project.json").read_bytes())["schema"] == 1
    assert checkpoint.newest(place / "runs" / "001" / "checkpoints")[2] == {"step": 5}
    projects.open(place)
    assert_up_to_date(place, before)


def test_a_newer_project_is_not_touched(tmp_path: Path):
    place = first(tmp_path)
    (place / "project.json").write_text(json.dumps({"schema": 3, "name": "x"}))
    before = contents(place)
    with pytest.raises(Refused, match="newer"):
        projects.open(place)
    assert contents(place) == before


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 99_999, '{"schema": 1, "x": '])
def test_damaged_manifests_stay_as_they_are(tmp_path: Path, text: str):
    place = first(tmp_path)
    path = next(place.rglob("MANIFEST.json"))
    path.write_text(text)
    projects.open(place)
    assert path.read_text() == text


def test_steps_keep_what_they_do_not_know():
    assert migrating.project_2({"schema": 1, "x": 1}) == {"schema": 2, "x": 1}
    assert migrating.checkpoint_2({"schema": 1, "x": 1}) == {"schema": 2, "x": 1}
    assert migrating.set_2({"schema_version": 1, "x": 1}, {"a": "b"})["x"] == 1
