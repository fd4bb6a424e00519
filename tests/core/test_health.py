"""Health: each illness gives its sentence, a healthy run none."""

import numpy as np

from studio.core.events import Note
from studio.core.health import judge
from studio.core.runlog import History


def history(notes=(), status="running", **series) -> History:
    steps = np.arange(300)
    return History(
        series={k: (steps[: len(v)], np.asarray(v, float)) for k, v in series.items()},
        notes=tuple(notes),
        step=300,
        status=status,
    )


def healthy():
    rng = np.random.default_rng(0)
    return {"loss": rng.normal(1, 0.2, 300), "diversity": np.linspace(0.3, 0.95, 30)}


def test_a_healthy_run_is_called_so():
    note = judge(history(**healthy()))
    assert note.level == "info" and "95 %" in note.text


def test_the_first_steps_are_not_judged():
    assert "Warming up" in judge(History(step=3)).text


def test_collapse_is_named_with_a_remedy():
    note = judge(history(**healthy() | {"diversity": np.linspace(0.9, 0.1, 30)}))
    assert note.level == "warning" and "alike" in note.text and "augmentation" in note.text


def test_running_away_is_named():
    loss = np.concatenate([np.ones(250), np.geomspace(1, 1e6, 50)])
    assert "running away" in judge(history(**healthy() | {"loss": loss})).text


def test_rollbacks_and_failures_come_first():
    rollback = Note("went back", "warning", "rollback", 9)
    assert "once" in judge(history([rollback], **healthy())).text
    failed = judge(history([Note("It broke.", "error", "failure")], "failed", **healthy()))
    assert failed.level == "error" and failed.text == "It broke."
