"""Contact sheet: pictures in rows with their names beneath, to look over or to print."""

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import Literal

import numpy as np

from studio.core.aside import let_go
from studio.core.assets import contact_pages
from studio.core.assets.contact_pages import Plan
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.likeness import screened
from studio.core.events import Job, Progress
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.settings import Settings, field

MOST = 1000  # pictures


class ContactSettings(Settings):
    """How a contact sheet is laid out."""

    columns: int = field(
        0, label="Columns", help="Pictures in a row; 0 chooses what fits.", ge=0, le=32
    )
    page: Literal["screen", "a4", "letter"] = field(
        "screen", label="Page", help="screen is one picture of all; a4 and letter are to print."
    )
    wide: bool = field(False, label="Landscape", help="Paper lies on its long side.")
    cell: int = field(
        160,
        label="Cell",
        help="Pixels a side that each picture gets on a screen.",
        ge=16,
        le=1024,
        unit="px",
    )
    names: bool = field(True, label="Names", help="Writes each picture's name beneath it.")
    title: str = field("", label="Title", help="A line above all, on every page.")
    ground: Literal["dark", "white"] = field(
        "dark", label="Ground", help="What lies behind the pictures; white saves ink."
    )


def make(items: Sequence[Item], settings: ContactSettings, name: str) -> Job[Product]:
    """Lay the pictures out."""
    plan = _plan(len(items), settings)
    cells = []
    for done, item in enumerate(items):
        yield Progress(done, len(items), item.name)
        pixels, _ = screened(item.photograph)
        cells.append(contact_pages.thumbnail(pixels, plan.cell, settings.ground))
    names = [item.name for item in items]
    starts = range(0, len(items), plan.room)

    def page(start: int) -> np.ndarray:
        part = slice(start, start + plan.room)
        counted = f"{settings.title}  {start // plan.room + 1} / {len(starts)}".strip()
        title = counted if len(starts) > 1 else settings.title
        return contact_pages.drawn(plan, cells[part], names[part], title, settings.ground)

    def files() -> Job[tuple[File, ...]]:
        if name.lower().endswith(".pdf"):
            title = settings.title or PurePath(name).stem
            data = yield from contact_pages.pdf(map(page, starts), len(starts), title)
            return (File(name, data),)
        dpi = None if settings.page == "screen" else (contact_pages.DPI, contact_pages.DPI)
        found = []
        for done, start in enumerate(starts):
            yield Progress(done, len(starts), name)
            drawn = yield from let_go(partial(page, start), name)
            encode = partial(encoded, Photograph(drawn, dpi=dpi), ".png")
            sheet, _ = yield from let_go(encode, name)
            found.append(File(_name(name, done), sheet))
        return tuple(found)

    many = f" on {len(starts)} pages" if len(starts) > 1 else ""
    count = "1 picture" if len(items) == 1 else f"{len(items)} pictures"
    words = f"{count}{many}, {plan.columns} in a row, {plan.width} × {plan.height}"
    return Product(page(0), words, files, facts={"pages": len(starts)})


def _plan(count: int, settings: ContactSettings) -> Plan:
    if settings.page == "screen":
        titled = bool(settings.title)
        return contact_pages.screen_plan(
            count, settings.columns, settings.cell, settings.names, titled
        )
    return contact_pages.paper_plan(
        settings.page, settings.wide, settings.columns, settings.names, bool(settings.title)
    )


def _name(name: str, number: int) -> str:
    goal = PurePath(name)
    return f"{goal.stem}-{number + 1}{goal.suffix}" if number else name


KIND = Kind(
    "contact",
    "Contact sheet",
    "Pictures in rows with their names, to look over or to print.",
    ContactSettings,
    make,
    (".png", ".pdf"),
    most=MOST,
    rank=6,
)
