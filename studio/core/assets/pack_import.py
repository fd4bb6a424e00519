"""A model comes in: a pack becomes a run of a project, whole or not at all."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.core import pictures
from studio.core import project as projects
from studio.core.assets.pack import PREVIEW, WEIGHTS, Pack, damaged, opened, weights
from studio.core.assets.pack_export import SHOWN
from studio.core.durable import hidden
from studio.core.events import Job, Note, Progress, Refused, Samples, Saved
from studio.core.project import Project, Run, write_json
from studio.core.provenance.rights import manifest_of
from studio.core.runlog import RunLog
from studio.core.weights import check_head

NAME_AT_MOST = 200  # characters

if TYPE_CHECKING:
    from torch import Tensor


def import_pack(path: Path, project: Project) -> Job[Run]:
    """Make the model in the pack a run of the project; returns the run, the one there is where it
    was taken in before.

    The set it learned from need not be there; where it is, the run belongs to it. Raises Refused
    for what is no sound pack, or holds a model that this program can't draw with.
    """
    pack = opened(path)
    for run in project.runs():
        if run.origin().get("hash") == pack.hash:
            yield Note(f"Run {run.number} holds this pack already.")
            return run
    look = yield from _look(pack)
    data = yield from weights(pack)
    tensors = _fitting(pack, data)
    yield Progress(0, None, path.name)
    if len({_digest(tensors), pack.manifest.model, pack.record.model}) > 1:
        raise Refused(f"The weights in {path.name} are not those its record speaks of.")
    stage = project.folder / "runs" / hidden()
    try:
        _write(stage, pack, project, tensors, look)
        yield Progress(1, 1, path.name)
        return _placed(stage, project)
    except OSError as error:
        raise Refused(f"The project can't be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _look(pack: Pack) -> Job[np.ndarray]:
    """Return the pictures of the preview [n, h, w, c]; raise Refused where they don't fit."""
    yield Progress(0, None, pack.path.name)
    height, width, channels, _ = pack.manifest.size
    found = pack.preview()
    blank = pictures.grid(np.zeros((SHOWN, height, width, channels), np.uint8))
    if found.shape != blank.shape:
        raise damaged(pack.path, PREVIEW)
    return pictures.ungrid(found, SHOWN, height, width)


def _fitting(pack: Pack, data: bytes) -> "dict[str, Tensor]":
    """Return the weights if they are those of the model the pack describes; raise Refused.

    The model is laid out without memory for it first: what a pack says of its size may be a trap.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from studio.core.building import saved_settings
    from studio.core.families import families
    from studio.core.family import ImageSize

    known = pack.manifest
    if known.family != pack.run.family or known.family not in families():
        raise Refused(
            f"{pack.path.name} holds a model of the kind '{known.family[:40]}', which this version"
            " of Atelier does not know; update the program to use it."
        )
    settings = saved_settings(known.family, pack.run.settings)
    try:
        check_head(data)
        tensors = load(data)
        with torch.random.fork_rng(devices=[]), torch.device("meta"):
            model = families()[known.family].model(settings, ImageSize(*known.size))
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError, MemoryError):
        raise damaged(pack.path, WEIGHTS) from None
    wanted = {f"ema.{name}": (t.shape, t.dtype) for name, t in model.state_dict().items()}
    if {name: (t.shape, t.dtype) for name, t in tensors.items()} != wanted:
        raise damaged(pack.path, WEIGHTS)
    return tensors


def _digest(tensors: "dict[str, Tensor]") -> str:
    from studio.core import checkpoint

    return checkpoint.digest(tensors)


def _write(
    stage: Path, pack: Pack, project: Project, tensors: "dict[str, Tensor]", look: np.ndarray
) -> None:
    """Write the run into a hidden folder; a crash leaves nothing that is a run."""
    from studio.core.checkpoint import save_checkpoint

    (stage / "samples").mkdir(parents=True)
    known, version = pack.manifest, pack.record.version
    there = manifest_of(project, version)
    dataset = there.id if there else projects.slug(version[:10])
    record = pack.run.updated(
        {"dataset": dataset, "name": known.name[:NAME_AT_MOST] or pack.run.name}
    )
    write_json(stage / "run.json", record.model_dump())
    origin = {"hash": pack.hash, "record": json.loads(pack.record.text())}
    write_json(stage / projects.ORIGIN, origin)
    state: dict[str, Any] = {
        "family": known.family,
        "settings": record.settings,
        "size": list(known.size),
        "classes": list(known.classes),
        "fingerprint": version,
        "step": known.step,
    }
    saved = save_checkpoint(stage / "checkpoints", known.step, tensors, state)
    log = RunLog(stage)
    with contextlib.closing(log.file):
        log.record(Saved(known.step, saved))
        log.record(Samples(known.step, "ema", look))
        log.record(Note(f"Taken in from a pack, hash {pack.hash[:16]}.", step=known.step))
        log.ended("finished")


def _placed(stage: Path, project: Project) -> Run:
    """Give the hidden folder the next free number; return the run."""
    runs = project.folder / "runs"
    number = 1 + max(projects.numbered(runs), default=0)
    stage.rename(runs / f"{number:03d}")
    projects.sync_folder(runs)
    return project.run(number)
