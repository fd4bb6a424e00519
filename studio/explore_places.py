"""Which model and which place the words of `atelier explore` mean: runs, seeds, kept pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import project as projects
from studio.core.events import Refused
from studio.terminal import pull, write_json

if TYPE_CHECKING:
    from studio.core.explore.directions import Direction
    from studio.core.explore.opening import Opened
    from studio.core.explore.place import Place
    from studio.core.provenance.record import Record


@dataclass(frozen=True)
class Model:
    """Which model the user means, whether to answer in JSON, and whether what is drawn says where
    it comes from.
    """

    folder: Path
    run: int | None = None
    step: int | None = None
    json_lines: bool = False
    told: bool = True

    def opened(self, sources: Sequence[str] = ()) -> "Opened":
        """Open the run, or without a number the very model of the first kept picture named."""
        from studio.core import device
        from studio.core.explore import opening

        # one core is left to others: on a busy machine two threads of two cores took 7 x as long
        device.use_threads(max(1, device.cores() - 1))
        project = projects.open(self.folder)
        kept = [Path(source) for source in sources if not is_seed(source)]
        if kept and self.run is None and self.step is None:
            return pull(opening.open_kept(project, kept[0]), self.json_lines)[0]
        return pull(opening.open_run(project, self.run, self.step), self.json_lines)

    def record(self, opened: "Opened", **said: Any) -> "Record":
        """Return what is said of all that the model draws."""
        from studio.core.explore.keeping import record_of_model
        from studio.core.provenance.origins import of_run

        known = of_run(projects.open(self.folder), opened.run)
        return record_of_model(opened.explorer, known, **said)

    def say(self, opened: "Opened", files: Sequence[Path], line: str, **more: Any) -> None:
        """Print what was written, for people or as the JSON result."""
        if self.json_lines:
            explorer = opened.explorer
            told = {"run": explorer.run, "step": explorer.step, "model": explorer.digest}
            write_json({"event": "result", **told, **more, "files": [str(f) for f in files]})
        else:
            print(line)


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
            if math.isnan(self.truncation):
                raise Refused("The truncation nan is no number; take 0 to 2.")
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
    """Read '1,2,kept.png,folder'; a folder stands for the kept pictures in it. Raises Refused for
    an empty text and for what is not there.
    """
    found: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        if part and not is_seed(part) and Path(part).is_dir():
            found += [str(path) for path in sorted(Path(part).glob("*.png"))]
        elif part and not is_seed(part) and not Path(part).is_file():
            raise Refused(f"'{part}' is neither a seed nor the file of a picture kept here.")
        elif part:
            found.append(part)
    if not found:
        raise Refused("No seed is named; write numbers or kept pictures, like 1,2,kept.png.")
    return found


def kept_place(opened: "Opened", path: Path) -> "Place":
    """Return the place of a kept picture; raise Refused for one of another model's family."""
    from studio.core.explore import kept as kept_pictures

    kept, explorer = kept_pictures.read(path), opened.explorer
    if kept.family != explorer.family.id:
        raise Refused(
            f"{path.name} was kept from {kept.family}, run {explorer.run} is"
            f" {explorer.family.id}; open the run it was kept from."
        )
    return kept.place


def knowing(opened: "Opened", found: Sequence[str]) -> "Opened":
    """Return the model knowing the directions that kept pictures bring along, too."""
    from studio.core.explore import kept as kept_pictures

    explorer = opened.explorer
    for path in (Path(source) for source in found if not is_seed(source)):
        brought = kept_pictures.read(path).directions
        explorer = explorer.with_directions(
            {id: v for id, v in brought.items() if v.shape == explorer.shape}
        )
    return replace(opened, explorer=explorer)
