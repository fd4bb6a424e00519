"""Galleries between core's jobs and the window. Runs in workers."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader

from studio.core.events import Job, Note, Progress, Refused, finished
from studio.core.gallery.entry import Counts, Entry
from studio.core.gallery.gallery import Gallery, open_gallery
from studio.core.gallery.keeping import keep
from studio.core.gallery.query import parse
from studio.core.photographs.photograph import Photograph, opening
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import record_of
from studio.gui.pasting import image_of
from studio.gui.widgets.picture_stage import Shown
from studio.gui.widgets.wall_store import Hung

AT_ONCE = 16  # thumbnails a pull: 10 ms
FILES = 500  # that are looked for in a pull
SHARP = 128  # pixels that core's thumbnails have; larger cells want more
HALVES = 8  # copies of a large picture, each half as large as the one before
LARGE, RATIO_AT_MOST = 64 << 20, 1032 * 32  # bytes; what a PNG's byte of eight pixels may become
SMOOTH_AT_MOST = 1 << 18  # pixels a side: at 2^19 Qt's smooth way crashes


@dataclass(frozen=True, eq=False)
class Opened:
    """A gallery, read anew, and what it holds."""

    folder: Path
    gallery: Gallery
    counts: Counts


@dataclass(frozen=True, eq=False)
class Found:
    """What was searched for, and the ids of what was found, int32 [n], in order."""

    words: str
    ids: np.ndarray


@dataclass(frozen=True, eq=False)
class Look(Progress):
    """Pictures of a wall, small, by id."""

    hung: tuple[tuple[int, Hung], ...]


@dataclass(frozen=True)
class Mark:
    """What the user says of pictures. `kind` is star, tag, board or trash; `word` is the tag or the
    board; not `on` takes it back. `told` is false for what is undone, which is not told of.
    """

    kind: str
    word: str
    on: bool
    ids: tuple[int, ...]
    told: bool = True


@dataclass(frozen=True, eq=False)
class Marked(Progress):
    """A mark that was made: `mark.ids` are those that it changed, `entries` those as they are
    now.
    """

    mark: Mark
    entries: tuple[Entry, ...]
    counts: Counts


@dataclass(frozen=True, eq=False)
class Closer:
    """Pictures looked at closely, what is known of the first, and what it says of itself."""

    shown: tuple[Shown, ...]
    entry: Entry | None
    record: Record | None
    path: Path | None


@dataclass(frozen=True, eq=False)
class ToKeep:
    """A picture to be kept under a name: a job that returns it, a photograph or uint8 or uint16
    [h, w, c], with what it says of itself. `token` tells who asked.
    """

    folder: Path
    name: str
    make: Callable[[], Job[tuple[Photograph | np.ndarray, Record]]]
    token: Any = None


class Kept(NamedTuple):
    """Who asked for a picture to be kept, and where it is."""

    token: Any
    path: Path


def open_folder(folder: Path, known: Gallery | None = None) -> Job[Opened]:
    """Open a gallery, or look again what is in the folder of one that is open."""
    yield Progress(0, None, folder.name)
    if known is None:
        known = yield from open_gallery(folder)
    else:
        yield from known.refresh()
    return Opened(folder, known, known.counts())


def find(gallery: Gallery, words: str) -> Job[Found]:
    """Search for what is typed; raises Refused where that can't be understood."""
    query = parse(words)
    yield Progress(0, None, words)
    return Found(words, np.asarray(gallery.search(query), np.int32))


def hang(gallery: Gallery, ids: Sequence[int], side: int) -> Job[int]:
    """Yield Look after Look of pictures, in order; then those sharper that cells of `side` pixels
    show larger than their thumbnails are. Returns how many.
    """
    large: list[Entry] = []
    for start in range(0, len(ids), AT_ONCE):
        part = list(ids[start : start + AT_ONCE])
        entries = gallery.entries(part)
        found = [entry.id for entry in entries]
        smalls = dict(zip(found, gallery.thumbnails(found), strict=True))
        hung = tuple((entry.id, Hung(entry, decoded(smalls[entry.id]))) for entry in entries)
        large += [e for e in entries if side > SHARP < max(e.width, e.height) and not e.damaged]
        yield Look(start + len(part), len(ids), "", hung)
    for done, entry in enumerate(large):
        image = reduced(gallery.path(entry.id), side)
        if not image.isNull():
            yield Look(done, len(large), "", ((entry.id, Hung(entry, image)),))
    return len(ids)


def decoded(small: np.ndarray | None) -> QImage:
    """Return a thumbnail uint8 [h, w, c] ready to be painted; a null image for None."""
    return QImage() if small is None else ready(image_of(small))


def ready(image: QImage) -> QImage:
    """Return an image in the format that is painted fastest."""
    kinds = QImage.Format
    clear = image.hasAlphaChannel()
    return image.convertToFormat(kinds.Format_ARGB32_Premultiplied if clear else kinds.Format_RGB32)


def reduced(path: Path, side: int) -> QImage:
    """Return a picture file with `side` pixels at most; null where it can't be read."""
    image = read(QImageReader(str(path)))
    if image.isNull():
        return image
    size = image.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)
    return smaller(image, size)


def read(reader: QImageReader) -> QImage:
    """Return what a file shows; null where it is damaged, or too small for what its head says."""
    size, held = reader.size(), reader.device().size() if reader.device() else 0
    too_large = 4 * size.width() * size.height() > max(LARGE, RATIO_AT_MOST * held)
    return QImage() if size.isValid() and too_large else reader.read()


