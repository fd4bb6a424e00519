"""A project on disk with a set and runs, and a session that remembers what was asked."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core import pictures
from studio.core import project as projects
from studio.core.data.packed import Manifest
from studio.core.data.report import Report
from studio.core.events import Note, Samples, Scalars, finished
from studio.core.metrics import evaluation as evaluations
from studio.core.metrics.evaluation import Evaluation, Pair, Score
from studio.core.project import Plan, Project, Run, RunRecord
from studio.core.runlog import RunLog
from studio.core.settings import Settings, field
from studio.gui.widgets.recording import recalled
from studio.gui.widgets.run_rows import looked_through


class ToySettings(Settings):
    """One field of every kind."""

    loss: Literal["r1", "hinge"] = field("r1", label="Loss", help="How it is scored.")
    width: int = field(32, label="Width", help="More is finer.", ge=4, le=512, logarithmic=True)
    rate: float = field(1e-3, label="Rate", help="Speed.", ge=1e-6, le=1e-1, logarithmic=True)
    amount: float = field(0.5, label="Amount", help="A share.", ge=0, le=1, unit="σ")
    mirror: bool = field(False, label="Mirror", help="Both ways.")
    note: str = field("", label="Note", help="Words.", advanced=True)


def family(id: str = "toy", title: str = "Toy") -> Any:
    """A family value without torch."""
    presets = (
        _preset("quick", "Quick look", 2.0, ToySettings()),
        _preset("best", "Best", 60.0, ToySettings(width=64)),
        _preset("book", "Textbook", 5.0, ToySettings(loss="hinge")),
    )
    return SimpleNamespace(
        losses=("loss",),
        id=id,
        title=title,
        summary=f"{title} draws.",
        settings=ToySettings,
        presets=presets,
        preset={p.id: p for p in presets}.__getitem__,
    )


def _preset(id: str, title: str, minutes: float, settings: ToySettings) -> Any:
    summary = f"{title}: so and so."
    return SimpleNamespace(id=id, title=title, summary=summary, minutes=minutes, settings=settings)


class FakeSession(QObject):
    """The session's signals and methods; `asked` lists what the panel asked for."""

    project_changed = Signal()
    events = Signal(str, list)
    done = Signal(str, object)
    busy_changed = Signal(str)
    failed = Signal(str, str)
    said = Signal(str)

    def __init__(self, project: Project | None = None, ready: bool = True):
        super().__init__()
        self.project, self.ready, self.shut = project, ready, ""
        self.asked: list[tuple[Any, ...]] = []
        self.titles: dict[str, str] = {}
        self.held: set[str] = set()

    def families(self) -> list[Any]:
        return [family(), family("other", "Other")] if self.ready else []

    def title(self, lane: str) -> str:
        return self.titles.get(lane, "")

    def paused(self, lane: str) -> bool:
        return lane in self.held

    def recall(self, run: Run) -> None:
        self.done.emit("recall", finished(recalled(run)))

    def look_through(self, runs: list[Run]) -> None:
        self.events.emit("rows", list(looked_through(runs)))

    def check(self, request: Any) -> None:
        self.asked.append(("check", request))

    def forecast(self, request: Any) -> None:
        self.asked.append(("forecast", request))

    def train(self, request: Any) -> None:
        self.asked.append(("train", request))
        self.begin()

    def resume(self, run: Run, plan: Plan | None = None) -> None:
        self.asked.append(("resume", run.number, plan))

    def treat(self, run: Run, remedy: Any) -> None:
        self.asked.append(("treat", run.number, remedy))

    def advise(self, dataset: str) -> None:
        self.asked.append(("advise", dataset))

    def evaluate(self, run: Run) -> None:
        self.asked.append(("evaluate", run.number))

    def make_instant(self, run: Run) -> None:
        self.asked.append(("instant", run.number))

    def export_model(self, run: Run, target: Path, settings: Any) -> None:
        self.asked.append(("export_model", run, target, settings))

    def rename_run(self, run: Run, name: str) -> None:
        projects.rename(run, name)
        self.project_changed.emit()

    def delete_run(self, run: Run) -> None:
        self.asked.append(("delete", run.number))

    def pause(self, lane: str, on: bool) -> None:
        (self.held.add if on else self.held.discard)(lane)
        self.busy_changed.emit(lane)

    def stop(self, lane: str) -> None:
        self.asked.append(("stop", lane))

    def begin(self) -> None:
        """The training lane is busy."""
        self.titles["train"] = "Training"
        self.busy_changed.emit("train")

    def end(self) -> None:
        """The training lane is idle."""
        self.titles.pop("train", None)
        self.held.discard("train")
        self.project_changed.emit()
        self.busy_changed.emit("train")


