"""What the verbs below `atelier explore` do, once their words are read."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import locking
from studio.core.events import Refused
from studio.explore_files import (
    Edges,
    named_after,
    write_kept,
    write_places,
    write_png,
    write_sheet,
)
from studio.explore_places import Bend, Model, direction_of, is_seed, knowing, sources
from studio.terminal import pull

if TYPE_CHECKING:
    import numpy as np

    from studio.core.events import Job
    from studio.core.explore.directions import Direction
    from studio.core.explore.inverting import Inverted
    from studio.core.explore.opening import Opened
    from studio.core.explore.place import Place
    from studio.core.explore.route import Route

SHEET_SIGMAS = (-3, -2, -1, 0, 1, 2, 3)
LOOP, LEG = 72, 24  # frames of a loop, and from key to key
MOST = 64  # columns and rows of a sheet


@dataclass(frozen=True)
class Way:
    """A path as the command line says it: through seeds and kept pictures, or a loop from one."""

    seeds: str
    loop: str = ""
    frames: int | None = None
    closed: bool = False
    easing: str = "ease"
    radius: float = 0.5
    chance: int = 0
    even: bool | None = None
    route: Path | None = None

    def path(self, opened: "Opened", bend: Bend, fps: float) -> "list[Place]":
        """Return the place of every frame; raise Refused for a path that can't be walked."""
        from studio.core.explore import route as routes
        from studio.core.explore.route import Key, Route

        if self.route is not None:
            return routes.places(read_route(self.route))
        places = [bend.place(opened, source) for source in sources(self.seeds)]

        if self.loop:
            loops = {"circle": routes.circle, "noise": routes.noise_loop}
            frames = LOOP if self.frames is None else self.frames
            return loops[self.loop](places[0], self.radius, frames, self.chance)
        if len(places) < 2:
            raise Refused("A walk needs two places, like --seeds 1,2; or --circle, or --noise.")
        legs = LEG if self.frames is None else self.frames
        keys = tuple(Key(place, legs, self.easing) for place in places)
        return routes.places(Route(keys, self.closed, fps))


def read_route(path: Path) -> "Route":
    """Return the route in a file, as the window keeps it beside a run (explore/route.json)."""
    from studio.core.explore.route import from_json

    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Refused(f"{path} is no route, or a damaged one.") from None
    return from_json(value)


@dataclass(frozen=True)
class Sheet:
    """A part of the seed plane: its middle, its columns and rows, and the step between two."""

    x: float = 0.0
    y: float = 0.0
    columns: int = 9
    rows: int = 9
    step: float = 0.25

    def spots(self) -> list[tuple[float, float]]:
        """Return (x, y) of all pictures, row by row; raise Refused for too many or none."""
        if not (1 <= self.columns <= MOST and 1 <= self.rows <= MOST and self.step > 0):
            raise Refused(f"A sheet has 1 to {MOST} columns and rows, and a step above 0.")
        xs = [self.x + (k - (self.columns - 1) / 2) * self.step for k in range(self.columns)]
        ys = [self.y + (k - (self.rows - 1) / 2) * self.step for k in range(self.rows)]
        return [(x, y) for y in ys for x in xs]


@dataclass(frozen=True)
class Edit:
    """What shall become of a model's directions, each named by its name or id."""

    find: bool = False
    count: int = 12
    rename: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()

    def done(self, opened: "Opened", json_lines: bool) -> "tuple[Direction, ...]":
        """Return the directions as they are afterwards."""
        from studio.core.explore import directions as ways

        found = opened.directions
        if self.find or not found:
            label = None
            new = pull(ways.find_directions(opened.explorer, self.count, 0, label), json_lines)
            found = ways.merged(found, new)
        for pair in self.rename:
            old, _, name = pair.partition("=")
            found = ways.renamed(found, direction_of(found, old).id, name)
        for name in self.keep:
            found = ways.kept(found, direction_of(found, name).id)
        for name in self.delete:
            found = ways.without(found, direction_of(found, name).id)
        return found


def sample(model: Model, seed: str, count: int, bend: Bend, out: str | None) -> None:
    """Draw the latents of a seed, or a kept picture bent."""
    named = sources(seed)
    opened = knowing(model.opened(named), named)
    if count < 1:
        raise Refused(f"Can't draw {count} pictures; ask for at least one.")
    numbers = range(count) if is_seed(named[0]) else range(1)
    places = [bend.place(opened, named[0], k) for k in numbers]
    write_places(model, opened, places, out, "sample")


