"""Rectangles laid close together on pages: best fit on a skyline, in a few orders and widths."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from studio.core.events import Job, Progress

WALL = 1 << 40  # the level beside a page's edge, and the width of what is placed already
STEPS_A_PULL = 500  # 5 ms
EFFORT = 12_000  # rectangles placed in all tries together: 0.1 s, so that 1,000 have 12 tries
TRIES = (6, 240)  # at least, at most
WIDTHS = 0.72, 1.4  # of the root of the area: no page is much longer than wide
ENOUGH = 0.98  # of a page that is filled: the first try that gets there is taken


@dataclass(frozen=True)
class Room:
    """What pages may be. `side` is the most pixels a side; a page is `around` pixels wider and
    higher than the rectangles need: its borders, less the gap after the last one.
    """

    side: int
    around: int = 0
    power_of_two: bool = False
    square: bool = False

    @property
    def longest(self) -> int:
        """The longest side of a page."""
        return 1 << self.side.bit_length() - 1 if self.power_of_two else self.side

    @property
    def inside(self) -> int:
        """The longest side of a rectangle that fits."""
        return self.longest - self.around


class Page(NamedTuple):
    """A page's size, and for each rectangle on it (by its number) the left upper corner."""

    width: int
    height: int
    spots: dict[int, tuple[int, int]]


class Filled(NamedTuple):
    """A try: the corners of what was placed, by number, and how far it reaches."""

    spots: dict[int, tuple[int, int]]
    right: int
    bottom: int


class Skyline:
    """The lower edge of what is free, y downwards: steps from left to right, never two level."""

    def __init__(self, width: int):
        self.lefts, self.levels, self.widths = [0], [0], [width]

    def lowest(self) -> int:
        """Return the number of the step where most is free, the leftmost of them."""
        return self.levels.index(min(self.levels))

    def walls(self, step: int) -> tuple[int, int]:
        """Return the levels left and right of a step."""
        levels = self.levels
        left = levels[step - 1] if step else WALL
        return left, levels[step + 1] if step + 1 < len(levels) else WALL

    def fill(self, step: int, level: int) -> None:
        """Bring a whole step to a level, that of a neighbor or one of its own."""
        self.levels[step] = level
        for first in (step, step - 1):  # the right neighbor, then the left one
            if 0 <= first < len(self.levels) - 1 and self.levels[first] == self.levels[first + 1]:
                self.widths[first] += self.widths.pop(first + 1)
                del self.lefts[first + 1], self.levels[first + 1]

    def split(self, step: int, width: int) -> None:
        """Cut a step in two, the left part that wide."""
        self.lefts.insert(step + 1, self.lefts[step] + width)
        self.levels.insert(step + 1, self.levels[step])
        self.widths[step : step + 1] = [width, self.widths[step] - width]


