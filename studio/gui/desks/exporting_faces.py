"""Which face shows what an export comes to: by what its layout holds, and by its kind."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.core.assets.naming import animations
from studio.gui.layouts import Layout
from studio.gui.widgets.export_faces import Face, FilmFace, PictureFace, SplitFace, TileFace
from studio.gui.widgets.export_light import LitFace, Surface


def still_of(layout: Layout, last: Face | None) -> Face | None:
    """Return what shows a layout's picture, None where its frames show all; what was dragged in
    the `last` face stays there.
    """
    kind = layout.wish.kind.id
    if kind == "video":
        return None
    if kind == "tile":
        tile = TileFace(
            layout.preview, _tr("Drag to move where the tile begins, and look for seams")
        )
        if isinstance(last, TileFace):
            tile.offset = last.offset
        return tile
    if layout.surface is not None:
        lit = LitFace(
            layout.before, layout.preview, Surface(*layout.surface), _tr("Drag the light")
        )
        if isinstance(last, LitFace):
            lit.move_light(last.light)
        return lit
    if layout.before is not None and kind == "palette":
        split = SplitFace(layout.before, layout.preview, _tr("Drag the line to compare"))
        split.split = last.split if isinstance(last, SplitFace) else split.split
        return split
    return PictureFace(layout.preview, cells_of(layout), pivots_of(layout))


def cells_of(layout: Layout) -> list[Sequence[float]]:
    """Return where the pictures lie on what is shown, the first page: [left, top, width, height].

    A sheet tells of each frame its name, its page and its place.
    """
    return [place for _, page, *place in _frames(layout) if page == 0]


def pivots_of(layout: Layout) -> list[Sequence[float]]:
    """Return where the pivots lie on the first page."""
    pivots = layout.facts.get("pivots", ())
    return [at for at, (_, page, *_) in zip(pivots, _frames(layout), strict=False) if page == 0]


def _frames(layout: Layout) -> list[Sequence[Any]]:
    """Return what a sheet tells of its frames; others tell their number only."""
    frames = layout.facts.get("frames")
    return frames if isinstance(frames, list) else []


def film_of(layout: Layout) -> FilmFace | None:
    """Return what plays a layout's frames; None where there are none."""
    return None if layout.film is None else FilmFace(layout.film)


def loops_of(layout: Layout) -> dict[str, list[int]]:
    """Return the frames of each animation by its name; a sheet tells how many each has."""
    wanted, count = layout.facts.get("animations"), 0 if layout.film is None else len(layout.film)
    if not wanted:
        return {}
    found = animations([name for name, *_ in _frames(layout)])
    return {name: inside for name in found if (inside := [k for k in found[name] if k < count])}


def _tr(text: str) -> str:
    return QCoreApplication.translate("exporting_faces", text)
