"""What a window holds that is not saved yet: a folder of side files for as long as it lives.

A folder is named after the process whose window it is. `style.held` is what the workspace Style
holds: a digest, then JSON; the pictures it names lie beside it. A quit removes the folder; one
whose process is gone was left by a crash, and the window that finds it renames it to its own.
"""

import contextlib
import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

import cv2
import numpy as np
import psutil
from pydantic import BaseModel, ConfigDict, Field

from studio import paths
from studio.core.events import Job, Progress, Refused
from studio.core.project import write_whole

SCHEMA = 1
ENDING, OFFERED = ".held", "offered"
PICTURE = re.compile(r"[\w-]{1,200}\.png")
BUDGET = 2 << 30  # bytes of pictures that a window's folder may hold
VALUES = 256 << 20  # bytes of what a workspace holds beside its pictures; ours have a few thousand
SESSIONS, BYTES = 20, 4 << 30  # of crashed windows that are kept, if they were offered before
LOOK = 8.0  # seconds between two thumbnails of a workspace
QUICK = (cv2.IMWRITE_PNG_COMPRESSION, 1)
YEAR_9000 = 221_845_392_000  # seconds; no moment after it can be shown

log = logging.getLogger("studio.recovery")


@dataclass(frozen=True, eq=False)
class Held:
    """What a workspace holds that nothing else keeps.

    `title` names it and `about` says in words what it is. `values` is JSON. `pictures` are uint8 or
    uint16 [h, w] or [h, w, c], which must not change any more. `look` returns what it looks like,
    uint8 [h, w, c]; a worker asks for it, and only where something is written.
    """

    title: str
    about: str
    values: dict[str, Any]
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)
    look: Callable[[], np.ndarray | None] | None = None

    def same(self, other: "Held | None") -> bool:
        """Tell whether nothing would be lost by keeping `other` instead."""
        return (
            other is not None
            and self.values == other.values
            and self.pictures.keys() == other.pictures.keys()
            and all(other.pictures[name] is pixels for name, pixels in self.pictures.items())
        )


@dataclass(frozen=True, eq=False)
class Found:
    """What a workspace held when its window ended without a word.

    `key` is the same however often it is kept and found; `pictures` are files. `thumbnail` is uint8
    [h, w, c].
    """

    folder: Path
    workspace: str
    key: str
    turn: int
    when: float
    title: str
    about: str
    values: dict[str, Any]
    pictures: dict[str, Path] = field(default_factory=dict)
    thumbnail: np.ndarray | None = None

    def read(self, name: str) -> np.ndarray | None:
        """Return a picture as it was held; None where there is none of that name."""
        return _read(self.pictures[name]) if name in self.pictures else None


class Said(BaseModel):
    """What a file says was held; a picture is its file and that one's digest."""

    model_config = ConfigDict(strict=True, frozen=True)

    version: int = Field(alias="schema", ge=1, le=SCHEMA)
    key: str
    turn: int = Field(ge=0, le=2**53)
    when: float = Field(ge=0, le=YEAR_9000, allow_inf_nan=False)
    title: str
    about: str
    values: dict[str, Any]
    pictures: dict[str, tuple[str, str]]


class Change(NamedTuple):
    """What a workspace holds now, None for nothing; it `was` found after a crash."""

    workspace: str
    key: str
    held: Held | None
    was: Found | None = None


