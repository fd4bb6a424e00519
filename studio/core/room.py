"""Room on the disk: whether a run's saves will fit, and what is said when one does not."""

import shutil
from pathlib import Path

from torch import nn

from studio.core.checkpoint import checkpoints
from studio.core.device import is_oom
from studio.core.events import Note, Refused

PARTS = 4  # of a save: weights, their average, and Adam's two moments of each
AT_ONCE = 2  # saves that must fit: the next is whole before the last may go


def preflight(folder: Path, learner: nn.Module) -> tuple[Note, ...]:
    """Return a warning where two saves of a run will hardly fit beside `folder`; raise Refused
    where not even one will.
    """
    one = PARTS * sum(t.numel() * t.element_size() for t in learner.state_dict().values())
    free = shutil.disk_usage(folder).free
    if free >= AT_ONCE * one:
        return ()
    text = f"Only {megabytes(free)} are free on this disk; a save of this run takes about"
    if free < one:
        raise Refused(f"{text} {megabytes(one)}. Make room first, or choose a smaller model.")
    return (
        Note(f"{text} {megabytes(one)}, and two must fit. Make room soon.", "warning", "save", 0),
    )


def reason(error: Exception) -> str:
    """Return why a save failed; raise `error` again if neither disk nor memory is to blame."""
    if is_oom(error):
        return "memory ran out"
    if not isinstance(error, OSError):
        raise error
    return error.strerror or str(error)


def unsaved(folder: Path, step: int, why: str) -> Note:
    """Return what is said when a step could not be saved in `folder`, while training goes on."""
    saved = checkpoints(folder)
    last = f"the last save is step {number(saved[-1])}" if saved else "nothing is saved yet"
    text = f"Step {step} could not be saved: {why}. Training goes on; {last}."
    return Note(text, "error", "save", step)


def lost(folder: Path, step: int, why: str) -> Refused | None:
    """Return what is said when a run ends at a step that could not be saved in `folder`; None
    where nothing is lost, as that step is saved already.
    """
    last = max((number(path) for path in checkpoints(folder)), default=-1)
    if last == step:
        return None
    if last < 0:
        return Refused(f"Nothing of this run could be saved: {why}; start it anew.")
    return Refused(
        f"What was learned since step {last} could not be saved: {why}; the run goes on from step"
        f" {last}."
    )


def number(path: Path) -> int:
    """Return the step of a checkpoint's folder."""
    return int(path.name.removeprefix("step-"))


def megabytes(size: int) -> str:
    """Return bytes in MB, for people."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"
