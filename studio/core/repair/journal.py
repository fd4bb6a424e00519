"""What was done to a picture, kept on disk edit by edit until it is exported: a crash loses none.

A journal is a folder: `journal.json` says of which picture it is, `000000.edit` and so on hold the
edits, `position.json` how many of them are done; `picture.*` is the picture as it was opened, where
its file can't be relied on. Every edit's file begins with a digest of the one
before and of itself, so that none is taken that is damaged, or left over from before an undo.
"""

import contextlib
import hashlib
import json
import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np
import psutil

from studio import paths
from studio.core import durable
from studio.core.durable import write_json, write_whole
from studio.core.events import Job, Progress, Refused, cut
from studio.core.painting.edit import Edit
from studio.core.painting.painting import Painting
from studio.core.photographs.photograph import Photograph, open_photograph, save_photograph

SCHEMA = 1
BUDGET = 2_000_000_000  # bytes of edits on disk
LINK = 32  # bytes of a digest
ABOUT, POSITION, PICTURE = "journal.json", "position.json", "picture"
PART = "coming"  # of a picture's name, until it is whole
DAMAGED = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)

log = logging.getLogger("studio.repair")


@dataclass(frozen=True)
class Unfinished:
    """A repair that was not ended by export or discard: its picture, when, how many edits."""

    folder: Path
    name: str
    path: Path | None
    when: float
    edits: int


@dataclass(frozen=True, eq=False)
class Replayed:
    """A repair as it was; `lost` edits at its end could not be read. `journal` goes on."""

    photograph: Photograph
    painting: Painting
    journal: "Journal"
    lost: int


class Journal:
    """Writes one picture's edits. Its methods belong to one worker: each waits for the disk."""

    def __init__(self, folder: Path, links: list[bytes], budget: int = BUDGET):
        self.folder, self.budget = folder, budget
        self.links = links  # of the picture, then of every edit
        self.safe: int | None = None  # so many edits were done when it was exported
        self.failed = False

    def add(self, edit: Edit, index: int) -> None:
        """Keep a finished edit, the one after `index` others; what was undone is forgotten.

        Raises Refused the first time that it can't be kept; from then on nothing is.
        """
        if self.failed or index >= len(self.links):
            return
        data = edit.to_bytes()
        link = _link(self.links[index], data)
        self._forget(index)
        if sum(file.stat().st_size for file in self.folder.glob("*.edit")) > self.budget:
            self._fail("it takes more room than it may")
        try:
            write_whole(self._file(index), link + data)
        except OSError as error:
            self._fail(error.strerror or str(error))
        self.links = [*self.links[: index + 1], link]
        if self.safe is not None and index < self.safe:
            self.safe = None  # what was exported can't be reached any more
        self.move(index + 1)

    def _forget(self, index: int) -> None:
        """Remove the edits from `index` on."""
        try:
            for stale in range(index, len(self.links) - 1):
                self._file(stale).unlink(missing_ok=True)
        except OSError as error:
            self._fail(error.strerror or str(error))

    def move(self, position: int) -> None:
        """Note that `position` of the edits are done, after an undo or redo."""
        if not self.failed:
            try:
                state = {"position": position, "exported": self.safe}
                write_json(self.folder / POSITION, state)
            except OSError as error:
                self._fail(error.strerror or str(error))

    def exported(self, position: int, now: int | None = None) -> None:
        """Note that the picture was exported with `position` edits done: so far nothing is lost.

        `now` are those done by now, if that is another number.
        """
        self.safe = position
        self.move(position if now is None else now)

    def keep_source(self, path: Path) -> None:
        """Keep the file of the picture as it was opened, as it is about to be replaced.

        Raises Refused where it can't be kept.
        """
        if self.failed or _stored(self.folder) is not None:
            return
        part = self.folder / f"{PART}{path.suffix}"
        try:
            shutil.copyfile(path, part)
            part.replace(self.folder / f"{PICTURE}{path.suffix}")
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            self._fail(error.strerror or str(error))

    def close(self) -> None:
        """Forget everything: the picture is closed, exported or not wanted."""
        self.failed = True
        durable.discard(self.folder)

    def _file(self, index: int) -> Path:
        return self.folder / f"{index:06d}.edit"

    def _fail(self, reason: str) -> None:
        self.failed = True
        raise Refused(
            f"The history can't be kept any more: {reason}. Export soon: a crash would lose what "
            "is done from now on."
        )


