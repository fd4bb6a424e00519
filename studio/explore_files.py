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
    from studio.core.explore import keeping
    from studio.core.explore import route as routes

    target = Path(out or named_after(model, opened, verb, ".png"))
    folder = out is not None and (out.endswith(("/", "\\")) or not target.suffix)
    if not folder and target.suffix.lower() != ".png":
        raise Refused(f"{target} is no PNG; name a .png file, or a folder/ for single pictures.")
    if not folder and len(places) > 1:
        files = write_sheet(model, opened, places, target, layout)
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
    model: Model,
    opened: "Opened",
    places: "Sequence[Place]",
    target: Path,
    layout: int | Edges | None,
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
    return [write_png(pictures.grid(drawn, layout), target)]


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


def write_png(picture: "np.ndarray", target: Path) -> Path:
    """Write a picture [h, w, c] whole or not at all; return the file."""
    from studio.core import pictures
    from studio.core.explore import keeping

    file = BytesIO()
    pictures.pillow(picture).save(file, "PNG")
    return keeping.write(target, file.getvalue())


def named_after(model: Model, opened: "Opened", verb: str, suffix: str) -> str:
    """Return the file's name where the user gives none: project, run, verb."""
    return f"{model.folder.absolute().stem}-run{opened.run.number:03d}-{verb}{suffix}"
