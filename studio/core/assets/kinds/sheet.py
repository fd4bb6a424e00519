"""Sprite sheet: many sprites in one picture, and data that says where each of them is."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from studio.core.assets.atlases.atlas import Atlas, Frame, Grid, Sheet
from studio.core.assets.atlases.files import files as data_files
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.likeness import shown
from studio.core.assets.naming import animations, distinct, natural
from studio.core.assets.packing import Page, Room
from studio.core.assets.png import png
from studio.core.assets.sheet_settings import SheetSettings
from studio.core.assets.sheets import (
    Spaces,
    Sprite,
    drawn,
    gridded,
    in_rows,
    multiplied,
    packed,
    places,
)
from studio.core.assets.trimming import Box, Pivot, aligned, seen
from studio.core.assets.uniting import united
from studio.core.events import Job, Note, Progress, Refused

ENDING = ".png"
A_PULL = 128  # sprites, 10 to 40 ms
FRAMES_AT_MOST = 128 * 2**20  # bytes of the preview's animation


class Laid(NamedTuple):
    """Pages with the sprites on them; `stored` tells for each sprite which one is drawn for it."""

    pages: list[Page]
    sprites: list[Sprite]
    stored: list[int]
    columns: int


@dataclass(frozen=True, eq=False)
class Source:
    """A sprite before it is laid out."""

    name: str
    pixels: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


def make(items: Sequence[Item], settings: SheetSettings, name: str) -> Job[Product]:
    """Lay sprites out on a sheet; raise Refused for sprites that don't fit."""
    if not items:
        raise Refused("A sprite sheet needs a sprite; add one.")
    common = yield from united(items)
    names = distinct(item.name for item in items)
    sources = [Source(n, p) for n, p in zip(names, common.pictures, strict=True)]
    sources = _ordered(sources, settings.order)
    moving = animations([source.name for source in sources]) if settings.animations else {}
    laid = yield from _laid(sources, moving, settings)
    sheets = []
    for page in laid.pages:
        sheets.append((yield from drawn(page, laid.sprites, settings.spaces, settings.bleed)))
    atlas = _atlas(laid, moving, settings, name, 8 * sheets[0].itemsize)

    def files() -> Job[tuple[File, ...]]:
        pictures = []
        for number, (sheet, said) in enumerate(zip(sheets, atlas.sheets, strict=True)):
            yield Progress(number, len(sheets), said.name)
            if settings.alpha == "premultiplied":
                sheet = yield from multiplied(sheet)
            pictures.append(File(said.name, (yield from png(sheet, common.profile))))
        return (*pictures, *data_files(atlas, settings.data, name[: -len(ENDING)]))

    return Product(
        shown(sheets[0]),
        _words(laid, atlas),
        files,
        _frames(sources, settings.point),
        settings.fps,
        _facts(laid, atlas),
    )


def _ordered(sources: list[Source], order: str) -> list[Source]:
    if order == "name":
        return sorted(sources, key=lambda source: natural(source.name))
    if order == "size":
        return sorted(sources, key=lambda source: -source.size[0] * source.size[1])
    return sources


def _laid(
    sources: list[Source], moving: Mapping[str, tuple[int, ...]], settings: SheetSettings
) -> Job[Laid]:
    """Trim the sprites and give each its place."""
    spaces, room, several = settings.spaces, settings.room, settings.pages
    if settings.layout == "grid":
        sprites = _cells(sources, settings.point)
        _check("A cell of the grid", sprites[0], spaces, room)
        pages, columns = gridded(places(sprites, spaces), settings.columns, room, several)
        return Laid(pages, sprites, list(range(len(sprites))), columns)
    trim = settings.trim and settings.data != "tiled"
    sprites = []
    for done, source in enumerate(sources):
        if done % A_PULL == 0:
            yield Progress(done, len(sources), "Trimming")
        sprites.append(_sprite(source, trim))
    if settings.trim and not trim and any(seen(s.pixels)[2:] != s.size for s in sources):
        yield Note("Tiled has no trimmed tiles: the sprites are kept whole.", kind="trim")
    for sprite in sprites:
        _check(sprite.name, sprite, spaces, room)
    sizes = places(sprites, spaces)
    if settings.layout == "rows":
        lines = _lines(len(sprites), moving, settings.columns)
        return Laid(in_rows(sizes, lines, room, several), sprites, list(range(len(sprites))), 0)
    stored = list(range(len(sprites)))
    if settings.merge:
        stored = yield from _stored(sprites, settings.bleed)
    alone = sorted(set(stored))
    found = yield from packed(sizes[alone], room, several)
    pages = [p._replace(spots={alone[k]: at for k, at in p.spots.items()}) for p in found]
    return Laid(pages, sprites, stored, 0)


def _sprite(source: Source, trim: bool) -> Sprite:
    box = seen(source.pixels) if trim else Box(0, 0, *source.size)
    inner = Box(0, 0, box.width, box.height)
    return Sprite(source.name, box.cut(source.pixels), inner, (box.x, box.y), source.size)


def _cells(sources: list[Source], pivot: Pivot) -> list[Sprite]:
    """Return the sprites on equal canvases, their pivots on one spot."""
    canvas = aligned([source.size for source in sources], pivot)
    found = []
    for source, (x, y) in zip(sources, canvas.corners, strict=True):
        pixels = np.zeros((canvas.height, canvas.width, 4), source.pixels.dtype)
        inner = Box(x, y, *source.size)
        inner.cut(pixels)[:] = source.pixels
        found.append(Sprite(source.name, pixels, inner, (0, 0), source.size))
    return found


