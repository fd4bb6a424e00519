"""Where did this picture come from? Its record, followed to the model, the run and the set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from studio.core import checkpoint
from studio.core.events import Job, Progress, Refused
from studio.core.photographs.photograph import open_photograph
from studio.core.project import Project, Run
from studio.core.provenance.alarm import Alarm, Verdict, alarm_of, judged
from studio.core.provenance.credentials import sealed
from studio.core.provenance.record import Record, Rights, hashing
from studio.core.provenance.rights import manifest_of, renewed
from studio.core.provenance.stamping import beside, embedded, sidecar, unlike

Level = Literal["good", "plain", "warning"]
WORKSPACES = {
    "explore": "Drawn in Explore",
    "style": "Restyled in Style",
    "repair": "Repaired in Repair",
    "train": "Drawn in Train",
    "export": "Exported",
    "": "Made",
}
SCREEN = 1024  # pixels a side
SHOWN = 12  # settings of a step that are said
LONGEST = 60  # characters of one
SOURCES = 24  # of one picture that are followed; a sheet may have a thousand


@dataclass(frozen=True)
class Step:
    """One link: `title` names it, `words` say more. `depth` 0 is the picture itself, 1 and more
    what it was made from. A "warning" is something that does not fit.
    """

    title: str
    words: str
    depth: int = 0
    level: Level = "plain"


@dataclass(frozen=True, eq=False)
class Neighbor:
    """A training picture: its name, its place in the set, itself uint8 [h, w, c] with straight
    alpha, and its distance in levels of 255 (see `metrics.memorization`).
    """

    name: str
    place: int
    picture: np.ndarray
    distance: float


@dataclass(frozen=True, eq=False)
class Chain:
    """A picture's history. `picture` is uint8 or uint16 [h, w, c], None for a film; `neighbors` are
    the nearest training pictures, nearest first; `verdict` says whether it is a copy, None where it
    could not be compared. `place`: it opens in Explore.
    """

    name: str
    picture: np.ndarray | None
    record: Record | None
    steps: tuple[Step, ...]
    rights: tuple[Rights, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()
    verdict: Verdict | None = None
    place: bool = False

    def text(self) -> str:
        """Return the chain as lines to read."""
        marks = {"good": "+", "plain": "-", "warning": "!"}
        lines = [self.name]
        for step in self.steps:
            inner = "  " * (step.depth + 1)
            lines.append(f"{inner}{marks[step.level]} {step.title}")
            lines += [f"{inner}    {line}" for line in step.words.split("\n") if line]
        return "\n".join(lines)


def trace(path: Path, project: Project | None = None) -> Job[Chain]:
    """Follow a picture to where it came from; the open `project` knows its models and sets.

    Raises Refused where there is no such file. What is damaged, foreign, or not there any more is a
    step of the chain.
    """
    yield Progress(0, None, path.name)
    if not path.exists():
        raise Refused(f"{path} is not there; name a picture.")
    picture, steps = _opened(path)
    record, said = _read(path)
    steps += said
    if record is None:
        return Chain(path.name, picture, None, tuple(steps))
    if picture is not None:
        steps.append(_compared(record, (yield from hashing(picture)), path))
    if project is not None:
        record = renewed(record, project)
    steps += yield from _followed(record, project, 0, set())
    steps += _rights(record.rights)
    place = record.place is not None
    alarm = None
    if project is not None and picture is not None:
        alarm = yield from alarm_of(record, project)
    if alarm is None or picture is None:
        return Chain(path.name, picture, record, tuple(steps), record.rights, (), None, place)
    verdict = yield from judged(alarm, picture)
    neighbors = _neighbors(alarm, verdict)
    steps.append(Step("Nearest training pictures", verdict.text, 0, _level(verdict)))
    return Chain(path.name, picture, record, tuple(steps), record.rights, neighbors, verdict, place)


def trace_shown(path: Path, project: Project | None = None) -> Job[Chain]:
    """Follow a picture as `trace` does; its picture is then uint8, small enough for a screen."""
    import cv2

    chain = yield from trace(path, project)
    if chain.picture is None:
        return chain
    picture = chain.picture
    factor = SCREEN / max(picture.shape[:2])
    if factor < 1:
        size = [max(1, round(length * factor)) for length in picture.shape[1::-1]]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = small.reshape(*small.shape[:2], picture.shape[2])
    if picture.dtype == np.uint16:
        picture = (picture.astype(np.uint16) >> 8).astype(np.uint8)
    return replace(chain, picture=picture)


def _opened(path: Path) -> tuple[np.ndarray | None, list[Step]]:
    try:
        return open_photograph(path).pixels, []
    except Refused as refused:
        return None, [Step("No picture to look at", str(refused))]


def _read(path: Path) -> tuple[Record | None, list[Step]]:
    """Return what a file says of itself, and what is odd about it."""
    steps: list[Step] = []
    found: list[Record | None] = []
    for read in (embedded, beside):
        try:
            found.append(read(path))
        except Refused as refused:
            steps.append(Step("Damaged", str(refused), 0, "warning"))
            found.append(None)
    if path.is_file() and (seal := sealed(path)).state != "none":
        level: Level = "good" if seal.state == "valid" else "warning"
        steps.append(Step("Content credentials", seal.text, 0, level))
    inside, outside = found
    if not steps:
        steps += [Step("Not as written", words, 0, "warning") for words in unlike(path)]
    if inside is None and outside is None and not steps:
        words = "No program has written into it, or beside it, where it came from."
        return None, [Step("It says nothing", words)]
    if inside and outside and inside.brief() != outside.brief():
        name = sidecar(path).name
        words = f"{name} does not say what the picture says of itself; the picture is believed."
        steps.append(Step("Two stories", words, 0, "warning"))
    return inside or outside, steps


def _compared(record: Record, found: str, path: Path) -> Step:
    if not record.pixels:
        return Step("Not sealed", "It does not say which pixels its record is about.")
    if record.pixels == found:
        return Step("Unchanged", "Every pixel is as it was when this was written.", 0, "good")
    if path.suffix.lower() in (".jpg", ".jpeg"):
        return Step("Saved as JPEG", "JPEG changes pixels, so they can't be compared.")
    words = "Its pixels are not those that this was written about: it was changed since."
    return Step("Changed since", words, 0, "warning")


def _followed(
    record: Record, project: Project | None, depth: int, seen: set[str]
) -> Job[list[Step]]:
    """Return the steps of a record and of its sources; a model that was `seen` is told once."""
    title = record.title or WORKSPACES[record.workspace]
    steps = [Step(title, "\n".join(_said(record)), depth)]
    if record.model in seen:
        steps.append(Step(f"Model {record.model}", "The same as above.", depth))
    elif record.model:
        seen.add(record.model)
        steps += yield from _model(record, project, depth)
    for source in record.sources[:SOURCES]:
        if source == Record(pixels=source.pixels):
            words = f"A picture of your own or of others, pixels {source.pixels[:12]}…"
            steps.append(Step("A picture without a record", words, depth + 1))
        else:
            steps += yield from _followed(source, project, depth + 1, seen)
    if len(record.sources) > SOURCES:
        words = f"{len(record.sources):,} pictures went in; {SOURCES} of them are followed here."
        steps.append(Step("More sources", words, depth + 1))
    return steps


def _plain(value: Any) -> str:
    """Return a setting's value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    words = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return words[:LONGEST]


