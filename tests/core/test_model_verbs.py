"""The verbs that take a model away and bring one in."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from studio.cli import verbs
from tests.core.assets.trained import trained


def run(*words: object, code: int = 0) -> str:
    """Return what the command line says on stdout and stderr."""
    answer = CliRunner().invoke(verbs, [str(word) for word in words])
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project and a pack of its run."""
    folder = tmp_path_factory.mktemp("verbs")
    project = trained(folder, "gan").folder
    said = run("export", "pack", project, "--out", folder / "toy")
    assert "hash" in said.splitlines()[-1]
    return project, folder / "toy.atelierpack"


def test_a_pack_is_told_and_taken_in(packed: tuple[Path, Path], tmp_path: Path) -> None:
    project, pack = packed
    told = json.loads(run("import", pack, "--about", "--json"))
    assert (told["family"], told["step"]) == ("gan", 2)
    assert "16 × 16, 3 classes" in run("import", pack, "--about")
    assert "Run 1" in run("import", pack, "--project", tmp_path / "there.atelier")
    for name, folder in (("a", project), ("b", tmp_path / "there.atelier")):
        run("sample", folder, "--count", 4, "--seed", 3, "--out", tmp_path / f"{name}.png")
    a, b = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in "ab")
    assert np.array_equal(a, b)


def test_what_is_no_pack_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / "bad.atelierpack").write_bytes(b"PK")
    goal = tmp_path / "there.atelier"
    assert "no pack" in run("import", tmp_path / "bad.atelierpack", "--project", goal, code=2)
    assert not goal.exists()


def test_weights_that_are_damaged_leave_no_project(
    packed: tuple[Path, Path], tmp_path: Path
) -> None:
    data = bytearray(packed[1].read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.atelierpack").write_bytes(data)
    goal = tmp_path / "there.atelier"
    assert "damaged" in run("import", tmp_path / "bad.atelierpack", "--project", goal, code=2)
    assert not goal.exists()


def test_onnx_refuses_before_it_works(packed: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "a.onnx"
    assert "no run 9" in run("export", "onnx", packed[0], "--run", 9, "--out", out, code=2)
    said = run("export", "onnx", packed[0], "--pixels", "jpeg", "--out", out, code=2)
    assert "'pixels'" in said and not out.exists()
