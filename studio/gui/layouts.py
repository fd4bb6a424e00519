"""Exports between core's jobs and the window: opened once, laid out, written. Runs in workers."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from studio.core.assets.bundling import SHOWN, overview
from studio.core.assets.exporting import export, make
from studio.core.assets.items import open_items
from studio.core.assets.kind import Item, Kind, Product
from studio.core.assets.naming import natural
from studio.core.data.entries import is_picture
from studio.core.events import Job, Note, Progress, Refused
from studio.core.painting.preview import Preview, premultiplied, prepare
from studio.core.style.look import eight_bits, fitting, smaller

if TYPE_CHECKING:
    from studio.core.project import Project
    from studio.core.provenance.alarm import Choice

ROOM = 4 << 30  # bytes of memory that opened pictures may take together
THUMBNAIL = 96
FILM = 40_000_000  # pixels of all frames together that are kept to be played
LIT = 384  # pixels a side of a surface that is lit
FRAME = 640  # pixels a side of a frame that is played


@dataclass(frozen=True, eq=False)
class Pick:
    """A picture that is exported: its file, opened, and itself small, uint8 [h, w, c]."""

    path: Path
    item: Item
    thumbnail: np.ndarray


@dataclass(frozen=True, eq=False)
class Wish:
    """What shall be exported, how, and under which name the main file goes."""

    kind: Kind
    picks: tuple[Pick, ...]
    settings: Any
    name: str

    @property
    def items(self) -> list[Item]:
        """The pictures in their order."""
        return [pick.item for pick in self.picks]


@dataclass(frozen=True, eq=False)
class Layout:
    """What a wish comes to, ready to be shown.

    `film` are the frames as Qt paints them, [n, h, w, 4], blue, green, red, alpha, premultiplied;
    None where nothing moves. `before` are the pictures as they are, where that has the same size.
    `surface` is a small picture, uint8 [h, w, 3 or 4], and its normals, float [h, w, 3].
    """

    wish: Wish
    product: Product
    preview: Preview
    film: np.ndarray | None
    before: Preview | None
    surface: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What the kind tells of it in numbers."""
        return self.product.facts or {}


@dataclass(frozen=True)
class Goal:
    """Where an export goes, whether it may replace files, whether it is `told` where it came from
    and `sealed` with content credentials; and the project whose copy alarm it is held against.
    """

    target: Path
    overwrite: bool = False
    told: bool = True
    sealed: bool = False
    project: "Project | None" = None


@dataclass(frozen=True)
class Written:
    """The files of an export, the main one first, how many bytes they are together, and what was
    said on the way.
    """

    paths: tuple[Path, ...]
    words: str
    size: int
    notes: tuple[Note, ...] = ()


def opened_pictures(found: Sequence[Path]) -> Job[tuple[Pick, ...]]:
    """Open pictures, and those in folders by natural name; what can't be opened is left out with a
    Note. Raises Refused where nothing is left, or they need too much memory.
    """
    files = [file for path in found for file in _files(path)]
    picks: list[Pick] = []
    size = 0
    for done, file in enumerate(files):
        yield Progress(done, len(files), file.name)
        try:
            item = (yield from open_items([file]))[0]
        except Refused as refused:
            if len(files) == 1:
                raise
            yield Note(str(refused), "warning")
            continue
        size += item.pixels.nbytes
        if size > ROOM:
            raise Refused(
                f"{len(files)} pictures are too many at once: {done + 1} of them fill"
                f" {ROOM >> 30} GB of memory; choose fewer."
            )
        picks.append(Pick(file, item, eight_bits(fitting(item.pixels, THUMBNAIL))))
    if not picks:
        raise Refused("There is no picture to export here; choose PNG, JPEG, WebP or TIFF files.")
    return tuple(picks)


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return [path]
    inside = [file for file in path.iterdir() if file.is_file() and is_picture(file.name)]
    return sorted(inside, key=lambda file: natural(file.name))


def previewed(wish: Wish) -> Job[Layout]:
    """Lay the pictures out as they would be exported, without encoding anything."""
    product = yield from make(wish.kind, wish.items, wish.settings, wish.name)
    preview = yield from prepare(product.picture)
    film = None if product.frames is None else (yield from filmed(product.frames))
    before = yield from _before(wish, product)
    return Layout(wish, product, preview, film, before, surface_of(wish, product))


def _before(wish: Wish, product: Product) -> Job[Preview | None]:
    """Return the pictures as they are, to be compared; None where the kind moves anything."""
    plain = overview([eight_bits(item.pixels) for item in wish.items[:SHOWN]])
    height, width = product.picture.shape[:2]
    if plain.shape[:2] != (height, width // 3 if wish.kind.id == "maps" else width):
        return None
    return (yield from prepare(plain))


def surface_of(wish: Wish, product: Product) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the picture, small, and its normals, right, down, outward, of length 1; None where a
    kind makes none. The kind shows picture, height and normals side by side.
    """
    if wish.kind.id != "maps":
        return None
    wide = product.picture.shape[1] // 3
    factor = min(1.0, LIT / max(product.picture.shape[0], wide))
    color = smaller(eight_bits(wish.items[0].pixels), factor)
    color = np.repeat(color, 3, 2) if color.shape[2] == 1 else color
    coded = smaller(np.ascontiguousarray(product.picture[:, 2 * wide :, :3]), factor)
    normals = coded.astype(np.float32) / 127.5 - 1
    normals[..., 1] *= 1 if wish.settings.green == "directx" else -1
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    return color, normals / np.maximum(length, 1e-3)


def filmed(frames: np.ndarray) -> Job[np.ndarray]:
    """Return frames uint8 [n, h, w, c] as Qt paints them, smaller where they would fill memory."""
    count, height, width = frames.shape[:3]
    factor = min(1.0, FRAME / max(height, width), (FILM / (count * height * width)) ** 0.5)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    film = np.empty((count, size[1], size[0], 4), np.uint8)
    for k, frame in enumerate(frames):
        whole = premultiplied(np.ascontiguousarray(frame))
        film[k] = whole if factor == 1 else cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
        if k % 16 == 15:
            yield Progress(k, count, "Preview")
    return film


def written(wish: Wish, goal: Goal) -> Job[Written]:
    """Make and write the export; raises Refused and leaves nothing where that is impossible."""
    check = None
    if goal.project is not None:
        from studio.core.provenance.alarm import guard  # half a second of reading

        check = guard(goal.project)
    job = export(
        wish.kind,
        wish.items,
        wish.settings,
        goal.target,
        goal.overwrite,
        check,
        goal.told,
        goal.sealed,
    )
    notes: list[Note] = []
    with closing(job):
        while True:
            try:
                event = next(job)
            except StopIteration as ended:
                product, paths = ended.value
                break
            if isinstance(event, Note):
                notes.append(event)
            yield event
    size = sum(path.stat().st_size for path in paths)
    return Written(tuple(paths), product.words, size, tuple(notes))


def about_copies(project: "Project", choice: "Choice | None") -> "Job[Choice]":
    """Return what a project does about copies of training pictures, after choosing it anew unless
    None was chosen.
    """
    from studio.core.provenance import alarm

    yield Progress(0, None, "Copies")
    if choice is not None:
        alarm.choose(project, choice)
    return alarm.choice_of(project)
