"""Sprite sheets: sprites trimmed, arranged on pages, and drawn there with their edges bled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from studio.core.assets.bleeding import bled, premultiplied
from studio.core.assets.packing import Page, Room, cost, pack
from studio.core.assets.trimming import Box
from studio.core.events import Job, Progress, Refused

BAND = 1 << 19  # pixels bled at a time, 30 to 60 ms
REACH = 32  # rows beside a band that color still comes from; five mipmaps ask for no more


@dataclass(frozen=True, eq=False)
class Sprite:
    """What lies on a sheet: pixels [h, w, 4], of which `inner` is the sprite's, trimmed.

    `offset` is where that part was in the sprite of the size `source`.
    """

    name: str
    pixels: np.ndarray
    inner: Box
    offset: tuple[int, int]
    source: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on the sheet."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Spaces:
    """Pixels between sprites, around a page, and how far a sprite's edge is repeated outward."""

    padding: int
    border: int
    extrude: int

    @property
    def more(self) -> int:
        """How much longer a sprite's place is than the sprite."""
        return self.padding + 2 * self.extrude

    @property
    def around(self) -> int:
        """How much longer a page is than the places on it; the last has no gap after it."""
        return 2 * self.border - self.padding


def places(sprites: Sequence[Sprite], spaces: Spaces) -> np.ndarray:
    """Return the sizes int [n, 2] of the sprites' places."""
    return np.array([sprite.size for sprite in sprites]) + spaces.more


def packed(sizes: np.ndarray, room: Room, several: bool) -> Job[list[Page]]:
    """Pack places closely; raise Refused where one page is too small and `several` is False."""
    found = yield from pack(sizes, room, several)
    if found is None:
        raise too_many(len(sizes), room)
    return found


def gridded(sizes: np.ndarray, columns: int, room: Room, several: bool) -> tuple[list[Page], int]:
    """Lay equal places out row by row; returns pages and columns (0: as square as it gets)."""
    (width, height), count = sizes.max(0).tolist(), len(sizes)
    across, down = room.inside // width, room.inside // height
    if columns > across:
        raise Refused(
            f"{columns} columns need {columns * width + room.around} pixels, more than the largest"
            f" side of {room.longest}; take fewer columns, or allow a larger side."
        )
    on_page = min(count, (columns or across) * down)
    tries = [columns] if columns else range(min(across, on_page), 0, -1)
    fitting = [c for c in tries if ceil(on_page / c) <= down]
    shapes = {c: shaped(c * width, ceil(on_page / c) * height, room) for c in fitting}
    best = min(fitting, key=lambda c: cost(*shapes[c]))
    pages = []
    for first in range(0, count, on_page):
        inside = range(min(on_page, count - first))
        spots = {first + k: (k % best * width, k // best * height) for k in inside}
        size = shaped(best * width, ceil(len(inside) / best) * height, room)
        pages.append(Page(*size, spots))
    if len(pages) > 1 and not several:
        raise too_many(count, room)
    return pages, best


def in_rows(
    sizes: np.ndarray, lines: Sequence[Sequence[int]], room: Room, several: bool
) -> list[Page]:
    """Lay places out in rows, each as high as its highest; `lines` are those of each row."""
    pages: list[Page] = []
    spots: dict[int, tuple[int, int]] = {}
    right = top = 0
    for line in _broken(sizes, lines, room):
        high = int(sizes[line, 1].max())
        if top + high > room.inside:
            pages.append(Page(*shaped(right, top, room), spots))
            spots, right, top = {}, 0, 0
        lefts = np.cumsum([0, *sizes[line, 0]]).tolist()
        spots |= {index: (x, top) for index, x in zip(line, lefts, strict=False)}
        right, top = max(right, lefts[-1]), top + high
    pages.append(Page(*shaped(right, top, room), spots))
    if len(pages) > 1 and not several:
        raise too_many(len(sizes), room)
    return pages


def _broken(sizes: np.ndarray, lines: Sequence[Sequence[int]], room: Room) -> list[list[int]]:
    """Return the rows, those too long for a page broken into several."""
    found: list[list[int]] = []
    for line in lines:
        row: list[int] = []
        for index in line:
            if row and sizes[[*row, index], 0].sum() > room.inside:
                found.append(row)
                row = []
            row.append(index)
        found.append(row)
    return found


def shaped(width: int, height: int, room: Room) -> tuple[int, int]:
    """Return the page's size for places of this extent, as the room allows it."""
    sides = [width + room.around, height + room.around]
    if room.power_of_two:
        sides = [1 << (side - 1).bit_length() for side in sides]
    if room.square:
        sides = [max(sides)] * 2
    return sides[0], sides[1]


def too_many(count: int, room: Room) -> Refused:
    """Return what is said where one page is too small."""
    return Refused(
        f"The {count} sprites do not fit on one page of {room.longest} × {room.longest} pixels;"
        " allow a larger side, or several pages."
    )


def drawn(page: Page, sprites: Sequence[Sprite], spaces: Spaces, bleed: bool) -> Job[np.ndarray]:
    """Return a page [h, w, 4] with its sprites, their edges repeated outward and bled."""
    sheet = np.zeros((page.height, page.width, 4), sprites[0].pixels.dtype)
    for done, (index, corner) in enumerate(page.spots.items()):
        if done % 64 == 0:
            yield Progress(done, len(page.spots), "Drawing the sheet")
        x, y = (spaces.border + at for at in corner)
        ring = ((spaces.extrude,) * 2,) * 2
        pixels = np.pad(sprites[index].pixels, (*ring, (0, 0)), "edge")
        sheet[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    if bleed:
        yield from _bled(sheet)
    return sheet


def _bands(sheet: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield where bands of a page begin and end."""
    rows = max(2 * REACH, BAND // sheet.shape[1])
    for top in range(0, len(sheet), rows):
        yield top, min(top + rows, len(sheet))


def _bled(sheet: np.ndarray) -> Job[None]:
    """Bleed the edges of a page in place, band by band."""
    for top, bottom in _bands(sheet):
        yield Progress(top, len(sheet), "Bleeding edges")
        first = max(0, top - REACH)
        band = bled(sheet[first : bottom + REACH])[top - first :][: bottom - top]
        clear = sheet[top:bottom, :, 3] == 0
        sheet[top:bottom][clear] = band[clear]


def multiplied(sheet: np.ndarray) -> Job[np.ndarray]:
    """Return a page with its color multiplied by alpha, band by band."""
    found = np.empty_like(sheet)
    for top, bottom in _bands(sheet):
        yield Progress(top, len(sheet), "Multiplying by alpha")
        found[top:bottom] = premultiplied(sheet[top:bottom])
    return found