def breed(
    model: Model, parents: str, distance: float, count: int, seed: int, bend: Bend, out: str | None
) -> None:
    """Draw children of one or two places."""
    from studio.core.explore import moves

    named = sources(parents)
    opened = knowing(model.opened(named), named)
    both = [bend.place(opened, source) for source in named]
    write_places(model, opened, moves.children(both, count, distance, seed), out, "breed")


def mix(model: Model, base: str, other: str, take: str, bend: Bend, out: str | None) -> None:
    """Draw base places with some depths of other ones: a sheet with both along its edges."""
    from studio.core.explore.mixing import depths, mixed

    bases, others = sources(base), sources(other)
    opened = knowing(model.opened([*bases, *others]), [*bases, *others])
    names = depths(opened.explorer)
    wanted = [name.strip() for name in take.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in names]
    if names and (unknown or not wanted):
        raise Refused(f"'{take}' is no depth of this model; take some of {', '.join(names)}.")
    taken = [name in wanted for name in names]
    rows, columns = ([bend.place(opened, one) for one in side] for side in (bases, others))
    places = [mixed(opened.explorer, a, b, taken) for a in rows for b in columns]
    write_places(model, opened, places, out, "mix", Edges(rows, columns))


def plane(model: Model, sheet: Sheet, bend: Bend, out: str | None) -> None:
    """Draw a sheet of the plane whose whole places are seeds."""
    from studio.core.explore import moves

    opened = model.opened()
    label = bend.number(opened)
    spots = [moves.on_seed_plane(opened.explorer, x, y, label) for x, y in sheet.spots()]
    places = [bend.bent(opened, spot) for spot in spots]
    write_places(model, opened, places, out, "plane", sheet.columns)


def walk(model: Model, way: Way, bend: Bend, film: dict[str, Any], out: str | None) -> None:
    """Draw a path and write it as a film."""
    from studio.core.assets.video import VideoSettings, ground, kind_of, save_video
    from studio.core.explore import route as routes
    from studio.core.provenance.stamping import record_film

    settings = VideoSettings().updated(film)
    ground(settings)
    kind_of(Path(out or "film.mp4"))
    named = [] if way.route else sources(way.seeds)
    opened = knowing(model.opened(named), named)
    path = way.path(opened, bend, settings.fps)
    closed = way.closed or bool(way.loop)
    if way.even or (way.even is None and way.loop):
        job = routes.evened(opened.explorer, path, closed, draft=False)
        path = pull(job, model.json_lines)
    kind = ".webp" if opened.explorer.size.channels == 4 else ".mp4"
    target = Path(out or named_after(model, opened, "walk", kind))
    frames = pull(routes.render(opened.explorer, path), model.json_lines)
    written = pull(save_video(frames, target, settings), model.json_lines)
    if model.told:
        said = {"method": "walk", "frames": len(frames), **settings.model_dump()}
        for note in record_film(written, model.record(opened, title="Film", settings=said)):
            print(note)
    seconds = len(frames) / settings.fps
    text = f"{len(frames)} frames, {seconds:.2f} s  {written}"
    model.say(opened, [written], text, frames=len(frames), seconds=round(seconds, 4))


def directions(model: Model, edit: Edit, seed: str, bend: Bend, out: str | None) -> None:
    """Find directions where none are known, change them, list them, draw them."""
    from studio.core.explore.directions import save_directions

    named = sources(seed)
    opened = model.opened(named)
    changed = edit.done(opened, model.json_lines)
    if changed != opened.directions:
        with locking.writing(model.folder):
            save_directions(opened.run, opened.explorer.digest, changed)
        opened = opened.knowing(changed)
    rows = [
        {"id": d.id, "name": d.name, "found": d.found, "kept": d.kept, "accuracy": d.accuracy}
        for d in opened.directions
    ]
    files = []
    if out is not None and rows:
        place = bend.place(knowing(opened, named), named[0])
        places = [place.with_slider(row["id"], s) for row in rows for s in SHEET_SIGMAS]
        files = write_sheet(model, opened, places, Path(out), len(SHEET_SIGMAS))
    listed = [f"{row['id']}  {row['name']}{'  kept' if row['kept'] else ''}" for row in rows]
    text = "\n".join([*listed, *(str(file) for file in files)])
    model.say(opened, files, text or "No directions.", directions=rows)


