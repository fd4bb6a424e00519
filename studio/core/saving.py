"""Saves of a run that trains, and the ways back to them."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.core import checkpoint
from studio.core.building import built_otherwise, saved_settings
from studio.core.data.stored import Lost
from studio.core.device import is_oom
from studio.core.events import Event, Refused, Saved
from studio.core.families import families
from studio.core.health.vitals import Vitals
from studio.core.learning import finite
from studio.core.request import Numerics
from studio.core.room import lost, reason, unsaved
from studio.core.trainee import Trainee

SICK = "the model holds numbers that are not finite"


class Unsaved(Exception):
    """A save that could not be made; the message is why."""


def save(trainee: Trainee, haste: bool = False) -> Event:
    """Save a checkpoint if its numbers are finite; what keeps it from that is said, not raised.

    In `haste` the averaged model is saved as it was completed last.
    """
    try:
        path = _saved(trainee, haste)
    except Unsaved as why:
        return unsaved(trainee.run.checkpoints, trainee.step, str(why))
    return Saved(trainee.step, path)


def leave(trainee: Trainee, haste: bool = False) -> None:
    """Save as whoever stops a run expects; raise Refused with what is lost where that fails."""
    try:
        _saved(trainee, haste)
    except Unsaved as why:
        give_up(trainee, str(why))


def give_up(trainee: Trainee, why: str) -> None:
    """End without a save; raise Refused unless the step is saved already."""
    refusal = lost(trainee.run.checkpoints, trainee.step, why)
    if refusal is not None:
        raise refusal


def _saved(trainee: Trainee, haste: bool) -> Path:
    folder = trainee.run.checkpoints
    if not trainee.finite():  # which completing it can't stand
        raise Unsaved(SICK)
    try:
        with contextlib.suppress(Lost):  # it is drawn with what was completed last
            trainee.complete(haste)
        trainee.vitals.judged()
        tensors, state = trainee.state()
        if not finite(tensors):
            raise Unsaved(SICK)
        path = checkpoint.save_checkpoint(folder, trainee.step, tensors, state)
    except Unsaved:
        raise
    except Exception as error:
        raise Unsaved(reason(error)) from None
    try:
        checkpoint.prune(folder, trainee.course.steps)
    except Exception as error:  # what can't be deleted now will be after a later save
        if not (isinstance(error, OSError) or is_oom(error)):
            raise
    return path


def restore(
    trainee: Trainee, newest_step: int | None = None, changes: Mapping[str, Any] | None = None
) -> list[str]:
    """Load the newest sound checkpoint, at most at `newest_step`, with `changes` to the settings;
    return a sentence for each newer one that was damaged.

    Raises Refused for changes that the trained weights do not fit.
    """
    run, packed = trainee.run, trainee.packed
    _, tensors, values, troubles = checkpoint.newest(run.checkpoints, newest_step)
    if values["fingerprint"] != packed.manifest.fingerprint:
        raise Refused(
            f"Run {run.number} was trained on other pictures than its set now holds;"
            " import them again."
        )
    kept = saved_settings(values["family"], values["settings"]).updated(dict(changes or {}))
    family, count = families()[values["family"]], packed.manifest.count
    if changes and (why := family.objection(kept, trainee.size, count)):
        raise Refused(why)
    trainee.rebuild(kept, Numerics(**values["numerics"]), values["threads"])
    trainee.vitals = Vitals(kept.model_dump(), run.history(), values["step"])
    try:
        trainee.load(tensors, values)
    except RuntimeError:
        if not changes:
            raise Refused(built_otherwise(values["family"])) from None
        names = ", ".join(f"'{name}'" for name in changes)
        raise Refused(
            f"What run {run.number} has learned does not fit another {names};"
            " start a new run with it."
        ) from None
    trainee.ema.keep(trainee.ema.model)
    return troubles


def go_back(trainee: Trainee, newest_step: int | None = None) -> None:
    """Load the newest sound checkpoint, at most at `newest_step`; time and the parts that batches
    are computed in stay as they are.
    """
    seconds, optimizers = trainee.seconds, trainee.learner.optimizers()
    chunks = {name: o.chunks for name, o in optimizers.items()}
    _, tensors, values, _ = checkpoint.newest(trainee.run.checkpoints, newest_step)
    trainee.load(tensors, values)
    trainee.ema.keep(trainee.ema.model)
    trainee.seconds = seconds
    for name, optimizer in trainee.learner.optimizers().items():
        optimizer.chunks = chunks[name]
