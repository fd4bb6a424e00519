"""Exports: made, stamped with where they came from, and written whole or not at all."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.events import Job, Note, Progress, Refused
from studio.core.project import sync_folder
from studio.core.provenance.record import Record, made_from
from studio.core.provenance.stamping import sidecar, sidecar_bytes, stamped

RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}
FORBIDDEN = set('<>:"/\\|?*')


def make(kind: Kind, items: Sequence[Item], settings: Any, name: str) -> Job[Product]:
    """Lay the pictures out as this kind does; raises Refused for too few or too many of them."""
    if len(items) < kind.least:
        raise Refused(f"{kind.title} needs {kind.least} pictures or more, not {len(items)}.")
    if kind.most and len(items) > kind.most:
        raise Refused(f"{kind.title} takes {kind.most} pictures at most, not {len(items)}.")
    return (yield from kind.make(items, settings, name))


def export(
    kind: Kind,
    items: Sequence[Item],
    settings: Any,
    target: Path,
    overwrite: bool = False,
    check: Callable[[Sequence[Item]], Job[None]] | None = None,
) -> Job[tuple[Product, tuple[Path, ...]]]:
    """Make and write an export; returns it and the paths of its files, the main one first.

    Each PNG holds its record, and a sidecar lies beside the main file. `check` may refuse, as the
    copy alarm does. Equal input gives equal bytes. Raises Refused where a file is there already and
    `overwrite` is False, for names that Windows can't hold, and where it can't be written.
    """
    name = kind.name_for(target)
    checked_name(name)
    if check is not None:
        yield from check(items)
    product = yield from make(kind, items, settings, name)
    files = yield from product.files()
    record = recorded(kind, items, settings)
    signed = [_signed(file, record) for file in files]
    main = target.with_name(name)
    beside = File(sidecar(main).name, sidecar_bytes(record))
    paths = yield from write_all([*signed, beside], target.parent, overwrite)
    return product, paths


def recorded(kind: Kind, items: Sequence[Item], settings: Any) -> Record:
    """Return the record of an export: the records of its pictures, and how they were laid out."""
    sources = [(item.record or Record()).of(item.pixels) for item in items]
    return made_from(
        sources,
        workspace="export",
        title=kind.title,
        settings={"method": kind.id, **settings.model_dump(mode="json")},
    )


def _signed(file: File, record: Record) -> File:
    png = PurePosixPath(file.name).suffix.lower() == ".png"
    return File(file.name, stamped(file.data, record)) if png else file


def checked_name(name: str) -> None:
    """Raise Refused for a file's name that Windows, macOS or Linux can't hold."""
    for part in PurePosixPath(name).parts:
        stem = part.split(".")[0].lower()
        if stem in RESERVED or set(part) & FORBIDDEN or part[-1:] in (".", " ") or len(part) > 200:
            raise Refused(f"'{part}' can't be a file's name on Windows; choose another.")
        if any(ord(letter) < 32 for letter in part) or part in ("..", "~"):
            raise Refused(f"{part!r} can't be a file's name; choose another.")


def write_all(files: Sequence[File], folder: Path, overwrite: bool) -> Job[tuple[Path, ...]]:
    """Write all the files or none; returns their paths.

    Raises Refused where two have one name (also but for case), one is there already and `overwrite`
    is False, or the disk or a folder refuses.
    """
    _distinct(files)
    for file in files:
        checked_name(file.name)
    goals = [folder / file.name for file in files]
    there = [goal for goal in goals if goal.exists()]
    if there and not overwrite:
        raise Refused(f"{there[0]} is there already; choose another name, or overwrite it.")
    parts = [goal.with_name(f".{goal.name}.{os.getpid()}.part") for goal in goals]
    try:
        for done, (file, part) in enumerate(zip(files, parts, strict=True)):
            yield Progress(done, len(files), "Writing files")
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                stream.write(file.data)
                stream.flush()
                os.fsync(stream.fileno())
        for part, goal in zip(parts, goals, strict=True):
            part.replace(goal)
        for parent in {goal.parent for goal in goals}:
            sync_folder(parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(f"{goals[0]} can't be written: {reason}. Choose another place.") from None
    finally:
        for part in parts:
            with suppress(OSError):
                part.unlink()
    if there:
        yield Note(f"Replaced {len(there)} files that were there.")
    return tuple(goals)


def _distinct(files: Sequence[File]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        other = seen.setdefault(file.name.lower(), file.name)
        if other is not file.name:
            raise Refused(f"Two files would be called {file.name}; rename one of the pictures.")
