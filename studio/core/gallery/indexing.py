"""Bring a gallery's index up to date: only new, changed and vanished files are looked at."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from studio.core.data.entries import is_picture
from studio.core.events import Job, Progress, Refused
from studio.core.gallery import index, marks
from studio.core.gallery.keeping import TRASH
from studio.core.gallery.look import SWAP, Look, read, words
from studio.core.gallery.marks import Mark
from studio.core.provenance.record import Record

PULL = 0.05  # seconds of work between two words
INTEGER = 2**63 - 1
LETTERS_AT_MOST = 500
Found = dict[tuple[str, int], tuple[int, int]]  # (name, in the trash): (mtime in ns, bytes)


def update(connection: sqlite3.Connection, folder: Path) -> Job[bool]:
    """Make the index agree with the files and the marks; tell whether anything was new.

    Raises Refused where the folder can't be read.
    """
    there = scanned(folder)
    yield Progress(0, len(there), "Looking through the gallery")
    known = {
        (name, trashed): (mtime, size, id)
        for name, trashed, mtime, size, id in connection.execute(
            "select name, trashed, mtime, size, id from pictures"
        )
    }
    gone = [value[2] for key, value in known.items() if key not in there]
    fresh = [key for key, value in there.items() if known.get(key, ())[:2] != value]
    heard = marks.stamp(folder)
    if gone:
        connection.execute("begin immediate")
        index.drop(connection, gone)
        connection.execute("commit")
    yield from _taken(connection, folder, sorted(fresh), there)
    if fresh or heard != index.fact(connection, "marks"):
        yield from mark_all(connection, folder)
    return bool(gone or fresh)


def scanned(folder: Path) -> Found:
    """Return the pictures of a gallery and of its trash; raise Refused where there is no folder."""
    found: Found = {}
    for place, trashed in ((folder, 0), (folder / TRASH, 1)):
        try:
            with os.scandir(place) as entries:
                found.update(_pictures(entries, trashed))
        except OSError as error:
            if not trashed:
                reason = error.strerror or error
                raise Refused(f"The gallery {folder} can't be read: {reason}.") from None
    return found


def _pictures(
    entries: Iterator[os.DirEntry[str]], trashed: int
) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    for entry in entries:
        name = entry.name
        if name.endswith(".json") or name[0] == "." or "." not in name:
            continue
        if is_picture(name) and name.isprintable():
            try:
                stat = entry.stat()
                if entry.is_file():
                    yield (name, trashed), (stat.st_mtime_ns, stat.st_size)
            except OSError:  # gone since
                continue


def _taken(
    connection: sqlite3.Connection, folder: Path, fresh: Sequence[tuple[str, int]], there: Found
) -> Job[None]:
    began = time.monotonic()
    connection.execute("begin immediate")
    for done, (name, trashed) in enumerate(fresh):
        take(connection, folder, name, trashed, *there[name, trashed])
        if time.monotonic() - began > PULL:
            connection.execute("commit")  # others may write between two pulls
            yield Progress(done + 1, len(fresh), "Looking at pictures")
            connection.execute("begin immediate")
            began = time.monotonic()
    connection.execute("commit")


def take(
    connection: sqlite3.Connection, folder: Path, name: str, trashed: int, mtime: int, size: int
) -> int:
    """Look at one picture and put it into the index; return its id."""
    path = folder / TRASH / name if trashed else folder / name
    try:
        record, seen = read(path)
    except OSError:
        record, seen = None, None
    row = {"name": name, "trashed": trashed, "mtime": mtime, "size": size}
    id = index.put(connection, row | _said(record or Record(), mtime) | _seen(seen))
    index.reword(connection, [id])
    for table in ("looks", "thumbnails"):
        connection.execute(f"delete from {table} where id = ?", (id,))
    if seen is not None:
        look = (id, seen.colors.astype(np.float16).tobytes(), seen.similar.tobytes())
        connection.execute("insert into looks values (?, ?, ?)", look)
        small = (id, encoded(seen.thumbnail))
        connection.execute("insert into thumbnails values (?, ?)", small)
    return id


def _said(record: Record, mtime: int) -> dict[str, Any]:
    seed = record.seed if record.seed is not None and abs(record.seed) <= INTEGER else None
    return {
        "workspace": record.workspace or ("explore" if record.place else ""),
        "title": record.title[:LETTERS_AT_MOST],
        "family": record.family[:LETTERS_AT_MOST],
        "model": record.model[:LETTERS_AT_MOST],
        "run": min(max(record.run, 0), INTEGER),
        "step": min(max(record.step, 0), INTEGER),
        "seed": seed,
        "created": record.created or mtime / 1e9,
        "words": words(record),
    }


def _seen(look: Look | None) -> dict[str, Any]:
    if look is None:
        return {"damaged": 1, "width": 0, "height": 0, "color": 0}
    red, green, blue = look.mean
    color = red << 16 | green << 8 | blue
    return {"damaged": 0, "width": look.width, "height": look.height, "color": color}


def encoded(thumbnail: np.ndarray) -> bytes:
    """Return a small picture's bytes: JPEG decodes fastest, PNG keeps alpha and pixel art."""
    swapped = (
        cv2.cvtColor(thumbnail, SWAP[thumbnail.shape[2]]) if thumbnail.shape[2] > 1 else thumbnail
    )
    photo = thumbnail.shape[2] < 4 and max(thumbnail.shape[:2]) > 64
    ending, options = (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 88]) if photo else (".png", [])
    return cv2.imencode(ending, swapped, options)[1].tobytes()


