"""A family trained for so many seconds and drawn from: what the benches have in common.

The clock of process CPU seconds on one thread is what a machine shared with others can be measured
by: every clock the trainer reads then counts this process's own seconds, so that its forecast, its
schedules and its end are those of a machine it has to itself.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unittest import mock

import numpy as np
import torch

from studio.core import checkpoint, training
from studio.core.building import build_model
from studio.core.data.import_settings import ImportSettings
from studio.core.data.importing import accept, draft
from studio.core.data.packed import PackedSet
from studio.core.events import Job, Progress, Scalars
from studio.core.family import Model
from studio.core.project import Plan, Project, Run
from studio.core.request import TrainRequest
from studio.core.tools.sample import sample
from tests.bench.pace import pace

Clock = Literal["cpu", "wall"]
SHARED = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Asked:
    """What to train and for how long; `threads` counts for the wall clock alone."""

    family: str
    preset: str = "quick"
    seconds: float = 300.0
    seed: int = 0
    clock: Clock = "cpu"
    threads: int = 1
    held_out: float = 0.05
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """A finished run; seconds on the clock that was asked for.

    `seconds` were spent in steps, `whole` with the forecast, the grids and the saves. `paces` are
    billions of operations a CPU second of this machine while it trained; see pace.
    """

    project: Project
    run: Run
    steps: int
    seconds: float
    whole: float
    paces: tuple[float, ...]


@contextmanager
def ticking(clock: Clock) -> Iterator[None]:
    """Let `time`'s clocks count this process's CPU seconds, or leave them as they are."""
    if clock == "wall":
        yield
        return
    with (
        mock.patch.object(time, "monotonic", time.process_time),
        mock.patch.object(time, "perf_counter", time.process_time),
    ):
        yield


def imported(project: Project, source: str, side: int, channels: str = "auto") -> PackedSet:
    """Bring pictures into a project, `side` pixels square, and return the set."""
    settings = ImportSettings.model_validate({"width": side, "height": side, "channels": channels})
    return accept(ended(draft(source, settings, project.folder / "datasets")))


def train(project: Project, packed: PackedSet, asked: Asked) -> Trained:
    """Train as the window would, for the seconds asked for."""
    threads = 1 if asked.clock == "cpu" else asked.threads
    plan = Plan(
        minutes=asked.seconds / 60, seed=asked.seed, held_out=asked.held_out, threads=threads
    )
    request = TrainRequest(
        dataset=packed.manifest.id,
        family=asked.family,
        preset=asked.preset,
        settings=asked.settings,
        plan=plan,
    )
    steps, seconds, paces = 0, 0.0, [pace()]
    torch.set_num_threads(threads)
    with ticking(asked.clock):
        begun = time.monotonic()
        job = training.start(project, request)
        try:
            while True:
                event = next(job)
                if isinstance(event, Scalars):
                    seconds = event.seconds
                    paces += [pace()] if seconds > len(paces) * asked.seconds / 5 else []
                if isinstance(event, Progress) and event.text == "Training":
                    steps = event.done
        except StopIteration as stop:
            run = stop.value
        whole = time.monotonic() - begun
        return Trained(project, run, steps, seconds, whole, tuple(paces))


def drawn(trained: Trained, count: int, seed: int = 1) -> tuple[np.ndarray, float]:
    """Return (pictures uint8 [count, h, w, c], CPU seconds); every class in turn where there are
    classes.
    """
    begun = time.process_time()
    pictures = ended(sample(trained.project, trained.run.number, count, seed))
    return pictures, time.process_time() - begun


def model(run: Run) -> Model:
    """Return the averaged model of a run's newest checkpoint."""
    _, tensors, values, _ = checkpoint.newest(run.checkpoints)
    return build_model(values, tensors)


def ended(job: Job[Any] | Generator[Any, Any, Any]) -> Any:
    """Pull a job to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            return stop.value
