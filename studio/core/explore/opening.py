"""Open a model to explore it, from a run or while it trains, with all that was found in it."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from studio.core.events import Job, Note, Progress, Published, Refused
from studio.core.explore import keeping, route
from studio.core.explore import kept as kept_pictures
from studio.core.explore.atlas import Atlas, kept_atlas
from studio.core.explore.directions import Direction, load_directions
from studio.core.explore.exploration import FOLDER, Exploration, exploration
from studio.core.explore.explorer import Explorer, explorer_of, open_explorer
from studio.core.explore.live import drawn
from studio.core.explore.place import Place
from studio.core.explore.route import Route
from studio.core.gallery import keeping as gallery
from studio.core.project import Project, Run
from studio.core.provenance.origins import of_run

ROUTE = "route.json"


@dataclass(frozen=True, eq=False, repr=False)
class Opened:
    """A model with all that was found in it so far."""

    run: Run
    explorer: Explorer
    exploration: Exploration
    directions: tuple[Direction, ...]
    route: Route = field(default_factory=Route)
    atlas: Atlas | None = None

    def knowing(self, directions: tuple[Direction, ...]) -> "Opened":
        """Return the same with these directions; those known before can still be drawn."""
        vectors = {direction.id: direction.vector for direction in directions}
        return replace(self, directions=directions, explorer=self.explorer.with_directions(vectors))


def open_run(project: Project, number: int | None = None, step: int | None = None) -> Job[Opened]:
    """Open run `number` (newest if None) as at `step` at the latest (newest if None)."""
    run = project.run(number)
    explorer = yield from open_explorer(project, run.number, step)
    yield Progress(0, None, run.record.name)
    return (yield from _with_all(run, explorer))


def at_step(opened: Opened, project: Project, step: int | None) -> Job[Opened]:
    """Open the same run at another checkpoint; directions and steps found are kept.

    Directions of the model one comes from stay, as neighboring checkpoints still share them,
    unless others were found in this very checkpoint.
    """
    explorer = yield from open_explorer(project, opened.run.number, step)
    return _in(opened, explorer)


def as_published(opened: Opened, published: Published) -> Job[Opened]:
    """Open the model as the training has just published it."""
    yield Progress(0, None, opened.run.record.name)
    tensors, values = dict(published.tensors), dict(published.values)
    return _in(opened, explorer_of(opened.run.number, tensors, values))


def open_kept(project: Project, path: Path) -> Job[tuple[Opened, Place]]:
    """Open the model and the place that a kept picture was drawn from; see `keeping.reopen`."""
    kept = kept_pictures.read(path)
    explorer, place = yield from keeping.reopen(project, kept)
    return (yield from _with_all(project.run(explorer.run), explorer)), place


def kept(
    project: Project,
    opened: Opened,
    place: Place,
    picture: np.ndarray | None,
    target: Path | None,
) -> Job[Path]:
    """Write a picture, with its place inside, to `target` or the project's gallery; None draws
    it.
    """
    yield Progress(0, None, "Keeping the picture")
    full = picture
    if full is None:
        full = (yield from drawn(opened.explorer, [place], False))[0]
    name = f"run{opened.run.number}-{opened.explorer.family.id}"
    names = {direction.id: direction.name for direction in opened.directions}
    known = of_run(project, opened.run)
    if target is not None:
        return keeping.keep(opened.explorer, place, full, target, names, known)
    record = keeping.record_of_place(opened.explorer, place, full, names, known)
    return gallery.keep(keeping.gallery(project), full, record, name)


def route_of(run: Run, explorer: Explorer) -> Route:
    """Return the route that was left in a run; empty where there is none that can be walked."""
    try:
        found = route.from_json(json.loads((run.folder / FOLDER / ROUTE).read_bytes()))
        explorer.points([key.place for key in found.keys]) if found.keys else None
    except (OSError, ValueError, RecursionError, Refused):
        return Route()
    return found


def _with_all(run: Run, explorer: Explorer) -> Job[Opened]:
    """Return the model with all that was found in it; a Note tells what is damaged."""
    tree = exploration(run)
    if tree.damaged:
        yield Note(
            f"{tree.damaged} lines of what was found in run {run.number} could not be read;"
            " everything else is here.",
            "warning",
        )
    found = Opened(run, explorer, tree, (), route_of(run, explorer), kept_atlas(run, explorer))
    return found.knowing(load_directions(run, explorer.digest))


def _in(opened: Opened, explorer: Explorer) -> Opened:
    fitting = {id: v for id, v in opened.explorer.directions.items() if v.shape == explorer.shape}
    found = load_directions(opened.run, explorer.digest)
    moved = replace(opened, explorer=explorer.with_directions(fitting))
    return moved.knowing(found or opened.directions)
