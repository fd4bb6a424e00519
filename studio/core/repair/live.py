"""What the window asks of repair: open a picture, look ahead, fill and prove it, export."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from studio.core.events import Event, Job, Note, Progress, Refused
from studio.core.painting.box import Box
from studio.core.painting.edit import Edit
from studio.core.painting.masks import extent, load_mask, save_mask
from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview, prepare, shown
from studio.core.photographs.photograph import Photograph, opening
from studio.core.provenance.origins import record_of_repair, source_of
from studio.core.provenance.record import Record, hashing
from studio.core.provenance.stamping import said_by, saving_recorded
from studio.core.repair import journal as journals
from studio.core.repair.hole import Candidate, Patch
from studio.core.repair.regions import regions, thickness
from studio.core.repair.request import RepairSettings

if TYPE_CHECKING:
    from studio.core.project import Project
    from studio.core.repair.repairing import Offered

THUMBNAIL = 192  # pixels a side, at most
AROUND = 0.5  # of a mask's own sides: the surroundings that its thumbnail shows
PACE = 0.025  # seconds between two words of how far a fill is; patches tell thousands
PART = 512  # rows and columns of a patch that are laid in one pull


@dataclass(frozen=True, eq=False)
class OpenedPicture:
    """A picture ready to be repaired. `path` is its file, None for one without; without `journal`
    a crash would lose what is done. `source` says where it came from.
    """

    photograph: Photograph
    painting: Painting
    preview: Preview
    name: str
    path: Path | None = None
    journal: journals.Journal | None = None
    source: Record = field(default_factory=Record)


class Entry(NamedTuple):
    """What a journal is to note: `edit` was done, and `position` of all edits are done now; -1
    forgets them all. `exported` of them were done when the picture was exported.
    """

    journal: journals.Journal
    position: int
    edit: Edit | None = None
    exported: int | None = None


@dataclass(frozen=True)
class Outlook:
    """What a mask asks for: pixels to fill, thin and thick holes, and how thick the thickest is."""

    masked: int
    thin: int = 0
    thick: int = 0
    across: float = 0.0


@dataclass(frozen=True)
class Shown(Progress):
    """A candidate was made and proven to change nothing outside the mask.

    `thumbnail`, uint8 [h, w, c] with straight alpha, shows where it does.
    """

    candidate: Candidate
    thumbnail: np.ndarray


@dataclass(frozen=True)
class Laid(Progress):
    """A part of an edit is done: `box` of the painting is to be shown anew."""

    box: Box


@dataclass(frozen=True)
class Copied(Progress):
    """The picture's pixels were copied; from now on it may change again."""


def open_picture(
    source: Path | bytes | np.ndarray, name: str, told: Callable[[], Job[Record]] | None = None
) -> Job[OpenedPicture]:
    """Open a file, a file's bytes, or pixels uint8 or uint16 [h, w, c], of which it is `told` where
    they come from; raises Refused.
    """
    yield Progress(0, None, name)
    photograph = yield from opening(source, name)
    path = source if isinstance(source, Path) else None
    yield Progress(0, None, name)
    try:
        journal = journals.begin(photograph, name, path)
    except Refused as refused:
        journal = None
        yield Note(str(refused), "warning")
    origin = yield from source_of(photograph.pixels, path, told)
    painting = Painting(photograph.pixels)
    preview = yield from prepare(painting.pixels)
    return OpenedPicture(photograph, painting, preview, name, path, journal, origin)


def resume_repair(repair: journals.Unfinished) -> Job[OpenedPicture]:
    """Open an interrupted repair as it was; raises Refused where its picture is gone."""
    found = yield from journals.replay(repair)
    if found.lost:
        words = "The last {n} steps of the repair of {name} could not be read and are missing."
        yield Note(words.format(n=found.lost, name=repair.name), "warning")
    preview = yield from prepare(found.painting.pixels)
    said = (said_by(repair.path) if repair.path is not None else None) or Record()
    known = (repair.name, repair.path, found.journal, said.brief())
    return OpenedPicture(found.photograph, found.painting, preview, *known)


