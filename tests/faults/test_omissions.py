"""The test of the test: whatever is left out of a save, resuming shows within a hundred steps."""

import copy
import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.core import trainee as training
from studio.core.course import UNLIMITED, Course
from studio.core.events import Refused
from studio.core.families import families
from studio.core.trainee import Trainee
from tests.faults import sickbed

BEFORE = 8  # steps
AFTER = 104  # steps in the full set; three looks at held-out pictures are among them
SOON = (2, 30)  # steps after which the quick set looks already
TICK = 1 / 64  # seconds that every look at the clock takes

State = tuple[dict[str, Tensor], dict[str, Any]]

# What a save holds and no result can show, with the reason in words.
IDLE = {
    "values.fingerprint": "names the pictures; another one is refused before anything is loaded",
    "values.family": "names what is built; without it nothing can be",
    "values.settings": "names what is built; without it nothing can be",
    "values.size": "names what is built for others than a trainee, which asks its set",
    "values.classes": "names for people and for drawing",
    "values.numerics": "how it is computed; this machine's tests compute in one way",
    "values.threads": "how it is computed; one thread in tests, so that sums are alike",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the clock take the same time: plans by time become repeatable."""
    monkeypatch.setattr(training.time, "monotonic", itertools.count(0.0, TICK).__next__)


def begun(folder: Path, family: str) -> tuple[Trainee, State]:
    """Return a run some steps on, in a state no part of which is as at the start."""
    run = sickbed.trainee(folder, family, steps=160, count=120)
    for _ in range(BEFORE):
        run.advance(0.0)
    for optimizer in run.learner.optimizers().values():
        optimizer.scale, optimizer.chunks = 0.5, 2
    run.retries, run.planned = 1, (4, 0.2)
    run.until = 1e4
    run.vitals.healthy = 5
    return run, copied(run.state())


def copied(state: State) -> State:
    return {k: t.clone() for k, t in state[0].items()}, copy.deepcopy(state[1])


def outcome(run: Trainee, state: State, steps: int) -> str:
    """Return the hash of all that a run is `steps` steps after it was given `state`."""
    try:
        run.vitals.healthy = 0
        run.course, run.retries = Course(0, UNLIMITED), 0
        run.load(*copied(state))
        for _ in range(steps):
            run.advance(0.0)
    except (KeyError, TypeError, RuntimeError, Refused) as refused:
        return f"refused: {type(refused).__name__}"
    return digest(run.state())


def digest(state: State) -> str:
    """Return the hash of everything in a state."""
    whole = hashlib.sha256(json.dumps(state[1], sort_keys=True, default=str).encode())
    for name, tensor in sorted(state[0].items()):
        whole.update(name.encode() + tensor.detach().contiguous().numpy().tobytes())
    return whole.hexdigest()


def parts(run: Trainee, state: State) -> dict[str, list[str]]:
    """Return everything a save holds, by part: {part: its keys}. A buffer is a part of its own."""
    tensors, values = state
    weights = {n for n, _ in run.learner.named_parameters()}
    found: dict[str, list[str]] = {}
    for key in tensors:
        kind, name = key.split(".", 1)
        if kind == "optimizer":
            part = ".".join([kind, name.split(".")[0], name.rsplit(".", 1)[1]])
        elif kind == "ema" and f"model.{name}" in weights:
            part = "ema"
        else:
            part = ".".join(key.split(".")[:2]) if name in weights else key
        found.setdefault(part, []).append(key)
    for key in values:
        found[f"values.{key}"] = [key]
    for name, numbers in values["optimizers"].items():
        for key in numbers:
            found[f"numbers.{name}.{key}"] = [name, key]
    return found


def without(state: State, part: str, keys: list[str]) -> State:
    """Return a state in which a part is nothing: left out, or zero."""
    tensors, values = copied(state)
    if part.startswith("values."):
        del values[keys[0]]
    elif part.startswith("numbers."):
        del values["optimizers"][keys[0]][keys[1]]
    else:
        tensors |= {key: torch.zeros_like(tensors[key]) for key in keys}
    return tensors, values


def changed(state: State, part: str, keys: list[str]) -> State:
    """Return a state in which a bare number is that of a run's start."""
    fresh = {"seconds": 0.0, "until": UNLIMITED, "retries": 0, "planned": (0, 0.0)}
    fresh |= {"step": 0, "steps": 90, "healthy": 0, "scale": 1.0, "chunks": 1}
    tensors, values = copied(state)
    if part.startswith("values."):
        values[keys[0]] = fresh[keys[0]]
    else:
        values["optimizers"][keys[0]][keys[1]] = {**fresh, "steps": 0}[keys[1]]
    return tensors, values


def undetected(
    folder: Path, family: str, looks: tuple[int, ...]
) -> Iterator[tuple[str, bool | str]]:
    """Yield each part that a save of `family` holds, and whether its omission went unnoticed at
    all `looks`; or why it can't be noticed.
    """
    run, state = begun(folder, family)
    whole = {steps: outcome(run, state, steps) for steps in looks}
    assert outcome(run, state, looks[0]) == whole[looks[0]], "the same state, the same run"
    for part, keys in parts(run, state).items():
        if part == "values.optimizers":
            continue  # the numbers in it are parts of their own
        if reason := idle(run, part):
            yield part, reason
            continue
        number = part.startswith(("values.", "numbers."))
        other = changed(state, part, keys) if number else without(state, part, keys)
        if digest(other) == digest(state):
            yield part, "is nothing yet"
            continue
        yield part, all(outcome(run, other, steps) == whole[steps] for steps in looks)


def idle(run: Trainee, part: str) -> str:
    """Say why the omission of a part can't change any result, or ""."""
    kind, _, rest = part.partition(".")
    if kind == "ema" and rest:
        return "the average takes it over from the model at every step"
    if kind == "optimizer" and part.endswith(".exp_avg"):
        betas = run.learner.optimizers()[part.split(".")[1]].adam.param_groups[0]["betas"]
        return "" if betas[0] else "beta 1 is 0: only the newest gradient counts"
    return IDLE.get(part, "")


@pytest.mark.timeout(1800)
def test_whatever_is_left_out_of_a_save_is_noticed(tmp_path: Path, promise, amount) -> None:
    names, looks = amount((["gan"], SOON), (sorted(families()), (*SOON, AFTER)))
    reasons: set[str] = set()
    with promise("Saving", "left out of a save: noticed after resuming (test of the test)") as kept:
        for family in names:
            for part, unnoticed in undetected(tmp_path, family, looks):
                if isinstance(unnoticed, str):
                    reasons.add(f"{part}: {unnoticed}")
                else:
                    kept.check(not unnoticed, f"{family}: nobody misses {part}")
        kept.say(f"of {len(names)} families; {len(reasons)} other parts change nothing, as said")


def test_every_part_that_is_said_to_be_idle_is_in_a_save(tmp_path: Path) -> None:
    run, state = begun(tmp_path, "vae")
    assert set(IDLE) <= set(parts(run, state))
    assert {"ema", "optimizer.critic.exp_avg_sq", "values.step"} <= set(parts(run, state))
