"""What the verbs below `atelier explore` do: open a model, find places, write what was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import project as projects
from studio.core.events import Refused
from studio.terminal import pull, write_json

if TYPE_CHECKING:
    from studio.core.explore.directions import Direction
    from studio.core.explore.opening import Opened
    from studio.core.explore.place import Place

SHEET_SIGMAS = (-3, -2, -1, 0, 1, 2, 3)
LOOP, LEG = 72, 24  # frames of a loop, and from key to key
MOST = 64  # columns and rows of a sheet


@dataclass(frozen=True)
class Model:
    """Which model the user means, and whether to answer in JSON."""

    folder: Path
    run: int | None = None
    step: int | None = None
    json_lines: bool = False

    def opened(self, sources: Sequence[str] = ()) -> "Opened":
        """Open the run, or without a number the very model of the first kept picture named."""
        from studio.core.explore import opening

        project = projects.open(self.folder)
        kept = [Path(source) for source in sources if not is_seed(source)]
        if kept and self.run is None and self.step is None:
            return pull(opening.open_kept(project, kept[0]), self.json_lines)[0]
        return pull(opening.open_run(project, self.run, self.step), self.json_lines)

    def say(self, opened: "Opened", files: Sequence[Path], text: str, **more: Any) -> None:
        """Print what was written, for people or as the JSON result."""
        if self.json_lines:
            explorer = opened.explorer
            told = {"run": explorer.run, "step": explorer.step, "model": explorer.digest}
            write_json({"event": "result", **told, **more, "files": [str(f) for f in files]})
        else:
            print(text)


@dataclass(frozen=True)
class Bend:
    """How places are bent: a class by name, truncation, directions as NAME=SIGMAS."""

    label: str | None = None
    truncation: float | None = None
    directions: tuple[str, ...] = ()

    def place(self, opened: "Opened", source: str, k: int = 0) -> "Place":
        """Return the place of a seed, its latent `k`, or of a kept picture, bent."""
        explorer, label = opened.explorer, self.number(opened)
        if is_seed(source):
            return self.bent(opened, explorer.seed(int(source), label, k))
        found = kept_place(opened, Path(source))
        return self.bent(opened, found if label is None else explorer.relabeled(found, label))

    def bent(self, opened: "Opened", place: "Place") -> "Place":
        """Return the place with truncation and sliders as asked."""
        from studio.core.explore.place import checked

        if self.truncation is not None:
            place = replace(place, truncation=self.truncation)
        for id, sigmas in self._sliders(opened):
            place = place.with_slider(id, sigmas)
        return checked(place, opened.explorer.shape, len(opened.explorer.classes))

    def number(self, opened: "Opened") -> int | None:
        """Return the class's number, None where none is asked for; raise Refused for others."""
        known = opened.explorer.classes
        if self.label is None:
            return None
        if self.label not in known:
            there = f"the classes are {', '.join(known)}" if known else "this run has none"
            raise Refused(f"There is no class '{self.label}'; {there}.")
        return known.index(self.label)

    def _sliders(self, opened: "Opened") -> list[tuple[str, float]]:
        from studio.core.explore.place import SIGMAS

        found = []
        for pair in self.directions:
            name, equals, value = pair.rpartition("=")
            try:
                sigmas = float(value) if equals else float("nan")
            except ValueError:
                sigmas = float("nan")
            if not abs(sigmas) <= SIGMAS:
                raise Refused(
                    f"'{pair}' moves nothing; write --direction NAME=SIGMAS, sigmas from"
                    f" -{SIGMAS:g} to {SIGMAS:g}."
                )
            found.append((direction_of(opened.directions, name).id, sigmas))
        return found


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

    def path(self, places: "Sequence[Place]", fps: float) -> "list[Place]":
        """Return the place of every frame; raise Refused for a path that can't be walked."""
        from studio.core.explore import route as routes
        from studio.core.explore.route import Key, Route

        if self.loop:
            loops = {"circle": routes.circle, "noise": routes.noise_loop}
            frames = LOOP if self.frames is None else self.frames
            return loops[self.loop](places[0], self.radius, frames, self.chance)
        if len(places) < 2:
            raise Refused("A walk needs two places, like --seeds 1,2; or --circle, or --noise.")
        legs = LEG if self.frames is None else self.frames
        keys = tuple(Key(place, legs, self.easing) for place in places)
        return routes.places(Route(keys, self.closed, fps))


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


