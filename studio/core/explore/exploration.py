"""What was found in a model: a tree of steps with stars and notes, on disk as it grows."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.core import locking, pictures
from studio.core.events import Refused
from studio.core.explore import place as places
from studio.core.explore.place import Place
from studio.core.project import Run, sync_folder

FOLDER = "explore"
THUMBNAIL = 64  # pixels at most
NOTE_AT_MOST = 2000  # characters


@dataclass(frozen=True, eq=False)
class Step:
    """One place that was come to: from where (none, one or two parents), by what (`title`).

    `digest` and `step` tell the model it was found in.
    """

    id: int
    parents: tuple[int, ...]
    place: Place
    title: str
    digest: str
    step: int
    star: bool = False
    note: str = ""
    picture: np.ndarray | None = None


class Exploration:
    """The tree of one run. Every change is a line appended to its file; a torn line costs itself.

    `at` is the step one stands at, None before the first. What can't be written raises Refused;
    but in a project that is only looked at, steps are kept in memory.
    """

    def __init__(self, folder: Path):
        """`folder` holds steps.jsonl and thumbnails; it is made by the first step."""
        self.folder = folder
        self.steps: dict[int, Step] = {}
        self.at: int | None = None
        self.damaged = 0  # lines that could not be read
        for line in _lines(folder / "steps.jsonl"):
            self._replay(line)

    @property
    def current(self) -> Step | None:
        """The step one stands at."""
        return None if self.at is None else self.steps[self.at]

    def add(
        self,
        place: Place,
        title: str,
        parents: Sequence[int],
        model: tuple[str, int],
        picture: np.ndarray | None = None,
    ) -> Step:
        """Go to a new step below `parents`, drawn by `model` (digest, step); return it."""
        step = Step(
            id=max(self.steps, default=-1) + 1,
            parents=tuple(p for p in parents if p in self.steps),
            place=place,
            title=title,
            digest=model[0],
            step=model[1],
            picture=None if picture is None else thumbnail(picture),
        )
        values = {
            "add": step.id,
            "parents": list(step.parents),
            "title": title,
            "digest": step.digest,
            "step": step.step,
            "time": round(time.time(), 3),
            "place": place.to_json(),
        }
        with _written(self.folder):
            if step.picture is not None and not locking.why_not(self.folder):
                (self.folder / "thumbnails").mkdir(parents=True, exist_ok=True)
                pictures.save(step.picture, self._thumbnail(step.id))
        self._append(values)
        self.steps[step.id], self.at = step, step.id
        return step

    def go(self, id: int) -> Step:
        """Stand at a step that was come to before, even where that can't be written."""
        step = self._known(id)
        self.at = id
        self._append({"at": id})
        return step

    def undone(self) -> int | None:
        """Return the step that undo leads to: the first parent; None at a root."""
        found = self.current
        return found.parents[0] if found and found.parents else None

    def redone(self) -> int | None:
        """Return the step that redo leads to: the newest one come to from here; None at a leaf."""
        below = [s.id for s in self.steps.values() if self.at in s.parents[:1]]
        return max(below, default=None)

    def star(self, id: int, on: bool) -> None:
        """Star a step, or take its star away."""
        self._append({"star": self._known(id).id, "on": bool(on)})
        self.steps[id] = replace(self.steps[id], star=bool(on))

    def note(self, id: int, text: str) -> None:
        """Write a note on a step; an empty one takes it away."""
        text = text.strip()[:NOTE_AT_MOST]
        self._append({"note": self._known(id).id, "text": text})
        self.steps[id] = replace(self.steps[id], note=text)

    def _known(self, id: int) -> Step:
        if id not in self.steps:
            raise Refused(f"There is no step {id} in this exploration.")
        return self.steps[id]

    def _thumbnail(self, id: int) -> Path:
        return self.folder / "thumbnails" / f"{id:06d}.png"

    def _append(self, values: dict[str, Any]) -> None:
        if locking.why_not(self.folder):
            if "star" in values or "note" in values:
                locking.check(self.folder)
            return
        text = json.dumps(values, allow_nan=False, separators=(",", ":"))
        path = self.folder / "steps.jsonl"
        with _written(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            new, torn = not path.exists(), _torn(path)
            with path.open("ab") as file:
                file.write(b"\n" * torn + text.encode() + b"\n")
                file.flush()
                if "add" in values:  # a mark is made in the window's thread, which no disk may hold
                    os.fsync(file.fileno())
            if new:
                sync_folder(self.folder)

    def _replay(self, values: Any) -> None:
        try:
            if "add" in values:
                self._replay_step(values)
            elif "at" in values:
                self.at = self._known(values["at"]).id
            elif "star" in values:
                step = self._known(values["star"])
                self.steps[step.id] = replace(step, star=bool(values["on"]))
            else:
                step = self._known(values["note"])
                self.steps[step.id] = replace(step, note=str(values["text"])[:NOTE_AT_MOST])
        except (Refused, KeyError, TypeError, ValueError):
            self.damaged += 1

    def _replay_step(self, values: dict[str, Any]) -> None:
        id = int(values["add"])
        known = tuple(int(p) for p in values["parents"] if p in self.steps and p < id)
        self.steps[id] = Step(
            id=id,
            parents=known,
            place=places.from_json(values["place"]),
            title=str(values["title"]),
            digest=str(values["digest"]),
            step=int(values["step"]),
            picture=_read(self._thumbnail(id)),
        )
        self.at = id


def exploration(run: Run) -> Exploration:
    """Return what was found in a run so far; empty where nothing was."""
    return Exploration(run.folder / FOLDER)


@contextlib.contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(
            f"What is found can't be kept in {folder}: {error.strerror}; make room, or make the"
            " folder writable."
        ) from None


def thumbnail(picture: np.ndarray) -> np.ndarray:
    """Return a picture [h, w, c] no larger than 64 px."""
    if max(picture.shape[:2]) <= THUMBNAIL:
        return picture
    small = pictures.pillow(picture)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    found = np.asarray(small)
    return found[..., None] if found.ndim == 2 else found


def _read(path: Path) -> np.ndarray | None:
    try:
        return pictures.load(path)
    except (OSError, ValueError, SyntaxError):  # Pillow raises each of them for a damaged file
        return None


def _lines(path: Path) -> Iterator[Any]:
    """Yield the values of all lines; None, which is no step, for a line that can't be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return
    for line in data.splitlines():
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield None


def _torn(path: Path) -> bool:
    """Tell whether the file ends within a line, as after a crash."""
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except OSError:  # no file yet, or an empty one
        return False
