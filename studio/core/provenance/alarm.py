"""The copy alarm: is a picture a copy of one that the model learned from?"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from studio.core import locking
from studio.core.data.batches import split
from studio.core.data.packed import PackedSet, open_packed
from studio.core.events import Job, Note, Progress, Refused
from studio.core.metrics import memorization
from studio.core.metrics.memorization import COARSE, SIDE, TWIN, moved, symmetries
from studio.core.metrics.neighbors import squares
from studio.core.metrics.views import over, parts, small
from studio.core.pictures import straighten
from studio.core.project import Project, write_json
from studio.core.provenance.record import Record
from studio.core.provenance.rights import manifest_of

if TYPE_CHECKING:
    from studio.core.assets.kind import Item

COPY = 0.5  # nearer than this, as a part of the distance to the next other picture
CLEAR = 0.5  # part of its own contrast: what is almost empty is like anything almost empty
SAME = 2.0  # levels of 255 within which pictures are one, whatever else is near
CANDIDATES = 24
SHOWN = 6
FILE = "alarm.json"
WHITE = 255

Choice = Literal["warn", "block", "off"]


@dataclass(frozen=True, eq=False)
class Alarm:
    """The pictures a run learned from, as the alarm sees them: `places` [n] in the set, `fine`
    float32 [n, c * 16 * 16] and `coarse` [n, c * 8 * 8].
    """

    packed: PackedSet
    places: np.ndarray
    fine: np.ndarray
    coarse: np.ndarray

    def picture(self, place: int) -> np.ndarray:
        """Return a picture of the set, uint8 [h, w, c] with straight alpha."""
        return straighten(self.packed.pictures[place])

    def name(self, place: int) -> str:
        """Return the name of a picture of the set; only the project's own window shows it."""
        return self.packed.packings[place].name

    def called(self, place: int) -> str:
        """Return how people find a picture of the set: its number from 1, and its name."""
        return f"{place + 1} ({self.name(place)})"


@dataclass(frozen=True)
class Verdict:
    """What the alarm found: the nearest training pictures' `places` in the set, nearest first, and
    their `distances` in levels of 255; the `ratio` of the nearest one's to that of the next other
    picture; whether that makes it a `copy`; and that in a sentence.
    """

    places: tuple[int, ...]
    distances: tuple[float, ...]
    ratio: float
    copy: bool
    text: str


def alarm_for(project: Project, dataset: str, places: np.ndarray | None = None) -> Job[Alarm]:
    """Look at a set's pictures, or those at `places`; raises Refused where the set is gone."""
    packed = open_packed(project.dataset(dataset))
    chosen = np.arange(len(packed.pictures)) if places is None else places
    fine, coarse = [], []
    for part in parts(len(chosen), 256):
        some = straighten(packed.pictures[chosen[part]])
        fine.append(small(some, SIDE).reshape(len(some), -1))
        coarse.append(small(some, COARSE).reshape(len(some), -1))
        yield Progress(part.stop, len(chosen), "Looking at training pictures")
    return Alarm(packed, chosen, np.concatenate(fine), np.concatenate(coarse))


def judged(alarm: Alarm, picture: np.ndarray) -> Job[Verdict]:
    """Compare a picture uint8 or uint16 [h, w, c] of any size, mirrored, turned and shifted too.

    Distances are those of `metrics.memorization`. A model that has not memorized draws about as far
    from one training picture as from others (ratio near 1, at least 0.56 among 1,400 pictures of 7
    healthy models); a copy is far nearer to one.
    """
    yield Progress(0, None, "Looking for copies")
    drawn = as_in(alarm.packed.manifest.channels, picture)[None]
    rough = np.stack([x.reshape(1, -1) for x in symmetries(small(drawn, COARSE))], 1)[0]
    most = min(CANDIDATES, len(alarm.coarse))
    far = squares(rough, alarm.coarse).min(0)
    chosen = np.argpartition(far, most - 1)[:most]
    plain = small(drawn, SIDE)
    looks = np.stack([moved(x) for x in symmetries(plain)], 1)
    near = alarm.fine[chosen]
    values = near.shape[1]
    apart = np.sqrt(squares(looks.reshape(-1, values), near).min(0) / values)
    mutual = np.sqrt(squares(near, near) / values)
    ratio = memorization.judged(apart, mutual, TWIN)[1]
    order = np.argsort(apart, kind="stable")[:SHOWN]
    places = tuple(int(alarm.places[chosen[k]]) for k in order)
    distances = tuple(round(float(apart[k]), 2) for k in order)
    shown = float((plain - plain.mean((2, 3), keepdims=True)).std())
    copy = (distances[0] < SAME or ratio < COPY) and distances[0] < shown * CLEAR
    text = _sentence(alarm.called(places[0]), distances[0], copy)
    return Verdict(places, distances, round(ratio, 4), copy, text)


