"""Repair: its journal holds strokes and fills; how to fill is held here, and what it looks like."""

from typing import Any

import cv2
import numpy as np

from studio.core.events import Job, Refused
from studio.core.painting.preview import shown
from studio.core.recovery import offers
from studio.core.recovery.shelf import Found, Held
from studio.core.repair.request import RepairSettings

SIDE = 192  # pixels of a thumbnail
TINT = (142, 166, 247)  # of what is painted over


def take(window: Any) -> Held | None:
    """Return which journal is written, and how holes are filled."""
    page = window.pages.get("repair")
    if page is None:
        return None
    opened = page.desk.opened
    if opened is None or opened.journal is None or not opened.painting.position:
        return None
    options, painting = page.options, opened.painting
    values = {
        "journal": opened.journal.folder.name,
        "settings": options.settings.model_dump(mode="json"),
        "region": options.only_region,
        "run": options.run,
        "healing": options.heal.isChecked(),
        "position": painting.dropped + painting.position,  # so that it is looked at again
    }
    return Held(opened.name, "", values, look=lambda: _look(painting))


def _look(painting: Any) -> np.ndarray:
    """Return the picture small, what is painted over tinted."""
    step = max(1, -(-max(painting.pixels.shape[:2]) // (2 * SIDE)))
    small = shown(np.ascontiguousarray(painting.pixels[::step, ::step]))[..., :3]
    small = np.repeat(small, 3, 2) if small.shape[2] == 1 else small
    share = painting.mask[::step, ::step, None].astype(np.float32) / 255 * 0.6
    tinted = (small * (1 - share) + np.array(TINT, np.float32) * share).astype(np.uint8)
    factor = min(1.0, SIDE / max(tinted.shape[:2]))
    return cv2.resize(tinted, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def load(found: Found) -> Job[Any]:
    """Open the picture and do again what was done to it; raises Refused."""
    from studio.core.repair.live import resume_repair

    repair = offers.journal_of(found)
    if repair is None:
        raise Refused(f"The repair of {found.title} is gone; it may be open in another window.")
    return (yield from resume_repair(repair))


def give(window: Any, found: Found, loaded: Any) -> None:
    """Show the picture as it was, and the settings."""
    page, values = window.page("repair"), found.values
    page.desk.leave(lambda: page.desk.show(loaded))
    known = {
        k: v for k, v in values.get("settings", {}).items() if k in RepairSettings.model_fields
    }
    options = page.options
    options.form.show_value(RepairSettings().updated(known))
    options.source.setCurrentIndex(int(bool(values.get("region"))))
    options.model.setCurrentIndex(max(0, options.model.findData(values.get("run"))))
    options.heal.setChecked(bool(values.get("healing")))
