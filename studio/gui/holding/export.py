"""The export room: pictures that are chosen, the kind, every setting, name and place."""

from pathlib import Path
from typing import Any

import numpy as np

from studio.core.events import Job, Refused
from studio.core.recovery.shelf import Found, Held
from studio.gui.layouts import Pick, opened_pictures


def take(window: Any) -> Held | None:
    """Return what stands in the export room, if there are pictures."""
    page = window.pages.get("export")
    if page is None or not page.exporting.picks:
        return None
    desk, target = page.exporting, page.target
    values = {
        "paths": [str(pick.path) for pick in desk.picks],
        "row": max(0, page.strip.currentRow()),
        "kind": desk.kind.id,
        "settings": {id: each.model_dump(mode="json") for id, each in desk.settings.items()},
        "endings": dict(desk.endings),
        "folder": str(target.folder) if target.folder else None,
        "name": target.typed,
    }
    first, count = desk.picks[0], len(desk.picks)
    pictures = window.tr("1 picture") if count == 1 else window.tr("{n} pictures").format(n=count)
    about = f"{pictures}, {window.tr(desk.kind.title)}"
    return Held(target.name or first.item.name, about, values, look=lambda: _look(first))


def _look(pick: Pick) -> np.ndarray:
    return pick.thumbnail


def load(found: Found) -> Job[tuple[Pick, ...]]:
    """Open the pictures that are still there; raises Refused where none is."""
    there = [path for each in found.values["paths"] if (path := Path(each)).is_file()]
    if not there:
        raise Refused("The pictures that were being exported are gone.")
    return (yield from opened_pictures(there))


def give(window: Any, found: Found, loaded: tuple[Pick, ...]) -> None:
    """Lay the pictures out as they were."""
    page, values = window.export_page(), found.values
    page.exporting.bring_back(loaded, values["kind"], values["settings"], values["endings"])
    page.strip.setCurrentRow(min(values["row"], len(loaded) - 1))
    page.target.bring_back(values["folder"], values["name"])
