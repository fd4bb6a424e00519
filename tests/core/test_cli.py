"""The command line from words to exit code, on real pictures and real training of a few steps."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio import cli
from studio.core import project as projects
from studio.core import training
from studio.core.families import families
from studio.core.metrics import own
from tests.core import toys

TINY = [f"--set={k}={json.dumps(v)}" for k, v in families()["vae"].tiny.model_dump().items()]
SHORT = ["--family=vae", "--steps=3", "--threads=1", "--size=16", *TINY]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own, as a user who has changed into it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pictures(here: Path) -> Path:
    """A folder of 24 small pictures, one of them broken."""
    folder = here / "blobs"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for k in range(23):
        Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8)).save(folder / f"{k}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    return folder


def run(*arguments: str) -> int:
    """Run the command line in this process; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.app(list(arguments))
    return int(ended.value.code or 0)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON objects printed since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_from_pictures_to_grid_and_single_files(pictures, here, capsys):
    assert run("train", "blobs", *SHORT, "--json") == 0
    lines = printed(capsys)
    kinds = {line["event"] for line in lines}
    # three quick steps may be over before the first scalars are due
    assert kinds - {"scalars"} == {"progress", "imported", "note", "samples", "saved", "result"}
    result = lines[-1]
    assert result["project"] == str(here / "blobs.atelier")
    assert (result["run"], result["status"], result["step"]) == (1, "finished", 3)
    assert Path(result["grid"]).name == "step-00000003-ema.png"
    assert all(
        Path(line["path"]).exists() for line in lines if line["event"] in ("samples", "saved")
    )

    assert run("sample", "blobs.atelier", "--count=5", "--out=out/") == 0
    assert sorted(p.name for p in Path("out").iterdir())[-1] == "seed0-0004.png"
    assert run("sample", "blobs.atelier", "--count=5", "--out=grid.png") == 0
    first = np.asarray(Image.open("out/seed0-0000.png"))
    assert np.array_equal(np.asarray(Image.open("grid.png"))[:16, :16], first)
    assert run("sample", "blobs.atelier", "--count=1", "--seed=1") == 0
    assert not np.array_equal(np.asarray(Image.open("blobs-run001-seed1.png")), first)


def test_what_was_imported_is_said_and_used_again(pictures, here, capsys):
    assert run("train", "blobs", *SHORT) == 0
    out = capsys.readouterr().out
    assert "blobs: 23 pictures" in out
    assert "broken.png" in out
    assert "Finished at step 3" in out
    assert run("train", "blobs", *SHORT, "--seed=1", "--name=again") == 0
    project = projects.open(here / "blobs.atelier")
    assert len(project.datasets()) == 1
    assert [r.record.plan.seed for r in project.runs()] == [0, 1]
    assert project.run().record.name == "again"


def test_resume_goes_on_and_says_when_nothing_is_left(pictures, here, capsys):
    assert run("train", "blobs", *SHORT) == 0
    assert run("resume", "blobs.atelier") == 2
    assert "has done all of its plan" in capsys.readouterr().err
    assert run("resume", "blobs.atelier", "--steps=2", "--json") == 0
    assert printed(capsys)[-1]["step"] == 5


def test_without_a_family_the_pictures_choose_one_and_the_reason_is_said(pictures, here, capsys):
    assert run("inspect", "blobs", "--json") == 0
    advice = printed(capsys)[-1]["advice"]
    assert advice["family"] in families() and "23 color pictures" in advice["reason"]
    assert advice["size"] == [16, 16]
    assert run("train", "blobs", "--steps=2", "--threads=1", "--json") == 0
    lines = printed(capsys)
    assert next(line for line in lines if line["event"] == "advice")["reason"] == advice["reason"]
    made = projects.open(here / "blobs.atelier")
    assert made.run().record.family == advice["family"]
    imported = next(line for line in lines if line["event"] == "imported")
    assert (imported["width"], imported["height"]) == (16, 16) and len(made.datasets()) == 1
    assert run("inspect", "blobs", "--size=24x20") == 0
    said = capsys.readouterr().out
    assert "Suggested: " in said and "24×20: for" in said  # not a size that will not be trained


@pytest.mark.parametrize(
    ("count", "sentence"), [(1, "One picture is too little"), (9, "are the same")]
)
def test_what_cannot_be_learned_is_refused_before_anything_is_kept(count, sentence, here, capsys):
    (here / "same").mkdir()
    for k in range(count):
        Image.new("RGB", (16, 16), (200, 30, 30)).save(here / "same" / f"{k}.png")
    assert run("train", "same", *SHORT) == 2
    assert run("train", "same", "--steps=3") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(sentence in line for line in lines)
    assert [p.name for p in here.iterdir()] == ["same"]


def test_health_is_said_in_words_and_json(pictures, here, capsys):
    assert run("train", "blobs", *SHORT) == 0
    capsys.readouterr()
    assert run("health", "blobs.atelier") == 0
    assert capsys.readouterr().out.startswith("Healthy: Warming up")
    assert run("health", "blobs.atelier", "--run=1", "--json") == 0
    result = printed(capsys)[-1]
    assert (result["run"], result["sign"], result["remedy"]) == (1, "young", None)
    assert run("resume", "blobs.atelier", "--remedy") == 2
    assert "needs no remedy: Warming up" in capsys.readouterr().err


