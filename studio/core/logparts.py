"""A run's log in numbers: whole parts of it are parsed once and kept beside it in binary.

The log is the truth. A kept part is believed only where the log still begins and ends alike there
and its own checksum holds; else that part of the log is parsed, and kept, anew. So a log of a
million lines opens in a fraction of the seconds that its JSON takes.
"""

import contextlib
import json
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from studio.core import locking

PART = 2 << 20  # bytes of the log in a part, but for the end of its last line
FOLDER = "log.parts"
EDGE = 4096  # bytes at either end of a part that are compared with the log
TOGETHER = 64  # lines that are parsed in one call: the call costs as much as a line
FORM = 1  # of the files
LARGEST = 2**53  # a step, exact as a float too
PLAIN = {float, type(None)}
LEVELS, ENDINGS = ("info", "warning", "error"), ("finished", "stopped", "failed")

Column = tuple[np.ndarray | None, np.ndarray]  # rows, None for all of them; values


@dataclass(frozen=True, eq=False)
class Part:
    """Some lines of a log: those that are plotted as columns, the others as they were written.

    `steps` int64 [n] and `seconds` float64 [n] are those of the plotted lines; `series` float64 by
    name, `nan` for a gap; `others` each with the number of plotted lines before it.
    """

    end: int
    steps: np.ndarray
    seconds: np.ndarray
    series: Mapping[str, Column]
    others: tuple[tuple[int, dict[str, Any]], ...]


def parts(log: Path) -> Iterator[Part]:
    """Yield the log's parts in order, from what is kept where that holds; none without a log."""
    try:
        file = log.open("rb")
    except OSError:
        return
    with file:
        size, start = os.fstat(file.fileno()).st_size, 0
        while start < size:
            part = _kept(file, log, start) or _made(file, log, start)
            yield part
            start = part.end


def keep_next(log: Path, start: int) -> int:
    """Keep the part that begins at byte `start` if the log is that long; return where it ends."""
    with log.open("rb") as file:
        if os.fstat(file.fileno()).st_size - start < PART:
            return start
        part = _kept(file, log, start) or _made(file, log, start)
        return part.end


def joined(found: list[Part]) -> Part:
    """Return several parts as one."""
    counts = [len(part.steps) for part in found]
    firsts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    names = {name: None for part in found for name in part.series}
    others = [
        (row + int(first), line)
        for part, first in zip(found, firsts, strict=False)
        for row, line in part.others
    ]
    return Part(
        found[-1].end if found else 0,
        np.concatenate([part.steps for part in found] or [np.empty(0, np.int64)]),
        np.concatenate([part.seconds for part in found] or [np.empty(0)]),
        {name: _joined_column(name, found, firsts) for name in names},
        tuple(others),
    )


def _joined_column(name: str, found: list[Part], firsts: np.ndarray) -> Column:
    having = [(part, first) for part, first in zip(found, firsts, strict=False) if len(part.steps)]
    values = [part.series[name][1] for part, _ in having if name in part.series]
    if all(name in part.series and part.series[name][0] is None for part, _ in having):
        return None, np.concatenate(values)
    rows = []
    for part, first in having:
        if name in part.series:
            known = part.series[name][0]
            rows.append(first + (np.arange(len(part.steps)) if known is None else known))
    return np.concatenate(rows), np.concatenate(values)


def parsed(text: bytes, end: int) -> Part:
    """Parse lines that end at byte `end` of their log; what is damaged is passed over."""
    steps: list[int] = []
    seconds: list[float] = []
    known: dict[tuple[str, ...], tuple[list[int], list[Any]]] = {}
    others: list[tuple[int, dict[str, Any]]] = []
    for line in _objects(text.splitlines()):
        if line.get("event") != "scalars":
            if _sound(line):
                others.append((len(steps), line))
        elif _plotted(line):
            rows, values = known.setdefault(tuple(line["values"]), ([], []))
            rows.append(len(steps))
            values.append(list(line["values"].values()))
            steps.append(line["step"])
            seconds.append(line["seconds"])
    series = _columns(known, len(steps))
    return Part(end, np.array(steps, np.int64), np.array(seconds, float), series, tuple(others))


def _columns(
    known: dict[tuple[str, ...], tuple[list[int], list[Any]]], count: int
) -> dict[str, Column]:
    pieces: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for names, (rows, values) in known.items():
        table = np.array(values, float).reshape(len(rows), len(names))
        table[~np.isfinite(table)] = np.nan
        for k, name in enumerate(names):
            pieces.setdefault(name, []).append((np.array(rows, np.int64), table[:, k]))
    return {name: _column(found, count) for name, found in pieces.items()}


def _column(found: list[tuple[np.ndarray, np.ndarray]], count: int) -> Column:
    rows = np.concatenate([rows for rows, _ in found])
    order = np.argsort(rows, kind="stable")
    values = np.concatenate([values for _, values in found])[order]
    return (None if len(rows) == count else rows[order]), values


def _objects(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(lines), TOGETHER):
        some = lines[first : first + TOGETHER]
        try:
            found = json.loads(b"[" + b",".join(some) + b"]")
            if len(found) != len(some):  # commas where lines should end
                raise ValueError
        except (ValueError, RecursionError):
            found = [_object(line) for line in some]
        yield from (line for line in found if isinstance(line, dict))