def write_history(batch: Sequence[Entry]) -> Job[None]:
    """Write to journals what was done; raises Refused where that fails, once for each journal."""
    for done, entry in enumerate(batch):
        yield Progress(done, len(batch), "History")
        if entry.edit is not None:
            entry.journal.add(entry.edit, entry.position - 1)
        elif entry.exported is not None:
            entry.journal.exported(entry.exported, entry.position)
        elif entry.position >= 0:
            entry.journal.move(entry.position)
        else:
            entry.journal.close()


def look_ahead(mask: np.ndarray, wrap: bool) -> Job[Outlook]:
    """Tell what a mask uint8 [h, w] asks for, without filling it."""
    yield Progress(0, None, "Mask")
    masked = cv2.countNonZero(mask)
    if not masked or masked == mask.size:
        return Outlook(masked)
    hole = mask > 0
    found = regions(hole, wrap)
    thick = [region for region in found if not region.thin]
    across = 0.0
    for region in thick or found:
        yield Progress(0, None, "Mask")
        across = max(across, thickness(region.core.grown(1).crop(hole)))
    across = min(across, *mask.shape)  # at the picture's edge no other side is known
    return Outlook(masked, len(found) - len(thick), len(thick), across)


def fill(
    pixels: np.ndarray,
    mask: np.ndarray,
    settings: RepairSettings,
    region: np.ndarray | None,
    alone: bool = True,
    project: "Project | None" = None,
    number: int = 0,
) -> Job[int]:
    """Repair as `repairing.repair`; yields Shown for every candidate and returns their number.

    `region`, uint8 [h, w], is where texture may come from; None is everywhere. The model of the
    project's run `number` draws too. Beside a training, not `alone`, one thread is used. Progress
    is told at most forty times a second, which is how soon the fill can be stopped too.
    """
    from studio.core import device  # torch, which opening a picture does not wait for
    from studio.core.explore.explorer import open_explorer
    from studio.core.repair.repairing import Offered, repair

    threads = max(1, device.cores() - 1) if alone else 1
    device.use_threads(threads)
    cv2.setNumThreads(threads)  # of the whole program; what the window does with it is small
    model = (yield from open_explorer(project, number)) if project is not None else None
    allowed = None if region is None else region > 0
    count, told = 0, 0.0
    for event in repair(pixels, mask, settings, allowed, model):
        if type(event) is Progress and time.monotonic() - told < PACE:
            continue
        told = time.monotonic()
        proven = _proven(event, pixels, mask) if isinstance(event, Offered) else event
        count += isinstance(proven, Shown)
        yield proven
    return count


def _proven(event: "Offered", pixels: np.ndarray, mask: np.ndarray) -> Event:
    """Return the candidate with its thumbnail; a warning in its place if it changed too much."""
    if not untouched(event.candidate.patches, pixels, mask):
        words = "The candidate {title} changed pixels outside the mask and was thrown away."
        return Note(words.format(title=event.candidate.title), "warning")
    picture = thumbnail(event.candidate.patches, pixels, mask)
    return Shown(event.done, event.total, event.text, event.candidate, picture)


def untouched(patches: Sequence[Patch], pixels: np.ndarray, mask: np.ndarray) -> bool:
    """Tell whether patches laid on `pixels` are equal to them to the bit where the mask is 0."""
    for patch in patches:
        box = _box(patch)
        changed = (patch.pixels != box.of(pixels)).any(-1)
        if (changed & (box.of(mask) == 0)).any():
            return False
    return True


def thumbnail(patches: Sequence[Patch], pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return what the patches make of the mask's surroundings, uint8 [h, w, c], made small."""
    held = extent(mask)
    by = max(8, int(AROUND * max(held.height, held.width)))
    view = held.grown(by).clipped(*mask.shape)
    crop = view.of(pixels).copy()
    for patch in patches:
        box = _box(patch)
        part = box.common(view)
        if not part.empty:
            inner = _within(part, view).of(crop)
            inner[...] = _within(part, box).of(patch.pixels)
    scale = min(1.0, THUMBNAIL / max(view.height, view.width))
    size = max(1, round(view.width * scale)), max(1, round(view.height * scale))
    small = cv2.resize(shown(crop), size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], pixels.shape[2])


