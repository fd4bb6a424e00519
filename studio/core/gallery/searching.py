"""Find pictures: what a query asks of the index, and the order of what is found."""

import re
import sqlite3
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from studio.core.colors.oklab import to_oklab
from studio.core.events import Refused
from studio.core.gallery import index
from studio.core.gallery.look import COLORS, SIMILAR
from studio.core.gallery.query import Query, day

NEAR = 0.14  # of OKLab: colors this far apart still have one name
LEAST = 0.04  # share of a picture that a color takes up at least to be found
DAY = 86400.0
ORDERS = {
    "newest": "created desc, id desc",
    "oldest": "created, id",
    "name": "name collate nocase, id",
    "likeness": "created desc, id desc",
}
Terms = list[tuple[str, tuple[Any, ...]]]  # (a condition, its values)


@dataclass(frozen=True, eq=False)
class Looks:
    """How all pictures look: `ids` ascending [n], `colors` float32 [n, 8, 4] and `similar`
    float32 [n, SIMILAR] as in `look.Look`, and the latter's squared lengths [n].
    """

    ids: np.ndarray
    colors: np.ndarray
    similar: np.ndarray
    squares: np.ndarray


def looks(connection: sqlite3.Connection) -> Looks:
    """Read how all pictures look; 0.5 KB of memory each."""
    rows = connection.execute("select id, colors, similar from looks order by id").fetchall()
    colors = np.frombuffer(b"".join(row[1] for row in rows), np.float16)
    similar = np.frombuffer(b"".join(row[2] for row in rows), np.float16).astype(np.float32)
    similar = similar.reshape(len(rows), SIMILAR)
    return Looks(
        np.array([row[0] for row in rows], np.int32),
        colors.reshape(len(rows), COLORS, 4).astype(np.float32),
        similar,
        np.square(similar).sum(1),
    )


def plain(connection: sqlite3.Connection, query: Query) -> np.ndarray:
    """Return the ids, int32, of what has the words, marks, numbers and dates asked for."""
    terms = [*_facts(query), *_marks(query), *_words(connection, query.text)]
    where = " and ".join(term for term, _ in terms)
    values = [value for _, some in terms for value in some]
    found = connection.execute(
        f"select id from pictures where {where} order by {ORDERS[query.ordered()]}", values
    )
    return np.array(found.fetchall(), np.int32).reshape(-1)


def _facts(query: Query) -> Terms:
    terms: Terms = [("trashed = ?", (int(query.trashed),))]
    for name in ("workspace", "family", "run", "seed"):
        value = getattr(query, name)
        if value not in ("", None):
            terms.append((f"{name} = ?", (value,)))
    if query.model:
        terms.append(("substr(model, 1, ?) = ?", (len(query.model), query.model)))
    for term, value in (("step >= ?", query.step_from), ("step <= ?", query.step_to)):
        if value is not None:
            terms.append((term, (value,)))
    if query.since:
        terms.append(("created >= ?", (day(query.since),)))
    if query.until:
        terms.append(("created < ?", (day(query.until) + DAY,)))
    return terms


def _marks(query: Query) -> Terms:
    terms: Terms = [("star", ())] if query.starred else []
    for kind, word in (("tag", query.tag), ("board", query.board)):
        if word:
            inside = "id in (select id from said where kind = ? and word = ? collate nocase)"
            terms.append((inside, (kind, word)))
    return terms


def _words(connection: sqlite3.Connection, text: str) -> Terms:
    """All words must be there, the last ones perhaps only begun."""
    typed = re.findall(r"\w+", text)
    if not typed:
        return []
    if index.has_words(connection):
        asked = " ".join(f'"{word}"*' for word in typed)
        return [("id in (select rowid from found where found match ?)", (asked,))]
    said = "coalesce((select group_concat(word, ' ') from said where said.id = pictures.id), '')"
    whole = f"name || ' ' || title || ' ' || words || ' ' || {said}"
    return [(f"{whole} like ? escape '\\'", (f"%{_literal(word)}%",)) for word in typed]


def _literal(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def by_color(found: np.ndarray, all: Looks, color: str) -> np.ndarray:
    """Return those of the ids [n] that show a color, "#rrggbb", most and nearest of it first."""
    levels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)], np.float32)
    rows, ids = _rows(found, all)
    squares = np.square(all.colors[rows, :, :3] - to_oklab(levels / 255)).sum(-1)
    shares = all.colors[rows, :, 3]
    kept = np.flatnonzero((shares * (squares < NEAR**2)).sum(1) >= LEAST)
    nearness = (shares[kept] * np.exp(-2 * squares[kept] / NEAR**2)).sum(1)
    return ids[kept[np.argsort(-nearness, kind="stable")]]


def by_likeness(found: np.ndarray, all: Looks, id: int) -> np.ndarray:
    """Return the ids [n] with those first that look most like the picture `id`."""
    at = int(np.searchsorted(all.ids, id))
    if at == len(all.ids) or all.ids[at] != id:
        raise Refused("The picture to compare with can't be read; choose another.")
    rows, ids = _rows(found, all)
    distance = all.squares - 2 * all.similar @ all.similar[at]
    distance[at] = -np.inf
    return ids[np.argsort(distance[rows], kind="stable")]


def _rows(found: np.ndarray, all: Looks) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the ids in `all`, and the ids that have one."""
    rows = np.searchsorted(all.ids, found)
    rows = np.minimum(rows, max(len(all.ids) - 1, 0))
    there = all.ids[rows] == found if len(all.ids) else np.zeros(len(found), bool)
    return rows[there], found[there]


def named(connection: sqlite3.Connection, name: str) -> int:
    """Return the id of a picture by its file's name, with or without the ending."""
    row = connection.execute(
        "select id from pictures where name = ? or name = ? order by trashed, name = ? desc",
        (name, f"{name}.png", name),
    ).fetchone()
    if row is None:
        raise Refused(f"There is no picture '{PurePath(name).name}' in the gallery; name another.")
    return row[0]