def show_map(
    model: Model, count: int, seed: int, at: tuple[float, float] | None, out: str | None
) -> None:
    """Draw the map of training pictures and samples; or keep what is drawn at a spot of it."""
    from studio.core import project as projects
    from studio.core.explore import atlas, judging

    opened = model.opened()
    job = atlas.atlas(opened.explorer, projects.open(model.folder), count, seed)
    made = pull(job, model.json_lines)
    target = Path(out or named_after(model, opened, "map" if at is None else "spot", ".png"))
    if target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; the map is drawn as a .png file.")
    if at is None:
        write_png(atlas.sheet(made), target)
        counts = {"training": int(made.real.sum()), "samples": int((~made.real).sum())}
        line = f"{counts['training']} training pictures, {counts['samples']} samples  {target}"
        model.say(opened, [target], line, **counts)
        return
    place = atlas.place_at(made, *at)
    drawn = opened.explorer.pictures([place])[0]
    judged = judging.judge(opened.explorer, made.reference, place, drawn)
    write_kept(model, opened, place, drawn, target)
    told = {"typical": judged.typical, "closeness": judged.closeness, "copy": judged.copy}
    model.say(opened, [target], f"{judged.text}\n{target}", **told, text=judged.text)


def tag(model: Model, name: str, yes: str, no: str, out: str | None) -> None:
    """Make a direction from tagged samples, keep it, and draw it if asked."""
    from studio.core.explore.directions import save_directions
    from studio.core.explore.tagging import tag_direction

    sides = [sources(text) for text in (yes, no)]
    opened = knowing(model.opened([*sides[0], *sides[1]]), [*sides[0], *sides[1]])
    have, lack = ([Bend().place(opened, source) for source in side] for side in sides)
    made = pull(tag_direction(opened.explorer, have, lack, name), model.json_lines)
    known = (made, *(d for d in opened.directions if d.id != made.id))
    with locking.writing(model.folder):
        save_directions(opened.run, opened.explorer.digest, known)
    files = []
    if out is not None:
        places = [lack[0].with_slider(made.id, s) for s in SHEET_SIGMAS]
        files = write_sheet(model, opened.knowing(known), places, Path(out), len(SHEET_SIGMAS))
    line = f"{made.id}  {made.name}  told apart in {made.accuracy:.0%}"
    more = {"id": made.id, "name": made.name, "accuracy": made.accuracy}
    model.say(opened, files, "\n".join([line, *map(str, files)]), **more)


def invert(model: Model, picture: Path, seconds: float, out: str | None) -> None:
    """Look for the place that draws a picture and keep it; Ctrl-C keeps the best so far."""
    from studio.core.explore.inverting import invert as search

    target = Path(out or f"{picture.stem}-found.png")
    if target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; the place is kept in a .png file.")
    if not 0 < seconds < math.inf:  # not a number fails too
        raise Refused(f"A search can't last {seconds:g} seconds; take some more than 0.")
    mine, opened = read_picture(picture), model.opened()
    best: list[Inverted] = []
    try:
        job = search(opened.explorer, mine, seconds)
        found = pull(_watched(job, best), model.json_lines)
    except KeyboardInterrupt:
        if not best:
            raise
        found = best[-1]
    file = write_kept(model, opened, found.place, found.picture, target)
    measured = {"psnr": found.psnr, "fit": found.fit, "seconds": found.seconds}
    model.say(opened, [file], f"{found.text}\n{file}", **measured, text=found.text)


def read_picture(path: Path) -> "np.ndarray":
    """Return the picture [h, w, c] in a file of the user's; raise Refused where there is none."""
    from studio.core.data.decode import Unreadable, decode

    try:
        return decode(path.read_bytes()).picture
    except Unreadable as reason:
        raise Refused(f"{path.name} can't be looked for. {reason}") from None


def _watched(job: "Job[Inverted]", best: "list[Inverted]") -> "Job[Inverted]":
    """Pass a search on, noting the best it has shown."""
    from studio.core.explore.inverting import Fitted

    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return ended.value
        if isinstance(event, Fitted):
            best.append(event.inverted)
        yield event
