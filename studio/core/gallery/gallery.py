"""An opened gallery: pictures kept in a folder, found, shown, marked and removed."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from studio.core import durable, locking
from studio.core.events import Job, Refused, finished
from studio.core.gallery import index, indexing, marks, reading, searching, trash
from studio.core.gallery.entry import Counts, Entry
from studio.core.gallery.keeping import TRASH
from studio.core.gallery.look import THUMBNAIL, eight, pixels_of, scaled
from studio.core.gallery.query import Query
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import record_of

Ids = Sequence[int] | np.ndarray


def open_gallery(folder: Path) -> Job["Gallery"]:
    """Open the gallery of a folder, made if it is not there; only what changed is looked at.

    Raises Refused where the folder can't be read.
    """
    try:
        if not locking.why_not(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"The gallery {folder} can't be made: {reason}.") from None
    try:
        return (yield from _opened(folder))
    except Damaged:  # thrown away by now
        return (yield from _opened(folder))
    except Silent:  # the disk is full, or another program holds the index
        return (yield from _opened(folder, in_memory=True))


def _opened(folder: Path, in_memory: bool = False) -> Job["Gallery"]:
    durable.sweep(folder)
    trash.mend(folder)
    gallery = Gallery(folder, index.in_memory(None) if in_memory else index.opened(folder))
    try:
        yield from gallery.refresh()
        gallery.prepare()
    except BaseException:
        gallery.close()
        raise
    return gallery


def rebuild(folder: Path) -> Job["Gallery"]:
    """Throw a gallery's index and thumbnails away, make them anew from the files, and open it."""
    with suppress(OSError):  # of a folder that can't be written, an index in memory is made
        index.remove(folder)
    return (yield from open_gallery(folder))


class Damaged(Refused):
    """An index that can't be read."""


class Silent(Refused):
    """An index that can't be written."""


