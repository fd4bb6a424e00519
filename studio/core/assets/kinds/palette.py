"""Palette: pictures in few colors, all in the same ones, as indexed PNGs."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Literal

import numpy as np
from pydantic import field_serializer

from studio.core.aside import let_go
from studio.core.assets.bundling import overview, targets
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.paletted import Plain, indexed_png, plain_pictures, seen_colors
from studio.core.colors.indexing import Dither, indexed
from studio.core.colors.palette import find_palette, machine
from studio.core.colors.palette_files import MOST, gpl, hexes, jasc, read_palette
from studio.core.events import Job, Progress, Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.settings import Settings, field
from studio.core.steps import told


class PaletteSettings(Settings):
    """Which colors, and how the tones between them are shown."""

    palette: Literal["own", "1-bit", "game-boy", "cga", "c64", "pico-8"] = field(
        "own",
        label="Palette",
        help="Colors found in the pictures, or those of an old machine.",
    )
    file: str = field(
        "",
        label="Palette file",
        help="A .gpl, .pal, .hex or .act file whose colors are taken instead.",
    )
    colors: int = field(
        16, label="Colors", help="How many colors are found; fewer look bolder.", ge=2, le=256
    )
    dither: Dither = field(
        "none",
        label="Dither",
        help="How two colors mix for a tone between: none keeps areas flat, ordered is a regular"
        " weave that stays still in animations, noise an even grain, diffusion the finest.",
    )
    amount: float = field(
        0.75, label="Amount", help="How much is mixed before an area stays flat.", ge=0, le=1
    )
    edges: Literal["keep", "hard"] = field(
        "keep",
        label="Edges",
        help="keep leaves half-clear pixels as they are, which needs a full-color file; hard makes"
        " each clear or solid.",
    )
    save: Literal["none", "gpl", "pal", "hex"] = field(
        "none",
        label="Save palette",
        help="Writes the colors beside the pictures, for GIMP, Aseprite, Paint Shop Pro, Lospec.",
    )

    @field_serializer("file", when_used="json")
    def _without_folder(self, file: str) -> str:
        """Return the file's name alone: records must not tell where it lies."""
        return PurePath(file).name


def make(items: Sequence[Item], settings: PaletteSettings, name: str) -> Job[Product]:
    """Find or read the palette, and draw every picture in it."""
    given = read_palette(Path(settings.file).expanduser()) if settings.file else None
    plain = yield from plain_pictures(items, settings.edges == "hard")
    clear = any(picture.alpha is not None for picture in plain)
    colors = given if given is not None else (yield from _palette(plain, settings, clear))
    indices = []
    for done, picture in enumerate(plain):
        start, end = (20 + 80 * k // len(plain) for k in (done, done + 1))
        job = indexed(picture.color, colors, settings.dither, settings.amount)
        indices.append((yield from told(job, start, end, items[done].name)))
    drawn = [p.drawn(index, colors) for p, index in zip(plain, indices, strict=True)]
    narrow = len(colors) + clear <= MOST and not any(picture.soft for picture in plain)

    def files() -> Job[tuple[File, ...]]:
        found = []
        for done, goal in enumerate(targets(items, name)):
            yield Progress(done, len(items), goal)
            if narrow:
                pack = partial(indexed_png, indices[done], colors, plain[done].alpha, clear)
                data = yield from let_go(pack, goal)
            else:
                encode = partial(encoded, Photograph(drawn[done]), ".png")
                data, _ = yield from let_go(encode, goal)
            found.append(File(goal, data))
        return (*found, *_palette_file(colors, settings.save, name))

    facts = {"colors": ["#" + bytes(color).hex() for color in colors], "indexed": narrow}
    return Product(overview(drawn), _words(len(items), colors, narrow), files, facts=facts)


def _palette(plain: Sequence[Plain], settings: PaletteSettings, clear: bool) -> Job[np.ndarray]:
    if settings.palette != "own":
        return np.rint(machine(settings.palette) * 255).astype(np.uint8)
    most = min(settings.colors, MOST - clear)
    seen = yield from seen_colors(plain, most)
    if not len(seen):
        raise Refused("Nothing is seen in these pictures, so they have no colors to be found.")
    yield Progress(15, 100, "Palette")
    return np.rint(find_palette(seen, most) * 255).astype(np.uint8)


def _words(count: int, colors: np.ndarray, narrow: bool) -> str:
    whose = f"{count} pictures in the same " if count > 1 else ""
    kind = "indexed" if narrow else "full color, as half-clear pixels need"
    return f"{whose}{len(colors)} colors, {kind}"


def _palette_file(colors: np.ndarray, ending: str, name: str) -> tuple[File, ...]:
    stem = PurePath(name).stem if PurePath(name).suffix else f"{name}/palette"
    makers = {"gpl": lambda: gpl(colors, PurePath(stem).name), "pal": lambda: jasc(colors)}
    makers["hex"] = lambda: hexes(colors)
    return (File(f"{stem}.{ending}", makers[ending]()),) if ending in makers else ()


KIND = Kind(
    "palette",
    "Palette",
    "Few colors, the same in all pictures, with or without dither.",
    PaletteSettings,
    make,
    (".png", ""),
    rank=3,
)
