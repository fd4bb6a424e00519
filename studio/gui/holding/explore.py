"""Explore: steps, stars and paths are kept as they are made; tags and the pad's corners here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.events import Job, Progress
from studio.core.explore.place import from_json
from studio.core.recovery.shelf import Found, Held


@dataclass(frozen=True, eq=False)
class Loaded:
    """The run's folder; places tagged yes and no; corners with their places and pictures."""

    folder: Path
    yes: list[Any]
    no: list[Any]
    corners: list[tuple[int, Any, np.ndarray]]


def take(window: Any) -> Held | None:
    """Return the samples that are tagged, from which no direction was made yet, and the pictures
    that were put into the pad's corners.
    """
    page, session = window.pages.get("explore"), window.session
    opened = session.opened
    if page is None or opened is None or session.project is None:
        return None
    desk, filled = page.tag_desk, page.pad_desk.filled
    yes, no = desk.sheet.yes, desk.sheet.no
    if not yes and not no and not filled:
        return None
    values = {
        "project": str(session.project.folder),
        "run": opened.run.number,
        "yes": [desk.places[k].to_json() for k in yes],
        "no": [desk.places[k].to_json() for k in no],
        "name": desk.sheet.name.text(),
        "corners": {str(corner): place.to_json() for corner, place, _ in filled},
        "dot": list(page.pad.dot),
    }
    tagged = [*yes, *no]
    title = desk.sheet.name.text() or (window.tr("Tags") if tagged else window.tr("Mix"))
    look = desk.pictures[tagged[0]] if tagged else filled[0][2]
    pictures = {_corner(corner): picture for corner, _, picture in filled}
    return Held(title, _about(window, yes, no, filled), values, pictures, lambda: look)


def _about(window: Any, yes: list[int], no: list[int], filled: list[Any]) -> str:
    told = []
    if yes or no:
        told.append(window.tr("{yes} yes, {no} no").format(yes=len(yes), no=len(no)))
    if filled:
        words = window.tr("1 corner") if len(filled) == 1 else window.tr("{n} corners")
        told.append(words.format(n=len(filled)))
    return ", ".join(told)


def _corner(corner: int) -> str:
    return f"corner{corner}"


def load(found: Found) -> Job[Loaded]:
    """Read the places that were tagged, and the corners whose pictures are whole."""
    yield Progress(0, None, found.title)
    values = found.values
    folder = Path(values["project"]) / "runs" / f"{values['run']:03d}"
    yes, no = ([from_json(each) for each in values[tag]] for tag in ("yes", "no"))
    corners = [
        (corner, from_json(values["corners"][str(corner)]), picture)
        for corner in range(4)
        if str(corner) in values.get("corners", {})
        and (picture := found.read(_corner(corner))) is not None
    ]
    return Loaded(folder, yes, no, corners)


def give(window: Any, found: Found, loaded: Loaded) -> None:
    """Open the model; the tags and corners follow."""
    page, values = window.page("explore"), found.values
    if loaded.yes or loaded.no:
        page.tag_desk.bring_back(loaded.folder, loaded.yes, loaded.no, values["name"])
    u, v = values.get("dot", (0.5, 0.5))
    page.pad_desk.bring_back(loaded.folder, loaded.corners, (float(u), float(v)))
    window.session.explore(window.session.project.run(values["run"]))
