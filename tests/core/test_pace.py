"""Steps that take long on a CPU: a Stop ends them in the middle, and they were never begun."""

import time
from pathlib import Path

import pytest
import torch

from studio.core import checkpoint, saving, training
from studio.core.events import Progress, Refused
from studio.core.project import Run
from studio.core.trainee import Trainee
from tests.core import toys

STEPS, STUCK = 6, 4


def numbers(run: Run) -> dict[str, torch.Tensor]:
    return checkpoint.newest(run.checkpoints)[1]


def equal(one: Run, other: Run) -> bool:
    a, b = numbers(one), numbers(other)
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step count as slow, and each be a pull of its own."""
    monkeypatch.setattr(training.Pace, "slow", lambda *_: True)
    monkeypatch.setattr(training, "PULL", 0.0)


@pytest.mark.parametrize("family", ["vae", "gan"])
def test_a_slow_step_that_is_stopped_was_never_begun(
    family: str, slow: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toys.project(tmp_path)
    asked, known = toys.request(family, STEPS), toys.known(STEPS)
    _, whole = toys.finish(training.start(project, asked, known))
    once = Trainee._one_step

    def stuck(trainee: Trainee) -> dict[str, torch.Tensor]:
        found = once(trainee)
        while trainee.step == STUCK:
            torch.rand(8, 8).sum()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Trainee, "_one_step", stuck)
        job = training.start(project, asked, known)
        waited = 0
        while waited < 5:  # words without a step between them
            event = next(job)
            stands = isinstance(event, Progress) and event.done == STUCK - 1
            waited = waited + 1 if stands else 0
        begun = time.monotonic()
        job.close()
    stopped = project.runs()[-1]
    assert time.monotonic() - begun < 5
    assert checkpoint.newest(stopped.checkpoints)[2]["step"] == STUCK - 1
    toys.finish(training.resume(project, stopped.number))
    assert equal(project.run(stopped.number), whole)


def test_a_stop_where_memory_is_too_short_for_a_copy_goes_back_to_the_last_save(
    slow: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = toys.project(tmp_path)
    once, real = Trainee._one_step, training.Pace._copied

    def stuck(trainee: Trainee) -> dict[str, torch.Tensor]:
        found = once(trainee)
        while trainee.step == STUCK:
            torch.rand(8, 8).sum()
        return found

    def short(pace: training.Pace) -> training.State | None:
        with monkeypatch.context() as patch:
            patch.setattr(torch.Tensor, "clone", out_of_memory)
            return real(pace)

    monkeypatch.setattr(Trainee, "_one_step", stuck)
    monkeypatch.setattr(training.Pace, "_copied", short)
    job = training.start(project, toys.request("vae", STEPS), toys.known(STEPS))
    waited = 0
    while waited < 5:
        event = next(job)
        stands = isinstance(event, Progress) and event.done == STUCK - 1
        waited = waited + 1 if stands else 0
    with pytest.raises(Refused, match="since step 0 could not be saved: memory was too short"):
        job.close()
    run = project.run()
    assert checkpoint.newest(run.checkpoints)[2]["step"] == 0
    assert (
        run.history().status == "stopped" and "could not be saved" in run.history().notes[-1].text
    )


def out_of_memory(*_: object) -> None:
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")


def test_slow_steps_learn_the_same(slow: None, tmp_path: Path) -> None:
    project = toys.project(tmp_path)
    asked, known = toys.request("gan", STEPS), toys.known(STEPS)
    _, aside = toys.finish(training.start(project, asked, known))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.Pace, "slow", lambda *_: False)
        _, at_once = toys.finish(training.start(project, asked, known))
    assert equal(aside, at_once)


def test_a_run_that_goes_on_can_be_left_in_haste(tmp_path: Path) -> None:
    project = toys.project(tmp_path)
    _, run = toys.finish(training.start(project, toys.request("vae", 2), toys.known(2)))
    _, trainee = training._waiting(project, run.number)
    assert not trainee.ema.recall()
    saving.restore(trainee)
    assert trainee.ema.recall()


def test_what_took_long_is_slow_on_a_processor_alone(tmp_path: Path) -> None:
    project = toys.project(tmp_path)
    _, run = toys.finish(training.start(project, toys.request("vae", 2), toys.known(2)))
    pace = training.Pace(training._waiting(project, run.number)[1])
    assert all(pace.slow(seconds) for seconds in (pace.steps, pace.save, pace.grid))
    list(pace.drawn(iter([Progress(0, 1, "")])))
    assert not pace.slow(pace.grid) and pace.slow(pace.save)
    pace.trainee.device = torch.device("meta")
    assert not pace.slow(pace.save)


def test_a_save_in_haste_has_what_the_average_was_completed_with() -> None:
    from studio.core.learning import Ema

    ema = Ema(torch.nn.BatchNorm1d(2))
    mean = ema.model.running_mean
    assert mean is not None and not ema.recall()
    mean.fill_(3.0)
    ema.keep(torch.nn.BatchNorm1d(2))  # another model
    assert not ema.recall()
    ema.keep(ema.model)
    mean.fill_(9.0)
    assert ema.recall() and mean.tolist() == [3.0, 3.0]
