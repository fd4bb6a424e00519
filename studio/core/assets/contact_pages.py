"""Pages of a contact sheet: cells in rows, names beneath, a title above."""

import io
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from studio.core.assets.captions import written
from studio.core.assets.outlining import multiplied, reduced
from studio.core.events import Job, Progress

DPI = 200
INCH = 25.4  # mm
PAPER = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}  # mm
MARGIN = 10.0  # mm, of paper
LARGEST = 16384  # pixels down a page for the screen
ENLARGED = 8  # times, at most
GROUNDS = {"dark": (30, 30, 34), "white": (255, 255, 255)}
INK = {"dark": (205, 205, 210), "white": (40, 40, 44)}


@dataclass(frozen=True)
class Plan:
    """Where things are on a page, in pixels. `caption` and `title` are heights, 0 for none."""

    width: int
    height: int
    columns: int
    rows: int
    cell: int
    gap: int
    margin: int
    caption: int
    title: int

    @property
    def room(self) -> int:
        """How many pictures fit on a page."""
        return self.columns * self.rows

    def corner(self, k: int) -> tuple[int, int]:
        """Return the left upper corner x, y of a page's cell `k`."""
        row, column = divmod(k, self.columns)
        x = self.margin + column * (self.cell + self.gap)
        return x, self.margin + self.title + row * (self.cell + self.caption + self.gap)


def screen_plan(count: int, columns: int, cell: int, names: bool, title: bool) -> Plan:
    """Return one page for all, or as many rows as a picture may have."""
    gap, caption = max(4, cell // 16), _caption(cell) if names else 0
    columns = min(count, columns or math.ceil(math.sqrt(count * (cell + caption) / cell)))
    head = 2 * _caption(cell) if title else 0
    high = cell + caption + gap
    rows = min(math.ceil(count / columns), (LARGEST - head - gap) // high)
    width = 2 * gap + columns * (cell + gap) - gap
    height = 2 * gap + head + rows * high - gap
    return Plan(width, height, columns, rows, cell, gap, gap, caption, head)


def paper_plan(paper: str, wide: bool, columns: int, names: bool, title: bool) -> Plan:
    """Return pages of paper."""
    sides = [round(side / INCH * DPI) for side in PAPER[paper]]
    width, height = sides[::-1] if wide else sides
    margin, gap = round(MARGIN / INCH * DPI), round(4 / INCH * DPI)
    columns = columns or (6 if wide else 4)
    cell = max(1, (width - 2 * margin + gap) // columns - gap)
    caption = _caption(cell) if names else 0
    head = 90 if title else 0
    high = cell + caption + gap
    rows = max(1, (height - 2 * margin - head + gap) // high)
    return Plan(width, height, columns, rows, cell, gap, margin, caption, head)


def _caption(cell: int) -> int:
    return min(40, max(14, cell // 8))


def thumbnail(pixels: np.ndarray, side: int, ground: str) -> np.ndarray:
    """Return a picture uint8 [h, w, c] as RGB, at most `side` pixels, over the ground.

    A small one is enlarged by a whole number, its pixels square.
    """
    levels = multiplied(reduced(pixels, side))
    color = levels[..., :3] + (1 - levels[..., 3:]) * np.array(GROUNDS[ground], np.float32) / 255
    h, w = color.shape[:2]
    factor = side / max(h, w)
    factor = min(ENLARGED, int(factor)) if factor >= 1 else factor
    size = max(1, round(w * factor)), max(1, round(h * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.rint(np.clip(cv2.resize(color, size, interpolation=way), 0, 1) * 255).astype(np.uint8)


def drawn(
    plan: Plan, cells: Sequence[np.ndarray], names: Sequence[str], title: str, ground: str
) -> np.ndarray:
    """Return one page, uint8 [h, w, 3]."""
    page = np.empty((plan.height, plan.width, 3), np.uint8)
    page[...] = GROUNDS[ground]
    wide = plan.width - 2 * plan.margin
    if plan.title and title:
        box = (plan.margin, plan.margin // 2, wide, plan.title)
        written(page, title, box, plan.title * 2 // 5, INK[ground])
    for k, (cell, name) in enumerate(zip(cells, names, strict=True)):
        x, y = plan.corner(k)
        top, left = (y + (plan.cell - cell.shape[0]) // 2), (x + (plan.cell - cell.shape[1]) // 2)
        page[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
        if plan.caption:
            box = (x, y + plan.cell, plan.cell, plan.caption)
            written(page, name, box, plan.caption * 3 // 4, INK[ground])
    return page


def pdf(pages: Iterable[np.ndarray], count: int, title: str) -> Job[bytes]:
    """Return `count` pages uint8 [h, w, 3] as a PDF at DPI, the same bytes every time: its dates
    are those of 1970.
    """
    file = io.BytesIO()
    for done, page in enumerate(pages):
        yield Progress(done, count, "Pages")
        Image.fromarray(page).save(
            file,
            "PDF",
            append=done > 0,
            resolution=DPI,
            quality=95,
            subsampling=0,
            title=title,
            producer="Atelier",
            creationDate=time.gmtime(0),
            modDate=time.gmtime(0),
        )
    return file.getvalue()
