"""`atelier gallery` from words to what is printed, copied, marked, refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from studio import __main__, cli, gallery_actions, paths
from studio.core import project as projects
from studio.core.gallery import index
from studio.core.gallery.keeping import keep
from tests.core.gallery.conftest import record, sprite


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with four kept pictures, and the user's own gallery with one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "settings")
    monkeypatch.setattr(paths, "gallery", lambda: tmp_path / "own")
    index.number_of_this_machine.cache_clear()
    projects.create(tmp_path / "a.atelier")
    for number in range(1, 5):
        keep(tmp_path / "a.atelier" / "gallery", sprite(number), record(number), "hero")
    keep(tmp_path / "own", sprite(9), record(9), "lone")
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli.verbs, ["gallery", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_it_is_a_verb():
    assert "gallery" in __main__.VERBS


def test_a_project_is_searched():
    said = run("search", "a.atelier", "run:1 order:name").splitlines()
    assert [line.split()[0] for line in said] == ["hero-0001.png", "hero-0004.png", "2"]
    assert "4 pictures" in run("search", "a.atelier")
    assert "1 of 4 pictures" in run("search", "a.atelier", "--limit", "1")


def test_without_a_project_it_is_the_users_own():
    assert "lone-0001.png" in run("search")
    assert "lone-0001.png" in run("search", "seed:9", "moss")
    assert "0 pictures" in run("search", "seed:8")


def test_json_lines():
    said = [
        json.loads(line) for line in run("search", "a.atelier", "seed:2", "--json").splitlines()
    ]
    (found,) = [line for line in said if line["event"] == "picture"]
    assert (found["name"], found["seed"]) == ("hero-0002.png", 2)
    assert Path(found["path"]).exists()


def test_copies_never_replace(home: Path):
    run("search", "a.atelier", "seed:2", "--out", "taken")
    assert sorted(p.name for p in (home / "taken").iterdir()) == [
        "hero-0002.png",
        "hero-0002.png.json",
    ]
    assert "is there already" in run("search", "a.atelier", "seed:2", "--out", "taken", code=2)


def test_marks():
    run("star", "hero-0001", "hero-0002.png", "-p", "a.atelier")
    run("star", "hero-0001", "-p", "a.atelier", "--off")
    run("tag", "boss", "hero-0003", "-p", "a.atelier")
    run("board", "Cave", "hero-0004", "-p", "a.atelier")
    run("trash", "hero-0004", "-p", "a.atelier")
    assert "hero-0002" in run("search", "a.atelier", "star")
    assert "#boss" in run("search", "a.atelier", "tag:boss")
    assert "hero-0004" in run("search", "a.atelier", "trash board:Cave")
    run("trash", "hero-0004", "-p", "a.atelier", "--off")
    assert "4 pictures" in run("search", "a.atelier")


def test_one_wrong_name_changes_nothing():
    assert "no picture" in run("star", "hero-0001", "nobody", "-p", "a.atelier", code=2)
    assert "0 pictures" in run("search", "a.atelier", "star")


def test_verify(home: Path):
    assert "4 pictures, all is well." in run("verify", "a.atelier")
    (home / "a.atelier" / "gallery" / "hero-0001.png.json").write_text("{}")
    assert "hero-0001.png.json" in run("verify", "a.atelier", code=1)
    result = json.loads(run("verify", "a.atelier", "--json", code=1).splitlines()[-1])
    assert (result["pictures"], len(result["problems"])) == (4, 1)


def test_copies_are_told_of(home: Path):
    folder = home / "a.atelier" / "gallery"
    keep(folder, np.ascontiguousarray(sprite(2)[:, ::-1]), record(7), "mirror")
    assert run("search", "a.atelier", "--duplicates").splitlines() == [
        "mirror-0001.png  repeats  hero-0002.png",
        "1 copies.",
    ]
    said = run("search", "a.atelier", "--duplicates", "--json").splitlines()
    (copy,) = [line for line in map(json.loads, said) if line["event"] == "copy"]
    assert (copy["name"], copy["of"]) == ("mirror-0001.png", "hero-0002.png")


def test_rebuild(home: Path):
    run("star", "hero-0001", "-p", "a.atelier")
    (home / "a.atelier" / "gallery" / "gallery.db").write_bytes(b"nonsense")
    assert "4 pictures, 0 in the trash." in run("rebuild", "a.atelier")
    assert "hero-0001" in run("search", "a.atelier", "star")


@pytest.mark.parametrize("words", [["nowhere.atelier"], ["no/where"], ["run:x"]])
def test_refused_in_one_sentence(words: list[str]):
    said = run("search", *words, code=2).strip()
    assert said.startswith("atelier: ")
    assert len(said.splitlines()) == 1


def test_a_gallery_has_a_folder(home: Path):
    assert gallery_actions.folder(None) == home / "own"
    assert gallery_actions.folder(home / "a.atelier") == home / "a.atelier" / "gallery"
    assert gallery_actions.folder(home / "own") == home / "own"