def _within(box: Box, frame: Box) -> Box:
    return Box(
        box.top - frame.top, box.left - frame.left, box.bottom - frame.top, box.right - frame.left
    )


def _box(patch: Patch) -> Box:
    h, w = patch.pixels.shape[:2]
    return Box(patch.top, patch.left, patch.top + h, patch.left + w)


def laid(painting: Painting, patches: Sequence[Patch], title: str) -> Job[Edit | None]:
    """Lay patches on a painting and clear its mask beneath, as one edit, a part in each pull.

    Stopped meanwhile, it takes back what was laid.
    """
    painting.begin(title)
    try:
        for patch, part in ((p, part) for p in patches for part in _parts(_box(p))):
            for layer in ("picture", "mask"):
                painting.touch(layer, part)
            part.of(painting.pixels)[...] = _within(part, _box(patch)).of(patch.pixels)
            part.of(painting.mask)[...] = 0
            painting.seal()
            yield Laid(0, None, title, part)
    except GeneratorExit:
        painting.cancel()
        raise
    return painting.finish()


def masked(painting: Painting, mask: np.ndarray, title: str) -> Job[Edit | None]:
    """Give a painting another mask uint8 [h, w], as one edit, a part in each pull."""
    painting.begin(title)
    try:
        for part in _parts(painting.box):
            painting.touch("mask", part)
            part.of(painting.mask)[...] = part.of(mask)
            painting.seal()
            yield Laid(0, None, title, part)
    except GeneratorExit:
        painting.cancel()
        raise
    return painting.finish()


def _parts(box: Box) -> Iterator[Box]:
    """Yield the parts of a box, cut where tiles are, so that no tile is remembered twice."""
    for top in range(box.top // PART * PART, box.bottom, PART):
        for left in range(box.left // PART * PART, box.right, PART):
            yield Box(top, left, top + PART, left + PART).common(box)


def read_mask(path: Path, size: tuple[int, int]) -> Job[np.ndarray]:
    """Read a mask for a picture of `size` (width, height) as `masks.load_mask`."""
    yield Progress(0, None, path.name)
    return load_mask(path, size)


def write_mask(path: Path, mask: np.ndarray) -> Job[Path]:
    """Write a mask uint8 [h, w] as a grey PNG; raises Refused."""
    yield Progress(0, None, path.name)
    save_mask(path, mask)
    return path


def recorded(opened: OpenedPicture, pixels: np.ndarray) -> Job[Record]:
    """Return where repaired pixels come from, and by which steps."""
    done = opened.painting.edits[: opened.painting.position]
    steps = list(dict.fromkeys(edit.title for edit in done if "picture" in edit.sizes))
    record = record_of_repair(opened.source, "repair", {"steps": steps})
    return record.model_copy(update={"pixels": (yield from hashing(pixels))})


def export(
    opened: OpenedPicture, pixels: np.ndarray, path: Path, overwrite: bool, told: bool = True
) -> Job[tuple[Path, tuple[str, ...]]]:
    """Write the pixels with all else that the photograph holds, and where they come from if that is
    to be `told`; tells Copied first.

    Returns the file, and in sentences what it does not hold of the picture. Raises Refused.
    """
    record = yield from recorded(opened, pixels)
    copy = yield from copied(pixels, path.name)
    replaced = opened.path is not None and opened.path.resolve() == path.resolve()
    if replaced and opened.journal is not None and path.exists():
        try:
            opened.journal.keep_source(path)
        except Refused as refused:
            yield Note(str(refused), "warning")
    whole = replace(opened.photograph, pixels=copy)
    return path, (yield from saving_recorded(whole, path, record, overwrite, told))


def copied(pixels: np.ndarray, name: str) -> Job[np.ndarray]:
    """Return a copy of the pixels, made part by part; tells Copied when that is done."""
    copy = np.empty(pixels.shape, pixels.dtype)
    for top in range(0, len(pixels), PART):
        yield Progress(top, len(pixels), name)
        copy[top : top + PART] = pixels[top : top + PART]
    yield Copied(0, None, name)
    return copy
