"""The run that trains: it is saved by itself, so only that it trained is held."""

from typing import Any

from studio.core.events import Job, Progress
from studio.core.project import Run
from studio.core.recovery import offers
from studio.core.recovery.shelf import Found, Held


def take(window: Any) -> Held | None:
    """Return which run trains, once it has said something."""
    page, session = window.pages.get("train"), window.session
    if page is None or page.live is None or not session.title("train"):
        return None
    run = page.runs.get(page.live)
    if run is None or session.project is None:
        return None
    values = {"project": str(session.project.folder), "number": run.number}
    return Held(run.record.name, "", values)


def load(found: Found) -> Job[Run]:
    """Find the run; raises Refused where it is gone."""
    yield Progress(0, None, found.title)
    return offers.run_of(found)


def give(window: Any, found: Found, loaded: Run) -> None:
    """Go on training it."""
    window.session.resume(loaded)
