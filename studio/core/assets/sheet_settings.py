"""How a sprite sheet is laid out, and who is to read it."""

from collections.abc import Mapping
from typing import Literal

from studio.core.assets.packing import Room
from studio.core.assets.sheets import Spaces
from studio.core.assets.trimming import Pivot
from studio.core.settings import Settings, field

PIVOTS: Mapping[str, Pivot] = {
    "center": (0.5, 0.5),
    "bottom": (0.5, 1.0),
    "top": (0.5, 0.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top left": (0.0, 0.0),
    "top right": (1.0, 0.0),
    "bottom left": (0.0, 1.0),
    "bottom right": (1.0, 1.0),
}
Corner = Literal[
    "center", "bottom", "top", "left", "right",
    "top left", "top right", "bottom left", "bottom right", "custom",
]  # fmt: skip
Data = Literal[
    "json-hash", "json-array", "texturepacker-hash", "texturepacker-array", "godot", "tiled", "none"
]


class SheetSettings(Settings):
    """How a sheet is laid out, and who is to read it."""

    layout: Literal["packed", "grid", "rows"] = field(
        "packed",
        label="Layout",
        help="Packed takes the least room; grid has equal cells and trims nothing; rows has a row"
        " for each animation.",
    )
    columns: int = field(
        0, label="Columns", help="Sprites in a row; 0 makes it about square.", ge=0, le=4096
    )
    data: Data = field(
        "json-hash",
        label="Data",
        help="Who reads it: Aseprite's or TexturePacker's JSON, Godot (.tres), Tiled (.tsx); none"
        " leaves the picture alone.",
    )
    trim: bool = field(
        True, label="Trim", help="Cut clear edges off; the data says what to put back."
    )
    padding: int = field(
        2, label="Padding", help="Clear pixels between sprites.", ge=0, le=256, unit="px"
    )
    extrude: int = field(
        0,
        label="Extrude",
        help="Edge pixels are repeated outward this far, so that tiles show no seams when scaled.",
        ge=0,
        le=64,
        unit="px",
    )
    border: int = field(
        0, label="Border", help="Clear pixels around the sheet.", ge=0, le=256, unit="px"
    )
    power_of_two: bool = field(
        False, label="Power of two", help="Sides of 256, 512, 1024 …, as old graphics cards ask."
    )
    fps: float = field(
        12.0,
        label="Speed",
        help="Frames a second of the animations.",
        ge=0.1,
        le=240,
        unit="fps",
    )
    pivot: Corner = field(
        "center",
        label="Pivot",
        help="The point of a sprite that stays where it is when it turns or changes its size.",
    )
    order: Literal["given", "name", "size"] = field(
        "given",
        label="Order",
        help="The order of the frames: as given, by name, or the largest first.",
    )
    bleed: bool = field(
        True,
        label="Bleed edges",
        help="Colors go on under clear pixels, so that scaled sprites have no dark rim.",
    )
    alpha: Literal["straight", "premultiplied"] = field(
        "straight",
        label="Alpha",
        help="Straight as nearly all programs expect it; premultiplied where your engine asks.",
        advanced=True,
    )
    square: bool = field(
        False, label="Square", help="Make the sheet as high as it is wide.", advanced=True
    )
    side: int = field(
        4096,
        label="Largest side",
        help="No sheet is larger than this a side.",
        ge=16,
        le=16384,
        unit="px",
        advanced=True,
    )
    pages: bool = field(
        False,
        label="Several pages",
        help="What does not fit goes on further sheets: name-0.png, name-1.png …",
        advanced=True,
    )
    animations: bool = field(
        True,
        label="Animations from names",
        help="walk-0, walk-1 … become the animation walk.",
        advanced=True,
    )
    merge: bool = field(
        True,
        label="Merge equal sprites",
        help="Equal sprites are stored once in a packed sheet; the data names all.",
        advanced=True,
    )
    pivot_x: float = field(
        0.5,
        label="Pivot x",
        help="Where a custom pivot is: 0 is the left edge, 1 the right one.",
        ge=0,
        le=1,
        advanced=True,
    )
    pivot_y: float = field(
        0.5,
        label="Pivot y",
        help="Where a custom pivot is: 0 is the top, 1 the bottom.",
        ge=0,
        le=1,
        advanced=True,
    )

    @property
    def point(self) -> Pivot:
        """The pivot as a share of width and height."""
        return PIVOTS.get(self.pivot, (self.pivot_x, self.pivot_y))

    @property
    def spaces(self) -> Spaces:
        """The pixels around sprites."""
        return Spaces(self.padding, self.border, self.extrude)

    @property
    def room(self) -> Room:
        """What pages may be."""
        return Room(self.side, self.spaces.around, self.power_of_two, self.square)
