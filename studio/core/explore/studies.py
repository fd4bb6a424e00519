"""Studies of an open model, as the window asks for them: jobs that end in something kept."""

from collections.abc import Sequence

from studio.core import device
from studio.core.events import Job, Progress
from studio.core.explore.directions import find_directions, merged, save_directions
from studio.core.explore.opening import Opened
from studio.core.explore.place import Place
from studio.core.explore.tagging import tag_direction


def discover(opened: Opened) -> Job[Opened]:
    """Find directions anew; those that were kept, or made from tags, stay in front."""
    _beside_the_window()
    found = yield from find_directions(opened.explorer)
    whole = merged(opened.directions, found)
    save_directions(opened.run, opened.explorer.digest, whole)
    return opened.knowing(whole)


def tag(opened: Opened, yes: Sequence[Place], no: Sequence[Place], name: str) -> Job[Opened]:
    """Make a direction from tagged samples, keep it in front of the others."""
    _beside_the_window()
    made = yield from tag_direction(opened.explorer, yes, no, name)
    whole = (made, *(d for d in opened.directions if d.id != made.id))
    save_directions(opened.run, opened.explorer.digest, whole)
    return opened.knowing(whole)


def remember(opened: Opened) -> Job[None]:
    """Save the directions as they are now: names, what is kept, what was deleted."""
    yield Progress(0, None, "Saving the directions")
    save_directions(opened.run, opened.explorer.digest, opened.directions)


def _beside_the_window() -> None:
    """Leave a core to the window, or to a training."""
    device.use_threads(max(1, device.cores() - 1))