def sprites(count: int, step: int, channels: int = 4, side: int = 16) -> np.ndarray:
    """Pictures that differ by place and step: cell k at step s has red 4k and green s."""
    made = np.zeros((count, side, side, channels), np.uint8)
    made[..., 0] = (4 * np.arange(count) % 256)[:, None, None]
    if channels > 1:
        made[..., 1] = step % 256
    if channels == 4:
        made[:, 2:-2, 2:-2, 3] = 255
    return made


def add_set(project: Project, name: str = "Sprites", count: int = 12) -> str:
    """Put a packed set into the project; returns its id."""
    id = projects.slug(name)
    folder = project.dataset(id)
    folder.mkdir(parents=True)
    pictures = sprites(count, 100)
    pictures[..., :3] *= pictures[..., 3:] > 0
    np.save(folder / "pictures.npy", pictures)
    manifest = Manifest(
        id=id,
        name=name,
        source="here",
        height=16,
        width=16,
        channels=4,
        settings={},
        report=Report(source="here", found=count, kept=count, width=16, height=16, channels=4),
    )
    (folder / "manifest.json").write_text(json.dumps(manifest.model_dump()))
    return id


def add_run(
    project: Project,
    steps: int,
    name: str = "A run",
    end: str = "finished",
    kind: str = "toy",
    settings: dict[str, Any] | None = None,
) -> Run:
    """Put a run into the project that has trained `steps` steps, with a grid every 100."""
    record = RunRecord(
        name=name,
        created=time.time(),
        dataset="sprites",
        family=kind,
        preset="best",
        settings=settings or ToySettings(width=128).model_dump(),
        plan=Plan(minutes=7, seed=3),
    )
    run = project.new_run(record)
    log = RunLog(run.folder)
    log.started(0)
    for event in story(steps):
        log.record(event)
    if end:
        log.ended(end)  # type: ignore[arg-type]  # a word of runlog.Ending
    else:
        log.file.close()
    return run


def story(steps: int, first: int = 0) -> list[Any]:
    """What a training of `steps` steps says."""
    noise = np.random.default_rng(0)
    told: list[Any] = [Note("Training on a toy.", kind="device", step=first)]
    for step in range(first, steps + 1):
        if step % 10 == 0 and step > first:
            loss = 2 * np.exp(-step / 400) + 0.3 + 0.1 * noise.standard_normal()
            judge = 0.7 + 0.1 * noise.standard_normal()
            told.append(Scalars(step, {"loss": float(loss), "judge": float(judge)}, step / 10))
        if step % 100 == 0:
            told.append(Samples(step, "ema", sprites(16, step // 10)))
            told.append(Samples(step, "raw", sprites(16, step // 10 + 5)))
    return told


def scene(folder: Path, runs: int = 2) -> Project:
    """A project with one set and `runs` runs of 300, 600 … steps."""
    project = projects.create(folder / "toy.atelier")
    add_set(project)
    for k in range(runs):
        add_run(project, 300 * (k + 1), f"Run of {300 * (k + 1)}")
    return project


def evaluation(run: Run, step: int = 300) -> Evaluation:
    """An evaluation of the run, kept in its folder with the sheet of its closest pairs."""
    words = (
        ("copies", "Copies in 1,000", 12.0, 0.0),
        ("precision", "Precision", 0.62, 0.97),
        ("recall", "Recall", 0.4, 0.98),
        ("kid.own", "Kernel distance, own judge", 3.21, 0.08),
        ("novel", "A number of tomorrow", None, None),
    )
    pairs = tuple(
        Pair(drawn=k, place=10 * k, distance=float(k), ratio=0.1 if k == 0 else 0.5)
        for k in range(6)
    )
    found = Evaluation(
        run=run.number,
        step=step,
        created=time.time(),
        seconds=95.0,
        seed=0,
        count=1000,
        compared=500,
        training=1000,
        held_out=50,
        encoder="x",
        scores=tuple(
            Score(key=key, title=title, value=value, floor=floor, meaning=f"{title} in words.")
            for key, title, value, floor in words
        ),
        nearest=(0,),
        closest=pairs,
        picture=f"step-{step:08d}.png",
        notes=("Few pictures: rough numbers.",),
    )
    evaluations.save(found, run)
    sheet = pictures.grid(np.full((6, 32, 64, 3), 200, np.uint8), 4, gap=8)
    pictures.save(sheet, evaluations.picture(found, run))
    return found
