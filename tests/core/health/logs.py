"""Logs to judge: written by hand as tests need them, or recorded from real runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.events import Note
from studio.core.runlog import History

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "runs.json").read_text())


def history(notes=(), status="running", step=300, changes=None, **series) -> History:
    """A log of 300 steps: series of any length lie evenly over them."""
    return History(
        series={
            name: (np.linspace(1, step, len(values)).round(), np.asarray(values, float))
            for name, values in series.items()
        },
        notes=tuple(notes),
        step=step,
        status=status,
        changes=changes or {},
    )


def healthy(**other: Any) -> dict[str, Any]:
    """Series of a run that is well, with `other` ones in their place."""
    rng = np.random.default_rng(0)
    return {"loss": rng.normal(1, 0.2, 300), "diversity": np.linspace(0.3, 0.95, 30)} | other


def remedied(step: int) -> Note:
    """The mark of a remedy at `step`."""
    return Note("Learning rate: 0.001.", kind="remedy", step=step)


def checks(name: str) -> list[History]:
    """A recorded run as it was known whenever a new grid or a look at unseen pictures arrived."""
    made = RECORDED[name]
    series = {k: tuple(np.array(v, float) for v in pair) for k, pair in made["series"].items()}
    steps = sorted({*series["diversity"][0], *series.get("unseen", [[]])[0]})
    return [
        History(
            series={k: (s[s <= step], v[s <= step]) for k, (s, v) in series.items()},
            step=int(step),
            status="running",
        )
        for step in steps
    ]
