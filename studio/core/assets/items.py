"""The pictures that are exported, opened from files and folders in a stable order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.core.assets.kind import Item
from studio.core.assets.naming import distinct, natural
from studio.core.data.entries import is_picture
from studio.core.events import Job, Note, Progress, Refused
from studio.core.photographs.photograph import opening
from studio.core.provenance.record import Record
from studio.core.provenance.rights import current
from studio.core.provenance.stamping import record_of

__all__ = ["names_of", "natural", "open_items"]


def open_items(found: Iterable[Path]) -> Job[tuple[Item, ...]]:
    """Open pictures and those in folders, in the order given, within a folder by natural name.

    What can't be opened is left out with a Note; raises Refused where a file that was named is not
    there, and where nothing is left.
    """
    files = [file for path in found for file in _files(path)]
    items: list[Item] = []
    for done, (file, name) in enumerate(zip(files, names_of(files), strict=True)):
        yield Progress(done, len(files), file.name)
        try:
            photograph = yield from opening(file, file.name)
        except Refused as refused:
            if len(files) == 1:
                raise
            yield Note(str(refused), "warning")
            continue
        items.append(Item(name, photograph, (yield from _record(file)), file))
    if not items:
        raise Refused("There is no picture to export; name some, or a folder of them.")
    return tuple(items)


def _record(file: Path) -> Job[Record | None]:
    """Return what a file says of itself; a damaged record is left out with a Note."""
    try:
        return current(record_of(file), file)
    except Refused as refused:
        yield Note(str(refused), "warning")
    return None


def _files(path: Path) -> Sequence[Path]:
    if not path.exists():
        raise Refused(f"{path} is not there; check its name.")
    if not path.is_dir():
        return [path]
    try:
        inside = [file for file in path.iterdir() if file.is_file() and is_picture(file.name)]
    except OSError as error:
        raise Refused(f"{path} can't be looked through: {error.strerror or error}.") from None
    return sorted(inside, key=lambda file: natural(file.name))


def names_of(files: Sequence[Path]) -> list[str]:
    """Return the files' names without ending, no two alike, also but for case.

    Those of one name have their folder's before it, else a number after it.
    """
    times = Counter(file.stem.casefold() for file in files)
    names = [
        f"{file.absolute().parent.name}-{file.stem}"
        if times[file.stem.casefold()] > 1
        else file.stem
        for file in files
    ]
    return distinct(names)
