"""A run's event log: one JSON object a line, appended while training, replayed on open."""

import contextlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import psutil

from studio.core import logparts, pictures
from studio.core.appending import Appender
from studio.core.events import (
    Event,
    Job,
    Note,
    Order,
    Progress,
    Refused,
    Samples,
    Saved,
    Scalars,
    cut,
)
from studio.core.logparts import Part

T = TypeVar("T")
Ending = Literal["finished", "stopped", "failed"]
TEXT_AT_MOST = 2000  # characters of a note
TAIL = 1 << 16  # bytes of a log that mostly tell how its run stands
BACK = ("rollback", "memory")  # kinds of notes after whose step it is trained anew


@dataclass(frozen=True)
class Sample:
    """A recorded sample grid: its step, kind, file, and how to cut it into pictures.

    There may be tens of thousands, so that paths are made when they are wanted.
    """

    step: int
    kind: str
    folder: Path
    file: str
    count: int
    height: int
    width: int

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / self.file

    def load(self) -> np.ndarray:
        """Read the pictures, uint8 [n, h, w, c]; raise OSError or ValueError where they are not."""
        sheet = pictures.load(self.path)
        if self.count * self.height * self.width > sheet.shape[0] * sheet.shape[1]:
            raise ValueError(f"{self.path} holds fewer than {self.count} pictures.")
        return pictures.ungrid(sheet, self.count, self.height, self.width)


@dataclass(frozen=True)
class History:
    """What a run's log says: series to plot, sample grids, notes, and how the run stands.

    `changes` are the settings that are no longer those the run was started with.
    """

    series: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(
        default_factory=dict
    )  # name: steps, values
    samples: tuple[Sample, ...] = ()
    notes: tuple[Note, ...] = ()
    step: int = 0
    saved: int = 0
    seconds: float = 0.0
    status: str = "interrupted"
    changes: Mapping[str, Any] = field(default_factory=dict)


class RunLog:
    """Appends to `log.jsonl` in a run's folder and writes its sample grids.

    What can't be written ends no run: lines are owed until there is room, grids are left out, and
    `news` says so.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / "log.jsonl"
        self.file = Appender(self.path)
        self._parsed = 0  # bytes of the log that are kept as numbers too
        self._undrawn: OSError | None = None  # why the last grid could not be written
        self._told = ""

    def append(self, event: str, **values: Any) -> None:
        """Write one line and hand it to the system, so that a crash of the program keeps it."""
        self.file.write(json.dumps({"event": event, **values}))
        if self.file.size - self._parsed >= logparts.PART:
            with contextlib.suppress(OSError):  # what can't be kept is parsed when it is read
                self._parsed = logparts.keep_next(self.path, self._parsed)

    def started(self, step: int, changes: Mapping[str, Any] | None = None) -> None:
        """Say that this process trains the run from `step` on, with `changes` to its settings."""
        process = {"pid": os.getpid(), "since": psutil.Process().create_time()}
        self.append("started", step=step, **process, changes=dict(changes or {}))

    def ended(self, how: Ending) -> None:
        """Say how training ended, and close the file."""
        self.append("ended", how=how)
        self.file.close()

    def record(self, event: Event) -> None:
        """Append one event; sample grids go to PNG files beside the log."""
        if isinstance(event, Scalars):
            values = {k: v if np.isfinite(v) else None for k, v in event.values.items()}
            self.append("scalars", step=event.step, seconds=round(event.seconds, 3), values=values)
        elif isinstance(event, Samples):
            try:
                self._record_samples(event)
                self._undrawn = None
            except OSError as error:
                self._undrawn = error
        elif isinstance(event, Saved):
            self.append("saved", step=event.step, path=event.path.name)
        elif isinstance(event, Note):
            self.append(
                "note", step=event.step, text=event.text, level=event.level, kind=event.kind
            )

    def news(self) -> tuple[Note, ...]:
        """Say once that the run can't be recorded, and once that it can again."""
        trouble = self.file.trouble or self._undrawn
        why = "" if trouble is None else trouble.strerror or str(trouble)
        before, self._told = self._told, why
        if why == before:
            return ()
        text = "The run is recorded in full again."
        if why:
            text = (
                f"Curves and sample grids can't be written: {why}. Training goes on; the curves"
                " follow as soon as there is room."
            )
        return (Note(text, "warning" if why else "info", "log"),)

    def _record_samples(self, event: Samples) -> None:
        path = grid_file(self.folder, event.step, event.kind)
        count, height, width = event.pictures.shape[:3]
        pictures.save(pictures.grid(event.pictures), path)
        self.append(
            "samples",
            step=event.step,
            kind=event.kind,
            file=path.name,
            count=count,
            height=height,
            width=width,
        )


def grid_file(folder: Path, step: int, kind: str) -> Path:
    """Return where the grid of `kind` at `step` is written, in a run's folder."""
    return folder / "samples" / f"step-{step:08d}-{kind}.png"


def recorded(
    job: Job[T], log: RunLog, step: int, changes: Mapping[str, Any] | None = None
) -> Job[T]:
    """Pull `job` and write every event to `log` before handing it on; orders sent reach the job.

    It begins at `step`, from then on with `changes` to the run's settings.
    """
    log.started(step, changes)
    order: Order | None = None
    try:
        while True:
            event, order = job.send(order), None  # the first is of None, as a generator demands
            if not isinstance(event, Progress):
                log.record(event)
            for said in (event, *log.news()):
                order = (yield said) or order
    except StopIteration as stop:
        log.ended("finished")
        return stop.value
    except GeneratorExit:
        _stop(job, log)
        raise
    except BaseException as error:
        log.append("note", step=None, text=str(error), level="error", kind="failure")
        log.ended("failed")
        raise


