"""Look whether a gallery is whole and whether its pictures are what their records say."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.durable import abandoned
from studio.core.events import Job, Progress, Refused
from studio.core.gallery import marks
from studio.core.gallery.indexing import scanned
from studio.core.gallery.keeping import TRASH
from studio.core.photographs.photograph import open_photograph
from studio.core.provenance.record import Record, pixel_hash
from studio.core.provenance.stamping import beside, embedded, sidecar, unlike

PULL = 0.05  # seconds of work between two words
NAMED = 5  # pictures that one sentence names


@dataclass(frozen=True)
class Report:
    """What was found: `pictures` were looked at, `silent` of them say nothing of their origin.

    `problems` are sentences, each about one file or one kind of mark; none means all is well.
    """

    pictures: int
    silent: int
    problems: tuple[str, ...]


def verify(folder: Path) -> Job[Report]:
    """Decode every picture of a gallery and compare it with its records; nothing is changed.

    Raises Refused where the folder can't be read.
    """
    there = scanned(folder)
    problems: list[str] = []
    silent, told = 0, time.monotonic()
    for done, (name, trashed) in enumerate(sorted(there)):
        found, record = examined(folder / TRASH / name if trashed else folder / name)
        problems += found
        silent += record is None and not found
        if time.monotonic() - told > PULL:
            yield Progress(done, len(there), "Comparing pictures with their records")
            told = time.monotonic()
    yield Progress(len(there), len(there), "Comparing pictures with their records")
    names = {name for name, _ in there}
    problems += [*_orphans(folder, there), *_marks(folder, names)]
    return Report(len(there), silent, tuple(problems))


def examined(path: Path) -> tuple[list[str], Record | None]:
    """Return what is wrong with a picture, in sentences, and its record."""
    problems: list[str] = []
    records: list[Record | None] = []
    for read in (embedded, beside):
        try:
            records.append(read(path))
        except Refused as refused:
            problems.append(str(refused))
            records.append(None)
    inside, outside = records
    if inside and outside and inside.text() != outside.text():
        problems.append(
            f"{sidecar(path).name} is not the record inside {path.name}: it was changed, or belongs"
            " to another picture; the one inside counts."
        )
    record = inside or outside
    try:
        pixels = open_photograph(path).pixels
    except Refused as refused:
        return [*problems, str(refused)], record
    if record and record.pixels and record.pixels != pixel_hash(pixels):
        problems.append(
            f"{path.name} is not the picture its record was written for: its pixels were changed."
        )
    return problems or unlike(path), record


def _orphans(folder: Path, there: dict[tuple[str, int], tuple[int, int]]) -> Iterator[str]:
    for place, trashed in ((folder, 0), (folder / TRASH, 1)):
        if not place.is_dir():
            continue
        for name in sorted(path.name for path in place.iterdir()):
            picture = name.removesuffix(".json")
            if name.endswith(".part") or abandoned(name):
                yield f"{name} was left by a program that was ended while it kept a picture."
            elif picture != name and "." in picture and (picture, trashed) not in there:
                yield f"{name} lies beside no picture: {picture} is gone."


def _marks(folder: Path, names: set[str]) -> Iterator[str]:
    heard = marks.replay(folder)
    if heard.damaged:
        yield f"{heard.damaged} lines of {marks.FILE} can't be read; they are passed over."
    gone = sorted(
        name
        for name, mark in heard.of.items()
        if name not in names and (mark.star or mark.tags or mark.boards)
    )
    if gone:
        yield f"Stars, tags or boards speak of pictures that are gone: {_listed(gone)}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
