"""Exports: made, stamped with where they came from, and written whole or not at all."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from studio.core.aside import let_go
from studio.core.assets.kind import File, Item, Kind, Product
from studio.core.assets.writing import checked_name, write_all
from studio.core.data.decode import Unreadable
from studio.core.events import Job, Refused
from studio.core.photographs.photograph import decoded
from studio.core.provenance import credentials
from studio.core.provenance.containers import with_xmp
from studio.core.provenance.record import Record, made_from
from studio.core.provenance.rights import check_consent
from studio.core.provenance.stamping import sidecar, sidecar_bytes, stamped

SURROGATES = re.compile("[\ud800-\udfff]")
ENDINGS = {".png", ".apng", ".gif", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".mp4"} | {
    ".pdf", ".json", ".tres", ".tsx", ".onnx"
}  # fmt: skip


def make(kind: Kind, items: Sequence[Item], settings: Any, name: str) -> Job[Product]:
    """Lay the pictures out as this kind does; raises Refused for too few or too many of them."""
    if len(items) < kind.least:
        raise Refused(f"{kind.title} needs {kind.least} pictures or more, not {len(items)}.")
    if kind.most and len(items) > kind.most:
        raise Refused(f"{kind.title} takes {kind.most} pictures at most, not {len(items)}.")
    readable = [replace(item, name=_readable(item.name)) for item in items]
    return (yield from kind.make(readable, settings, name))


def _readable(name: str) -> str:
    """Return a name that can be written into files: Linux has names in bytes that are no text."""
    return name if name.isascii() else SURROGATES.sub("\ufffd", name)


def export(
    kind: Kind,
    items: Sequence[Item],
    settings: Any,
    target: Path,
    overwrite: bool = False,
    check: Callable[[Sequence[Item]], Job[None]] | None = None,
    told: bool = True,
    sealed: bool = False,
) -> Job[tuple[Product, tuple[Path, ...]]]:
    """Make and write an export; returns it and the paths of its files, the main one first.

    Each PNG holds its record, and a sidecar lies beside the main file, unless that is not to be
    `told`. `check` may refuse, as the copy alarm does, and so does whose use of pictures was
    refused. Equal input gives equal bytes, but for `sealed` files: content credentials hold the
    time. Raises Refused where a file is there already and
    `overwrite` is False, for names that Windows can't hold, where it would replace one of its own
    pictures, and where it can't be written.
    """
    _checked_target(kind, target)
    name = kind.name_for(target)
    checked_name(name)
    check_consent(item.record for item in items)
    if check is not None:
        yield from check(items)
    product = yield from make(kind, items, settings, name)
    files = yield from product.files()
    record = recorded(kind, items, settings)
    words = "Writing where it comes from"  # a large PNG is decoded for that
    records = yield from let_go(lambda: [_about(file, record) for file in files], words)
    pairs = zip(files, records, strict=True)
    signed = [_signed(file, own, sealed) for file, own in pairs] if told else files
    whole = any(file.name == name or file.name.startswith(f"{name}/") for file in files)
    main = target.with_name(name if whole else files[0].name)  # of several pages the first
    hashes = {"" if file.name == main.name else file.name: _hash(file) for file in signed}
    beside = [File(sidecar(main).name, sidecar_bytes(records[0], hashes))] if told else []
    inputs = [item.path for item in items if item.path]
    paths = yield from write_all([*signed, *beside], target.parent, overwrite, inputs)
    return product, paths


def _checked_target(kind: Kind, target: Path) -> None:
    """Raise Refused for what is no file's name, and for the ending of another kind of file."""
    wanted = " or ".join(ending or "a folder" for ending in kind.endings)
    if target.name in ("", ".."):
        raise Refused(f"'{target}' is no name for {wanted}; give the export a name.")
    checked_name(target.name)
    if target.is_dir() and "" not in kind.endings:
        raise Refused(f"{target} is a folder; put a file's name after it.")
    ending = target.suffix.lower()
    if ending in ENDINGS and ending not in kind.endings:
        raise Refused(f"{kind.title} is written as {wanted}, not as {ending}; change the name.")


def recorded(kind: Kind, items: Sequence[Item], settings: Any) -> Record:
    """Return the record of an export: the records of its pictures, and how they were laid out."""
    sources = [(item.record or Record()).of(item.pixels) for item in items]
    return made_from(
        sources,
        workspace="export",
        title=kind.title,
        settings={"method": kind.id, **settings.model_dump(mode="json")},
    )


def _about(file: File, record: Record) -> Record:
    """Return the record of exactly the pixels of a PNG; that of any other file as it is, and so
    that of a PNG that moves, as stickers do.
    """
    if PurePosixPath(file.name).suffix.lower() != ".png":
        return record
    try:
        return record.of(decoded(file.data).pixels)
    except Unreadable:
        return record


def _hash(file: File) -> str:
    return hashlib.sha256(file.data).hexdigest()


def _signed(file: File, record: Record, sealed: bool) -> File:
    ending = PurePosixPath(file.name).suffix.lower()
    png = ending in (".png", ".apng")
    data = stamped(file.data, record) if png else with_xmp(file.data, ending, record)
    mime = credentials.mime_of(file.name) if sealed else None
    return File(file.name, data if mime is None else credentials.signed(data, mime, record))