def _stop(job: Job[Any], log: RunLog) -> None:
    """Close `job`; what it could not save is written down, and raised again."""
    try:
        job.close()
    except Refused as lost:
        log.append("note", step=None, text=str(lost), level="error", kind="save")
        raise
    finally:
        log.ended("stopped")


def replay(folder: Path) -> History:
    """Read a run's log back; damaged lines are passed over, a missing log is an empty history.

    Where training went back to an earlier step (resumed after a crash, rolled back), what came
    after that step is dropped: it was trained anew.
    """
    return told(folder, list(logparts.parts(folder / "log.jsonl")))


def told(folder: Path, parts: list[Part]) -> History:
    """Return what these parts of a log, in order, say of the run in `folder`."""
    known = logparts.joined(parts)
    kept = known.steps <= _limits(known)
    samples, notes = (
        _samples(folder, known),
        [line for _, line in known.others if _is(line, "note")],
    )
    saved = _saved(folder / "checkpoints")
    return History(
        series=_series(known, kept),
        samples=samples,
        notes=tuple(_note(line) for line in notes),
        step=max(int(known.steps[kept].max(initial=0)), saved),
        saved=saved,
        seconds=float(known.seconds[kept].max(initial=0.0)),
        status=_status([line for _, line in known.others]),
        changes=_changes([line for _, line in known.others]),
    )


def standing(folder: Path) -> History:
    """Return how the run stands, without its curves: status, step, and its newest sample grids.

    Its samples are not all; seconds and notes may be missing. It costs the same for any log that
    ends as a run's does, and as much as `replay` for others.
    """
    log = folder / "log.jsonl"
    tail = _tail(log)
    found = told(folder, [logparts.parsed(tail, len(tail))])
    turned = b'"event": "started"' in tail or b'"event": "ended"' in tail
    whole = not log.exists() or len(tail) == log.stat().st_size
    if whole or (turned and found.series and found.samples):
        return replace(found, series={})
    return replace(replay(folder), series={})


def newest(folder: Path) -> History:
    """Return what the end of a run's log says, at once: its newest curves and sample grids."""
    tail = _tail(folder / "log.jsonl")
    return told(folder, [logparts.parsed(tail, len(tail))])


def ending(folder: Path) -> str:
    """Return how the run ended, of which the last lines of its log tell; else "interrupted"."""
    return newest(folder).status


def _tail(log: Path) -> bytes:
    """Return the last whole lines of a log, `TAIL` bytes at most."""
    if not log.exists():
        return b""
    with log.open("rb") as file:
        start = max(0, log.stat().st_size - TAIL)
        file.seek(start)
        text = file.read()
    return text.partition(b"\n")[2] if start else text


def _is(line: Mapping[str, Any], event: str) -> bool:
    return line["event"] == event


def _back_to(line: Mapping[str, Any]) -> float:
    """Return the step that training went back to with this line; inf for other lines."""
    begun = _is(line, "started") or (_is(line, "note") and line["kind"] in BACK)
    return line["step"] if begun and line["step"] is not None else np.inf


def _limits(known: Part) -> np.ndarray:
    """Return the step up to which each plotted line counts: the least gone back to after it."""
    limits = np.full(len(known.steps) + 1, np.inf)
    for row, line in known.others:
        limits[row] = min(limits[row], _back_to(line))
    return np.minimum.accumulate(limits[:0:-1])[::-1]


def _series(known: Part, kept: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    found, steps, whole = {}, known.steps[kept], bool(kept.all())
    for name, (rows, values) in known.series.items():
        if rows is None:
            found[name] = (steps, values if whole else values[kept])
        elif (still := kept[rows]).any():
            found[name] = (known.steps[rows[still]], values[still])
    return {name: points for name, points in found.items() if len(points[0])}


def _saved(folder: Path) -> int:
    """Return the newest step on disk: what a Stop saved can't be announced any more."""
    complete = [manifest.parent.name for manifest in folder.glob("step-*/MANIFEST.json")]
    numbers = [name.removeprefix("step-") for name in complete]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _samples(folder: Path, known: Part) -> tuple[Sample, ...]:
    lines = [line for _, line in known.others]
    limits = list(accumulate((_back_to(line) for line in reversed(lines)), min))[::-1]
    return tuple(
        _sample(folder / "samples", line)
        for line, limit in zip(lines, limits, strict=True)
        if _is(line, "samples") and line["step"] <= limit
    )


def _sample(folder: Path, line: dict[str, Any]) -> Sample:
    name = re.split(r"[/\\]", line["file"])[-1]  # in that folder, whatever stands there
    return Sample(
        line["step"], line["kind"], folder, name, line["count"], line["height"], line["width"]
    )


def _note(line: dict[str, Any]) -> Note:
    return Note(cut(line["text"], TEXT_AT_MOST), line["level"], line["kind"], line["step"])


def _changes(lines: list[dict[str, Any]]) -> dict[str, Any]:
    begun = [line.get("changes") or {} for line in lines if _is(line, "started")]
    return {name: value for changes in begun for name, value in changes.items()}


def _status(lines: list[dict[str, Any]]) -> str:
    turns = [line for line in lines if line["event"] in ("started", "ended")]
    if not turns:
        return "interrupted"
    last = turns[-1]
    if last["event"] == "ended":
        return last["how"]
    return "running" if _alive(last["pid"], last["since"]) else "interrupted"


def _alive(pid: int, since: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - since) < 1
    except (psutil.Error, ValueError, OverflowError):  # the last two: no number of a process
        return False
