"""Explore: steps, stars and paths are kept as they are made; samples that are being tagged here."""

from pathlib import Path
from typing import Any

from studio.core.events import Job, Progress
from studio.core.explore.place import from_json
from studio.core.recovery.shelf import Found, Held


def take(window: Any) -> Held | None:
    """Return the samples that are tagged, from which no direction was made yet."""
    page, session = window.pages.get("explore"), window.session
    opened = session.opened
    if page is None or opened is None or session.project is None:
        return None
    desk = page.tag_desk
    yes, no = desk.sheet.yes, desk.sheet.no
    if not yes and not no:
        return None
    values = {
        "project": str(session.project.folder),
        "run": opened.run.number,
        "yes": [desk.places[k].to_json() for k in yes],
        "no": [desk.places[k].to_json() for k in no],
        "name": desk.sheet.name.text(),
    }
    title = desk.sheet.name.text() or window.tr("Tags")
    about = window.tr("{yes} yes, {no} no").format(yes=len(yes), no=len(no))
    pictures = desk.pictures
    first = yes[0] if yes else no[0]
    return Held(title, about, values, look=lambda: pictures[first])


def load(found: Found) -> Job[tuple[Path, list[Any], list[Any]]]:
    """Read the places that were tagged."""
    yield Progress(0, None, found.title)
    folder = Path(found.values["project"]) / "runs" / f"{found.values['run']:03d}"
    yes, no = ([from_json(each) for each in found.values[tag]] for tag in ("yes", "no"))
    return folder, yes, no


def give(window: Any, found: Found, loaded: tuple[Path, list[Any], list[Any]]) -> None:
    """Open the model; the tags follow."""
    page = window.page("explore")
    page.tag_desk.bring_back(*loaded, found.values["name"])
    window.session.explore(window.session.project.run(found.values["run"]))
