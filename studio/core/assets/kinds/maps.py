"""Maps: height, normals and occlusion of a surface, read from a picture of it."""

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import Literal

import numpy as np

from studio.core.aside import let_go
from studio.core.assets import relief
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.likeness import shown
from studio.core.assets.seams import seam_score
from studio.core.events import Job, Progress, Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.settings import Settings, field
from studio.core.steps import told

SEAMLESS = 1.6  # the score up to which a picture is taken for a tile


class MapsSettings(Settings):
    """How a picture becomes a surface."""

    source: Literal["brightness", "height"] = field(
        "brightness",
        label="Picture is",
        help="brightness reads what is light as high; height takes the picture as it is, as a"
        " height map painted or made elsewhere.",
    )
    depth: float = field(
        2.0,
        label="Depth",
        help="How deep the relief looks: the height of its highest place, of the shorter side.",
        ge=0,
        le=20,
        unit="%",
    )
    detail: float = field(
        0.5,
        label="Detail",
        help="0 keeps large shapes alone, 1 fine detail alone, the middle both.",
        ge=0,
        le=1,
    )
    radius: float = field(
        3.0,
        label="Detail up to",
        help="What is smaller than this share of the shorter side is detail.",
        ge=0.2,
        le=25,
        unit="%",
        advanced=True,
    )
    blur: float = field(
        0.7, label="Blur", help="Smooths grain, which looks like sandpaper.", ge=0, le=32, unit="px"
    )
    contrast: float = field(
        1.0, label="Contrast", help="More makes steep steps and flat tops.", ge=0.1, le=8
    )
    invert: bool = field(False, label="Invert", help="What is dark is high.")
    green: Literal["opengl", "directx"] = field(
        "opengl",
        label="Normal map for",
        help="opengl (green is up): Godot, Unity, Blender; directx (green is down): Unreal.",
    )
    sides: Literal["auto", "tile", "apart"] = field(
        "auto",
        label="Sides",
        help="tile continues each side on the other one; apart does not; auto looks whether the"
        " picture is a tile.",
        advanced=True,
    )
    bits: Literal["8", "16"] = field(
        "16", label="Height bits", help="16 keeps gentle slopes smooth; 8 is for old programs."
    )
    normal: bool = field(True, label="Normal map", help="Writes which way the surface faces.")
    height: bool = field(True, label="Height map", help="Writes how high the surface is.")
    occlusion: bool = field(
        False, label="Occlusion map", help="Writes where light from around does not reach."
    )


def make(items: Sequence[Item], settings: MapsSettings, name: str) -> Job[Product]:
    """Read the relief of one picture."""
    pixels = items[0].pixels
    if not (settings.normal or settings.height or settings.occlusion):
        raise Refused("No map is asked for; choose the normal map, the height map or occlusion.")
    yield Progress(0, 100, "Height")
    edge = _edge(pixels, settings.sides)
    height = yield from _height(pixels, settings, edge)
    depth = settings.depth / 100 * min(height.shape)
    job = relief.normals(height, depth, settings.green == "opengl", edge)
    normal = relief.stored_normals((yield from told(job, 40, 80, "Normals")))
    maps: dict[str, np.ndarray] = {}
    if settings.normal:
        maps["normal"] = _with_alpha(normal, pixels)
    if settings.height:
        maps["height"] = relief.stored(height, int(settings.bits))[..., None]
    if settings.occlusion:
        shade = relief.occlusion(height, depth, 1.0, edge)
        open_ = yield from told(shade, 80, 100, "Occlusion")
        maps["occlusion"] = relief.stored(open_, 8)[..., None]

    def files() -> Job[tuple[File, ...]]:
        found = []
        for done, (what, each) in enumerate(maps.items()):
            yield Progress(done, len(maps), what)
            data, _ = yield from let_go(partial(encoded, Photograph(each), ".png"), what)
            found.append(File(_name(name, what, first=done == 0), data))
        return tuple(found)

    h, w = height.shape
    tiled = " as a tile" if edge == "wrap" else ""
    words = f"{', '.join(maps)}: {w} × {h}{tiled}"
    facts = {"maps": list(maps), "tile": edge == "wrap"}
    return Product(_together(pixels, height, normal), words, files, facts=facts)


def _edge(pixels: np.ndarray, sides: str) -> relief.Edge:
    tile = sides == "tile" or (sides == "auto" and seam_score(pixels) <= SEAMLESS)
    return "wrap" if tile else "mirror"


def _height(pixels: np.ndarray, settings: MapsSettings, edge: relief.Edge) -> Job[np.ndarray]:
    height = relief.luminance(pixels)
    yield Progress(10, 100, "Height")
    height = relief.blurred(height, settings.blur, edge)
    yield Progress(20, 100, "Height")
    if settings.source == "brightness":
        radius = settings.radius / 100 * min(height.shape)
        height = relief.mixed(height, settings.detail, radius, edge)
        yield Progress(30, 100, "Height")
        height = relief.stretched(height, settings.contrast)
    return 1 - height if settings.invert else height


def _with_alpha(normal: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Return normals with the picture's alpha, flat where it is clear."""
    if pixels.shape[2] < 4:
        return normal
    alpha = shown(pixels)[..., 3:]
    return np.concatenate([np.where(alpha > 0, normal, relief.FLAT), alpha], 2)


def _name(name: str, what: str, first: bool) -> str:
    goal = PurePath(name)
    if not goal.suffix:
        return f"{name}/{what}.png"
    return name if first else f"{goal.stem}-{what}{goal.suffix}"


def _together(pixels: np.ndarray, height: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Return picture, height and normals side by side, uint8 [h, 3w, 3]."""
    color = shown(pixels)[..., :3]
    plain = np.repeat(color, 3, 2) if color.shape[2] == 1 else color
    gray = np.repeat(relief.stored(height, 8)[..., None], 3, 2)
    return np.concatenate([plain, gray, normal], 1)


KIND = Kind(
    "maps",
    "Height and normals",
    "The relief of a picture, for lit surfaces and sprites.",
    MapsSettings,
    make,
    (".png", ""),
    most=1,
    rank=4,
)