def pack(sizes: np.ndarray, room: Room, pages: bool = False) -> Job[list[Page] | None]:
    """Lay rectangles int [n, 2] (width, height) out so that they don't overlap; none is turned.

    The smallest page found is taken, of about equal ones the squarest; None where one page is too
    small and `pages` is False, or one rectangle is too large for any. Equal input gives equal
    pages.
    """
    rest = np.arange(len(sizes))
    found: list[Page] = []
    tries = int(np.clip(EFFORT // len(sizes), *TRIES))
    if sizes.max() > room.inside:
        return None
    while len(rest):
        page = yield from _smallest(sizes[rest], room, tries)
        if page is None and not pages:
            return None
        if page is None:
            page = yield from _fullest(sizes[rest], room)
        found.append(page._replace(spots={int(rest[k]): at for k, at in page.spots.items()}))
        placed = np.zeros(len(rest), bool)
        placed[list(page.spots)] = True
        rest = rest[~placed]
    return found


def _smallest(sizes: np.ndarray, room: Room, tries: int) -> Job[Page | None]:
    """Return the smallest page found that holds all; None where the largest does not."""
    if sizes.prod(1).sum() > room.inside**2:
        return None
    if room.power_of_two or room.square:
        return (yield from _first(sizes, room))
    if (sizes == sizes[0]).all():
        return _cells(sizes, room)
    best: Page | None = None
    area, ways = int(sizes.prod(1).sum()), orders(sizes)
    for width, order in product(_widths(sizes, room, tries // len(ways)), ways):
        filled = yield from fill(sizes, order, width, room.inside)
        page = Page(filled.right + room.around, filled.bottom + room.around, filled.spots)
        if len(page.spots) == len(sizes) and (best is None or cost(*page[:2]) < cost(*best[:2])):
            best = page
            if area >= ENOUGH * filled.right * filled.bottom:
                break
    return best


def _cells(sizes: np.ndarray, room: Room) -> Page | None:
    """Return the page of equal rectangles that costs least."""
    width, height = sizes[0].tolist()
    count, most = len(sizes), room.inside // height
    shapes = [
        (columns * width + room.around, -(-count // columns) * height + room.around, columns)
        for columns in range(1, min(room.inside // width, count) + 1)
        if -(-count // columns) <= most
    ]
    if not shapes:
        return None
    wide, high, columns = min(shapes, key=lambda shape: cost(*shape[:2]))
    spots = {k: (k % columns * width, k // columns * height) for k in range(count)}
    return Page(wide, high, spots)


def cost(width: int, height: int) -> tuple[float, bool]:
    """Return a page's area, a fiftieth more for each time that one side goes into the other.

    Of two alike the wider one costs less.
    """
    longer = max(width, height) / min(width, height)
    return width * height * (1 + 0.02 * (longer - 1)), height > width


def _first(sizes: np.ndarray, room: Room) -> Job[Page | None]:
    """Return the first of the sizes allowed, from small to large, that holds all."""
    for width, height in _allowed(sizes, room):
        for order in orders(sizes):
            filled = yield from fill(sizes, order, width - room.around, height - room.around)
            if len(filled.spots) == len(sizes):
                return Page(width, height, filled.spots)
    return None


def _allowed(sizes: np.ndarray, room: Room) -> Iterator[tuple[int, int]]:
    """Yield the pages that are large enough, the smallest first."""
    wide, high = (int(side) + room.around for side in sizes.max(0))
    area = int(sizes.prod(1).sum())
    if room.power_of_two:
        sides = [1 << k for k in range(room.side.bit_length())]
    else:
        sides = list(_growing(max(math.isqrt(area) + room.around, wide, high), room.side))
    both = zip(sides, sides, strict=True) if room.square else product(sides, sides)
    for width, height in sorted(both, key=lambda s: (s[0] * s[1], abs(s[0] - s[1]), -s[0])):
        free = (width - room.around) * (height - room.around)
        if width >= wide and height >= high and free >= area:
            yield width, height


def _growing(low: int, high: int) -> Iterator[int]:
    while low < high:
        yield low
        low += max(1, low // 128)
    yield high


def _fullest(sizes: np.ndarray, room: Room) -> Job[Page]:
    """Return the largest page, as full as it gets."""
    best, most = Filled({}, 0, 0), -1
    for order in orders(sizes):
        filled = yield from fill(sizes, order, room.inside, room.inside)
        area = int(sizes[list(filled.spots)].prod(1).sum())
        if area > most:
            best, most = filled, area
        if area >= ENOUGH * room.inside**2:
            break
    return Page(room.longest, room.longest, best.spots)


def _widths(sizes: np.ndarray, room: Room, tries: int) -> list[int]:
    """Return the widths to try, those that make a page about square first."""
    root = float(sizes.prod(1).sum()) ** 0.5
    low = max(int(sizes[:, 0].max()), round(WIDTHS[0] * root), 1)
    high = max(low, min(room.inside, round(WIDTHS[1] * root)))
    widths = np.unique(np.geomspace(low, high, tries + 2)[1:-1].round().astype(int))
    return sorted(widths.tolist(), key=lambda width: max(width / root, root / width))


def orders(sizes: np.ndarray) -> list[np.ndarray]:
    """Return the orders in which rectangles are offered: the tallest, largest, longest first."""
    wide, high = sizes.T
    numbers = np.arange(len(sizes))
    keys = ((-wide, -high), (-high, -wide * high), (-high, -wide - high))
    return [np.lexsort((numbers, *key)) for key in keys]


def fill(sizes: np.ndarray, order: np.ndarray, width: int, height: int) -> Job[Filled]:
    """Place what fits into width × height: always where most is free, the best fit for that step.

    Best is what is as wide as the step, else what ends level with its higher wall, else the first
    of the order that fits; it stands at the higher wall. After Burke, Kendall and Whitwell, "A new
    placement heuristic for the orthogonal stock-cutting problem", 2004.
    """
    wide, high = (sizes[order, k].astype(np.int64) for k in (0, 1))
    line, spots, right, bottom = Skyline(width), {}, 0, 0
    while len(spots) < len(order):
        step = line.lowest()
        level, free, walls = line.levels[step], line.widths[step], line.walls(step)
        higher = max((wall for wall in walls if wall < WALL), default=level)
        at = _best(wide, high, free, height - level, higher - level)
        if at < 0:
            if min(walls) == WALL:
                break
            line.fill(step, min(walls))
            continue
        w, h = int(wide[at]), int(high[at])
        wide[at] = WALL
        if w < free and higher == walls[1]:
            line.split(step, free - w)
            step += 1
        elif w < free:
            line.split(step, w)
        x = line.lefts[step]
        spots[int(order[at])] = (x, level)
        right, bottom = max(right, x + w), max(bottom, level + h)
        line.fill(step, level + h)
        if len(spots) % STEPS_A_PULL == 0:
            yield Progress(len(spots), len(order), "Packing")
    yield Progress(len(spots), len(order), "Packing")
    return Filled(spots, right, bottom)


def _best(wide: np.ndarray, high: np.ndarray, free: int, below: int, rise: int) -> int:
    """Return which one to place on a step `free` wide, `below` from the bottom and `rise` from
    the top of its higher wall; -1 where none fits.
    """
    fits = wide <= free
    fits &= high <= below
    first = int(fits.argmax())
    if not fits[first]:
        return -1
    for exact in (wide == free, high == rise):
        exact &= fits
        at = int(exact.argmax())
        if exact[at]:
            return at
    return first
