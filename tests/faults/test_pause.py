"""Pause gives the device back, all of it, and a run that was paused learns what it would have."""

import gc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from studio.core import checkpoint, parking, saving, training
from studio.core import device as machine
from studio.core.building import image_size
from studio.core.data.packed import open_packed
from studio.core.families import families
from studio.core.project import RunRecord
from studio.core.trainee import Trainee
from tests.core import toys

STEPS = 6
GIVEN_BACK = 0.9
TINY = 64  # bytes: what a step was said to have cost
META = torch.device("meta")  # holds no numbers: what is moved there is gone from memory
FAMILIES = sorted(families())


@pytest.fixture
def one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pull be one step."""
    monkeypatch.setattr(training, "PULL", 0.0)


def paused(job: Iterator[Any], gaps: Iterator[int]) -> tuple[int, Any]:
    """Pull a job to its end, pausing after so many other events each; return how many pauses there
    were, and what it returns.
    """
    count, left, order = 0, next(gaps), None
    try:
        while True:
            event = job.send(order)  # type: ignore[attr-defined]  # a generator
            order = None
            if getattr(event, "kind", "") == "pause":
                count, left = count + 1, next(gaps, 0)
                continue
            left -= 1
            order = "pause" if left == 0 else None
    except StopIteration as ended:
        return count, ended.value


def equal(one: Any, other: Any) -> bool:
    """Whether the newest checkpoints of two runs hold the same numbers, to the bit."""
    a, b = (checkpoint.newest(run.checkpoints)[1] for run in (one, other))
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_a_paused_run_learns_the_same(
    tmp_path: Path, one_step: None, promise: Any, amount: Any
) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rng, each = np.random.default_rng(0), amount(1, 30)
    project = toys.project(tmp_path)
    words = f"A run of each family paused {each} times equals one that never was"
    with promise("The window", words) as kept:
        for family in FAMILIES:
            steps = STEPS + 2 * each
            asked, known = toys.request(family, steps, device=device), toys.known(steps)
            _, whole = toys.finish(training.start(project, asked, known))
            gaps = iter([4, *rng.integers(1, 4, each - 1).tolist()])
            count, held = paused(training.start(project, asked, known), gaps)
            kept.check(count == each and equal(held, whole), f"{family}, {count} pauses")
        kept.say(f"on {device}")


def trainee_of(folder: Path, family: str, device: str = "cpu") -> Trainee:
    """Return a trainee of a family's tiny settings."""
    made = toys.project(folder)
    asked = toys.request(family, STEPS, device=device)
    settings = families()[family].tiny
    record = RunRecord(
        name="x",
        created=0.0,
        dataset="toy",
        family=family,
        preset="quick",
        settings=settings.model_dump(),
        plan=asked.plan,
    )
    packed = open_packed(made.dataset("toy"))
    return Trainee(
        made.new_run(record), packed, settings, image_size(packed.manifest), toys.known(STEPS)
    )


def tensors() -> list[torch.Tensor]:
    """Return all tensors that are alive."""
    for _ in range(3):  # one that is let go may free another
        gc.collect()
    return [each for each in gc.get_objects() if issubclass(type(each), torch.Tensor)]


def left_behind(trainee: Trainee, steps: int = 4) -> tuple[list[str], float]:
    """Train a little, park as if the device were another one than where parked things go; return
    the numbers that stay where they were, and the share of all bytes that they are.
    """
    job = training.train(trainee)
    while trainee.step < steps or trainee.drawing:
        next(job)
    known = {id(t) for t in OTHERS}
    before = sum(t.nbytes for t in tensors() if id(t) not in known)
    trainee.device = SimpleNamespace(type="cuda")  # type: ignore[assignment]  # one that is left
    torch.__future__.set_swap_module_params_on_conversion(True)  # or parameters become others
    try:
        parking.move(trainee, META)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)
    known |= {id(t) for t in (*trainee.ema._kept, trainee.preview._grid[1])}  # always off it
    left = [t for t in tensors() if id(t) not in known and t.device != META]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "leave", lambda *_, **__: None)  # there is nothing left to save
        job.close()
    names = [
        f"{t.dtype} {tuple(t.shape)}" for t in left if t.is_floating_point() and t.nbytes > TINY
    ]
    return names, sum(t.nbytes for t in left) / before


OTHERS: list[torch.Tensor] = []


@pytest.fixture
def others() -> Iterator[None]:
    """Know the tensors that are no run's."""
    OTHERS[:] = tensors()
    yield
    OTHERS.clear()


@pytest.mark.parametrize("family", FAMILIES)
def test_everything_of_a_run_leaves_the_device(
    family: str, tmp_path: Path, others: None, one_step: None, promise: Any
) -> None:
    with promise(
        "The window", f"Pause moves all numbers of a run off its device: {family}"
    ) as kept:
        names, share = left_behind(trainee_of(tmp_path, family))
        kept.check(not names, f"{family}: {names[:5]} stay")
        kept.check(share <= 1 - GIVEN_BACK, f"{family}: {share:.1%} of the bytes stay")
        kept.say(f"{share:.1%} stay: places of pictures")


def test_a_part_that_stays_is_noticed(tmp_path: Path, others: None, one_step: None) -> None:
    trainee = trainee_of(tmp_path, "vae")
    trainee.hoard = torch.ones(100)  # type: ignore[attr-defined]  # what park does not know of
    names, _ = left_behind(trainee)
    assert names == ["torch.float32 (100,)"]


def test_pause_gives_back_a_graphics_cards_memory(
    tmp_path: Path, promise: Any, untried: Any
) -> None:
    words = f"Pause gives back {GIVEN_BACK:.0%} of the graphics card's memory"
    if not torch.cuda.is_available():
        return untried("The window", words, "no GPU")
    device = torch.device("cuda")
    with promise("The window", words) as kept:
        for family in FAMILIES:
            gc.collect()
            machine.release(device)
            empty = machine.used_memory(device)
            trainee = trainee_of(tmp_path / family, family, "cuda")
            trainee.advance(2.0)
            held = machine.used_memory(device) - empty
            parking.park(trainee)
            share = 1 - (machine.used_memory(device) - empty) / held
            kept.check(share >= GIVEN_BACK, f"{family}: {share:.0%} of {held / 1e6:.0f} MB")
            parking.unpark(trainee)
            trainee.advance(0.5)
    return None


def test_pause_on_a_processor_says_so_and_goes_on(tmp_path: Path, one_step: None) -> None:
    project = toys.project(tmp_path)
    job = training.start(project, toys.request("vae", STEPS), toys.known(STEPS))
    for _ in range(6):
        next(job)
    note = job.send("pause")
    assert "Paused at step" in getattr(note, "text", "")
    _, run = toys.finish(job)
    assert run.history().status == "finished"
