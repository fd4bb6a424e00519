"""A kept picture: a PNG that holds the place it was drawn from, and opens there again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.events import Job, Note, Progress, Refused
from studio.core.explore import place as places
from studio.core.explore.explorer import Explorer, open_explorer
from studio.core.explore.kept import Kept
from studio.core.explore.place import Place
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.project import Project, write_whole
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import stamped


def keep(
    explorer: Explorer,
    place: Place,
    picture: np.ndarray,
    target: Path,
    names: Mapping[str, str] | None = None,
    known: Record | None = None,
) -> Path:
    """Write the picture [h, w, c] as a PNG that opens at its place again; return its path.

    `names` are the names of directions by id, `known` is what is said of all that the run draws.
    Raises Refused if it can't be written.
    """
    record = record_of_place(explorer, place, picture, names, known)
    data = encoded(Photograph(picture), ".png")[0]
    return write(target.with_suffix(".png"), stamped(data, record))


def record_of_place(
    explorer: Explorer,
    place: Place,
    picture: np.ndarray,
    names: Mapping[str, str] | None = None,
    known: Record | None = None,
) -> Record:
    """Return the record of a picture drawn at a place: it leads there again."""
    used = {id: explorer.directions[id] for id in place.sliders if id in explorer.directions}
    directions = {
        id: {"name": (names or {}).get(id, ""), **Place(vector).to_json()}
        for id, vector in used.items()
    }
    label = "" if place.label is None else explorer.classes[place.label]
    said = {"place": place.to_json(), "directions": directions, "label": label}
    return record_of_model(explorer, known).model_copy(update=said).of(picture)


def record_of_model(explorer: Explorer, known: Record | None = None, **said: Any) -> Record:
    """Return the record of what a model drew at no single place: a sheet, a film."""
    model = {
        "workspace": "explore",
        "run": explorer.run,
        "step": explorer.step,
        "model": explorer.digest,
        "family": explorer.family.id,
    }
    return (known or Record()).model_copy(update={**model, **said})


def write(target: Path, data: bytes) -> Path:
    """Write a file of the user's whole or not at all; raise Refused with the reason."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)
    except OSError as error:
        raise Refused(
            f"{target} can't be written: {error.strerror}; choose another place."
        ) from None
    return target


def reopen(project: Project, kept: Kept) -> Job[tuple[Explorer, Place]]:
    """Return the model a picture was kept from, and its place in it.

    Where that very model is gone, the same run as it is now, with a Note. Raises Refused where no
    run of the project can draw the place.
    """
    yield Progress(0, None, "Looking for the model")
    for number in _candidates(project, kept):
        explorer = yield from open_explorer(project, number, kept.step)
        if explorer.digest == kept.digest:
            return _knowing(explorer, kept), kept.place
    runs = {run.number: run.record.family for run in project.runs()}
    if runs.get(kept.run) != kept.family:
        raise Refused(
            f"The model of this picture (run {kept.run}, {kept.family}, step {kept.step}) is not in"
            " this project; open the project it was kept from."
        )
    explorer = yield from open_explorer(project, kept.run)
    yield Note(
        f"The model as it was at step {kept.step} is gone; this is run {kept.run} at step"
        f" {explorer.step}, so the picture differs.",
        "warning",
    )
    places.checked(kept.place, explorer.shape, len(explorer.classes))
    return _knowing(explorer, kept), kept.place


def _candidates(project: Project, kept: Kept) -> list[int]:
    """Return the runs that have a checkpoint of that step, the picture's own run first."""
    name = f"step-{kept.step:08d}"
    found = [
        run.number
        for run in project.runs()
        if run.record.family == kept.family
        and any(path.name == name for path in checkpoint.checkpoints(run.checkpoints))
    ]
    return sorted(found, key=lambda number: (number != kept.run, number))


def _knowing(explorer: Explorer, kept: Kept) -> Explorer:
    fitting = {id: v for id, v in kept.directions.items() if v.shape == explorer.shape}
    return explorer.with_directions(fitting)


def gallery(project: Project) -> Path:
    """Return the folder of kept pictures of a project."""
    return project.folder / projects.FOLDERS[2]
