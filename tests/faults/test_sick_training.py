"""Bad numbers planted in every part of a run: it is well again within three steps, and says so."""

import math
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from safetensors.torch import load_file

from studio.core import checkpoint, saving, training
from studio.core.events import Note, Published, Refused, Samples, Saved, Scalars
from studio.core.families import families
from studio.core.health import judge
from studio.core.runlog import History
from studio.core.trainee import Trainee
from tests.faults import sickbed

FAMILIES = sorted(families())
NAN, INF = math.nan, math.inf
WITHIN = 3  # steps
SEEN_LATER = ("average", "moments", "buffer")  # nothing of a step shows them: looked for in time

Plant = Callable[[Trainee], AbstractContextManager[None]]


def state(part: str, value: float) -> Plant:
    def plant(run: Trainee) -> AbstractContextManager[None]:
        sickbed.STATE[part](run, value)
        return nullcontext()

    return plant


PLANTS: dict[str, Plant] = {
    "nan in gradients": lambda run: sickbed.gradients(NAN, 1),
    "inf in gradients, thrice": lambda run: sickbed.gradients(INF, 3),
    "inf as loss": lambda run: sickbed.loss(INF, 1),
    "nan in pictures": lambda run: sickbed.pictures(run, NAN, 1),
    "inf in pictures, thrice": lambda run: sickbed.pictures(run, INF, 3),
    **{
        f"{'nan' if value != value else 'inf'} in {part}": state(part, value)
        for part in sickbed.STATE
        for value in (NAN, INF)
    },
}


def pull(job, run: Trainee, steps: int) -> None:
    """Pull until so many more steps are done."""
    goal = run.step + steps
    while run.step < goal:
        next(job)


def troubles(job, run: Trainee, name: str) -> list[str]:
    """Return what of the promise a run breaks in which something was just planted."""
    begun, found, left = run.step, [], 100
    for event in job:
        left -= 1
        if isinstance(event, Note) and event.kind == "rollback":
            noticed = int(re.search(r"at step (\d+)", event.text)[1])
            if noticed - begun > WITHIN and not name.endswith(SEEN_LATER):
                found.append(f"noticed after {noticed - begun} steps")
            break
        if isinstance(event, Scalars | Samples | Published | Saved) and not sickbed.healthy(run):
            found.append(f"{type(event).__name__} of a sick run")
        if isinstance(event, Note) and event.kind == "save":
            found.append(event.text)
        if run.step >= begun + WITHIN + 1 and sickbed.healthy(run):
            break
        if not left:
            found.append("nothing happened")
            break
    pull(job, run, 2)
    if not sickbed.healthy(run):
        found.append("still sick")
    return found


def saved_sick(run: Trainee) -> list[str]:
    """Return the checkpoints that hold a number that is not finite."""
    paths = checkpoint.checkpoints(run.run.checkpoints)
    return [
        path.name
        for path in paths
        if not all(t.isfinite().all() for t in load_file(path / "tensors.safetensors").values())
    ]


def chosen(at: int, share: int) -> list[str]:
    """Return every `share`-th plant; those of all families together are all."""
    return [name for k, name in enumerate(PLANTS) if k % share == at % share]


@pytest.mark.timeout(1800)
def test_bad_numbers_are_outlived_within_three_steps(
    tmp_path: Path, promise, amount, monkeypatch
) -> None:
    monkeypatch.setattr(training, "PULL", 0.0)
    monkeypatch.setattr(Trainee, "samples", lambda self: iter(()))
    words = "NaN or inf anywhere: well again in 3 steps, or rolled back"
    with promise("Sick training", words) as kept:
        for at, family in enumerate(FAMILIES):
            run = sickbed.trainee(tmp_path, family)
            job = training.train(run)
            pull(job, run, 4)
            for name in chosen(at, amount(4, 1)):
                run.retries = 0
                with PLANTS[name](run):
                    found = troubles(job, run, name)
                kept.check(not found, f"{family}, {name}: {', '.join(found)}")
            job.close()
            kept.check(not saved_sick(run), f"{family}: a save is sick: {saved_sick(run)}")


