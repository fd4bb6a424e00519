"""Library's draft: pictures that wait to be kept are read again with the same settings."""

from pathlib import Path
from typing import Any

import numpy as np

from studio.core import pictures
from studio.core.data.import_settings import ImportSettings
from studio.core.events import Job, Progress, Refused
from studio.core.recovery.shelf import Found, Held


def take(window: Any) -> Held | None:
    """Return what is imported, or was and waits to be kept, with the settings of the form."""
    session, page = window.session, window.pages.get("library")
    waits = session.draft is not None or bool(session.title("import"))
    if not waits or session.imported is None or session.project is None:
        return None
    source, name = session.imported
    form = page.form.value if page is not None else ImportSettings()
    draft = session.draft
    count = draft.manifest.count if draft is not None else 0
    values = {
        "project": str(session.project.folder),
        "source": source if isinstance(source, str) else [str(path) for path in source],
        "name": name,
        "count": count,
        "settings": form.model_dump(mode="json"),
    }
    told = window.tr("{n} pictures, not kept yet").format(n=count) if count else ""
    about = told or window.tr("pictures that were being read")
    return Held(name, about, values, look=None if draft is None else lambda: _look(draft))


def _look(draft: Any) -> np.ndarray | None:
    """Return the first pictures of the draft as one."""
    try:
        some = draft.previews()[:4]
    except (OSError, Refused):  # it was kept or discarded meanwhile
        return None
    return pictures.grid(some) if len(some) else None


def load(found: Found) -> Job[None]:
    """Read nothing: the import does."""
    yield Progress(0, None, found.title)


def give(window: Any, found: Found, loaded: None) -> None:
    """Import again from the same place."""
    values, session = found.values, window.session
    settings = ImportSettings().updated(values["settings"])
    source = values["source"]
    window.page("library").form.show_value(settings)
    session.imported = (
        source if isinstance(source, str) else [Path(each) for each in source],
        values["name"],
    )
    session.import_again(settings)
