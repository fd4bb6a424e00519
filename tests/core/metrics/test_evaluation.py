"""An evaluation is kept, read again without torch, and printed for people."""

import subprocess
import sys

import pytest

from studio.core import project as projects
from studio.core.metrics import evaluation
from studio.core.metrics.evaluation import Evaluation, Pair, Score
from studio.core.project import Plan, RunRecord


def found(step: int = 7) -> Evaluation:
    scores = (
        Score(key="kid.own", title="KID", value=12.34, floor=0.1, error=1.5, meaning="Differs."),
        Score(key="closer", title="Closer than new", value=None, meaning="Can't be told."),
    )
    return Evaluation(
        run=1,
        step=step,
        created=0.0,
        seconds=1.0,
        seed=0,
        count=100,
        compared=50,
        training=100,
        held_out=0,
        encoder="0" * 64,
        scores=scores,
        nearest=(4, 5),
        closest=(Pair(drawn=0, place=4, distance=1.5, ratio=0.2),),
        picture=f"step-{step:08d}.png",
        notes=("Few pictures.",),
    )


@pytest.fixture
def run(tmp_path):
    plan = Plan()
    record = RunRecord(
        name="x", created=0, dataset="d", family="vae", preset="quick", settings={}, plan=plan
    )
    return projects.create(tmp_path / "p.atelier").new_run(record)


def test_the_newest_sound_one_is_read(run):
    assert evaluation.newest(run) is None
    for step in (7, 120):
        evaluation.save(found(step), run)
    assert evaluation.newest(run) == found(120)
    evaluation.file(found(120), run).write_text("{")
    assert evaluation.newest(run) == found(7)


def test_a_picture_cannot_be_named_outside_the_run(run):
    bad = found().updated({"picture": "../../../../etc/passwd"})
    assert evaluation.picture(bad, run).parent == run.folder / evaluation.FOLDER


def test_the_table_is_for_people():
    lines = evaluation.table(found()).splitlines()
    assert "value" in lines[0] and "real pictures" in lines[0]
    assert (
        lines[1].split() == ["KID", "12.3", "±", "1.5", "0.100"] and lines[2].strip() == "Differs."
    )
    assert lines[3].split()[-2:] == ["–", "–"]
    assert lines[-1] == "Note: Few pictures."


def test_score_by_key():
    assert found().score("kid.own").value == 12.34
    with pytest.raises(KeyError):
        found().score("beauty")


def test_the_values_load_no_torch():
    program = "import sys, studio.core.metrics.evaluation; print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "False"