def direction_of(directions: "Sequence[Direction]", name: str) -> "Direction":
    """Return the direction of a name or id; raise Refused saying which there are."""
    for found in directions:
        if name.strip().lower() in (found.name.lower(), found.id):
            return found
    known = ", ".join(d.name for d in directions)
    hint = f"there are {known}" if known else "find some with `atelier explore directions`"
    raise Refused(f"This model has no direction '{name}'; {hint}.")


def is_seed(source: str) -> bool:
    """Tell whether a source is a seed; else it is the file of a kept picture."""
    return source.isascii() and source.isdecimal()


def sources(text: str) -> list[str]:
    """Read '1,2,kept.png'; raise Refused for an empty one, and for files not there."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    for source in found:
        if not is_seed(source) and not Path(source).is_file():
            raise Refused(f"'{source}' is neither a seed nor the file of a picture kept here.")
    if not found:
        raise Refused("No seed is named; write numbers or kept pictures, like 1,2,kept.png.")
    return found


def kept_place(opened: "Opened", path: Path) -> "Place":
    """Return the place of a kept picture; raise Refused for one of another model's family."""
    from studio.core.explore import keeping

    kept, explorer = keeping.read(path), opened.explorer
    if kept.family != explorer.family.id:
        raise Refused(
            f"{path.name} was kept from {kept.family}, run {explorer.run} is"
            f" {explorer.family.id}; open the run it was kept from."
        )
    return kept.place


def knowing(opened: "Opened", found: Sequence[str]) -> "Opened":
    """Return the model knowing the directions that kept pictures bring along, too."""
    from studio.core.explore import keeping

    explorer = opened.explorer
    for path in (Path(source) for source in found if not is_seed(source)):
        brought = keeping.read(path).directions
        explorer = explorer.with_directions(
            {id: v for id, v in brought.items() if v.shape == explorer.shape}
        )
    return replace(opened, explorer=explorer)


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

    settings = VideoSettings().updated(film)
    ground(settings)
    kind_of(Path(out or "film.mp4"))
    named = sources(way.seeds)
    opened = knowing(model.opened(named), named)
    path = way.path([bend.place(opened, source) for source in named], settings.fps)
    closed = way.closed or bool(way.loop)
    if way.even or (way.even is None and way.loop):
        job = routes.evened(opened.explorer, path, closed, draft=False)
        path = pull(job, model.json_lines)
    kind = ".webp" if opened.explorer.size.channels == 4 else ".mp4"
    target = Path(out or named_after(model, opened, "walk", kind))
    frames = pull(routes.render(opened.explorer, path), model.json_lines)
    written = pull(save_video(frames, target, settings), model.json_lines)
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


def write_places(
    model: Model,
    opened: "Opened",
    places: "Sequence[Place]",
    out: str | None,
    verb: str,
    columns: int | None = None,
) -> None:
    """Draw places as one sheet, or as files that remember theirs: one picture, or a folder/."""
    from studio.core.explore import keeping
    from studio.core.explore import route as routes

    target = Path(out or named_after(model, opened, verb, ".png"))
    folder = out is not None and (out.endswith(("/", "\\")) or not target.suffix)
    if not folder and target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; name a .png file, or a folder/ for single pictures.")
    if not folder and len(places) > 1:
        files = write_sheet(model, opened, places, target, columns)
    else:
        drawn = pull(routes.drawn(opened.explorer, places), model.json_lines)
        names = {direction.id: direction.name for direction in opened.directions}
        single = [target / f"{verb}-{k:04d}.png" for k in range(len(places))]
        files = [
            keeping.keep(opened.explorer, place, picture, file, names)
            for place, picture, file in zip(
                places, drawn, single if folder else [target], strict=True
            )
        ]
    what = f"{len(places)} pictures in " if len(places) > 1 else ""
    model.say(opened, files, f"{what}{target}")


def write_sheet(
    model: Model, opened: "Opened", places: "Sequence[Place]", target: Path, columns: int | None
) -> list[Path]:
    """Draw places as one PNG, row by row."""
    from studio.core import pictures
    from studio.core.explore import keeping
    from studio.core.explore import route as routes

    drawn = pull(routes.drawn(opened.explorer, places), model.json_lines)
    file = BytesIO()
    pictures.pillow(pictures.grid(drawn, columns)).save(file, "PNG")
    return [keeping.write(target, file.getvalue())]


def named_after(model: Model, opened: "Opened", verb: str, suffix: str) -> str:
    """Return the file's name where the user gives none: project, run, verb."""
    return f"{model.folder.absolute().stem}-run{opened.run.number:03d}-{verb}{suffix}"
