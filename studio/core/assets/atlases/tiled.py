"""Tiled: a tileset .tsx of version 1.10 (doc.mapeditor.org, "TMX map format").

Sprites in a plain grid are one image that Tiled cuts itself; others name their part of the image,
which Tiled knows since 1.9. Tiled has no trimmed tiles.
"""

from xml.sax.saxutils import quoteattr

from studio.core.assets.atlases.atlas import Atlas, Frame, Sheet

ALIGNMENTS = {
    (x, y): (down + across).replace("centercenter", "center") or "center"
    for y, down in ((0.0, "top"), (0.5, ""), (1.0, "bottom"))
    for x, across in ((0.0, "left"), (0.5, ""), (1.0, "right"))
}


def text(atlas: Atlas, name: str) -> str:
    """Return the tileset of an atlas of one page."""
    (sheet,) = atlas.sheets
    grid = atlas.grid
    if grid and (sheet.width - grid.margin + grid.spacing) // (grid.width + grid.spacing) > (
        grid.columns
    ):
        grid = None  # Tiled would count another column than there is
    width = grid.width if grid else max(frame.place.width for frame in atlas.frames)
    height = grid.height if grid else max(frame.place.height for frame in atlas.frames)
    rows = grid and (sheet.height - grid.margin + grid.spacing) // (grid.height + grid.spacing)
    count = grid.columns * rows if grid and rows else len(atlas.frames)
    cells = f'spacing="{grid.spacing}" margin="{grid.margin}" ' if grid else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<tileset version="1.10" tiledversion="1.10.2" name={quoteattr(name)}'
        f' tilewidth="{width}" tileheight="{height}" {cells}tilecount="{count}"'
        f' columns="{grid.columns if grid else 0}"'
        f' objectalignment="{ALIGNMENTS.get(atlas.pivot, "unspecified")}">',
        f" {_image(sheet)}" if grid else ' <grid orientation="orthogonal" width="1" height="1"/>',
    ]
    for index, frame in enumerate(atlas.frames):
        lines += _tile(atlas, index, frame, None if grid else sheet)
    return "\n".join([*lines, "</tileset>"]) + "\n"


def _tile(atlas: Atlas, index: int, frame: Frame, sheet: Sheet | None) -> list[str]:
    """Return a tile: its name as a property, its part of the sheet, and what it plays."""
    x, y, width, height = frame.place
    part = f' x="{x}" y="{y}" width="{width}" height="{height}"' if sheet else ""
    milliseconds = max(1, round(1000 / atlas.fps))
    lines = [
        f' <tile id="{index}"{part}>',
        "  <properties>",
        f'   <property name="name" value={quoteattr(frame.name)}/>',
        "  </properties>",
        *([f"  {_image(sheet)}"] if sheet else []),
    ]
    for frames in atlas.animations.values():
        if frames[0] == index:
            shown = (f'   <frame tileid="{at}" duration="{milliseconds}"/>' for at in frames)
            lines += ["  <animation>", *shown, "  </animation>"]
    return [*lines, " </tile>"]


def _image(sheet: Sheet) -> str:
    return f'<image source={quoteattr(sheet.name)} width="{sheet.width}" height="{sheet.height}"/>'