class Shelf:
    """Keeps what one window holds. Its methods belong to one worker: each waits for the disk."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder or paths.recovery() / _name()
        self._files: dict[tuple[str, str], tuple[np.ndarray, str, str]] = {}
        self._turn = 0
        self._looks: dict[str, tuple[float, tuple[str, str]]] = {}  # of workspaces, since when

    def keep(self, workspace: str, key: str, held: Held) -> None:
        """Keep what a workspace holds in place of what it held before; raises Refused."""
        self._turn += 1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            names = {name: self._picture(workspace, name, p) for name, p in held.pictures.items()}
            if held.look is not None and (small := self._thumbnail(workspace, held.look)):
                names["thumbnail"] = small
            values = {
                "schema": SCHEMA,
                "key": key,
                "turn": self._turn,
                "when": time.time(),
                "title": held.title,
                "about": held.about,
                "values": held.values,
                "pictures": names,
            }
            data = json.dumps(values, allow_nan=False).encode()
            seal = hashlib.sha256(data).hexdigest().encode()
            write_whole(self.folder / f"{workspace}{ENDING}", seal + b"\n" + data)
        except OSError as error:
            raise Refused(
                f"What you do can't be kept for recovery: {error.strerror or error}. Save or export"
                " soon: a crash would lose it."
            ) from None
        self._tidy(workspace, {file for file, _ in names.values()})

    def forget(self, workspace: str) -> None:
        """Keep nothing of a workspace any more, as nothing of it would be lost."""
        (self.folder / f"{workspace}{ENDING}").unlink(missing_ok=True)
        self._looks.pop(workspace, None)
        self._tidy(workspace, set())

    def close(self) -> None:
        """Remove the folder: what was held is saved, or not wanted."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _thumbnail(
        self, workspace: str, look: Callable[[], np.ndarray | None]
    ) -> tuple[str, str] | None:
        """Return file and digest of what a workspace looks like, or looked like a moment ago. It is
        not made durable: a power cut costs no more than a thumbnail.
        """
        since, known = self._looks.get(workspace, (0.0, None))
        if known is not None and time.monotonic() - since < LOOK:
            return known
        small = look()
        if small is None:
            return known
        file, data = f"{workspace}-thumbnail-{self._turn}.png", _encoded(small)
        (self.folder / file).write_bytes(data)
        found = (file, hashlib.sha256(data).hexdigest())
        self._looks[workspace] = (time.monotonic(), found)
        return found

    def _picture(self, workspace: str, name: str, pixels: np.ndarray) -> tuple[str, str]:
        """Return file and digest of a picture, which is written unless it was."""
        known = self._files.get((workspace, name))
        if known is not None and known[0] is pixels:
            return known[1:]
        if size_of(self.folder) + pixels.nbytes > BUDGET:
            raise OSError(0, "it takes more room than it may")
        file = f"{workspace}-{name}-{self._turn}.png"
        data = _encoded(pixels)
        write_whole(self.folder / file, data)
        self._files[workspace, name] = (pixels, file, hashlib.sha256(data).hexdigest())
        return self._files[workspace, name][1:]

    def _tidy(self, workspace: str, wanted: set[str]) -> None:
        for file in self.folder.glob(f"{workspace}-*.png"):
            if file.name not in wanted:
                file.unlink(missing_ok=True)
        stale = [k for k, v in self._files.items() if k[0] == workspace and v[1] not in wanted]
        for known in stale:
            del self._files[known]


def keep(shelf: Shelf, batch: "Iterable[Change]") -> Job[None]:
    """Keep what changed. What was recovered is forgotten where it was found, now that it is kept
    here. Raises Refused.
    """
    for change in batch:
        yield Progress(0, None, change.workspace)
        if change.held is None:
            shelf.forget(change.workspace)
        else:
            shelf.keep(change.workspace, change.key, change.held)
        if change.was is not None:
            discard(change.was)


def crashed() -> list[Path]:
    """Return the folders of windows that ended without a word, which are this process's now."""
    claimed = []
    for folder in sorted(paths.recovery().glob("*-*-*")):
        if folder.is_dir() and not _alive(folder.name):
            with contextlib.suppress(OSError):  # another window was quicker
                claimed.append(folder.rename(folder.with_name(_name())))
    return claimed


def held_in(folders: Iterable[Path]) -> list[Found]:
    """Return what the windows of these folders held, newest first; of what is there twice, as it
    was being recovered when the next window crashed, the older one is removed.
    """
    found = [
        each for folder in folders for file in folder.glob(f"*{ENDING}") if (each := _of(file))
    ]
    found.sort(key=lambda each: (each.when, each.turn), reverse=True)
    newest: dict[str, Found] = {}
    for each in found:
        if newest.setdefault(each.key, each) is not each:
            discard(each)
    return list(newest.values())


