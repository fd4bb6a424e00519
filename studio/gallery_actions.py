"""What the verbs of `atelier gallery` do, once their words are read."""

import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from studio import paths
from studio.core import locking
from studio.core.events import Refused, finished
from studio.core.gallery.query import parse
from studio.terminal import pull, write_json

if TYPE_CHECKING:
    from studio.core.gallery.entry import Entry
    from studio.core.gallery.gallery import Gallery


def folder(place: Path | None) -> Path:
    """Return the gallery's folder: the user's own, a project's, or the folder itself.

    Raises Refused for what is no folder.
    """
    if place is None:
        return paths.gallery()
    if (place / "project.json").is_file():
        return place / "gallery"
    if not place.is_dir():
        raise Refused(f"'{place}' is neither a project nor a gallery's folder; name one.")
    return place


def placed(words: Sequence[str]) -> tuple[Path, str]:
    """Return the gallery's folder and what is searched for there; the place may be left out."""
    if words and Path(words[0]).is_dir():
        return folder(Path(words[0])), " ".join(words[1:])
    if words and ("/" in words[0] or words[0].endswith(".atelier")):
        return folder(Path(words[0])), ""  # is refused
    return folder(None), " ".join(words)


def opened(folder: Path, json_lines: bool = False) -> "Gallery":
    """Open a gallery; into a pipe go the names alone, not how it goes on."""
    from studio.core.gallery.gallery import open_gallery

    job = open_gallery(folder)
    return pull(job, json_lines) if json_lines or sys.stdout.isatty() else finished(job)


def search(folder: Path, words: str, limit: int, out: Path | None, json_lines: bool) -> None:
    """Print what is found, and copy it to `out`."""
    query = parse(words)
    gallery = opened(folder, json_lines)
    ids = gallery.search(query)
    entries = gallery.entries(ids[:limit] if limit else ids)
    found = [gallery.path(entry.id) for entry in entries]
    gallery.close()
    for entry, path in zip(entries, found, strict=True):
        if json_lines:
            write_json({"event": "picture", "path": str(path), **asdict(entry)})
        else:
            print(line(entry))
    if out is not None:
        copied(found, out)
    if not json_lines:
        said = f"{len(entries)} of {len(ids)}" if len(entries) < len(ids) else f"{len(ids)}"
        print(f"{said} pictures{'' if out is None else f', copied to {out}'}.")


def line(entry: "Entry") -> str:
    """Return an entry as a line for people."""
    day = datetime.fromtimestamp(entry.created).astimezone().strftime("%Y-%m-%d %H:%M")
    words = [entry.name, day, f"{entry.width}×{entry.height}", entry.workspace, entry.family]
    words += [f"run {entry.run} step {entry.step}" if entry.run else ""]
    words += ["" if entry.seed is None else f"seed {entry.seed}", entry.title]
    words += ["★" * entry.star, *(f"#{tag}" for tag in entry.tags), *entry.boards]
    words += ["damaged" * entry.damaged, "in the trash" * entry.trashed]
    return "  ".join(word for word in words if word)


def copied(found: Sequence[Path], out: Path) -> None:
    """Copy pictures and their sidecars to a folder; raise Refused where one is there already."""
    from studio.core.provenance.stamping import sidecar

    files = [file for path in found for file in (path, sidecar(path)) if file.is_file()]
    there = [out / file.name for file in files if (out / file.name).exists()]
    if there:
        raise Refused(f"{there[0]} is there already; choose another folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy2(file, out / file.name)
    except OSError as error:
        raise Refused(f"{out} can't be written: {error.strerror or error}.") from None


def duplicates(folder: Path, words: str, json_lines: bool) -> None:
    """Print which of the pictures found are copies of earlier ones; nothing is removed."""
    from studio.core.gallery.repeating import repeats

    query = parse(words)
    gallery = opened(folder, json_lines)
    job = repeats(gallery, gallery.search(query))
    found = pull(job, json_lines) if json_lines or sys.stdout.isatty() else finished(job)
    for pair in found:
        copy, original = (gallery.path(id).name for id in (pair.copy, pair.original))
        if json_lines:
            write_json(
                {"event": "copy", "of": original, "name": copy, "difference": pair.difference}
            )
        else:
            print(f"{copy}  repeats  {original}")
    gallery.close()
    if not json_lines:
        print(f"{len(found)} copies.")


def verify(folder: Path, json_lines: bool) -> bool:
    """Print what is wrong with a gallery; tell whether all is well."""
    from studio.core.gallery.verifying import verify as verified

    report = pull(verified(folder), json_lines)
    if json_lines:
        write_json({"event": "result", **asdict(report)})
        return not report.problems
    for problem in report.problems:
        print(problem)
    silent = f"; {report.silent} say nothing of where they came from" if report.silent else ""
    said = f"{len(report.problems)} problems" if report.problems else "all is well"
    print(f"{report.pictures} pictures, {said}{silent}.")
    return not report.problems


def rebuild(folder: Path, json_lines: bool) -> None:
    """Make a gallery's index anew."""
    from studio.core.gallery.gallery import rebuild as rebuilt

    with holding(folder):
        gallery = pull(rebuilt(folder), json_lines)
    counts = gallery.counts()
    gallery.close()
    if json_lines:
        write_json({"event": "result", "pictures": counts.total, "trashed": counts.trashed})
    else:
        print(f"{counts.total} pictures, {counts.trashed} in the trash.")


def mark(
    folder: Path, names: Sequence[str], change: Callable[["Gallery", list[int]], object]
) -> None:
    """Change what is said of pictures, all of them or, where a name is none, nothing."""
    with holding(folder):
        gallery = opened(folder)
        try:
            change(gallery, [gallery.entry(name).id for name in names])
        finally:
            gallery.close()


def holding(folder: Path) -> AbstractContextManager[None]:
    """Hold the project whose gallery this is, so that no window changes it meanwhile."""
    if (folder.parent / "project.json").is_file():
        return locking.writing(folder.parent)
    return nullcontext()
