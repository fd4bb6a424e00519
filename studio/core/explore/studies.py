"""Studies of an open model, as the window asks for them: jobs that end in something kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.core import device, locking
from studio.core.assets.video import VideoSettings, save_video
from studio.core.data.decode import Unreadable, decode
from studio.core.events import Job, Note, Progress, Refused
from studio.core.explore import route
from studio.core.explore.atlas import Atlas, atlas
from studio.core.explore.directions import find_directions, merged, save_directions
from studio.core.explore.exploration import FOLDER
from studio.core.explore.inverting import Inverted, invert
from studio.core.explore.judging import Judgement, judge
from studio.core.explore.keeping import record_of_model
from studio.core.explore.opening import ROUTE, Opened
from studio.core.explore.place import Place
from studio.core.explore.route import Route
from studio.core.explore.tagging import tag_direction
from studio.core.project import Project, write_json
from studio.core.provenance.origins import of_run
from studio.core.provenance.rights import project_around
from studio.core.provenance.stamping import record_film


def discover(opened: Opened, label: int | None = None) -> Job[Opened]:
    """Find directions anew, of all classes or of one, where they are told apart better; those that
    were kept, or made from tags, stay in front.
    """
    _beside_the_window()
    found = yield from find_directions(opened.explorer, label=label)
    whole = merged(opened.directions, found)
    if not locking.why_not(opened.run.folder):
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


def draw_route(opened: Opened, path: Route) -> Job[np.ndarray]:
    """Keep a route in the run, and draw its frames [n, h, w, c]."""
    _beside_the_window()
    yield Progress(0, path.count, "Drawing frames")
    folder = opened.run.folder / FOLDER
    if not locking.why_not(folder):
        folder.mkdir(exist_ok=True)
        write_json(folder / ROUTE, path.to_json())
    return (yield from route.render(opened.explorer, route.places(path)))


def forget_route(opened: Opened) -> Job[None]:
    """Take away the route that was kept in the run, as its last key was."""
    yield Progress(0, None, "Drawing frames")
    if not locking.why_not(opened.run.folder):
        (opened.run.folder / FOLDER / ROUTE).unlink(missing_ok=True)


def draw_loop(
    opened: Opened, kind: str, place: Place, radius: float, frames: int, seed: int
) -> Job[tuple[list[Place], np.ndarray]]:
    """Draw a closed loop through a place: a "circle", or "noise"; its pictures change equally
    fast, so that no seam is seen.
    """
    _beside_the_window()
    around = {"circle": route.circle, "noise": route.noise_loop}[kind]
    path = around(place, radius, frames, seed)
    path = yield from route.evened(opened.explorer, path, closed=True)
    return path, (yield from route.render(opened.explorer, path))


def film(opened: Opened, frames: np.ndarray, target: Path, settings: VideoSettings) -> Job[Path]:
    """Write drawn frames as a film, and beside it where they come from."""
    written = yield from save_video(frames, target, settings)
    said = {"method": "walk", "frames": len(frames), **settings.model_dump()}
    project = project_around(opened.run.folder)
    known = None if project is None else of_run(project, opened.run)
    for text in record_film(
        written, record_of_model(opened.explorer, known, title="Film", settings=said)
    ):
        yield Note(text)
    return written


def find_picture(
    opened: Opened, path: Path, seconds: float, project: Project | None = None
) -> Job[Inverted]:
    """Look for the picture in a file of the user's; yields Fitted, see `inverting.invert`."""
    _beside_the_window()
    yield Progress(0, None, path.name)
    try:
        picture = decode(path.read_bytes()).picture
    except Unreadable as reason:
        raise Refused(f"{path.name} can't be looked for. {reason}") from None
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from None
    return (yield from invert(opened.explorer, picture, seconds, project=project))


def chart(opened: Opened, project: Project, seed: int = 0) -> Job[Atlas]:
    """Make the map of training pictures and samples, and keep it; another seed takes others."""
    _beside_the_window()
    return (yield from atlas(opened.explorer, project, seed=seed))


def judged(opened: Opened, known: Atlas, place: Place, picture: np.ndarray) -> Job[Judgement]:
    """Say how typical a place is, and how close its picture is to a training picture."""
    yield Progress(0, None, "Comparing")
    return judge(opened.explorer, known.reference, place, picture)


def _beside_the_window() -> None:
    """Leave a core to the window, or to a training."""
    device.use_threads(max(1, device.cores() - 1))
