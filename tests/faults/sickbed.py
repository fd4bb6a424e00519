"""Runs to fall ill: a tiny one of any family, and the bad numbers that are planted in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from studio.core import project as projects
from studio.core.building import image_size
from studio.core.data.packed import open_packed
from studio.core.families import families
from studio.core.learning import Optimizer
from studio.core.project import RunRecord
from studio.core.trainee import Trainee
from tests.core import toys

STEPS = 100_000


def trainee(
    folder: Path,
    family: str,
    steps: int = STEPS,
    count: int = 48,
    device: str = "cpu",
    **changes: Any,
) -> Trainee:
    """Return a tiny run of `family` that is about to begin, in a project of its own; `changes`
    are to its settings.
    """
    made = projects.open_or_create(folder / f"{family}.atelier")
    if not made.datasets():
        toys.pack(made, count=count)
    request = toys.request(family, steps, device=device)
    settings = families()[family].tiny.updated(changes)
    record = RunRecord(
        name=family,
        created=0.0,
        dataset="toy",
        family=family,
        preset=request.preset,
        settings=settings.model_dump(),
        plan=request.plan,
    )
    packed = open_packed(made.dataset("toy"))
    size = image_size(packed.manifest)
    run = made.new_run(record)
    return Trainee(run, packed, settings, size, toys.known(steps))


def _spoil(tensor: Tensor, value: float) -> None:
    tensor.detach()[(0,) * tensor.dim()] = value


def weights(run: Trainee, value: float) -> None:
    """Spoil a number of a weight that the last step moved."""
    _spoil(_moved(run), value)


def _moved(run: Trainee) -> Tensor:
    return next(
        p
        for optimizer in run.learner.optimizers().values()
        for p in optimizer.parameters
        if p.grad is not None and bool(p.grad.any())
    )


def average(run: Trainee, value: float) -> None:
    """Spoil a number of the averaged weights."""
    _spoil(next(run.ema.model.parameters()), value)


def moments(run: Trainee, value: float) -> None:
    """Spoil a moment of an optimizer."""
    stored = (o.adam.state for o in run.learner.optimizers().values() if o.adam.state)
    _spoil(next(iter(next(stored).values()))["exp_avg_sq"], value)


def buffer(run: Trainee, value: float) -> None:
    """Spoil a number that the learner keeps beside its weights; of the average's where it has
    none.
    """
    kept = set(run.learner.state_dict())
    for module in (run.learner, run.ema.model):
        for name, tensor in module.named_buffers():
            if tensor.is_floating_point() and (name in kept or module is run.ema.model):
                return _spoil(tensor, value)
    return average(run, value)


STATE: dict[str, Callable[[Trainee, float], None]] = {
    "weights": weights,
    "average": average,
    "moments": moments,
    "buffer": buffer,
}


@contextmanager
def gradients(value: float, times: int) -> Iterator[None]:
    """Spoil the gradients of the next `times` backward passes."""
    original, left = Optimizer._backward, [times]

    def backward(self: Optimizer, *arguments: Any) -> Tensor:
        found = original(self, *arguments)
        if left[0] > 0:
            left[0] -= 1
            _spoil(next(p.grad for p in self.parameters if p.grad is not None), value)
        return found

    Optimizer._backward = backward
    try:
        yield
    finally:
        Optimizer._backward = original


@contextmanager
def loss(value: float, times: int) -> Iterator[None]:
    """Make the next `times` losses `value`, and what follows from it."""
    original, left = Optimizer._backward, [times]

    def backward(self: Optimizer, wanted: Any, batch: Any) -> Tensor:
        if left[0] <= 0:
            return original(self, wanted, batch)
        left[0] -= 1
        return original(self, lambda *part: wanted(*part) * value, batch)

    Optimizer._backward = backward
    try:
        yield
    finally:
        Optimizer._backward = original


@contextmanager
def pictures(run: Trainee, value: float, times: int) -> Iterator[None]:
    """Spoil a number of a picture in the next `times` batches."""
    original, left = run.batches.batch, [times]

    def batch(step: int) -> Any:
        found = original(step)
        if left[0] > 0:
            left[0] -= 1
            found = found._replace(images=found.images.clone())
            _spoil(found.images, value)
        return found

    run.batches.batch = batch
    try:
        yield
    finally:
        del run.batches.batch


def healthy(run: Trainee) -> bool:
    """Tell whether every number of the run's state is finite, one by one."""
    tensors, _ = run.state()
    return all(bool(torch.isfinite(t).all()) for t in tensors.values() if t.is_floating_point())
