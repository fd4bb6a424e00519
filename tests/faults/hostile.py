"""Hostile names and values, and ways to put them into the files of a project."""

import json
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from tests.faults.mutating import mutant

RESERVED = ("CON", "prn", "Aux", "NUL", "COM1", "lpt9", "CONIN$", "COM¹")
UPWARDS = ("..", "../..", "../../outside", "..\\..\\outside", "a/../../outside", "./..", "....//")
ABSOLUTE = ("/etc/passwd", "/outside", "C:\\outside", "C:outside", "\\\\host\\share\\a", "//host/a")
ODD = (
    *("", " ", ".", "~", "~root", "$HOME", "%TEMP%", "`id`", "$(id)", "; id", "| id", "& calc"),
    *("a\0b", "a\nb", "a\rb", "a\tb", "\x1b[31ma", "\x7f", "a\u202egnp.exe", "\ufeffa", "\u2028"),
    *("-rf", "--help", "*", "?", "<a>", 'a"b', "a'b", "a|b", "a:b", "a::$DATA", "a.", "a ", " a"),
    *("x" * 300, "ü" * 200, "\U0001f600" * 80, "é" * 255, "e\u0301", "\ud800", "ﬁ", "İ", "ẞ"),
    *("<img src=file:///etc/passwd>", "<b>bold</b>", "{name}", "%s%n", "file:///etc/passwd"),
    *("http://127.0.0.1/a", "javascript:alert(1)", "__import__('os').system('id')", "os.system"),
    *("atelier_planted", "studio.core.nets.blocks:Conv", "builtins.eval", "!!python/object:os"),
    *("'; drop table pictures; --", '" or 1=1', "\\", "\\\\?\\a", "nul.txt\\", "aux.png"),
)
ENDINGS = ("", ".png", ".", " ", ".tar.gz", ".json", ":a")
NUMBERS = (
    *(0, -1, 1, 4096, 100_000, 2**31, -(2**31), 2**53, 2**63, -(2**63) - 1, 2**64, 10**30),
    *(1e308, -1e308, 1e-320, 0.5, float("nan"), float("inf"), float("-inf"), 10**400),
)
OTHERS = (None, True, False, [], {}, [[]], {"": 0}, [None], {"a": {"b": []}}, "7", [1, "a", None])


def names(count: int) -> list[str]:
    """Return hostile names: the plain ones first, then their combinations."""
    plain = [*UPWARDS, *ABSOLUTE, *ODD, *(f"{r}{e}" for r in RESERVED for e in ENDINGS)]
    more = (f"{a}{b}{c}" for a, b, c in product(ODD, ("/", "\\", ".", " "), (*UPWARDS, *RESERVED)))
    return [*plain, *more][:count]


NAMES = names(400)


def value(rng: random.Random) -> Any:
    """Return a value that no field expects: of another type, too large, too deep, a path."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(NAMES)
    if kind < 0.75:
        return rng.choice(NUMBERS)
    if kind < 0.97:
        return rng.choice(OTHERS)
    return rng.choice((deep(200), deep(100_000), "x" * 10_000_000, list(range(50_000))))


class Text(str):
    """JSON that `json` itself can't write."""


def deep(levels: int) -> Text:
    """Return lists in lists."""
    return Text("[" * levels + "]" * levels)


def written(values: Any) -> bytes:
    """Return JSON, with the texts of `Text` as they are."""
    held: list[Text] = []

    def known(each: Any) -> Any:
        if isinstance(each, Text):
            held.append(each)
            return f"\x00held{len(held) - 1}\x00"
        if isinstance(each, dict):
            return {str(k): known(v) for k, v in each.items()}
        return [known(v) for v in each] if isinstance(each, list | tuple) else each

    with_digits(True)
    try:
        text = json.dumps(known(values))
    finally:
        with_digits(False)
    for number, each in enumerate(held):
        text = text.replace(f'"\\u0000held{number}\\u0000"', each)
    return text.encode()


def with_digits(many: bool) -> None:
    """Let Python write numbers of any length, or only of as many digits as usual."""
    import sys

    sys.set_int_max_str_digits(0 if many else 4300)


def _places(values: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the way to every value in JSON."""
    yield path
    if len(path) < 8:
        parts = values.items() if isinstance(values, dict) else ()
        parts = enumerate(values[:20]) if isinstance(values, list) else parts
        for key, each in parts:
            yield from _places(each, (*path, key))


def hurt_json(values: Any, rng: random.Random) -> Any:
    """Return JSON values of which one is another, is gone, or has a new one beside it."""
    values = json.loads(json.dumps(values))
    places = list(_places(values))
    place = rng.choice(places)
    if not place:
        return value(rng) if rng.random() < 0.3 else _with(values, rng)
    inner = values
    for key in place[:-1]:
        inner = inner[key]
    way = rng.random()
    if way < 0.75:
        inner[place[-1]] = value(rng)
    elif way < 0.9:
        del inner[place[-1]]
    else:
        inner[place[-1]] = _with(inner[place[-1]], rng)
    return values


def _with(values: Any, rng: random.Random) -> Any:
    if isinstance(values, dict):
        return {**values, rng.choice(NAMES): value(rng)}
    return [*values, value(rng)] if isinstance(values, list) else [values]


def hurt(data: bytes, name: str, rng: random.Random) -> bytes:
    """Return a file's contents hurt where it hurts: in a value, in a line, or in the bytes."""
    try:
        if rng.random() < 0.75 and name.endswith(".json"):
            return written(hurt_json(json.loads(data), rng))
        if rng.random() < 0.75 and name.endswith(".jsonl"):
            return _hurt_line(data, rng)
    except (ValueError, RecursionError):
        pass
    return mutant(rng.randrange(1 << 30), [data or b"{}"])


def _hurt_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines() or [b"{}"]
    k = rng.randrange(len(lines))
    lines[k] = written(hurt_json(json.loads(lines[k]), rng))
    if rng.random() < 0.2:
        lines.insert(k, written(value(rng)))
    return b"\n".join(lines) + b"\n"


def files(folder: Path) -> list[Path]:
    """Return the files of a project that are worth hurting, each kind about as often."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
