"""A kept picture: a PNG that holds the place it was drawn from, and opens there again."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import PngImagePlugin

from studio.core import checkpoint, pictures
from studio.core import project as projects
from studio.core.events import Job, Note, Progress, Refused
from studio.core.explore import place as places
from studio.core.explore.explorer import Explorer, open_explorer
from studio.core.explore.kept import KEY, SCHEMA, Kept
from studio.core.explore.place import Place
from studio.core.project import Project, write_whole


def keep(
    explorer: Explorer,
    place: Place,
    picture: np.ndarray,
    target: Path,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write the picture [h, w, c] as a PNG that opens at its place again; return its path.

    `names` are the names of directions by id. Raises Refused if it can't be written.
    """
    used = {id: explorer.directions[id] for id in place.sliders if id in explorer.directions}
    values = {
        "schema": SCHEMA,
        "run": explorer.run,
        "step": explorer.step,
        "model": explorer.digest,
        "family": explorer.family.id,
        "place": place.to_json(),
        "directions": {
            id: {"name": (names or {}).get(id, ""), **Place(vector).to_json()}
            for id, vector in used.items()
        },
    }
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, json.dumps(values, allow_nan=False), zip=True)
    data = io.BytesIO()
    pictures.pillow(picture).save(data, "PNG", pnginfo=info)
    return write(target.with_suffix(".png"), data.getvalue())


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


def free(folder: Path, name: str) -> Path:
    """Return the first of name-0001.png, name-0002.png … in `folder` that does not exist."""
    number = 1
    while (found := folder / f"{name}-{number:04d}.png").exists():
        number += 1
    return found


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
