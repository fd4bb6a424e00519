"""`atelier export` from words to files: its kinds, their options, what is told and refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from studio import exporting
from studio.core.assets.kinds import kinds


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a folder of sprites, in which the user works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    Path("hero").mkdir()
    for k in range(4):
        Image.fromarray(np.full((8, 8, 3), 60 * k, np.uint8)).save(f"hero/walk-{k}.png")
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(exporting.verbs, list(words))


def test_every_kind_is_a_verb_and_every_verb_a_kind():
    assert set(exporting.KINDS) == set(kinds())
    told = run("--help").output
    assert all(kind in told for kind in exporting.KINDS)


def test_help_says_what_a_setting_accepts():
    told = run("sheet", "--help").output
    assert "[packed; or grid, rows]" in told and "[4096 px]" in told


def test_a_folder_becomes_a_sheet_its_data_and_its_sidecar(here):
    result = run("sheet", "hero", "--out", "out/hero.png", "--layout", "grid", "--padding", "0")
    assert result.exit_code == 0, result.output
    assert "out/hero.png: 4 sprites, 16 × 16, cells 8 × 8, 100 % filled." in result.output
    names = sorted(path.name for path in (here / "out").iterdir())
    assert names == ["hero.json", "hero.png", "hero.png.json"]


def test_json_tells_files_and_numbers():
    result = run("sheet", "hero", "--out", "hero.png", "--data", "godot", "--json")
    told = json.loads(result.output.splitlines()[-1])
    assert told["event"] == "result" and told["animations"] == {"walk": 4}
    assert [Path(file).name for file in told["files"]] == ["hero.png", "hero.tres", "hero.png.json"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("hero", "--out", "a.png", "--layout", "round"), "should be 'packed', 'grid' or 'rows'"),
        (("hero", "--out", "a.gif"), "written as .png, not as .gif"),
        (("hero", "--out", "hero"), "hero is a folder; put a file's name after it"),
        (("nothing", "--out", "a.png"), "nothing is not there"),
        (("hero/walk-0.png", "--out", "hero/walk-0.png", "--overwrite"), "to be exported"),
        (("hero", "--out", "a.png", "--side", "16", "--border", "6"), "more than a page of 16"),
        (("hero", "--out", "lpt1.png"), "on Windows"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(here, words, sentence):
    before = sorted(here.rglob("*"))
    result = run("sheet", *words)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
    assert sorted(here.rglob("*")) == before


def test_what_is_there_is_replaced_when_asked_alone(here):
    (here / "a.png").write_text("mine")
    assert run("sheet", "hero", "--out", "a.png").exit_code == 2
    assert (here / "a.png").read_text() == "mine"
    assert run("sheet", "hero", "--out", "a.png", "--overwrite").exit_code == 0
    assert Image.open("a.png").size[0] > 8
