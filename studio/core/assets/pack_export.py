"""A trained model leaves in one file: what draws, a look at it, its record and rights."""

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from studio import __version__
from studio.core.aside import ended
from studio.core.assets.exporting import write_all
from studio.core.assets.kind import File
from studio.core.assets.onnx_model import Exported, named
from studio.core.assets.pack import ENDING, MANIFEST, PREVIEW, RECORD, RUN, WEIGHTS, packed
from studio.core.events import Drawn, Job, Note, Progress
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.pictures import grid
from studio.core.project import Plan, Project, RunRecord
from studio.core.provenance.origins import of_run
from studio.core.provenance.record import Record
from studio.core.provenance.rights import check_consent, check_set
from studio.core.provenance.stamping import sidecar, sidecar_bytes, stamped

SHOWN = 16  # pictures in the preview
SEED = 0


def export_pack(
    project: Project,
    number: int | None,
    target: Path,
    step: int | None = None,
    overwrite: bool = False,
) -> Job[Exported]:
    """Write run `number` (newest if None) as a pack with a sidecar; equal runs, equal bytes.

    It holds the averaged weights, not what learning needs, and no training picture. Raises Refused
    for a run or step that is not there, refused consent, and where `target` is there already.
    """
    from studio.core import checkpoint

    run = project.run(number)
    goal = named(target, ENDING, overwrite)
    check_set(project, run.record.dataset)
    yield Progress(0, None, "Reading the model")
    path, tensors, values, troubles = checkpoint.newest(run.checkpoints, step)
    for trouble in troubles:
        yield Note(f"{trouble} Packing {path.name} instead.", "warning")
    weights = {name: tensor for name, tensor in tensors.items() if name.startswith("ema.")}
    yield Progress(0, None, "Reading the model")
    record = of_run(project, run).model_copy(
        update={
            "step": int(values["step"]),
            "model": checkpoint.digest(tensors),
            "workspace": "train",
            "title": run.record.name,
        }
    )
    check_consent([record])
    drawn, latent = yield from preview(values, tensors)
    from safetensors.torch import save

    parts = {
        WEIGHTS: save({name: weights[name].contiguous() for name in sorted(weights)}),
        RUN: _json(_settled(run.record, values, record).model_dump()),
        RECORD: record.text().encode(),
        PREVIEW: stamped(encoded(Photograph(grid(drawn)), ".png")[0], record),
    }
    yield Progress(0, None, "Packing")
    parts[MANIFEST] = _json(manifest(run.record.name, values, record, latent, parts))
    whole = File(goal.name, packed(parts))
    hashes = {"": hashlib.sha256(whole.data).hexdigest()}
    beside = File(sidecar(goal).name, sidecar_bytes(record, hashes))
    paths = yield from write_all([whole, beside], goal.parent, overwrite)
    return said(paths, whole.data, parts[MANIFEST], record)


def preview(
    values: Mapping[str, Any], tensors: dict[str, Any]
) -> Job[tuple[np.ndarray, tuple[int, ...]]]:
    """Draw the first pictures of seed 0, all classes in turn, uint8 [n, h, w, c]; and return the
    shape of a latent.
    """
    import torch

    from studio.core import latents
    from studio.core.building import build_model
    from studio.core.pictures import to_pictures

    model = build_model(dict(values), tensors)
    classes, pictures = len(values["classes"]), []
    for k in range(SHOWN):
        label = torch.tensor([k % classes]) if classes else None
        refining = model.draw(latents.draw_one(model.latent_shape, SEED, k)[None], label)
        images, said = torch.empty(0), Progress(k, SHOWN, "Drawing a look at it")
        drawn = torch.no_grad()(partial(next, refining, None))
        while (refined := (yield from ended(drawn, said))) is not None:
            images = refined
            yield said
        pictures.append(to_pictures(images))
        yield Drawn(np.concatenate(pictures))
    return np.concatenate(pictures), tuple(model.latent_shape)


def _settled(run: RunRecord, values: Mapping[str, Any], record: Record) -> RunRecord:
    """Return the run's record without what is this machine's: its device, the folder's name."""
    plan = run.plan.updated({"device": Plan().device, "threads": Plan().threads})
    told = {"settings": dict(values["settings"]), "dataset": record.dataset, "plan": plan}
    return run.model_copy(update={**told, "start_from": 0})


def manifest(
    name: str,
    values: Mapping[str, Any],
    record: Record,
    latent: tuple[int, ...],
    parts: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return what MANIFEST.json says."""
    return {
        "schema": 1,
        "program": f"Atelier {__version__}",
        "name": name,
        "family": values["family"],
        "size": list(values["size"]),
        "classes": list(values["classes"]),
        "latent": list(latent),
        "step": record.step,
        "model": record.model,
        "parts": {
            part: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for part, data in sorted(parts.items())
        },
    }


def said(paths: tuple[Path, ...], data: bytes, manifest_: bytes, record: Record) -> Exported:
    """Return what a pack's export came to, with the hash of the whole."""
    whole = hashlib.sha256(manifest_).hexdigest()
    words = f"{len(data) / 1e6:.1f} MB, hash {whole[:16]}, model {record.model}"
    return Exported(paths, words, {"bytes": len(data), "hash": whole, "model": record.model})


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False).encode()