class Gallery:
    """Pictures kept in `folder`. Any thread may call; one at a time is served.

    The files and marks.jsonl are the truth. What raises Refused has changed nothing.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection):
        self.folder = folder
        self._connection = connection
        self._lock = threading.RLock()
        self._looks: searching.Looks | None = None

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _held(self) -> Iterator[sqlite3.Connection]:
        """Hold the index; one that turns out damaged is thrown away and made anew next time."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.OperationalError as error:
                raise Silent(f"The gallery's index does not answer: {error}.") from None
            except sqlite3.DatabaseError:
                with suppress(OSError):
                    index.remove(self.folder)
                raise Damaged(
                    f"The index of {self.folder} is damaged, the pictures are not; open it again."
                ) from None

    def refresh(self) -> Job[bool]:
        """Take notice of files that came, changed or went; tell whether there were any."""
        job = indexing.update(self._connection, self.folder)
        while True:
            with self._held():
                try:
                    event = next(job)
                except StopIteration as ended:
                    if ended.value:
                        self._looks = None
                    return ended.value
            yield event

    def add(self, path: Path) -> int:
        """Take one picture that was just kept into the index, at once; return its id."""
        with self._held() as connection:
            stat = path.stat()
            id = indexing.take(
                connection, self.folder, path.name, 0, stat.st_mtime_ns, stat.st_size
            )
            self._looks = None
        return id

    def search(self, query: Query) -> np.ndarray:
        """Return the ids, int32 [n], of what is found, in the order asked for."""
        with self._held() as connection:
            found = searching.plain(connection, query)
            if not (query.color or query.like) or not len(found):
                return found
            first = found
            if query.color:
                found = searching.by_color(found, self._look(), query.color)
            if query.like:
                id = searching.named(connection, query.like)
                found = searching.by_likeness(found, self._look(), id)
        return found if query.ordered() == "likeness" else first[np.isin(first, found)]

    def prepare(self) -> None:
        """Read how all pictures look now, not at the first search that asks for it."""
        with self._held():
            self._look()

    def _look(self) -> searching.Looks:
        if self._looks is None:
            self._looks = searching.looks(self._connection)
        return self._looks

    def entries(self, ids: Ids) -> tuple[Entry, ...]:
        """Return what is known of these pictures, in this order, without those that are gone."""
        with self._held() as connection:
            return reading.entries(connection, list(ids))

    def entry(self, name: str) -> Entry:
        """Return what is known of a picture by its name; raise Refused where there is none."""
        with self._held() as connection:
            return reading.entries(connection, [searching.named(connection, name)])[0]

    def counts(self) -> Counts:
        """Count boards, tags, runs and families, for a sidebar."""
        with self._held() as connection:
            return reading.counts(connection)

    def thumbnails(self, ids: Ids) -> tuple[np.ndarray | None, ...]:
        """Return small pictures uint8 [h, w, 1, 3 or 4], at most 128 a side, from a cache.

        None stands for what can't be decoded.
        """
        with self._held() as connection:
            found = reading.thumbnails(connection, [int(id) for id in ids])
            return tuple(
                indexing.decoded(found[id]) if id in found else self._made(id)
                for id in map(int, ids)
            )

    def _made(self, id: int) -> np.ndarray | None:
        try:
            path = self.path(id)
            return scaled(eight(pixels_of(path, path.read_bytes())), THUMBNAIL)
        except (Refused, OSError, MemoryError, cv2.error):
            return None

    def path(self, id: int) -> Path:
        """Return a picture's file; raise Refused for an unknown id."""
        with self._held() as connection:
            row = connection.execute(
                "select name, trashed from pictures where id = ?", (int(id),)
            ).fetchone()
        if row is None:
            raise Refused("This picture is not in the gallery any more.")
        return self.folder / TRASH / row[0] if row[1] else self.folder / row[0]

    def record(self, id: int) -> Record | None:
        """Return what a picture says of itself; raise Refused where that is damaged."""
        return record_of(self.path(id))

    def star(self, ids: Ids, on: bool = True) -> None:
        """Give pictures a star, or take it away."""
        self._say(ids, {"star": True, "on": on})

    def tag(self, ids: Ids, tag: str, on: bool = True) -> None:
        """Put a tag on pictures, or take it off."""
        self._say(ids, {"tag": marks.checked(tag, "tag"), "on": on})

    def board(self, ids: Ids, board: str, on: bool = True) -> None:
        """Pin pictures to a board, or take them off; a board is there while it has pictures."""
        self._say(ids, {"board": marks.checked(board, "board"), "on": on})

    def rename_board(self, old: str, new: str) -> None:
        """Give a board another name; one that is there already takes its pictures in."""
        with self._held():
            marks.say(self.folder, {"rename": old, "to": marks.checked(new, "board")})
            self._hear()

    def _say(self, ids: Ids, said: dict[str, Any]) -> None:
        with self._held():
            names = [entry.name for entry in reading.entries(self._connection, list(ids))]
            if not names:
                return
            known = index.fact(self._connection, "marks") == marks.stamp(self.folder)
            marks.say(self.folder, {"names": names, **said})
            if not known:  # another program has said something too
                self._hear()
                return
            with index.written(self._connection):
                indexing.mark(self._connection, names, said)
                index.note(self._connection, "marks", marks.stamp(self.folder))

    def _hear(self) -> None:
        finished(indexing.mark_all(self._connection, self.folder))

    def remove(self, ids: Ids) -> tuple[int, ...]:
        """Move pictures to the gallery's trash; return those moved, for `restore`."""
        return self._move(ids, 0, trash.remove)

    def restore(self, ids: Ids) -> tuple[int, ...]:
        """Move pictures back out of the gallery's trash; return those moved."""
        return self._move(ids, 1, trash.restore)

    def _move(self, ids: Ids, trashed: int, move: Callable[[Path, str], str]) -> tuple[int, ...]:
        with self._held() as connection:
            moved = []
            for entry in reading.entries(connection, list(ids)):
                if entry.trashed == bool(trashed):
                    name = move(self.folder, entry.name)
                    if name != entry.name:
                        marks.say(self.folder, {"moved": entry.name, "to": name})
                    index.rename(connection, entry.id, name, 1 - trashed)
                    moved.append(entry.id)
            return tuple(moved)

    def empty_trash(self) -> int:
        """Move what lies in the gallery's trash to the desktop's; return how many pictures."""
        with self._held() as connection:
            trash.empty(self.folder)
            gone = [id for (id,) in connection.execute("select id from pictures where trashed")]
            index.drop(connection, gone)
            self._looks = None
            return len(gone)
