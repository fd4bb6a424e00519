"""Read entries and their numbers from a gallery's index."""

import sqlite3
from collections import Counter
from collections.abc import Sequence

from studio.core.gallery.entry import Counted, Counts, Entry

AT_ONCE = 500  # values of one statement
FIELDS = (
    "id, name, workspace, title, family, model, run, step, seed, created, width, height, star,"
    " color, trashed, damaged"
)


def entries(connection: sqlite3.Connection, ids: Sequence[int]) -> tuple[Entry, ...]:
    """Return the entries of these ids, in this order; those that are gone are left out."""
    found: dict[int, Entry] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = [int(id) for id in ids[start : start + AT_ONCE]]
        marks = ", ".join("?" * len(some))
        said: dict[tuple[int, str], list[str]] = {}
        for id, kind, word in connection.execute(
            f"select id, kind, word from said where id in ({marks}) order by word", some
        ):
            said.setdefault((id, kind), []).append(word)
        for row in connection.execute(f"select {FIELDS} from pictures where id in ({marks})", some):
            found[row[0]] = _entry(row, said)
    return tuple(found[int(id)] for id in ids if int(id) in found)


def _entry(row: tuple, said: dict[tuple[int, str], list[str]]) -> Entry:
    id, color = row[0], row[13]
    return Entry(
        *row[:12],
        star=bool(row[12]),
        tags=tuple(said.get((id, "tag"), ())),
        boards=tuple(said.get((id, "board"), ())),
        color=(color >> 16 & 255, color >> 8 & 255, color & 255),
        trashed=bool(row[14]),
        damaged=bool(row[15]),
    )


def counts(connection: sqlite3.Connection) -> Counts:
    """Count what there is, in one pass."""
    found: list[Counter] = [Counter() for _ in range(4)]
    total = starred = trashed = 0
    for *words, star, away, count in connection.execute(
        "select workspace, family, model, run, star, trashed, count(*) from pictures"
        " group by workspace, family, model, run, star, trashed"
    ):
        if away:
            trashed += count
            continue
        total += count
        starred += count * star
        for counter, word in zip(found, words, strict=True):
            counter[word] += count
    workspaces, families, models, runs = (
        tuple(sorted((word, count) for word, count in counter.items() if word)) for counter in found
    )
    return Counts(
        total,
        starred,
        trashed,
        boards=_said(connection, "board"),
        tags=_said(connection, "tag"),
        workspaces=workspaces,
        families=families,
        models=models,
        runs=runs,
    )


def _said(connection: sqlite3.Connection, kind: str) -> Counted:
    return tuple(
        connection.execute(
            "select word, count(*) from said join pictures using (id)"
            " where kind = ? and not trashed group by word order by word collate nocase",
            (kind,),
        )
    )


def thumbnails(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the small pictures that are there, encoded, by id."""
    found: dict[int, bytes] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        found.update(
            connection.execute(f"select id, data from thumbnails where id in ({marks})", some)
        )
    return found