def _object(line: bytes) -> Any:
    try:
        return json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def _plotted(line: dict[str, Any]) -> bool:
    values = line.get("values")
    if not (_is_step(line.get("step")) and _is_number(line.get("seconds"))):
        return False
    if not isinstance(values, dict):
        return False
    kinds = set(map(type, values.values()))
    return kinds <= PLAIN or (
        kinds <= {*PLAIN, int} and all(map(_is_number, filter(None, values.values())))
    )


def _sound(line: dict[str, Any]) -> bool:
    """Tell whether a line says what its event must; events that nobody reads are not kept."""
    match line.get("event"):
        case "started":
            changes = line.get("changes") or {}
            process = _is_number(line.get("pid")) and _is_number(line.get("since"))
            return _is_step(line.get("step")) and process and isinstance(changes, dict)
        case "ended":
            return line.get("how") in ENDINGS
        case "note":
            step = line.get("step")
            words = isinstance(line.get("text"), str) and isinstance(line.get("kind"), str)
            return words and line.get("level") in LEVELS and (step is None or _is_step(step))
        case "samples":
            words = isinstance(line.get("file"), str) and isinstance(line.get("kind"), str)
            sizes = (line.get("count"), line.get("height"), line.get("width"))
            return words and _is_step(line.get("step")) and all(_is_step(s) and s for s in sizes)
    return False


def _is_step(value: Any) -> bool:
    return type(value) is int and 0 <= value < LARGEST


def _is_number(value: Any) -> bool:
    if type(value) is int:
        return abs(value) < LARGEST
    return type(value) is float and math.isfinite(value)


def _made(file: BinaryIO, log: Path, start: int) -> Part:
    file.seek(start)
    text = file.read(PART) + file.readline()
    part = parsed(text, start + len(text))
    if len(text) >= PART and text.endswith(b"\n") and not locking.why_not(log):
        with contextlib.suppress(OSError):  # a folder that can't be written is read all the same
            _keep(_path(log, start), text, part)
    return part


def _path(log: Path, start: int) -> Path:
    return log.parent / FOLDER / f"{start:015d}.part"


def _keep(path: Path, text: bytes, part: Part) -> None:
    """Write a part: a line of JSON, then its columns; torn, its checksum tells."""
    columns = [part.steps.astype("<i8"), part.seconds.astype("<f8")]
    for rows, values in part.series.values():
        columns += [np.empty(0, "<i8") if rows is None else rows.astype("<i8"), values]
    body = b"".join(column.astype(column.dtype.newbyteorder("<")).tobytes() for column in columns)
    head = {
        "form": FORM,
        "length": len(text),
        "edges": _edges(text[:EDGE], text[-EDGE:]),
        "rows": len(part.steps),
        "series": {
            name: [None if rows is None else len(rows), len(values)]
            for name, (rows, values) in part.series.items()
        },
        "others": part.others,
    }
    line = json.dumps(head).encode() + b"\n"
    path.parent.mkdir(exist_ok=True)
    whole = line + body
    path.write_bytes(whole + zlib.crc32(whole).to_bytes(4, "little"))


def _kept(file: BinaryIO, log: Path, start: int) -> Part | None:
    """Return the kept part that begins at `start`; None if there is none that holds."""
    try:
        whole = _path(log, start).read_bytes()
        if zlib.crc32(memoryview(whole)[:-4]) != int.from_bytes(whole[-4:], "little"):
            return None
        length = whole.index(b"\n") + 1
        head = json.loads(whole[:length])
        file.seek(start)
        first = file.read(EDGE)
        file.seek(start + head["length"] - EDGE)
        alike = head["edges"] == _edges(first, file.read(EDGE)) and head["form"] == FORM
        return _read(head, memoryview(whole)[length:-4], start) if alike else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read(head: dict[str, Any], body: memoryview, start: int) -> Part:
    """Return the part that `head` describes; raise ValueError where the body is another's."""
    place = 0

    def column(count: int, kind: str) -> np.ndarray:
        nonlocal place
        place += 8 * count
        return np.frombuffer(body, kind, count, place - 8 * count)

    count = head["rows"]
    steps, seconds = column(count, "<i8"), column(count, "<f8")
    series = {}
    for name, (some, length) in head["series"].items():
        rows = column(some or 0, "<i8")
        fits = len(rows) == length if some is not None else length == count
        if not fits or (len(rows) and not 0 <= rows.min() <= rows.max() < count):
            raise ValueError(name)
        series[name] = (rows if some is not None else None, column(length, "<f8"))
    others = tuple((int(row), line) for row, line in head["others"])
    if not all(0 <= row <= count and _sound(line) for row, line in others):
        raise ValueError("others")
    if place != len(body) or not math.isfinite(seconds.sum()):
        raise ValueError("length")
    return Part(start + head["length"], steps, seconds, series, others)


def _edges(first: bytes, last: bytes) -> list[int]:
    return [zlib.crc32(first), zlib.crc32(last)]