def decoded(data: bytes) -> np.ndarray | None:
    """Return a thumbnail uint8 [h, w, c]."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None:
        return None
    return found[..., None] if found.ndim == 2 else cv2.cvtColor(found, SWAP[found.shape[2]])


def mark_all(connection: sqlite3.Connection, folder: Path) -> Job[None]:
    """Put what the user said of the pictures into the index, all of it anew."""
    heard = marks.stamp(folder)
    said = marks.replay(folder).of
    yield Progress(0, None, "Reading stars, tags and boards")
    ids: dict[str, list[int]] = {}
    for id, name in connection.execute("select id, name from pictures"):
        ids.setdefault(name, []).append(id)
    connection.execute("begin immediate")
    before = {id for (id,) in connection.execute("select distinct id from said")}
    connection.execute("delete from said")
    connection.execute("update pictures set star = 0 where star")
    now: set[int] = set()
    for name, mark in said.items():
        for id in ids.get(name, []):
            put_mark(connection, id, mark)
            if mark.tags or mark.boards:
                now.add(id)
    index.reword(connection, sorted(before | now))
    index.note(connection, "marks", heard)
    connection.execute("commit")


def put_mark(connection: sqlite3.Connection, id: int, mark: Mark) -> None:
    """Put what is said of one picture into the index, where nothing of it is yet."""
    if mark.star:
        connection.execute("update pictures set star = 1 where id = ?", (id,))
    rows = [(id, "tag", tag) for tag in mark.tags] + [(id, "board", b) for b in mark.boards]
    connection.executemany("insert or ignore into said values (?, ?, ?)", rows)


def mark(connection: sqlite3.Connection, names: Sequence[str], said: dict[str, Any]) -> None:
    """Put one thing that was just said of pictures into the index."""
    on = bool(said["on"])
    ids = [
        id
        for name in names
        for (id,) in connection.execute("select id from pictures where name = ?", (name,))
    ]
    if "star" in said:
        rows = [(int(on), id) for id in ids]
        connection.executemany("update pictures set star = ? where id = ?", rows)
        return
    kind = "tag" if "tag" in said else "board"
    words = [(id, kind, said[kind]) for id in ids]
    add = "insert or ignore into said values (?, ?, ?)"
    away = "delete from said where id = ? and kind = ? and word = ?"
    connection.executemany(add if on else away, words)
    index.reword(connection, ids)
