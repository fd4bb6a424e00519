"""Records of what is made: drawn by a model, restyled, repaired."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.data.packed import read_manifest
from studio.core.events import Job, Progress, Refused
from studio.core.project import Project, Run
from studio.core.provenance.record import Record, Rights, hashing, made_from, parse
from studio.core.provenance.rights import current, rights_of
from studio.core.provenance.stamping import said_by


def of_run(project: Project, run: Run) -> Record:
    """Return what a record says of all that a run draws: its family, its set and whose that is."""
    known = Record(run=run.number, family=run.record.family)
    folder = project.dataset(run.record.dataset)
    try:
        manifest = read_manifest(folder)
    except Refused:
        return _carried(run) or known
    rights = rights_of(folder)
    return known.model_copy(
        update={
            "dataset": manifest.id.rsplit("-", 1)[-1],
            "version": manifest.fingerprint,
            "rights": (rights,) if rights != Rights() else (),
        }
    )


def _carried(run: Run) -> Record | None:
    """Return what a run that came in a pack says of all that it draws; None for one trained here.

    Raises Refused where that is damaged.
    """
    if not (said := run.origin()):
        return None
    came = parse(json.dumps(said.get("record")), f"the pack of run {run.number}")
    kept = {"dataset", "version", "rights", "sources"}
    told = {name: getattr(came, name) for name in kept}
    return Record(run=run.number, family=run.record.family, **told)


def drawn_by(
    project: Project, number: int | None = None, step: int | None = None, **said: Any
) -> Record:
    """Return the record of pictures that a run draws, of its newest sound checkpoint at `step`."""
    from studio.core import checkpoint

    run = project.run(number)
    _, tensors, state, _ = checkpoint.newest(run.checkpoints, step)
    known = {"step": int(state["step"]), "model": checkpoint.digest(tensors), **said}
    return of_run(project, run).model_copy(update=known)


def source_of(
    pixels: np.ndarray, path: Path | None = None, told: Callable[[], Job[Record]] | None = None
) -> Job[Record]:
    """Return the record of a picture as a source: what its file says of itself, or what is `told`
    of pixels that have none, and its hash.
    """
    yield Progress(0, None, "Reading the picture")
    if path is not None:
        said = current(said_by(path), path) or Record()
    else:
        said = (yield from told()) if told is not None else Record()
    return said.brief().model_copy(update={"pixels": (yield from hashing(pixels))})


def record_of_style(
    content: Record, styles: Iterable[Record], method: str, settings: Mapping[str, Any]
) -> Record:
    """Return the record of a restyled picture. `content` and `styles` are `source_of` what went in,
    `settings` are the method's.
    """
    return made_from(
        [content, *styles],
        workspace="style",
        title="Restyled",
        settings={**settings, "method": method},
    )


def record_of_repair(source: Record, method: str, settings: Mapping[str, Any]) -> Record:
    """Return the record of a repaired picture. `source` is `source_of` what was repaired; `method`
    names how it was filled, `settings` say more: the seed, the share that was masked.
    """
    return made_from(
        [source], workspace="repair", title="Repaired", settings={**settings, "method": method}
    )
