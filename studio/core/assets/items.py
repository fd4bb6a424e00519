"""The pictures that are exported, opened from files and folders in a stable order."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.core.assets.kind import Item
from studio.core.data.entries import is_picture
from studio.core.events import Job, Note, Progress, Refused
from studio.core.photographs.photograph import open_photograph
from studio.core.provenance.stamping import record_of


def open_items(found: Iterable[Path]) -> Job[tuple[Item, ...]]:
    """Open pictures and those in folders, in the order given, within a folder by natural name.

    What can't be opened is left out with a Note; raises Refused where nothing is left.
    """
    files = [file for path in found for file in _files(path)]
    items: list[Item] = []
    for done, file in enumerate(files):
        yield Progress(done, len(files), file.name)
        try:
            items.append(Item(file.stem, open_photograph(file), record_of(file)))
        except Refused as refused:
            if len(files) == 1:
                raise
            yield Note(str(refused), "warning")
    if not items:
        raise Refused("There is no picture to export; name some, or a folder of them.")
    return tuple(items)


def _files(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    inside = [file for file in path.iterdir() if file.is_file() and is_picture(file.name)]
    return sorted(inside, key=lambda file: natural(file.name))


def natural(name: str) -> list[tuple[int, str]]:
    """Return the key that sorts walk-2 before walk-10."""
    return [
        (int(part), "") if part.isdigit() else (-1, part.lower())
        for part in re.split(r"(\d+)", name)
    ]
