"""A run's event log: one JSON object a line, appended while training, replayed on open."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import psutil

from studio.core import pictures
from studio.core.events import Event, Job, Note, Order, Progress, Samples, Saved, Scalars

T = TypeVar("T")
Ending = Literal["finished", "stopped", "failed"]
REPEATED = ("scalars", "samples")  # what a step says again when it is trained again


@dataclass(frozen=True)
class Sample:
    """A recorded sample grid: its step, kind, file, and how to cut it into pictures."""

    step: int
    kind: str
    path: Path
    count: int
    height: int
    width: int

    def load(self) -> np.ndarray:
        """Read the pictures, uint8 [n, h, w, c]."""
        return pictures.ungrid(pictures.load(self.path), self.count, self.height, self.width)


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
    """Appends to `log.jsonl` in a run's folder and writes its sample grids."""

    def __init__(self, folder: Path):
        self.folder = folder
        path = folder / "log.jsonl"
        torn = path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n")
        self.file = path.open("a", encoding="utf-8")
        if torn:
            self.file.write("\n")

    def append(self, event: str, **values: Any) -> None:
        """Write one line and hand it to the system, so that a crash of the program keeps it."""
        self.file.write(json.dumps({"event": event, **values}) + "\n")
        self.file.flush()

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
            self._record_samples(event)
        elif isinstance(event, Saved):
            self.append("saved", step=event.step, path=event.path.name)
        elif isinstance(event, Note):
            self.append(
                "note", step=event.step, text=event.text, level=event.level, kind=event.kind
            )

    def _record_samples(self, event: Samples) -> None:
        name = f"step-{event.step:08d}-{event.kind}.png"
        count, height, width = event.pictures.shape[:3]
        pictures.save(pictures.grid(event.pictures), self.folder / "samples" / name)
        self.append(
            "samples",
            step=event.step,
            kind=event.kind,
            file=name,
            count=count,
            height=height,
            width=width,
        )


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
            event = job.send(order)  # the first send is of None, as a generator demands
            if not isinstance(event, Progress):
                log.record(event)
            order = yield event
    except StopIteration as stop:
        log.ended("finished")
        return stop.value
    except GeneratorExit:
        job.close()
        log.ended("stopped")
        raise
    except BaseException as error:
        log.append("note", step=None, text=str(error), level="error", kind="failure")
        log.ended("failed")
        raise


def replay(folder: Path) -> History:
    """Read a run's log back; damaged lines are passed over, a missing log is an empty history.

    Where training went back to an earlier step (resumed after a crash, rolled back), what came
    after that step is dropped: it was trained anew.
    """
    lines: list[dict[str, Any]] = []
    for line in _lines(folder / "log.jsonl"):
        if line["event"] == "started" or line.get("kind") == "rollback":
            lines = [
                old for old in lines if old["event"] not in REPEATED or old["step"] <= line["step"]
            ]
        lines.append(line)
    scalars = [line for line in lines if line["event"] == "scalars"]
    saved = _saved(folder / "checkpoints")
    return History(
        series=_series(scalars),
        samples=tuple(_sample(folder, line) for line in lines if line["event"] == "samples"),
        notes=tuple(_note(line) for line in lines if line["event"] == "note"),
        step=max([line["step"] for line in scalars] + [saved]),
        saved=saved,
        seconds=max((line["seconds"] for line in scalars), default=0.0),
        status=_status(lines),
        changes=_changes(lines),
    )


def _saved(folder: Path) -> int:
    """Return the newest step on disk: what a Stop saved can't be announced any more."""
    complete = [manifest.parent.name for manifest in folder.glob("step-*/MANIFEST.json")]
    return max((int(name.removeprefix("step-")) for name in complete), default=0)


def _series(scalars: list[dict[str, Any]]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    points: dict[str, tuple[list[int], list[float]]] = {}
    for line in scalars:
        for name, value in line["values"].items():
            steps, values = points.setdefault(name, ([], []))
            steps.append(line["step"])
            values.append(np.nan if value is None else value)
    return {
        name: (np.array(steps), np.array(values, float)) for name, (steps, values) in points.items()
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(line, dict) and "event" in line:
                yield line


def _sample(folder: Path, line: dict[str, Any]) -> Sample:
    path = folder / "samples" / Path(line["file"]).name
    return Sample(line["step"], line["kind"], path, line["count"], line["height"], line["width"])


def _note(line: dict[str, Any]) -> Note:
    return Note(line["text"], line["level"], line["kind"], line["step"])


def _changes(lines: list[dict[str, Any]]) -> dict[str, Any]:
    begun = [line.get("changes") or {} for line in lines if line["event"] == "started"]
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
    except psutil.Error:
        return False