def _said(record: Record) -> Iterator[str]:
    """Yield lines: the workspace, the settings, the class, the seed."""
    if record.title:
        yield f"{WORKSPACES[record.workspace]} by {record.program}."
    settings = [f"{k} {_plain(v)}" for k, v in sorted(record.settings.items())][:SHOWN]
    if settings:
        yield f"Settings: {', '.join(settings)}."
    facts = [f"class {record.label}" if record.label else ""]
    facts.append(f"seed {record.seed}" if record.seed is not None else "")
    if record.place:
        facts.append("its place in the model is kept: it opens in Explore")
        moved = [str(value.get("name") or id) for id, value in record.directions.items()]
        facts.append(f"moved along {', '.join(moved)}" if moved else "")
    told = ", ".join(fact for fact in facts if fact)
    if told:
        yield f"{told[0].upper()}{told[1:]}."


def _model(record: Record, project: Project | None, depth: int) -> Job[list[Step]]:
    """Return the steps of the model, its run and its set."""
    yield Progress(0, None, "Looking for the model")
    named = f"Model {record.model}"
    what = f"{record.family}, run {record.run}, step {record.step}"
    if project is None:
        words = f"{what}. Open the project it was trained in to see more."
        return [Step(named, words, depth), *_set(record, None, depth)]
    run, there = yield from _found(record, project)
    if run is None:
        words = f"{what}. No run of this project is it; open the project it was trained in."
        return [Step(named, words, depth, "warning"), *_set(record, project, depth)]
    state = (
        "Its checkpoint is here, and is that very model."
        if there
        else "That very checkpoint is gone; the run is still here."
    )
    plan = run.record.plan
    trained = f"“{run.record.name}”, {run.record.preset}, seed {plan.seed}."
    return [
        Step(named, f"{what}. {state}", depth, "good" if there else "warning"),
        Step(f"Run {run.number}", trained, depth),
        *_set(record, project, depth),
    ]


