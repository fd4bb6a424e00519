"""What can be recovered after a crash: what the windows held, repairs, and runs that trained."""

import logging
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from studio import paths
from studio.core import locking, pictures, runlog
from studio.core import project as projects
from studio.core.events import Job, Progress, Refused
from studio.core.project import Run
from studio.core.recovery import shelf
from studio.core.recovery.shelf import Found
from studio.core.repair import journal as journals

REPAIR, RUN, PLACE = "repair", "run", "place"
SIDE = 2  # pictures of a run's grid that are shown, across and down
ODD = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)

log = logging.getLogger("studio.recovery")


def offers() -> Job[tuple[Found, ...]]:
    """Return what windows held when they ended without a word, newest first; it is this process's
    from now on, and whatever can't be brought back any more is forgotten.
    """
    yield Progress(0, None, "Recovery")
    known = shelf.held_in(shelf.trim(shelf.crashed()))
    found, repairs = [], []
    for each in known:
        yield Progress(0, None, each.title)
        try:
            if _sound(each) and not _locked(each):
                (repairs if each.workspace == REPAIR else found).extend(_offered(each))
        except ODD:
            log.exception("what was held of %s is left out", each.workspace)
    found += _repairs(repairs)
    return tuple(_without_older_places(sorted(found, key=lambda each: each.when, reverse=True)))


def _without_older_places(found: list[Found]) -> list[Found]:
    """Leave out, and forget, where the user was in a project before the last time."""
    kept: dict[object, Found] = {}
    for each in found:
        key = (PLACE, each.values.get("project")) if each.workspace == PLACE else id(each)
        if kept.setdefault(key, each) is not each:
            shelf.discard(each)
    return list(kept.values())


def discard(found: Iterable[Found]) -> Job[None]:
    """Forget what was found, also the history of a repair; a run stays as it is saved."""
    for each in found:
        yield Progress(0, None, each.title)
        shelf.discard(each)
        if each.workspace == REPAIR and (repair := journal_of(each)) is not None:
            journals.discard(repair)


def journal_of(found: Found) -> journals.Unfinished | None:
    """Return the history of a repair that was found; None where it is gone."""
    folder = found.values.get("journal")
    return next((each for each in journals.unfinished() if each.folder.name == folder), None)


def run_of(found: Found) -> Run:
    """Return the run that trained; raises Refused where it is gone."""
    return projects.open(Path(found.values["project"])).run(found.values["number"])


def _sound(found: Found) -> bool:
    """Tell whether it says what a workspace says where it belongs; else it stays on the disk."""
    project, values = found.values.get("project"), found.values
    wanted = {REPAIR: ("journal", str), RUN: ("number", int)}.get(found.workspace)
    known = found.workspace != RUN or project is not None
    known &= project is None or (isinstance(project, str) and Path(project).is_absolute())
    known &= wanted is None or type(values.get(wanted[0])) is wanted[1]
    if not known:
        log.warning("what was held of %s does not say where it belongs", found.workspace)
    return known


def _offered(found: Found) -> list[Found]:
    return _interrupted(found) if found.workspace == RUN else [found]


def _locked(found: Found) -> bool:
    """Tell whether another program has the project open: it is offered once that is over."""
    project = found.values.get("project")
    if project is None or not (Path(project) / "project.json").is_file():
        return False
    held = locking.holder(Path(project))
    return held is not None and held != os.getpid()


def _repairs(held: list[Found]) -> list[Found]:
    """Return the repairs that can be gone on with, with what their windows held besides."""
    known: dict[str, Found] = {each.values["journal"]: each for each in held}
    found = []
    for repair in journals.unfinished():
        about = f"{repair.edits} step{'s' * (repair.edits != 1)}"
        here = known.pop(repair.folder.name, None)
        if here is not None:
            found.append(replace(here, when=max(here.when, repair.when), about=about))
            continue
        values = {"journal": repair.folder.name}
        nowhere = paths.recovery() / repair.folder.name
        place = (nowhere, REPAIR, repair.folder.name, 0, repair.when)
        found.append(Found(*place, repair.name, about, values))
    for name, stale in known.items():
        if not (paths.repairs() / name).is_dir():  # else it is damaged, or another window's
            shelf.discard(stale)
    return found


def _interrupted(found: Found) -> list[Found]:
    """Return the run with its newest samples, if it can go on; else it is forgotten."""
    try:
        run = run_of(found)
    except Refused:
        return []  # its disk may be back at the next start
    history = runlog.standing(run.folder)
    if history.status == "running":  # another process goes on with it
        return []
    if history.status != "interrupted" or not history.saved:
        shelf.discard(found)
        return []
    about = f"saved up to step {history.saved}"
    small = _samples(history.samples[-1]) if history.samples else None
    return [replace(found, title=run.record.name, about=about, thumbnail=small)]


def _samples(sample: runlog.Sample) -> np.ndarray | None:
    """Return the first pictures of a grid as one, uint8 [h, w, c]."""
    try:
        some = sample.load()[: SIDE * SIDE]
    except (OSError, ValueError, Refused):
        return None
    return pictures.grid(some) if len(some) else None