def smaller(image: QImage, size: QSize) -> QImage:
    """Return an image in another size, ready to be painted."""
    modes = Qt.TransformationMode
    fast = max(image.width(), image.height()) > SMOOTH_AT_MOST
    mode = modes.FastTransformation if fast else modes.SmoothTransformation
    size = size.expandedTo(QSize(1, 1))
    return ready(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode))


def make_marks(asked: deque[tuple[Gallery, Mark]]) -> Job[int]:
    """Make marks until none is left; yields Marked for each. One that can't be made is told of with
    a Note. All are made, even if the program is left meanwhile.
    """
    made = 0
    try:
        while asked:
            yield _marked(*asked.popleft())
            made += 1
    except GeneratorExit:
        while asked:
            _marked(*asked.popleft())
        raise
    return made


def _marked(gallery: Gallery, mark: Mark) -> Progress | Note:
    before = gallery.entries(list(mark.ids))
    others = tuple(entry.id for entry in before if _has(entry, mark) != mark.on)
    try:
        _make(gallery, replace(mark, ids=others))
    except Refused as refused:
        return Note(str(refused), "warning")
    entries = tuple(gallery.entries(list(others)))
    return Marked(1, 1, "", replace(mark, ids=others), entries, gallery.counts())


def _has(entry: Entry, mark: Mark) -> bool:
    """Tell whether a picture has a mark already."""
    words = {"tag": entry.tags, "board": entry.boards}
    if mark.kind in words:
        return mark.word in words[mark.kind]
    return entry.star if mark.kind == "star" else entry.trashed


def _make(gallery: Gallery, mark: Mark) -> None:
    ids = list(mark.ids)
    if not ids:
        return
    if mark.kind == "star":
        gallery.star(ids, mark.on)
    elif mark.kind == "tag":
        gallery.tag(ids, mark.word, mark.on)
    elif mark.kind == "board":
        gallery.board(ids, mark.word, mark.on)
    elif mark.on:
        gallery.remove(ids)
    else:
        gallery.restore(ids)


def rename_board(gallery: Gallery, old: str, new: str) -> Job[Counts]:
    """Give a board another name; returns what the gallery holds then."""
    yield Progress(0, None, new)
    gallery.rename_board(old, new)
    return gallery.counts()


def empty_trash(gallery: Gallery) -> Job[Counts]:
    """Hand what is in the gallery's trash to the desktop's; returns what the gallery holds then."""
    yield Progress(0, None, "")
    gallery.empty_trash()
    return gallery.counts()


def look_closely(gallery: Gallery, ids: Sequence[int]) -> Job[Closer]:
    """Open pictures in full, for the eye: in sRGB, 8 bits, with smaller copies."""
    entries = gallery.entries(list(ids))
    shown = []
    for done, entry in enumerate(entries):
        yield Progress(done, len(entries), entry.name)
        shown.append(Shown(entry.id, entry.name, levels(gallery.path(entry.id))))
    first = entries[0] if entries else None
    path = gallery.path(first.id) if first else None
    return Closer(tuple(shown), first, _record(path), path)


def _record(path: Path | None) -> Record | None:
    try:
        return record_of(path) if path is not None else None
    except Refused:  # it is asked about in its own dialog, which says what is wrong
        return None


def levels(path: Path) -> tuple[QImage, ...]:
    """Return a picture file and its smaller copies; nothing where it can't be read."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = read(reader)
    if image.isNull():
        return ()
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != srgb:
        image.convertToColorSpace(srgb)
    found = [ready(image)]
    while max(found[-1].width(), found[-1].height()) > 256 and len(found) < HALVES:
        size = QSize(max(1, found[-1].width() // 2), max(1, found[-1].height() // 2))
        found.append(smaller(found[-1], size))
    return tuple(found)


def keep_all(asked: deque[ToKeep]) -> Job[tuple[Kept, ...]]:
    """Keep pictures until none is left, even if the program is left meanwhile; raises Refused."""
    kept: list[Kept] = []
    try:
        while asked:
            kept.append((yield from _keep(asked.popleft())))
    except GeneratorExit:
        while asked:
            finished(_keep(asked.popleft()))
        raise
    return tuple(kept)


def _keep(asked: ToKeep) -> Job[Kept]:
    yield Progress(0, None, asked.name)
    picture, record = yield from asked.make()
    return Kept(asked.token, keep(asked.folder, picture, record, asked.name))


def take_in(
    folder: Path, found: Sequence[tuple[Path | bytes | np.ndarray, str]]
) -> Job[tuple[Path, ...]]:
    """Copy pictures, with what files say of themselves, into a gallery under these names. What
    can't be opened is left out with a Note; raises Refused where nothing is left.
    """
    kept: list[Path] = []
    for done, (source, name) in enumerate(found):
        yield Progress(done, len(found), name)
        try:
            photograph = yield from opening(source, name)
            said = record_of(source) if isinstance(source, Path) else None
            kept.append(keep(folder, photograph, said or Record(title=name), name))
        except Refused as refused:
            if len(found) == 1:
                raise
            yield Note(str(refused), "warning")
    return tuple(kept)


def files_for(
    gallery: Gallery, ids: Sequence[int], purpose: Any
) -> Job[tuple[Any, tuple[Path, ...]]]:
    """Return what files are wanted for, and those of these pictures that are still there."""
    found: list[Path] = []
    for start in range(0, len(ids), FILES):
        yield Progress(start, len(ids), "")
        paths = (gallery.path(id) for id in ids[start : start + FILES])
        found += [path for path in paths if path.is_file()]
    return purpose, tuple(found)
