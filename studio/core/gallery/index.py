"""The index of a gallery: SQLite that can be thrown away at any moment and is made anew.

It is never read before its head says that this program on this machine wrote it.
"""

import hashlib
import os
import secrets
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from studio import paths
from studio.core import locking

FILE = "gallery.db"
SCHEMA = 4
HEAD = b"SQLite format 3\0"
USER_VERSION, APPLICATION_ID = 60, 68  # places in the file's head
WAIT = 5.0  # seconds, for another program that writes
TABLES = """
create table pictures (
    id integer primary key autoincrement, name text not null, trashed int not null,
    mtime int not null, size int not null, damaged int not null,
    workspace text not null, title text not null, family text not null, model text not null,
    run int not null, step int not null, seed int, created real not null,
    width int not null, height int not null, color int not null, star int not null default 0,
    words text not null, unique (name, trashed)
);
create index pictures_created on pictures (trashed, created);
create index pictures_counted on pictures (workspace, family, model, run, star, trashed);
create table looks (id integer primary key, colors blob not null, similar blob not null);
create table said (id int not null, kind text not null, word text not null,
    primary key (id, kind, word)) without rowid;
create index said_words on said (kind, word);
create table thumbnails (id integer primary key, data blob not null);
create table facts (name text primary key, value text not null);
"""
WORDS = "create virtual table found using fts5(words, tokenize='unicode61 remove_diacritics 2')"
COLUMNS = [
    *("name", "trashed", "mtime", "size", "damaged", "workspace", "title", "family", "model"),
    *("run", "step", "seed", "created", "width", "height", "color", "words"),
]


@cache
def number_of_this_machine() -> int:
    """Return the number written into the head of every index made here, 31 bits.

    An index that came with someone else's gallery has another: SQLite never gets to read it.
    """
    path = paths.settings() / "gallery.key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), open(path, "xb", opener=_private) as file:
                file.write(secrets.token_bytes(32))
        key = path.read_bytes()
    except OSError:
        key = b""
    return int.from_bytes(hashlib.sha256(b"atelier gallery" + key).digest()[:4]) >> 1


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def ours(path: Path) -> bool:
    """Tell by its first 100 bytes whether an index is of this program, version and machine."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    if len(head) < 100 or not head.startswith(HEAD):
        return False
    version, number = (
        struct.unpack_from(">I", head, at)[0] for at in (USER_VERSION, APPLICATION_ID)
    )
    return version == SCHEMA and number == number_of_this_machine()


def opened(folder: Path) -> sqlite3.Connection:
    """Open a gallery's index, or an empty one; in memory where the folder can't be written."""
    path = folder / FILE
    known = ours(path)
    if locking.why_not(folder):
        return in_memory(path if known else None)
    try:
        if not known:
            remove(folder)
        connection = _connected(str(path))
        try:
            connection.execute("begin immediate")
            connection.execute("commit")
            return _tables(connection)
        except sqlite3.DatabaseError:
            connection.close()
            raise
    except (OSError, sqlite3.OperationalError):  # read-only, or a full disk
        return in_memory(path if known else None)
    except sqlite3.DatabaseError:  # damaged
        with suppress(OSError):
            remove(folder)
        return in_memory(None) if path.exists() else opened(folder)


def remove(folder: Path) -> None:
    """Throw the index away, unless the project is only looked at."""
    if locking.why_not(folder):
        return
    for name in (FILE, f"{FILE}-journal", f"{FILE}-wal", f"{FILE}-shm"):
        (folder / name).unlink(missing_ok=True)


def _connected(name: str, **more: Any) -> sqlite3.Connection:
    """A rollback journal: SQLite before 3.51.3 may damage a write-ahead log that two write."""
    connection = sqlite3.connect(
        name, timeout=WAIT, isolation_level=None, check_same_thread=False, **more
    )
    for pragma in (
        "trusted_schema=off",
        "cell_size_check=on",
        "journal_mode=truncate",
        "synchronous=full",
        "temp_store=memory",
        "cache_size=-32000",
    ):
        connection.execute(f"pragma {pragma}")
    return connection


def in_memory(source: Path | None) -> sqlite3.Connection:
    """Return an index in memory, with what an index of ours knows already."""
    memory = _connected(":memory:")
    if source is not None:
        with suppress(sqlite3.DatabaseError):
            file = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            try:
                file.backup(memory)
            finally:
                file.close()
            return _tables(memory)
        memory = _connected(":memory:")
    return _tables(memory)


def _tables(connection: sqlite3.Connection) -> sqlite3.Connection:
    if connection.execute("pragma user_version").fetchone()[0] != SCHEMA:
        connection.execute("begin immediate")
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(statement)
        with suppress(sqlite3.OperationalError):  # a build without FTS5 looks words up slowly
            connection.execute(WORDS)
        connection.execute(f"pragma application_id={number_of_this_machine()}")
        connection.execute(f"pragma user_version={SCHEMA}")
        connection.execute("commit")
    connection.execute("select count(*) from facts").fetchone()
    return connection


@contextmanager
def written(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that is done inside, or nothing of it."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def has_words(connection: sqlite3.Connection) -> bool:
    """Tell whether words are looked up in an index of their own."""
    known = connection.execute("select 1 from sqlite_master where name = 'found'")
    return known.fetchone() is not None


def put(connection: sqlite3.Connection, row: dict[str, Any]) -> int:
    """Add a picture, or replace what is known of it; return its id, which stays."""
    names = ", ".join(COLUMNS)
    places = ", ".join(f":{name}" for name in COLUMNS)
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])
    (id,) = connection.execute(
        f"insert into pictures ({names}) values ({places})"
        f" on conflict (name, trashed) do update set {changes} returning id",
        row,
    ).fetchone()
    return id


def drop(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Forget pictures."""
    gone = [(id,) for id in ids]
    for table in ("pictures", "looks", "said", "thumbnails"):
        connection.executemany(f"delete from {table} where id = ?", gone)
    if has_words(connection):
        connection.executemany("delete from found where rowid = ?", gone)


def rename(connection: sqlite3.Connection, id: int, name: str, trashed: int) -> None:
    """Note that a picture has moved; what else had its name is gone."""
    place = (name, trashed)
    other = connection.execute("select id from pictures where name = ? and trashed = ?", place)
    drop(connection, [gone for (gone,) in other.fetchall() if gone != id])
    connection.execute("update pictures set name = ?, trashed = ? where id = ?", (*place, id))
    reword(connection, [id])


def reword(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Make what words find agree with what is known of these pictures."""
    if not has_words(connection):
        return
    for id in ids:
        row = connection.execute(
            "select name || ' ' || title || ' ' || words || ' ' ||"
            " coalesce((select group_concat(word, ' ') from said where said.id = pictures.id), '')"
            " from pictures where id = ?",
            (id,),
        ).fetchone()
        connection.execute("delete from found where rowid = ?", (id,))
        if row:
            connection.execute("insert into found (rowid, words) values (?, ?)", (id, row[0]))


def fact(connection: sqlite3.Connection, name: str) -> str:
    """Return a stored fact, "" where there is none."""
    row = connection.execute("select value from facts where name = ?", (name,)).fetchone()
    return row[0] if row else ""


def note(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store a fact."""
    connection.execute("insert or replace into facts values (?, ?)", (name, value))
