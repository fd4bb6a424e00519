"""Draw pictures from a run: latent k of a seed is one picture, however many are asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from studio.core import checkpoint, latents
from studio.core.building import build_model
from studio.core.drawing import drawn
from studio.core.events import Job, Note, Progress, Refused
from studio.core.pictures import to_pictures
from studio.core.project import Project

AT_ONCE = 16


def sample(
    project: Project,
    number: int | None = None,
    count: int = 64,
    seed: int = 0,
    label: str | None = None,
    raw: bool = False,
    step: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Job[np.ndarray]:
    """Draw `count` pictures from run `number` (newest if None); returns uint8 [count, h, w, c].

    `label` names the class to draw (None: all classes in turn); `raw` takes the unaveraged weights;
    `step` the newest checkpoint at or before it; `changes` are settings of drawing, as the sampler.
    Raises Refused for a run, class, step or setting not there.
    """
    run = project.run(number)
    if count < 1:
        raise Refused(f"Can't draw {count} pictures; ask for at least one.")
    path, tensors, values, troubles = checkpoint.newest(run.checkpoints, step)
    for trouble in troubles:
        yield Note(f"{trouble} Drawing from {path.name} instead.", "warning")
    model = build_model(values, tensors, raw, changes)
    labels = chosen_labels(count, values["classes"], label)
    pictures: list[np.ndarray] = []
    for part in _parts(count):
        noise = torch.stack([latents.draw_one(model.latent_shape, seed, k) for k in part])
        images = noise
        for refined in drawn(model, noise, None if labels is None else labels[list(part)]):
            images = refined
            yield Progress(part.start, count, "Drawing")
        pictures.append(to_pictures(images))
        yield Progress(part.stop, count, "Drawing")
    return np.concatenate(pictures)


def _parts(count: int) -> Iterator[range]:
    for start in range(0, count, AT_ONCE):
        yield range(start, min(start + AT_ONCE, count))


def chosen_labels(count: int, classes: list[str], label: str | None) -> torch.Tensor | None:
    """Return labels [count]: the class called `label`, or every class in turn; None without
    classes.
    """
    if label is None:
        return torch.arange(count) % len(classes) if classes else None
    if label not in classes:
        known = f"the classes are {', '.join(classes)}" if classes else "this run has none"
        raise Refused(f"There is no class '{label}'; {known}.")
    return torch.full((count,), classes.index(label))