def discard(found: Found) -> None:
    """Forget something that was found."""
    (found.folder / f"{found.workspace}{ENDING}").unlink(missing_ok=True)
    for file in found.folder.glob(f"{found.workspace}-*.png"):
        file.unlink(missing_ok=True)
    if found.folder.parent == paths.recovery() and not any(found.folder.glob(f"*{ENDING}")):
        shutil.rmtree(found.folder, ignore_errors=True)


def mark_offered(folders: Iterable[Path]) -> None:
    """Note that the user has seen what is in these folders."""
    for folder in folders:
        with contextlib.suppress(OSError):
            (folder / OFFERED).touch()


def trim(folders: Iterable[Path], most: int = SESSIONS, room: int = BYTES) -> list[Path]:
    """Remove the oldest of what was offered before and is more than may stay; return the rest."""
    known = sorted(folders, key=_when, reverse=True)
    kept, size = [], 0
    for folder in known:
        size += size_of(folder)
        if (len(kept) >= most or size > room) and (folder / OFFERED).exists():
            shutil.rmtree(folder, ignore_errors=True)
        elif any(folder.glob(f"*{ENDING}")):
            kept.append(folder)
        else:  # it crashed before it held anything
            shutil.rmtree(folder, ignore_errors=True)
    return kept


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder take."""
    return sum(file.lstat().st_size for file in folder.iterdir()) if folder.is_dir() else 0


def _when(folder: Path) -> float:
    return max((file.lstat().st_mtime for file in folder.iterdir()), default=0.0)


def _of(file: Path) -> Found | None:
    """Return what a file says was held. One that is damaged, or of a newer program, stays where it
    is; None, and nothing beside it is hidden by it.
    """
    try:
        said = _said(file)
        whole = {n: file.parent / p[0] for n, p in said.pictures.items() if _whole(file.parent, *p)}
    except (OSError, ValueError) as error:
        log.warning("%s of %s is left out: %r", file.name, file.parent.name, error)
        return None
    small = whole.pop("thumbnail", None)
    known = (file.parent, file.stem, said.key, said.turn, said.when)
    words = (said.title, said.about, said.values)
    return Found(*known, *words, whole, _read(small) if small else None)


def _said(file: Path) -> Said:
    """Return what is in a file; raises OSError, or ValueError where that is not what was kept."""
    if not file.is_file() or file.stat().st_size > VALUES:
        raise ValueError("no file, or too large")
    seal, _, data = file.read_bytes().partition(b"\n")
    if hashlib.sha256(data).hexdigest().encode() != seal:
        raise ValueError("changed since it was written")
    return Said.model_validate_json(data)


def _whole(folder: Path, name: str, mark: str) -> bool:
    file = folder / name
    try:
        sound = PICTURE.fullmatch(name) and not file.is_symlink() and file.stat().st_size <= BUDGET
        return bool(sound) and hashlib.sha256(file.read_bytes()).hexdigest() == mark
    except OSError:
        return False


def _encoded(pixels: np.ndarray) -> bytes:
    """Return a PNG of pixels, written quickly."""
    flat = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    if flat.ndim == 3:
        turn = cv2.COLOR_RGBA2BGRA if flat.shape[2] == 4 else cv2.COLOR_RGB2BGR
        flat = cv2.cvtColor(np.ascontiguousarray(flat), turn)
    return cv2.imencode(".png", np.ascontiguousarray(flat), QUICK)[1].tobytes()


def _read(file: Path) -> np.ndarray | None:
    """Return a PNG's pixels, uint8 or uint16 [h, w, c]; None where it is no picture, or gone."""
    try:
        data = np.frombuffer(file.read_bytes(), np.uint8)
        found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except (OSError, cv2.error):
        return None
    if found is None:
        return None
    if found.ndim == 2:
        return found[..., None]
    return cv2.cvtColor(found, cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def _name() -> str:
    process = psutil.Process()
    return f"{process.pid}-{process.create_time():.2f}-{token_hex(4)}"


def _alive(name: str) -> bool:
    try:
        pid, since = name.split("-")[:2]
        return abs(psutil.Process(int(pid)).create_time() - float(since)) < 1
    except (psutil.Error, ValueError, OverflowError):
        return False
