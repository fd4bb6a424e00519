"""What the user says of kept pictures: stars, tags and boards, one line each, never rewritten."""

import errno
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.core.durable import sync_folder
from studio.core.events import Refused

FILE = "marks.jsonl"
LETTERS_AT_MOST = 100  # of a tag or a board
LINE_AT_MOST = 64 << 20  # bytes


@dataclass
class Mark:
    """What is said of one picture."""

    star: bool = False
    tags: set[str] = field(default_factory=set)
    boards: set[str] = field(default_factory=set)


@dataclass
class Marks:
    """What is said of all pictures, by name; `damaged` lines could not be read."""

    of: dict[str, Mark] = field(default_factory=dict)
    damaged: int = 0


def checked(word: str, what: str) -> str:
    """Return a tag or a board's name without blanks around; raise Refused where it can't be one."""
    plain = " ".join(word.split())
    if not plain or len(plain) > LETTERS_AT_MOST or not plain.isprintable():
        raise Refused(f"A {what} is named by 1 to {LETTERS_AT_MOST} letters, not {word[:40]!r}.")
    return plain


def say(folder: Path, values: dict[str, Any]) -> None:
    """Add a line, durably; raise Refused where that is impossible, leaving no part of it."""
    path = folder / FILE
    line = json.dumps({"at": round(time.time(), 3), **values}, ensure_ascii=False).encode() + b"\n"
    fresh = not path.exists()
    try:
        with path.open("ab+", buffering=0) as file:
            end = _end(file)
            try:
                file.truncate(end)
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(end)
                raise
        if fresh:
            sync_folder(folder)
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror or error}.") from None


def _end(file: Any) -> int:
    """Return where the last whole line ends: a crash may have cut one off, that nobody heard."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - LINE_AT_MOST)
    file.seek(start)
    tail = file.read(end - start)
    return start + tail.rfind(b"\n") + 1


def stamp(folder: Path) -> str:
    """Return what changes whenever the marks do."""
    try:
        stat = (folder / FILE).stat()
    except OSError:
        return ""
    return f"{stat.st_mtime_ns} {stat.st_size}"


def replay(folder: Path) -> Marks:
    """Read all lines; the last word on each thing counts. Raises Refused if they can't be read."""
    path, found = folder / FILE, Marks()
    try:
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []  # the last is cut off
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from None
    for line in filter(None, lines):
        try:
            apply(found.of, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.damaged += 1
    return found


def apply(of: dict[str, Mark], said: dict[str, Any]) -> None:
    """Let one line change what is said; raise ValueError, KeyError or TypeError for no line."""
    if "rename" in said:
        old, new = str(said["rename"]), str(said["to"])
        for mark in of.values():
            if old in mark.boards:
                mark.boards = mark.boards - {old} | {new}
        return
    if "moved" in said:
        mark = of.pop(str(said["moved"]), None)
        if mark:
            of[str(said["to"])] = mark
        return
    names: Sequence[str] = said["names"]
    on = bool(said["on"])
    if isinstance(names, str) or not {"star", "tag", "board"} & said.keys():
        raise ValueError("no mark")
    for name in names:
        mark = of.setdefault(str(name), Mark())
        if "star" in said:
            mark.star = on
        for words, key in ((mark.tags, "tag"), (mark.boards, "board")):
            if key in said:
                (words.add if on else words.discard)(str(said[key]))
