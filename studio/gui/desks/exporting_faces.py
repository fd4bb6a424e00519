"""Which face shows what an export comes to: by what its layout holds, and by its kind."""

from PySide6.QtCore import QCoreApplication

from studio.gui.layouts import Layout
from studio.gui.widgets.export_faces import Face, FilmFace, PictureFace, SplitFace, TileFace


def still_of(layout: Layout, last: Face | None) -> Face:
    """Return what shows a layout's picture; what was dragged in the `last` face stays there."""
    kind = layout.wish.kind.id
    if kind == "tile":
        tile = TileFace(
            layout.preview, _tr("Drag to move where the tile begins, and look for seams")
        )
        if isinstance(last, TileFace):
            tile.offset = last.offset
        return tile
    if layout.before is not None and kind == "palette":
        split = SplitFace(layout.before, layout.preview, _tr("Drag the line to compare"))
        split.split = last.split if isinstance(last, SplitFace) else split.split
        return split
    return PictureFace(
        layout.preview, layout.facts.get("cells", ()), layout.facts.get("pivots", ())
    )


def film_of(layout: Layout) -> FilmFace | None:
    """Return what plays a layout's frames; None where there are none."""
    return None if layout.film is None else FilmFace(layout.film)


def _tr(text: str) -> str:
    return QCoreApplication.translate("exporting_faces", text)