def test_a_remedy_is_proposed_and_applied(pictures, here, capsys):
    assert run("train", "blobs", *SHORT) == 0
    folder = projects.open(here / "blobs.atelier").run().folder
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        for step in (51, 52, 53):
            values = {"event": "scalars", "step": step, "seconds": 1.0, "values": {"codes": 0.01}}
            log.write(json.dumps(values) + "\n")
    capsys.readouterr()
    assert run("health", "blobs.atelier") == 0
    out = capsys.readouterr().out
    assert "Only 1 % of the codes" in out and "resume" in out and "--remedy" in out
    before = families()["vae"].tiny.model_dump()["rate"]
    assert run("resume", "blobs.atelier", "--remedy", "--steps=2", "--set=batch=4", "--json") == 0
    lines = printed(capsys)
    assert any(line.get("kind") == "remedy" for line in lines) and lines[-1]["step"] == 5
    changes = projects.open(here / "blobs.atelier").run().history().changes
    assert changes == {"rate": before / 2, "batch": 4}


def test_evaluate_refuses_what_is_too_few_to_judge_by(pictures, capsys):
    assert run("train", "blobs", *SHORT) == 0
    capsys.readouterr()
    assert run("evaluate", "blobs.atelier", "--count=3") == 2
    assert "Can't judge by 3 pictures" in capsys.readouterr().err
    assert run("evaluate", "blobs.atelier", "--count=60") == 2
    assert "The set has 23 pictures, too few" in capsys.readouterr().err


def test_evaluate_shows_numbers_and_closest_pairs(here, capsys, monkeypatch):
    monkeypatch.setattr(own, "STEPS", 3)
    made = toys.project(here, count=60)
    toys.finish(training.start(made, toys.request("vae", 3), toys.known(3)))
    assert run("evaluate", "toy.atelier", "--count=50", "--json") == 0
    result = printed(capsys)[-1]
    assert result["count"] == 50 and len(result["scores"]) > 3 and Path(result["picture"]).exists()
    assert run("evaluate", "toy.atelier", "--count=50") == 0
    assert "real pictures" in capsys.readouterr().out


def test_inspect_keeps_nothing(pictures, here, capsys):
    before = sorted(here.rglob("*"))
    assert run("inspect", "blobs", "--json", "--size=24x16", "--channels=grey") == 0
    result = printed(capsys)[-1]
    assert (result["kept"], result["width"], result["height"], result["channels"]) == (
        23,
        24,
        16,
        1,
    )
    assert result["skipped"][0][0] == "broken.png"
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "nowhere"], "nothing at nowhere"),
        (["train", "blobs", "--family=warp"], "no family 'warp'"),
        (["train", "blobs", "--preset=fast"], "no preset 'fast'"),
        (["train", "blobs", "--set=nope=1"], "no setting 'nope'"),
        (["train", "blobs", "--set=batch=many"], "'batch' does not accept 'many'"),
        (["train", "blobs", "--set=batch"], "write --set KEY=VALUE"),
        (["train", "blobs", "--steps=1", "--minutes=1"], "not both"),
        (["train", "blobs", "--steps=0"], "at least one"),
        (["train", "blobs", "--minutes=-1"], "'minutes' does not accept"),
        (["train", "blobs", "--size=big"], "WIDTHxHEIGHT"),
        (["train", "blobs", "--size=4000"], "'width' does not accept 4000"),
        (["train", "blobs", "--fit=squeeze"], "'fit' does not accept 'squeeze'"),
        (["train", "blobs", "--device=abacus"], "no device 'abacus'"),
        (["train", "blobs", "--project=blobs"], "exists already"),
        (["resume", "nowhere"], "not an Atelier project"),
        (["sample", "nowhere"], "not an Atelier project"),
        (["inspect", "nowhere"], "nothing at nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2_and_leaves_nothing(
    arguments, sentence, pictures, here, capsys
):
    before = sorted(here.rglob("*"))
    assert run(*arguments) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.startswith("atelier: ")
    assert len(err.splitlines()) == 1
    assert sorted(here.rglob("*")) == before


def test_a_run_or_file_that_is_not_there_is_refused(pictures, capsys):
    assert run("train", "blobs", *SHORT) == 0
    for arguments, sentence in (
        (["--run=7"], "no run 7"),
        (["--count=0"], "at least one"),
        (["--label=cat"], "no class 'cat'"),
        (["--out=grid.jpg"], "is no PNG"),
    ):
        assert run("sample", "blobs.atelier", *arguments) == 2
        assert sentence in capsys.readouterr().err


def test_a_failed_import_takes_nothing_away_from_an_older_project(pictures, here):
    projects.create(here / "old.atelier")
    assert run("train", "nowhere", "--project=old.atelier") == 2
    assert projects.open(here / "old.atelier").name == "old"