def _sentence(named: str, distance: float, copy: bool) -> str:
    if copy:
        return (
            f"Too close to training picture {named}: {distance:.1f} levels away, far nearer than"
            " any other."
        )
    return (
        f"Not a copy: the nearest training picture, {named}, is {distance:.1f} levels away, about"
        " as far as others are."
    )


def as_in(channels: int, picture: np.ndarray) -> np.ndarray:
    """Return a picture [h, w, c] as uint8 with the channels of a set: 1, 3 or 4."""
    plain = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture
    if plain.shape[2] == 4 and channels < 4:
        plain = over(plain, WHITE)
    if plain.shape[2] == 3 and channels == 1:
        plain = np.rint(plain @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)[..., None]
    if plain.shape[2] == 1 and channels > 1:
        plain = np.repeat(plain, 3, 2)
    if plain.shape[2] == 3 and channels == 4:
        plain = np.concatenate([plain, np.full_like(plain[..., :1], WHITE)], 2)
    return plain


def origin(record: Record | None) -> Record | None:
    """Return the record of the one model that drew a picture, through styles and repairs; None
    for sheets and for what no model drew.
    """
    while record and not record.model and record.workspace != "export" and record.sources:
        record = record.sources[0]
    if record is None or record.title in ("Sheet", "Film"):
        return None
    return record if record.model and record.version else None


def learned(record: Record, dataset: str, project: Project) -> np.ndarray | None:
    """Return the places of the set's pictures that the run learned from; None for all."""
    for run in project.runs():
        if run.number == record.run and run.record.dataset == dataset:
            plan = run.record.plan
            count = open_packed(project.dataset(dataset)).manifest.count
            return split(count, plan.held_out, plan.seed)[0].numpy()
    return None


def alarm_of(record: Record | None, project: Project) -> Job[Alarm | None]:
    """Return what a picture with this record is compared with; None where there is nothing."""
    drawn = origin(record)
    manifest = None if drawn is None else manifest_of(project, drawn.version)
    if drawn is None or manifest is None:
        return None
    return (yield from alarm_for(project, manifest.id, learned(drawn, manifest.id, project)))


def guard(
    project: Project, choice: Choice | None = None
) -> "Callable[[Sequence[Item]], Job[None]]":
    """Return the check of an export that looks for copies among pictures drawn by the project.

    `choice` is the project's own unless given: "warn" tells each copy in a Note, "block" raises
    Refused at the first one, "off" looks for none.
    """
    chosen = choice or choice_of(project)

    def check(items: "Sequence[Item]") -> Job[None]:
        alarms: dict[tuple[str, int], Alarm | None] = {}
        for done, item in enumerate(items if chosen != "off" else ()):
            yield Progress(done, len(items), "Looking for copies")
            drawn = origin(item.record)
            if drawn is None:
                continue
            key = (drawn.version, drawn.run)
            if key not in alarms:
                alarms[key] = yield from alarm_of(item.record, project)
            alarm = alarms[key]
            verdict = None if alarm is None else (yield from judged(alarm, item.pixels))
            if alarm is None or verdict is None or not verdict.copy:
                continue
            which = alarm.called(verdict.places[0])
            words = f"{item.name} is too close to picture {which} of the set"
            told = f"{words} {alarm.packed.manifest.name}, which the model learned from"
            if chosen == "block":
                raise Refused(f"{told}; leave it out, or let this project warn only.")
            yield Note(f"{told}.", "warning")

    return check


def choice_of(project: Project) -> Choice:
    """Return what a project does about copies; "warn" until something else is chosen."""
    try:
        stored = json.loads((project.folder / FILE).read_bytes())["copies"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "warn"
    return stored if stored in ("warn", "block", "off") else "warn"


def choose(project: Project, choice: Choice) -> None:
    """Keep what the project does about copies; raise Refused where that can't be written."""
    locking.check(project.folder)
    try:
        write_json(project.folder / FILE, {"copies": choice})
    except OSError as error:
        raise Refused(f"{project.folder / FILE} can't be written: {error.strerror}.") from None