def _check(name: str, sprite: Sprite, spaces: Spaces, room: Room) -> None:
    """Raise Refused for a sprite that is larger than a page."""
    width, height = sprite.size
    more = spaces.more + spaces.around
    if max(width, height) + more > room.longest:
        around = f" and needs {more} pixels around it" if more else ""
        raise Refused(
            f"{name} is {width} × {height} pixels{around}, more than a page of"
            f" {room.longest} × {room.longest}; allow a larger side, or leave it out."
        )


def _lines(count: int, moving: Mapping[str, tuple[int, ...]], columns: int) -> list[list[int]]:
    """Return which sprites stand in a row: an animation, or as many as there are columns."""
    animated = {index: frames for frames in moving.values() for index in frames}
    per_row = columns or max(1, round(count**0.5))
    found: list[list[int]] = []
    for frames, group in groupby(range(count), key=animated.get):
        line = list(group)
        length = (columns or count) if frames else per_row
        found += [line[first : first + length] for first in range(0, len(line), length)]
    return found


def _stored(sprites: list[Sprite], seen_alone: bool) -> Job[list[int]]:
    """Return for each sprite the first one that looks the same."""
    first: dict[tuple[tuple[int, int], bytes], int] = {}
    found = []
    for index, sprite in enumerate(sprites):
        if index % A_PULL == 0:
            yield Progress(index, len(sprites), "Looking for equal sprites")
        pixels = sprite.pixels
        if seen_alone:  # color under clear pixels is written anew
            pixels = np.where(pixels[..., 3:] > 0, pixels, 0)
        digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
        found.append(first.setdefault((sprite.size, digest), index))
    return found


def _atlas(
    laid: Laid,
    moving: Mapping[str, tuple[int, ...]],
    settings: SheetSettings,
    name: str,
    bits: int,
) -> Atlas:
    spaces = settings.spaces
    stem, ending = name[: -len(ENDING)], name[-len(ENDING) :]
    names = [f"{stem}-{k}{ending}" for k in range(len(laid.pages))] if laid.pages[1:] else [name]
    where = {i: (k, at) for k, page in enumerate(laid.pages) for i, at in page.spots.items()}
    frames = []
    for index, sprite in enumerate(laid.sprites):
        page, corner = where[laid.stored[index]]
        left, top = (spaces.border + spaces.extrude + at for at in corner)
        x, y, width, height = sprite.inner
        place = Box(left + x, top + y, width, height)
        frames.append(Frame(sprite.name, page, place, sprite.offset, sprite.source))
    grid = None
    if laid.columns:
        margin = spaces.border + spaces.extrude
        grid = Grid(*laid.sprites[0].size, laid.columns, margin, spaces.more)
    sheets = tuple(Sheet(n, *p[:2]) for n, p in zip(names, laid.pages, strict=True))
    return Atlas(sheets, tuple(frames), moving, settings.fps, settings.point, bits, grid)


def _frames(sources: list[Source], pivot: Pivot) -> np.ndarray:
    """Return the sprites as frames uint8 [n, h, w, 4], pivots on one spot; not too many."""
    canvas = aligned([source.size for source in sources], pivot)
    most = max(1, FRAMES_AT_MOST // (canvas.width * canvas.height * 4))
    shape = (min(len(sources), most), canvas.height, canvas.width, 4)
    frames = np.zeros(shape, np.uint8)
    for frame, source, corner in zip(frames, sources, canvas.corners, strict=False):
        Box(*corner, *source.size).cut(frame)[:] = shown(source.pixels)
    return frames


def _words(laid: Laid, atlas: Atlas) -> str:
    count, first, grid = len(laid.sprites), atlas.sheets[0], atlas.grid
    parts = ["1 sprite" if count == 1 else f"{count} sprites"]
    if (once := len(set(laid.stored))) < count:
        parts.append(f"{once} different")
    if len(atlas.sheets) > 1:
        parts.append(f"{len(atlas.sheets)} pages")
    parts.append(f"{first.width} × {first.height}")
    if grid:
        parts.append(f"cells {grid.width} × {grid.height}")
    return ", ".join([*parts, f"{100 * _filled(laid):.0f} % filled"])


def _facts(laid: Laid, atlas: Atlas) -> dict[str, object]:
    return {
        "sprites": len(laid.sprites),
        "different": len(set(laid.stored)),
        "pages": [[sheet.width, sheet.height] for sheet in atlas.sheets],
        "filled": round(_filled(laid), 4),
        "animations": {name: len(frames) for name, frames in atlas.animations.items()},
        "frames": [[frame.name, frame.page, *frame.place] for frame in atlas.frames],
        "pivots": [_pivot(frame, atlas.pivot) for frame in atlas.frames],
    }


def _pivot(frame: Frame, pivot: Pivot) -> list[float]:
    """Return where a sprite's pivot lies on its page; it may lie outside of what is left of it."""
    starts = zip(frame.place[:2], frame.offset, strict=True)
    at = zip(starts, pivot, frame.source, strict=True)
    return [place - offset + share * side for (place, offset), share, side in at]


def _filled(laid: Laid) -> float:
    """Return the share of the pages that is sprites."""
    boxes = [laid.sprites[index].inner for index in set(laid.stored)]
    area = sum(page.width * page.height for page in laid.pages)
    return sum(box.width * box.height for box in boxes) / area


KIND = Kind(
    "sheet",
    "Sprite sheet",
    "Many sprites in one picture, and data that says where each of them is.",
    SheetSettings,
    make,
    (ENDING,),
    rank=0,
)
