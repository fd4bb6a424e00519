"""How drawn places become files: single pictures that remember theirs, and sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.events import Refused
from studio.explore_places import Model
from studio.terminal import pull

if TYPE_CHECKING:
    import numpy as np

    from studio.core.explore.opening import Opened
    from studio.core.explore.place import Place
    from studio.core.provenance.record import Record


@dataclass(frozen=True)
class Edges:
    """Places left of the rows and above the columns of a sheet."""

    rows: "Sequence[Place]"
    columns: "Sequence[Place]"


def write_places(
    model: Model,
    opened: "Opened",
    places: "Sequence[Place]",
    out: str | None,
    verb: str,
    layout: int | Edges | None = None,
) -> None:
    """Draw places as one sheet, or as files that remember theirs: one picture, or a folder/."""
    from studio.core.explore import route as routes

    target = Path(out or named_after(model, opened, verb, ".png"))
    folder = out is not None and (out.endswith(("/", "\\")) or not target.suffix)
    if not folder and target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; name a .png file, or a folder/ for single pictures.")
    if not folder and len(places) > 1:
        files = write_sheet(model, opened, places, target, layout, verb)
    else:
        drawn = pull(routes.drawn(opened.explorer, places), model.json_lines)
        single = [target / f"{verb}-{k:04d}.png" for k in range(len(places))]
        goals = single if folder else [target]
        files = [
            write_kept(model, opened, place, picture, file)
            for place, picture, file in zip(places, drawn, goals, strict=True)
        ]
    what = f"{len(places)} pictures in " if len(places) > 1 else ""
    model.say(opened, files, f"{what}{target}")


def write_kept(
    model: Model, opened: "Opened", place: "Place", picture: "np.ndarray", target: Path
) -> Path:
    """Write a picture that remembers its place, unless nothing is to be told of it."""
    from studio.core.explore import keeping

    if not model.told:
        return write_png(picture, target)
    names = {direction.id: direction.name for direction in opened.directions}
    known = model.record(opened)
    return keeping.keep(opened.explorer, place, picture, target, names, known)


def write_sheet(
    model: Model,
    opened: "Opened",
    places: "Sequence[Place]",
    target: Path,
    layout: int | Edges | None,
    verb: str = "directions",
) -> list[Path]:
    """Draw places as one PNG, row by row: in so many columns, or between their edges."""
    from studio.core import pictures
    from studio.core.explore import route as routes

    edges = layout if isinstance(layout, Edges) else Edges((), ())
    wanted = [*places, *edges.columns, *edges.rows]
    drawn = pull(routes.drawn(opened.explorer, wanted), model.json_lines)
    if isinstance(layout, Edges):
        drawn = framed(drawn, len(edges.rows), len(edges.columns))
        layout = len(edges.columns) + 1
    said = {"title": "Sheet", "settings": {"method": verb, "pictures": len(places)}}
    record = model.record(opened, **said) if model.told else None
    return [write_png(pictures.grid(drawn, layout), target, record)]


def framed(drawn: "np.ndarray", rows: int, columns: int) -> "np.ndarray":
    """Return pictures in the order of a sheet: an empty corner, those above, then row by row the
    one on the left and its mixtures.
    """
    import numpy as np

    inner, above, left = np.split(drawn, [rows * columns, rows * columns + columns])
    inner = inner.reshape(rows, columns, *drawn.shape[1:])
    body = np.concatenate([left[:, None], inner], 1)
    head = np.concatenate([np.zeros_like(above[:1]), above])
    return np.concatenate([head[None], body]).reshape(-1, *drawn.shape[1:])


def write_png(picture: "np.ndarray", target: Path, record: "Record | None" = None) -> Path:
    """Write a picture [h, w, c] with its record, whole or not at all; return the file."""
    from studio.core import pictures
    from studio.core.explore import keeping
    from studio.core.provenance.stamping import stamped

    file = BytesIO()
    pictures.pillow(picture).save(file, "PNG")
    data = file.getvalue()
    return keeping.write(target, data if record is None else stamped(data, record.of(picture)))


def named_after(model: Model, opened: "Opened", verb: str, suffix: str) -> str:
    """Return the file's name where the user gives none: project, run, verb."""
    return f"{model.folder.absolute().stem}-run{opened.run.number:03d}-{verb}{suffix}"
