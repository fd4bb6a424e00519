"""What the window asks of repair: open a picture, look ahead, fill and prove it, export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from studio.core.data.decode import Unreadable
from studio.core.events import Event, Job, Note, Progress, Refused
from studio.core.painting.box import Box
from studio.core.painting.edit import Edit
from studio.core.painting.masks import extent
from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview, prepare, shown
from studio.core.repair.hole import Candidate, Patch
from studio.core.repair.photograph import Photograph, decoded, open_photograph, save_photograph
from studio.core.repair.regions import regions, thickness
from studio.core.repair.repairing import Offered, repair
from studio.core.repair.request import RepairSettings

if TYPE_CHECKING:
    from studio.core.project import Project

THUMBNAIL = 192  # pixels a side, at most
AROUND = 0.5  # of a mask's own sides: the surroundings that its thumbnail shows
PART = 512  # rows and columns of a patch that are laid in one pull


@dataclass(frozen=True, eq=False)
class OpenedPicture:
    """A picture ready to be repaired. `path` is its file, None for one without."""

    photograph: Photograph
    painting: Painting
    preview: Preview
    name: str
    path: Path | None = None


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
class Copied(Progress):
    """The picture's pixels were copied; from now on it may change again."""


def open_picture(source: Path | bytes | np.ndarray, name: str) -> Job[OpenedPicture]:
    """Open a file, a file's bytes, or pixels uint8 or uint16 [h, w, c]; raises Refused."""
    yield Progress(0, None, name)
    photograph = _photograph(source, name)
    painting = Painting(photograph.pixels)
    preview = yield from prepare(painting.pixels)
    path = source if isinstance(source, Path) else None
    return OpenedPicture(photograph, painting, preview, name, path)


def _photograph(source: Path | bytes | np.ndarray, name: str) -> Photograph:
    if isinstance(source, Path):
        return open_photograph(source)
    if isinstance(source, np.ndarray):
        return Photograph(source)
    try:
        return decoded(source)
    except Unreadable as reason:
        raise Refused(f"{name} can't be opened. {reason}") from None


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
    return Outlook(masked, len(found) - len(thick), len(thick), across)


def fill(
    pixels: np.ndarray,
    mask: np.ndarray,
    settings: RepairSettings,
    region: np.ndarray | None,
    project: "Project | None" = None,
    number: int = 0,
    threads: int = 1,
) -> Job[int]:
    """Repair as `repairing.repair`; yields Shown for every candidate and returns their number.

    `region`, uint8 [h, w], is where texture may come from; None is everywhere. The model of the
    project's run `number` draws too, with so many `threads`.
    """
    model = None
    if project is not None:
        from studio.core import device  # torch, which only a model needs
        from studio.core.explore.explorer import open_explorer

        device.use_threads(threads)
        model = yield from open_explorer(project, number)
    allowed = None if region is None else region > 0
    count = 0
    for event in repair(pixels, mask, settings, allowed, model):
        proven = _proven(event, pixels, mask) if isinstance(event, Offered) else event
        count += isinstance(proven, Shown)
        yield proven
    return count


def _proven(event: Offered, pixels: np.ndarray, mask: np.ndarray) -> Event:
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
        for patch, part in _parts(patches):
            box = _box(patch)
            for layer in ("picture", "mask"):
                painting.touch(layer, part)
            part.of(painting.pixels)[...] = _within(part, box).of(patch.pixels)
            part.of(painting.mask)[...] = 0
            yield Progress(0, None, title)
    except GeneratorExit:
        painting.cancel()
        raise
    return painting.finish()


def _parts(patches: Sequence[Patch]) -> Iterator[tuple[Patch, Box]]:
    for patch in patches:
        box = _box(patch)
        for top in range(box.top // PART * PART, box.bottom, PART):
            for left in range(box.left // PART * PART, box.right, PART):
                yield patch, Box(top, left, top + PART, left + PART).common(box)


def export(
    photograph: Photograph, pixels: np.ndarray, path: Path, overwrite: bool
) -> Job[tuple[Path, tuple[str, ...]]]:
    """Write the pixels with all else that the photograph holds; tells Copied first.

    Returns the file, and in sentences what it does not hold of the picture. Raises Refused.
    """
    copy = yield from copied(pixels, path.name)
    return path, save_photograph(replace(photograph, pixels=copy), path, overwrite)


def copied(pixels: np.ndarray, name: str) -> Job[np.ndarray]:
    """Return a copy of the pixels; tells Copied when that is done."""
    yield Progress(0, None, name)
    copy = pixels.copy()
    yield Copied(0, None, name)
    return copy
