"""`atelier provenance` and `atelier rights`: what they say, draw, enter, and what they refuse."""

import json

import numpy as np
import pytest
from PIL import Image

from studio import cli
from studio.core import training
from studio.core.provenance.alarm import choice_of
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import rights_of
from tests.core import toys


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = toys.project(tmp_path_factory.mktemp("tracing"))
    toys.finish(training.start(made, toys.request("vae", 2), toys.known(2)))
    return made


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        cli.app([str(each) for each in arguments])
    return int(left.value.code or 0)


def test_a_drawn_picture_is_traced_and_drawn_beside_its_neighbors(project, tmp_path, capsys):
    kept = tmp_path / "kept.png"
    assert run("explore", "sample", project.folder, "--count", 1, "--out", kept) == 0
    out = tmp_path / "near.png"
    assert run("provenance", kept, "--project", project.folder, "--out", out) == 0
    said = capsys.readouterr().out
    assert "Every pixel is as it was" in said and "is that very model" in said
    with Image.open(out) as image:
        assert image.size == (1016, 416)
    assert run("provenance", kept, "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["record"]["family"] == "vae" and result["nearest"] == []


def test_a_kept_picture_finds_the_project_it_lies_in(project, capsys):
    kept = project.folder / "gallery" / "a.png"
    assert run("explore", "sample", project.folder, "--count", 1, "--out", kept) == 0
    assert run("provenance", kept, "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(result["nearest"]) == 6 and result["copy"] in (True, False)


def test_told_to_say_nothing_it_says_nothing(project, tmp_path, capsys):
    drawn = tmp_path / "a.png"
    told = ("--count", 1, "--no-provenance", "--out", drawn)
    assert run("explore", "sample", project.folder, *told) == 0
    assert run("provenance", drawn) == 0
    assert "It says nothing" in capsys.readouterr().out


def test_rights_are_entered_listed_and_stop_exports(project, tmp_path, capsys):
    folder = project.dataset("toy")
    entered = ("--author", "Ada", "--license", "CC0", "--consent", "refused")
    assert run("rights", project.folder, *entered) == 0
    assert rights_of(folder) == Rights(author="Ada", licence="CC0", consent="refused")
    assert "Ada, CC0, consent REFUSED" in capsys.readouterr().out
    kept = project.folder / "gallery" / "b.png"
    assert run("explore", "sample", project.folder, "--count", 1, "--out", kept) == 0
    assert run("export", "contact", kept, "--out", tmp_path / "c.png") == 2
    assert "whose use was refused" in capsys.readouterr().err
    assert run("rights", project.folder, "toy", "--consent", "given", "--copies", "block") == 0
    assert choice_of(project) == "block"
    assert run("export", "contact", kept, "--out", tmp_path / "c.png", "--guard", tmp_path) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rights", "{project}", "other"), "no picture set 'other'"),
        (("rights", "{project}", "--consent", "maybe"), "consent"),
        (("rights", "{project}", "--copies", "maybe"), "no choice"),
        (("provenance", "missing.png"), "not there"),
        (("provenance", "plain.png", "--out", "a.jpg"), "no PNG"),
        (("provenance", "plain.png", "--out", "a.png"), "can't be compared"),
        (("provenance", "plain.png", "--project", "missing"), "not an Atelier project"),
    ],
)
def test_bad_words_are_a_sentence(project, tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save("plain.png")
    assert run(*(word.format(project=project.folder) for word in words)) == 2
    told = capsys.readouterr().err
    assert sentence in told and told.count("\n") == 1
