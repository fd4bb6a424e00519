"""A folder of pictures to restyle: which they are, and the file each goes to, the tree mirrored."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from studio.core.data.sources import list_folder
from studio.core.events import Job, Refused
from studio.core.photographs.encoding import ENDINGS

ENDING = ".png"  # of what comes from a kind of file that is not written


@dataclass(frozen=True)
class Batch:
    """`pairs` are a picture's file and the one it is restyled into; `others` are no pictures.

    `skipped` are names and sentences of what may be a picture and can't be read, `links` of links
    that are not followed.
    """

    pairs: tuple[tuple[Path, Path], ...]
    skipped: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    others: int = 0


def planned(folder: Path, out: Path) -> Job[Batch]:
    """Look through a folder and return what is restyled into which file below `out`.

    A file keeps its name and its place in the tree; a kind that is not written becomes PNG, as
    a.gif.png. What lies in `out` already is no content. Raises Refused where `out` is the folder.
    """
    inner, outer = real(folder), real(out)
    if inner == outer:
        raise Refused(f"{out} is the folder of the pictures themselves; choose another --out.")
    found = yield from list_folder(folder)
    files = [
        (folder / entry.where[0], PurePosixPath(entry.name))
        for entry in found.entries
        if not real(folder / entry.where[0]).is_relative_to(outer) or inner.is_relative_to(outer)
    ]
    pairs = tuple((source, out / name) for source, name in _apart(files))
    links = tuple(each for each in found.skipped if (folder / each[0]).is_symlink())
    skipped = tuple(each for each in found.skipped if each not in links)
    return Batch(pairs, skipped, links, found.others)


def real(path: Path) -> Path:
    """Return where a path leads, also where nothing is yet."""
    return Path(os.path.realpath(path))  # Path.resolve() raises on loops before 3.13


def written_as(name: str) -> str:
    """Return the name of the file that a picture of this name is restyled into."""
    return name if PurePosixPath(name).suffix.lower() in ENDINGS else name + ENDING


def _apart(
    files: list[tuple[Path, PurePosixPath]],
) -> Iterator[tuple[Path, PurePosixPath]]:
    """Yield each file with a name of its own, also where upper and lower case are the same."""
    taken: set[str] = set()
    for source, name in sorted(files, key=lambda each: each[1].suffix.lower() not in ENDINGS):
        goal = name.with_name(written_as(name.name))
        free, number = goal, 2
        while str(free).casefold() in taken:
            free, number = goal.with_stem(f"{goal.stem}-{number}"), number + 1
        taken.add(str(free).casefold())
        yield source, free
