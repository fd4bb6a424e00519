"""Pictures in: a source is decoded once into a hidden draft, which is then kept or thrown away."""

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.core import durable
from studio.core.data import chunk, duplicates, pool, sources
from studio.core.data.chunk import Chunk, Fact
from studio.core.data.counting import counted
from studio.core.data.duplicates import Duplicates
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import (
    MANIFEST,
    PACKED,
    PACKINGS,
    PICTURES,
    Manifest,
    PackedSet,
    Packing,
    open_packed,
    verified,
    written,
)
from studio.core.data.report import Report
from studio.core.data.rows import Rows
from studio.core.data.sources import Source
from studio.core.durable import sync_folder, write_whole
from studio.core.events import Job, Progress, Refused, finished
from studio.core.pictures import straighten
from studio.core.project import slug
from studio.core.sealing import file_hash

EARLIER = ".import-"  # drafts of the program's first version
MANY, LARGE = 1500, 24 << 20  # from so many pictures or bytes on, worker processes pay
HERE_PICTURES, HERE_BYTES = 32, 1 << 20  # a chunk decoded in this process, well under 100 ms
Item = tuple[int, Chunk] | None  # (number of the first entry, what became of it)
PAUSE = 0.05  # seconds between two reports of progress
SETS_SUFFIX = 10  # hexadecimal digits of the fingerprint in a set's id


@dataclass(frozen=True, eq=False)
class Draft:
    """A packed set that waits in a hidden folder beside the others to be accepted or discarded."""

    folder: Path
    manifest: Manifest

    @property
    def report(self) -> Report:
        """What was found, converted, skipped."""
        return self.manifest.report

    def previews(self) -> np.ndarray:
        """Return the report's preview pictures, uint8 [n, h, w, c] with straight alpha."""
        packed = open_packed(self.folder)
        return straighten(packed.pictures[list(self.report.preview)])


@dataclass(eq=False)
class Harvest:
    """What an import has gathered so far, beside the rows."""

    rows: Rows
    numbers: list[int]  # of the kept entries
    sha256: list[str]
    facts: list[Fact]
    hashes: list[np.ndarray]
    skipped: list[tuple[str, str]]


def draft(source: str, settings: ImportSettings, folder: Path) -> Job[Draft]:
    """Decode `source` (see sources.look) into a hidden folder in `folder`, a project's datasets.

    A project's own folder will do as well. Raises Refused if nothing can be taken or the disk is
    full. However it ends without a result, nothing is left behind; the source is only read.
    """
    home = folder / "datasets" if (folder / "project.json").exists() else folder
    place = home / durable.hidden()
    try:
        with _disk(home):
            place.mkdir(parents=True)
        found = yield from sources.look(source)
        with _disk(home):
            return (yield from _packed(found, settings, place))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def accept(draft: Draft) -> PackedSet:
    """Move the draft to its id among the sets; an equal set that is there is returned instead.

    Where that one is damaged, its files are replaced by the draft's.
    """
    home, manifest = draft.folder.parent, draft.manifest
    for other in home.glob(f"[!.]*-{manifest.fingerprint[:SETS_SUFFIX]}"):
        packed = _equal(other, manifest)
        if packed is None and draft.folder.exists():
            with _disk(home):
                _repair(other, draft)
            packed = open_packed(other)
        if packed is not None:
            discard(draft)
            return packed
    if not draft.folder.exists():
        raise Refused("These pictures are no longer waiting; import them again.")
    with _disk(home):
        draft.folder.rename(home / manifest.id)
        sync_folder(home)
    return open_packed(home / manifest.id)


def _equal(folder: Path, manifest: Manifest) -> PackedSet | None:
    """Return the set in `folder` if it is sound and holds what `manifest` tells of."""
    with contextlib.suppress(Refused):
        packed = open_packed(folder)
        finished(verified(packed))
        if packed.packings and packed.manifest.fingerprint == manifest.fingerprint:
            return packed
    return None