def begin(photograph: Photograph, name: str, path: Path | None = None) -> Journal:
    """Begin the journal of a picture as it was opened, before anything of it changes.

    `path` is where it can be found again; without one its pixels are kept too. Raises Refused.
    """
    link = digest(photograph.pixels)
    folder = paths.repairs() / f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(4)}"
    made = folder.with_name(durable.hidden())
    about = {"name": name, "path": path and str(path.absolute()), "digest": link.hex()}
    try:
        made.mkdir(parents=True)
        if path is None:
            save_photograph(photograph, made / f"{PICTURE}.png")
        _own(made, about)
        made.rename(folder)
    except Refused:
        shutil.rmtree(made, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise Refused(
            f"The history of {name} can't be kept in {folder.parent}: {error.strerror or error}."
        ) from None
    return Journal(folder, [link])


def unfinished() -> tuple[Unfinished, ...]:
    """Return the repairs that a crash interrupted, newest first.

    Those with nothing to lose, without an edit or exported after the last, are removed; one whose
    files are damaged stays, and hides no other.
    """
    found = []
    durable.recover()
    durable.sweep(paths.repairs())
    for file in paths.repairs().glob(f"*/{ABOUT}"):
        try:
            repair = _left(file)
        except DAMAGED as error:
            log.warning("the repair in %s is left out: %r", file.parent.name, error)
            continue
        if repair is None:
            continue
        position, safe = _state(repair.folder, repair.edits)
        if repair.edits and position != safe:
            found.append(repair)
        else:
            discard(repair)
    return tuple(sorted(found, key=lambda repair: repair.when, reverse=True))


def _left(file: Path) -> Unfinished | None:
    """Return whose `journal.json` that is; None where its process lives, or is a newer program's.
    Raises one of DAMAGED.
    """
    about = json.loads(file.read_bytes())
    if not isinstance(about["name"], str) or type(about["process"]) is not int:
        raise TypeError("not what a journal says")
    if about["schema"] > SCHEMA or _alive(about["process"], about["started"]):
        return None
    path = Path(about["path"]) if about["path"] else None
    edits = sum(1 for _ in file.parent.glob("*.edit"))
    when = max(each.lstat().st_mtime for each in file.parent.iterdir())
    return Unfinished(file.parent, cut(about["name"]), path, when, edits)


def discard(repair: Unfinished) -> None:
    """Forget an interrupted repair."""
    durable.discard(repair.folder)


def replay(repair: Unfinished) -> Job[Replayed]:
    """Open an interrupted repair as it was, undone edits too, up to the last one that is whole.

    Raises Refused where its picture is not to be found any more, or is another by now.
    """
    yield Progress(0, None, repair.name)
    photograph, link = _picture(repair)
    painting, links = Painting(photograph.pixels), [link]
    for index in range(repair.edits):
        yield Progress(index, repair.edits, repair.name)
        try:
            data = (repair.folder / f"{index:06d}.edit").read_bytes()
            link = _link(links[-1], data[LINK:])
            if link != data[:LINK]:
                break
            painting.apply(Edit.from_bytes(data[LINK:]))
        except (OSError, Refused):
            break
        links.append(link)
    done = len(links) - 1
    position, safe = _state(repair.folder, done)
    for _ in range(done - min(done, position)):
        painting.undo()
    about = json.loads((repair.folder / ABOUT).read_bytes())
    _own(repair.folder, {key: about[key] for key in ("name", "path", "digest")})
    journal = Journal(repair.folder, links)
    journal.safe = safe if safe is not None and safe <= done else None
    return Replayed(photograph, painting, journal, repair.edits - done)


def digest(pixels: np.ndarray) -> bytes:
    """Return what tells one picture's pixels from all others'."""
    hashed = hashlib.sha256(f"{pixels.shape} {pixels.dtype.name}".encode())
    hashed.update(np.ascontiguousarray(pixels).data)
    return hashed.digest()


def _link(before: bytes, data: bytes) -> bytes:
    hashed = hashlib.sha256(before)
    hashed.update(data)
    return hashed.digest()


def _stored(folder: Path) -> Path | None:
    """Return the journal's own copy of the picture as it was opened, if it has one."""
    return next(folder.glob(f"{PICTURE}.*"), None)


def _picture(repair: Unfinished) -> tuple[Photograph, bytes]:
    source = _stored(repair.folder) or repair.path
    if source is None or not _is_file(source):
        raise Refused(
            f"The picture {cut(str(source or repair.name))} is gone; put it back to go on with its"
            " repair, or discard that."
        )
    photograph = open_photograph(source)
    link = digest(photograph.pixels)
    try:
        known = json.loads((repair.folder / ABOUT).read_bytes())["digest"]
    except DAMAGED:
        known = ""
    if link.hex() != known:
        raise Refused(f"{repair.name} was changed since its repair began; it can't be continued.")
    return photograph, link


def _is_file(path: Path) -> bool:
    """Tell whether there is such a file; a damaged journal may name one that no disk can hold."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _state(folder: Path, otherwise: int) -> tuple[int, int | None]:
    """Return how many of `otherwise` edits are done, and how many were when it was exported last;
    all, and None, where that is damaged, as nothing must be thought safe that may not be.
    """
    try:
        state = json.loads((folder / POSITION).read_bytes())
        position, safe = state["position"], state["exported"]
    except DAMAGED:
        return otherwise, None
    if type(position) is not int or not 0 <= position <= otherwise:
        return otherwise, None
    return position, safe if type(safe) is int and 0 <= safe <= otherwise else None


def _own(folder: Path, about: dict[str, str | None]) -> None:
    """Write whose journal it is: this process's, as long as that lives."""
    process = psutil.Process()
    mine = {"schema": SCHEMA, "process": process.pid, "started": process.create_time()}
    write_json(folder / ABOUT, {**about, **mine})


def _alive(process: int, started: float) -> bool:
    try:
        return abs(psutil.Process(process).create_time() - started) < 1
    except (psutil.Error, ValueError):
        return False
