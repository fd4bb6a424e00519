"""What the window asks while the user moves: look at places, and settle on one."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from studio.core import device
from studio.core.events import Drawn, Job, Note, Progress, Refused
from studio.core.explore.exploration import Exploration
from studio.core.explore.explorer import Explorer
from studio.core.explore.place import Place
from studio.core.pictures import to_pictures

Find = Callable[[Explorer], Place]
AT_ONCE = 4
PREVIEWS = 0.1  # seconds between two pictures of a slow model's way to the final one


@dataclass(frozen=True, eq=False)
class View:
    """A place and its picture; `draft` tells that a better one of it can be drawn, `moving` that
    it was passed by rather than gone to.
    """

    place: Place
    picture: np.ndarray
    draft: bool
    typical: float
    step: int | None = None
    moving: bool = False


def look(explorer: Explorer, find: Find, draft: bool, threads: int = 1) -> Job[View]:
    """Draw the place that `find` leads to; yields Drawn while a slow model refines it."""
    device.use_threads(threads)
    place = find(explorer)
    picture = (yield from drawn(explorer, [place], draft))[0]
    typical = typicality(place.latent)
    return View(place, picture, draft and explorer.drafts, typical, moving=draft)


def settle(
    explorer: Explorer,
    exploration: Exploration,
    find: Find,
    title: str,
    parents: Sequence[int],
    threads: int = 1,
) -> Job[View]:
    """Draw the place in full and make it a step of the exploration; on a full disk, with a Note,
    it is no step. Stopped while it is drawn, it is a step without a picture: nothing is lost.
    """
    device.use_threads(threads)
    place, model = find(explorer), (explorer.digest, explorer.step)
    try:
        found = yield from look(explorer, lambda _: place, False, threads)
    except GeneratorExit:
        with suppress(Refused):
            exploration.add(place, title, parents, model)
        raise
    try:
        step = exploration.add(place, title, parents, model, found.picture)
    except Refused as refused:
        yield Note(str(refused), "warning")
        return found
    return View(place, found.picture, False, found.typical, step.id)


def laid_out(
    explorer: Explorer,
    key: str,
    find: Callable[[Explorer], Sequence[Place]],
    draft: bool,
    threads: int = 1,
) -> Job[tuple[str, list[Place], np.ndarray]]:
    """Draw several places; return `key`, them and their pictures [n, h, w, c].

    Slow families draw a few at a time, so that Stop is quick.
    """
    device.use_threads(threads)
    places = list(find(explorer))
    at_once = len(places) if explorer.family.smooth else AT_ONCE
    parts: list[np.ndarray] = []
    for start in range(0, len(places), at_once):
        part = yield from drawn(explorer, places[start : start + at_once], draft)
        parts.append(part)
        yield Progress(start + len(part), len(places), key)
    return key, places, np.concatenate(parts)


def drawn(explorer: Explorer, places: Sequence[Place], draft: bool) -> Job[np.ndarray]:
    """Draw places; return their pictures uint8 [n, h, w, c]. Yields Drawn where that takes long."""
    begun = time.monotonic()
    refined = explorer.images(places, draft)
    images = next(refined)
    for images in refined:
        if time.monotonic() - begun > PREVIEWS:
            yield Drawn(to_pictures(images))
            begun = time.monotonic()
    return to_pictures(images)


def typicality(latent: np.ndarray) -> float:
    """Return how many deviations a latent's squared norm is off that of a typical one.

    |z|² of d standard-normal numbers has mean d and deviation √(2d).
    """
    count = latent.size
    return float((np.square(latent, dtype=np.float64).sum() - count) / np.sqrt(2 * count))