def _found(record: Record, project: Project) -> Job[tuple[Run | None, bool]]:
    """Return the run a record names, and whether the very model is in it; any run that has it."""
    runs = [run for run in project.runs() if run.record.family == record.family]
    name = f"step-{record.step:08d}"
    for run in sorted(runs, key=lambda run: run.number != record.run):
        yield Progress(0, None, run.record.name)
        path = run.checkpoints / name
        if not (path / "MANIFEST.json").is_file():
            continue
        try:
            tensors, _ = checkpoint.load_checkpoint(path)
        except checkpoint.Damaged:
            continue
        if checkpoint.digest(tensors) == record.model:
            return run, True
    learned = [run for run in runs if run.number == record.run and _same_set(record, run, project)]
    return (learned[0] if learned else None), False


def _same_set(record: Record, run: Run, project: Project) -> bool:
    manifest = manifest_of(project, record.version)
    return manifest is not None and manifest.id == run.record.dataset


def _set(record: Record, project: Project | None, depth: int) -> list[Step]:
    if not record.version:
        return []
    version = f"version {record.version[:12]}"
    if project is None:
        return [
            Step(f"Picture set …{record.dataset}", f"{version[0].upper()}{version[1:]}.", depth)
        ]
    manifest = manifest_of(project, record.version)
    if manifest is None:
        words = f"Its {version} is not in this project any more."
        return [Step(f"Picture set …{record.dataset}", words, depth, "warning")]
    words = f"{manifest.count:,} pictures, {version}: unchanged since the model learned from it."
    return [Step(f"Picture set {manifest.name}", words, depth, "good")]


def _rights(rights: tuple[Rights, ...]) -> list[Step]:
    if not rights:
        return [Step("Rights", "Nothing was entered about whose pictures these are.")]
    refused = any(right.consent == "refused" for right in rights)
    lines = [rights_line(right) for right in rights]
    return [Step("Rights", "\n".join(lines), 0, "warning" if refused else "plain")]


def rights_line(right: Rights) -> str:
    """Return rights as one line: author, license, consent, note."""
    consent = {
        "unknown": "consent unknown",
        "own": "own pictures",
        "given": "consent given",
        "public": "public",
        "refused": "consent REFUSED",
    }[right.consent]
    named = [right.author or "unknown author", right.licence or "no license named", consent]
    return ", ".join([*named, *([right.note] if right.note else [])])


def _neighbors(alarm: Alarm, verdict: Verdict) -> tuple[Neighbor, ...]:
    return tuple(
        Neighbor(alarm.name(place), place, alarm.picture(place), distance)
        for place, distance in zip(verdict.places, verdict.distances, strict=True)
    )


def _level(verdict: Verdict) -> Level:
    return "warning" if verdict.copy else "good"