def test_a_file_that_cannot_be_written_is_a_sentence(pictures, capsys):
    assert run("train", "blobs", *SHORT) == 0
    Path("taken").write_text("a file")
    assert run("sample", "blobs.atelier", "--count=1", "--out=taken/") == 2
    assert "taken" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals to another process")
def test_ctrl_c_saves_ends_with_130_and_can_be_resumed(pictures, here, capsys):
    words = [a for a in SHORT if not a.startswith("--steps")]
    command = [sys.executable, "-m", "studio", "train", "blobs", *words, "--minutes=5", "--json"]
    environ = {
        **os.environ,
        "PYTHONPATH": str(Path(cli.__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "scalars" and event["step"] > 3:
            break
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    last = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    assert process.returncode == 130
    assert time.monotonic() - began < 15
    run_ = projects.open(here / "blobs.atelier").run()
    assert run_.history().status == last["status"] == "stopped"
    assert (run_.checkpoints / f"step-{last['step']:08d}").is_dir()
    assert last["step"] > 3
    assert run("resume", "blobs.atelier", "--steps=1", "--json") == 0
    assert printed(capsys)[-1]["step"] == last["step"] + 1


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        ("starter:sprites", "sprites.atelier"),
        ("starter:sprites:500", "sprites.atelier"),
        ("../sets/tiles-32.zip", "tiles-32.atelier"),
        ("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte.atelier"),
        ("/", "pictures.atelier"),
    ],
)
def test_the_project_is_named_after_the_pictures(data, folder):
    from studio.actions import default_project

    assert default_project(data) == Path(folder)


def test_settings_from_words():
    pairs = ["a=1", "b=0.5", "c=true", "d=word", "e=[1, 2]", "f=x=y"]
    assert cli.assigned(pairs) == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": "word",
        "e": [1, 2],
        "f": "x=y",
    }


def test_the_doctor_examines_machine_and_families(capsys, monkeypatch):
    from studio import doctor

    only = {"vae": families()["vae"]}
    monkeypatch.setattr("studio.core.families.families", lambda: only)
    fine = run("doctor") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == doctor.OFFLINE
    found = {line[4:18].strip(): line for line in lines[:-1]}
    machine = {"Python", "torch", "device", "cores", "memory", "disk", "Qt", "reports"}
    assert set(found) == {*machine, "vae"}
    assert "trained 3 steps" in found["vae"]
    assert fine == all(line.startswith("ok") for line in found.values())


HEAVY = {"torch", "torchvision", "PySide6", "numpy", "rich", "cv2", "sklearn"}


@pytest.mark.parametrize(
    "verb", ["", "train", "resume", "health", "evaluate", "sample", "repair", "style", "inspect"]
)
def test_help_loads_nothing_heavy(verb):
    program = (
        "import sys\nfrom studio.cli import app\n"
        f"try: app({[*verb.split(), '--help']})\n"
        f"except SystemExit: print('LOADED', sorted({HEAVY} & set(sys.modules)))"
    )
    result = outside(program)
    assert result.endswith("LOADED []\n")
    assert "Usage: atelier" in result


def test_help_names_the_window_and_every_verb_in_time():
    began = time.perf_counter()
    text = outside("import sys, studio.__main__ as m\nsys.argv = ['x', '--help']\nm.main()")
    seconds = time.perf_counter() - began
    assert "`atelier` opens the window" in text
    assert all(
        f"\n  {verb} " in text
        for verb in (
            "train",
            "resume",
            "health",
            "evaluate",
            "sample",
            "repair",
            "style",
            "instant",
            "inspect",
            "doctor",
        )
    )
    assert seconds < 3.0  # 0.2 s on an idle machine; tests/bench measures it


def test_modules_of_values_do_not_load_torch():
    """The window paints with these before torch is there."""
    names = [
        "events",
        "settings",
        "project",
        "runlog",
        "pictures",
        "request",
        "data.import_settings",
    ]
    program = "import sys\n" + "\n".join(f"import studio.core.{name}" for name in names)
    assert outside(f"{program}\nprint('torch' in sys.modules)") == "False\n"


def outside(program: str) -> str:
    """Run a program in a fresh Python and return what it printed."""
    environ = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, env=environ).stdout


def test_instant_tunes_a_diffusion_run_and_refuses_others(pictures, here, capsys):
    tiny = [f"--set={k}={json.dumps(v)}" for k, v in families()["diffusion"].tiny]
    short = ["--family=diffusion", "--steps=3", "--threads=1", "--size=16", *tiny]
    assert run("train", "blobs", *short, "--project", "d.atelier") == 0
    assert run("instant", "d.atelier", "--minutes", "0.01", "--threads", "1") == 0
    assert projects.open(here / "d.atelier").run().record.settings["instant"] is True
    assert run("train", "blobs", *SHORT, "--project", "v.atelier") == 0
    capsys.readouterr()
    assert run("instant", "v.atelier") == 2
    assert "only a Diffusion" in capsys.readouterr().err
