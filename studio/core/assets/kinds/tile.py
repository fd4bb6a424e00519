"""Tile: a picture that continues on its other side, with a score of its seam."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from studio.core.aside import let_go
from studio.core.assets.bleeding import bled, premultiplied
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.lighting import evened
from studio.core.assets.likeness import like, shown
from studio.core.assets.resizing import resized
from studio.core.assets.seams import seam_score
from studio.core.assets.tiling import blended, mirrored
from studio.core.events import Job, Progress
from studio.core.photographs.encoding import encoded
from studio.core.settings import Settings, field
from studio.core.steps import told


class TileSettings(Settings):
    """How a picture becomes a tile."""

    method: Literal["blend", "mirror", "none"] = field(
        "blend",
        label="Method",
        help="blend lays opposite sides over each other and cuts where they differ least; mirror"
        " puts mirror images beside the picture; none only scores the seam.",
    )
    overlap: int = field(
        33,
        label="Overlap",
        help="How much of the picture may be laid over its other side: more finds a better cut,"
        " less keeps more of the picture.",
        ge=5,
        le=45,
        unit="%",
    )
    soft: float = field(
        1.5,
        label="Soft cut",
        help="Over how many pixels the cut is mixed. 0 mixes nothing: for pixel art, whose colors"
        " must stay.",
        ge=0,
        le=64,
        unit="px",
    )
    sides: float = field(
        1.0,
        label="Match sides",
        help="Takes out, little by little across the picture, by how much one side is lighter or"
        " of another color. 0 changes nothing beside the cut, nor does a soft cut of 0.",
        ge=0,
        le=1,
    )
    even: float = field(
        0.0,
        label="Even light",
        help="Takes out light and dark areas, which show when a tile repeats.",
        ge=0,
        le=1,
    )
    size: Literal["keep", "cut", "64", "128", "256", "512", "1024", "2048", "4096"] = field(
        "keep",
        label="Size",
        help="keep scales the tile to the picture's size; cut scales nothing, the tile is smaller"
        " by what was overlapped; a number is the pixels a side.",
    )
    alpha: Literal["straight", "premultiplied"] = field(
        "straight",
        label="Alpha",
        help="Whether color is stored multiplied by alpha; most engines expect straight.",
        advanced=True,
    )


@dataclass(frozen=True, eq=False)
class Made:
    """A tile, and the score of the cuts inside it: a border without a seam may hide them."""

    pixels: np.ndarray
    cuts: float = 0.0


def make(items: Sequence[Item], settings: TileSettings, name: str) -> Job[Product]:
    """Make one picture seamless."""
    photograph = items[0].photograph
    yield Progress(0, 100, "Scoring")
    before = seam_score(photograph.pixels)
    made = yield from _joined(photograph.pixels, settings)
    size = _size(settings.size, photograph.pixels, made.pixels)
    tile = yield from told(resized(bled(made.pixels), *size), 75, 95, "Scaling")
    yield Progress(95, 100, "Scoring")
    after = max(made.cuts, seam_score(tile))
    final = premultiplied(tile) if settings.alpha == "premultiplied" else tile

    def files() -> Job[tuple[File, ...]]:
        encode = partial(encoded, like(photograph, final), name[name.rfind(".") :])
        data, _ = yield from let_go(encode, name)
        return (File(name, data),)

    words = f"{size[1]} × {size[0]}, seam {before:.2f} before, {after:.2f} now (1 can't be found)"
    facts = {"seam_before": round(before, 3), "seam_after": round(after, 3)}
    return Product(shown(tile), words, files, facts=facts)


def _joined(pixels: np.ndarray, settings: TileSettings) -> Job[Made]:
    if settings.method == "none":
        return Made(pixels)
    blend = settings.method == "blend"
    sides = settings.sides if blend and settings.soft else 0.0
    lit = yield from told(evened(pixels, sides, settings.even), 2, 10, "Even light")
    if not blend:
        return Made(mirrored(lit))
    job = blended(lit, settings.overlap / 100, settings.soft)
    return Made(*(yield from told(job, 10, 75, "Cutting")))


def _size(wanted: str, picture: np.ndarray, tile: np.ndarray) -> tuple[int, int]:
    if wanted == "cut":
        return tile.shape[0], tile.shape[1]
    if wanted == "keep":
        return picture.shape[0], picture.shape[1]
    return int(wanted), int(wanted)


KIND = Kind(
    "tile",
    "Tile",
    "A picture that continues on its other side, for grounds and walls.",
    TileSettings,
    make,
    (".png", ".tif", ".webp"),
    most=1,
    rank=2,
)