def test_the_test_sees_a_guard_that_is_gone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(training, "PULL", 0.0)
    monkeypatch.setattr(Trainee, "samples", lambda self: iter(()))
    run = sickbed.trainee(tmp_path, "diffusion")
    job = training.train(run)
    pull(job, run, 4)
    monkeypatch.setattr(Trainee, "finite", lambda self: True)
    sickbed.average(run, NAN)
    assert "still sick" in troubles(job, run, "average")
    with pytest.raises(Refused, match="not finite"):
        job.close()


def test_one_bad_loss_is_only_left_out(tmp_path: Path, promise) -> None:
    with promise("Sick training", "a loss that is infinite once is left out, no more") as kept:
        for family in ("vae", "gan"):
            run = sickbed.trainee(tmp_path, family)
            for _ in range(3):
                run.advance(0.0)
            with sickbed.loss(INF, 1):
                run.advance(0.0)
            kept.check(run.step == 4 and not run.sick and sickbed.healthy(run), family)


def test_a_hopeless_run_stops_after_three_times_with_a_sentence(
    tmp_path: Path, promise, amount, monkeypatch
) -> None:
    monkeypatch.setattr(training, "PULL", 0.0)
    monkeypatch.setattr(Trainee, "samples", lambda self: iter(()))
    with promise(
        "Sick training", "sick for ever: after 3 times back it stops, and says why"
    ) as kept:
        for family in FAMILIES[: amount(2, 6)]:
            run = sickbed.trainee(tmp_path, family)
            events = []
            with sickbed.gradients(NAN, 10_000), pytest.raises(Refused, match="unstable") as said:
                events.extend(training.train(run))
            notes = [e for e in events if isinstance(e, Note) and e.kind == "rollback"]
            kept.check(str(said.value).count(". ") == 0 and not saved_sick(run), family)
        kept.say(f"{len(notes)} notes before it" if notes else "each said before it")


def test_the_last_healthy_checkpoint_is_never_pruned(tmp_path: Path, promise, monkeypatch) -> None:
    monkeypatch.setattr(Trainee, "_finish", lambda self, *arguments: {})
    run = sickbed.trainee(tmp_path, "vae")
    run.advance(0.0)
    with promise("Sick training", "the last healthy save outlives any number of sick ones") as kept:
        last_good = collapse(run, 100)
        steps = [checkpoint._step(p) for p in checkpoint.checkpoints(run.run.checkpoints)]
        kept.check(max(s for s in steps if s <= last_good) == last_good, f"kept {steps}")
        remedy = judge(_history(run), run.settings.model_dump()).remedy
        back = checkpoint.newest(run.run.checkpoints, remedy.back_to)[2]["step"]
        kept.check(back == last_good, f"the remedy goes back to {back}, not to {last_good}")
        again = sickbed.Trainee(run.run, run.packed, run.settings, run.size)
        saving.restore(again)
        kept.check(again.vitals.healthy == last_good, "the word is not saved")
        saving.go_back(again, again.vitals.healthy)
        kept.check(again.step == last_good, f"went back to {again.step}")


def collapse(run: Trainee, saves: int) -> int:
    """Save a run that is well until its 11th save, then draws the same picture at so many;
    return the last good step, which no rule but that of health keeps.
    """
    good = 0
    for k in range(1, 12 + saves):
        run.step = 10 * k
        well = k <= 11
        run.vitals.add(run.step, {"loss": 1.0, "diversity": 0.9 if well else 0.05})
        assert isinstance(saving.save(run), Saved)
        good = run.step if well else good
    return good


def _history(run: Trainee) -> History:
    return run.vitals._history()


def test_without_that_rule_the_healthy_one_is_gone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Trainee, "_finish", lambda self, *arguments: {})
    monkeypatch.setattr(checkpoint, "healthy", lambda paths: -1)
    run = sickbed.trainee(tmp_path, "vae")
    run.advance(0.0)
    last_good = collapse(run, 10)
    steps = [checkpoint._step(p) for p in checkpoint.checkpoints(run.run.checkpoints)]
    assert last_good not in steps and len(steps) >= 2
