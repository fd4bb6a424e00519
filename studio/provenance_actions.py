"""What `atelier provenance` and `atelier rights` do, once their words are read."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from studio.core import locking
from studio.core import project as projects
from studio.core.events import Refused
from studio.terminal import pull, seldom, write_json

if TYPE_CHECKING:
    from studio.core.project import Project
    from studio.core.provenance.alarm import Choice
    from studio.core.provenance.chain import Chain

CHOICES = ("warn", "block", "off")


def show(picture: Path, folder: Path | None, out: Path | None, json_lines: bool) -> None:
    """Print a picture's chain, and draw it beside the nearest training pictures."""
    from studio.core.provenance.chain import trace
    from studio.core.provenance.rights import project_around

    if out is not None and out.suffix.lower() != ".png":
        raise Refused(f"{out} is no PNG; name a .png file.")
    project = projects.open(folder) if folder is not None else project_around(picture)
    chain = pull(seldom(trace(picture, project)), json_lines)
    written = None if out is None else draw(chain, out)
    if json_lines:
        write_json(_values(chain) | {"out": written and str(written)})
        return
    print(chain.text())
    for neighbor in chain.neighbors:
        print(f"      {neighbor.distance:6.1f}  {neighbor.place + 1} ({neighbor.name})")
    if written is not None:
        print(written)


def _values(chain: "Chain") -> dict[str, Any]:
    """Return a chain as JSON values."""
    nearest = [
        {"name": each.name, "place": each.place, "distance": each.distance}
        for each in chain.neighbors
    ]
    return {
        "event": "result",
        "picture": chain.name,
        "record": chain.record and json.loads(chain.record.brief().text()),
        "steps": [asdict(step) for step in chain.steps],
        "nearest": nearest,
        "copy": chain.verdict and chain.verdict.copy,
        "ratio": chain.verdict and chain.verdict.ratio,
    }


def draw(chain: "Chain", out: Path) -> Path:
    """Write the picture and the nearest training pictures, side by side, as a PNG."""
    from studio.core.explore.keeping import write
    from studio.core.photographs.encoding import encoded
    from studio.core.photographs.photograph import Photograph
    from studio.core.provenance.sheet import beside_neighbors

    if chain.picture is None or not chain.neighbors:
        raise Refused(
            f"{chain.name} can't be compared with training pictures; open its project with"
            " --project."
        )
    return write(out, encoded(Photograph(beside_neighbors(chain)), ".png")[0])


def rights(
    folder: Path, dataset: str | None, entered: dict[str, str], copies: str | None, json_lines: bool
) -> None:
    """Enter the rights of a set, or what is done about copies, and list what is known."""
    from studio.core.provenance.alarm import choice_of, choose
    from studio.core.provenance.chain import rights_line
    from studio.core.provenance.rights import keep_rights, rights_of

    project = projects.open(folder)
    if copies is not None:
        if copies not in CHOICES:
            raise Refused(f"'{copies}' is no choice; write {', '.join(CHOICES)}.")
        with locking.writing(project.folder):
            choose(project, cast("Choice", copies))
    if entered:
        place = _set(project, dataset)
        with locking.writing(project.folder):
            keep_rights(place, rights_of(place).updated(entered))
    shown = [_set(project, dataset)] if dataset else project.datasets()
    known = {place.name: rights_of(place) for place in shown}
    if json_lines:
        told = {name: each.model_dump() for name, each in known.items()}
        write_json({"event": "result", "rights": told, "copies": choice_of(project)})
        return
    for name, each in known.items():
        print(f"{name}: {rights_line(each)}")
    print(f"Copies of training pictures: {choice_of(project)}")


def _set(project: "Project", dataset: str | None) -> Path:
    """Return the folder of the set that is meant: by its id, or the only one."""
    known = {place.name: place for place in project.datasets()}
    if dataset is None and len(known) == 1:
        return next(iter(known.values()))
    if dataset is None or dataset not in known:
        there = f"there are {', '.join(known)}" if known else "import pictures first"
        raise Refused(f"There is no picture set '{dataset or ''}'; {there}.")
    return known[dataset]