def _repair(folder: Path, draft: Draft) -> None:
    """Put the draft's files in place of a damaged set's; what else lies beside those stays."""
    for name in (PICTURES, PACKED):
        (draft.folder / name).replace(folder / name)
    manifest = draft.manifest.model_copy(update={"id": folder.name})
    write_whole(folder / MANIFEST, written(manifest))


def discard(draft: Draft) -> None:
    """Throw the draft away."""
    shutil.rmtree(draft.folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove drafts that processes left behind which no longer run."""
    durable.sweep(folder)
    for place in folder.glob(f"{EARLIER}*"):
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _disk(home: Path) -> Iterator[None]:
    """Turn the system's complaints about the project's disk into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = "The disk is full; nothing was kept. Free some space and import again."
            raise Refused(message) from None
        raise Refused(
            f"The pictures can't be stored in {home}: {error.strerror or error}."
        ) from None


def _packed(source: Source, settings: ImportSettings, place: Path) -> Job[Draft]:
    _room_for(source, settings, place)
    rows = Rows(place / PICTURES, settings.height, settings.width)
    try:
        harvest = Harvest(rows, [], [], [], [], list(source.skipped))
        yield from _gather(source, settings, harvest)
        if not harvest.numbers:
            raise Refused(_nothing(source, harvest))
        view = rows.view()
        copies = yield from duplicates.find(view, np.concatenate(harvest.hashes))
        del view
        dropped = 0
        if settings.duplicates == "drop":
            copies, dropped = yield from _without(copies, harvest)
        rows.finish()
    finally:
        rows.close()
    total = len(source.entries)
    yield Progress(total, total, "Writing the set")
    classes, pictures = _pictures(source, harvest)
    yield Progress(total, total, "Counting")
    report = counted(
        pictures,
        harvest.facts,
        classes,
        copies,
        settings,
        dropped,
        source=source.name,
        found=total,
        channels=harvest.rows.channels,
        skipped=harvest.skipped,
        other_files=source.others,
    )
    yield Progress(total, total, "Writing the set")
    manifest = _manifest(settings, classes, pictures, report)
    return Draft(place, (yield from _write(place, manifest, pictures)))


def _room_for(source: Source, settings: ImportSettings, place: Path) -> None:
    need = len(source.entries) * settings.width * settings.height
    if need > shutil.disk_usage(place).free:
        raise OSError(errno.ENOSPC, "the disk is full")


def _gather(source: Source, settings: ImportSettings, harvest: Harvest) -> Job[None]:
    """Decode every entry and append what is good."""
    total, text, told = len(source.entries), f"Reading {source.name}", time.monotonic()
    with contextlib.closing(_chunks(source, settings)) as chunks:
        for item in chunks:
            if item is not None:
                done = item[0] + len(item[1].kept) + len(item[1].skipped)
                yield from _append(source, item[0], item[1], harvest)
            else:
                done = len(harvest.numbers)
            if item is None or time.monotonic() - told > PAUSE:
                told = time.monotonic()
                yield Progress(done, total, text)


def _chunks(source: Source, settings: ImportSettings) -> Generator[Item, None, None]:
    large = len(source.entries) >= MANY or sum(e.size for e in source.entries) >= LARGE
    workers = min(pool.cores(), pool.WORKERS_AT_MOST)
    if source.spawnable and large and pool.possible():
        yield from pool.decoded(source, settings.target(), workers)
        return
    with contextlib.closing(source.reader()) as reader:
        for task in pool.tasks(source, HERE_PICTURES, HERE_BYTES):
            yield task.first, chunk.make(reader, task.wheres, settings.target())


def _append(source: Source, first: int, made: Chunk, harvest: Harvest) -> Job[None]:
    rows = harvest.rows
    if made.kept:
        if made.rows.shape[-1] > rows.channels:
            for _ in rows.widen(made.rows.shape[-1]):
                yield Progress(first, len(source.entries), "Making room for color")
        rows.append(made.rows)
        harvest.hashes.append(made.hashes)
    harvest.numbers += [first + k for k in made.kept]
    harvest.sha256 += made.sha256
    facts = [_fact(fact) for fact in made.facts]
    harvest.facts += [facts[k] for k in made.fact]
    harvest.skipped += [(source.entries[first + k].name, text) for k, text in made.skipped]


def _fact(fact: Fact | list) -> Fact:
    width, height, mode, done = fact
    return width, height, mode, done


def _nothing(source: Source, harvest: Harvest) -> str:
    if harvest.skipped:
        name, sentence = harvest.skipped[0]
        return f"No picture in {source.name} could be taken; the first, {name}: {sentence}"
    return f"There are no pictures in {source.name}; choose another folder or zip."


def _without(copies: Duplicates, harvest: Harvest) -> Job[tuple[Duplicates, int]]:
    """Drop exact duplicates from the rows and the harvest."""
    keep = np.flatnonzero(copies.exact < 0)
    numbers = keep.tolist()
    for _ in harvest.rows.keep(numbers):
        yield Progress(0, None, "Dropping identical pictures")
    for name in ("numbers", "sha256", "facts"):
        old = getattr(harvest, name)
        setattr(harvest, name, [old[k] for k in numbers])
    place = np.full(len(copies.exact), -1)
    place[keep] = np.arange(len(keep))
    near = copies.near[keep]
    near = np.where(near >= 0, place[near], -1)
    return Duplicates(np.full(len(keep), -1), near), len(copies.exact) - len(keep)


def _pictures(source: Source, harvest: Harvest) -> tuple[tuple[str, ...], tuple[Packing, ...]]:
    """Return the names of the classes that occur (none if there is but one) and all pictures."""
    labels = [source.labels[k] for k in harvest.numbers]
    used = sorted({label for label in labels if label >= 0})
    number = {label: k for k, label in enumerate(used)} if len(used) > 1 else {}
    pictures = tuple(
        Packing.model_construct(
            name=source.entries[k].name, sha256=sha, label=number.get(label, -1), converted=fact[3]
        )
        for k, sha, label, fact in zip(
            harvest.numbers, harvest.sha256, labels, harvest.facts, strict=True
        )
    )
    return tuple(source.classes[k] for k in number), pictures


def _manifest(
    settings: ImportSettings,
    classes: tuple[str, ...],
    pictures: tuple[Packing, ...],
    report: Report,
) -> Manifest:
    mark = _fingerprint(settings, classes, pictures, report.channels)
    name = Path(report.source).stem
    return Manifest(
        id=f"{slug(name)}-{mark[:SETS_SUFFIX]}",
        name=name,
        source=report.source,
        height=settings.height,
        width=settings.width,
        channels=report.channels,
        settings=settings.model_dump(),
        classes=classes,
        fingerprint=mark,
        report=report,
    )


def _fingerprint(
    settings: ImportSettings, names: tuple[str, ...], pictures: tuple[Packing, ...], channels: int
) -> str:
    """Return one hash of all that decides what is trained on: settings, pictures, classes."""
    mark = hashlib.sha256(settings.model_dump_json().encode())
    mark.update(repr((names, channels)).encode())
    mark.update("".join(f"{p.sha256}{p.label}," for p in pictures).encode())
    return mark.hexdigest()


def _write(place: Path, manifest: Manifest, pictures: tuple[Packing, ...]) -> Job[Manifest]:
    """Write what is known of the set, and make all files durable before they get their name."""
    (place / PACKED).write_bytes(PACKINGS.dump_json(pictures))
    hashes = {}
    for name in (PICTURES, PACKED):
        hashes[name] = yield from file_hash(place / name, "Writing the set")
    whole = manifest.model_copy(update={"sha256": hashes})
    (place / MANIFEST).write_bytes(written(whole))
    for name in (PICTURES, PACKED, MANIFEST):
        with (place / name).open("rb+") as file:
            os.fsync(file.fileno())
    sync_folder(place)
    return whole
