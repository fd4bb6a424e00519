"""Where the user was: the project, the workspace on show, and what was looked at in it."""

from typing import Any

from studio.core.events import Job, Progress, Refused
from studio.core.recovery.shelf import Found, Held


def take(window: Any) -> Held | None:
    """Return what is on show; None on the welcome page without a project."""
    session, pages = window.session, window.pages
    page = next((id for id, each in pages.items() if each is window.stack.currentWidget()), "")
    project = session.project
    if project is None and not page:
        return None
    values: dict[str, Any] = {"project": str(project.folder) if project else None, "page": page}
    if (gallery := pages.get("gallery")) is not None:
        bar = gallery.search
        values["gallery"] = {
            "terms": list(bar.terms),
            "words": bar.box.text(),
            "order": bar.order.currentIndex(),
            "own": session.own_gallery,
        }
    if (train := pages.get("train")) is not None:
        values["train"] = train.shown
    if (explore := pages.get("explore")) is not None and session.opened is not None:
        opened = session.opened
        values["explore"] = {
            "run": opened.run.number,
            "step": opened.explorer.step,
            "tools": explore.tools.currentIndex(),
            "found": explore.found.currentIndex(),
        }
    titles = {id: space.title for id, space in window.workspaces.items()}
    about = titles.get(page, window.tr("Export")) if page else window.tr("Welcome page")
    return Held(project.name if project else window.tr("Where you were"), about, values)


def load(found: Found) -> Job[None]:
    """Read nothing: all of it is asked for again."""
    yield Progress(0, None, found.title)


def give(window: Any, found: Found, loaded: None) -> None:
    """Show what was on show."""
    values, session = found.values, window.session
    open_to = window.open_to()
    if "explore" in values and "explore" in open_to:
        _explore(window, values["explore"])
    if "train" in values and "train" in open_to and values["train"] is not None:
        window.page("train").list.choose(values["train"])
    if "gallery" in values:
        known, page = values["gallery"], window.page("gallery")
        session.own_gallery = bool(known["own"])
        page.search.order.setCurrentIndex(known["order"])
        page.search.box.setText(known["words"])
        page.search.show_terms(known["terms"])
    if values["page"] in open_to:
        window.show_page(values["page"])
    elif values["page"] == "export" and "export" in window.pages:
        window.show_export()


def _explore(window: Any, known: dict[str, Any]) -> None:
    page, session = window.page("explore"), window.session
    page.tools.setCurrentIndex(known["tools"])
    page.found.setCurrentIndex(known["found"])
    try:
        run = session.project.run(known["run"])
    except Refused:
        return
    newest = max((int(each.name[5:]) for each in run.checkpoints.glob("step-*")), default=0)
    session.explore(run, None if known["step"] == newest else known["step"])
