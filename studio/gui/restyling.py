"""Pictures that are restyled, between core's jobs and the window. Runs in workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from studio.core.events import Drawn, Job, Note, Progress, Refused
from studio.core.painting.painting import Painting
from studio.core.painting.preview import Preview, prepare
from studio.core.photographs.photograph import Photograph, opening
from studio.core.provenance import origins
from studio.core.provenance.record import Record, hashing
from studio.core.provenance.stamping import said_by, saving_recorded
from studio.core.style.live import preset_looks, preview_style, restyle, shrunk, style_factor
from studio.core.style.look import Look, StylePicture, eight_bits, fitting, smaller
from studio.core.style.presets import Preset, delete_preset, load_presets, save_preset
from studio.core.style.profiles import carried, in_colors_of
from studio.gui.pasting import image_of

SIDES = {True: 192, False: 256}  # of a preview: from pictures, which takes longer, and without
THUMBNAIL = 192
PRESET = 144
COARSE = 1024  # pixels a side that a look on the way to the whole picture is shown with
LAYERS = ("style 1", "style 2", "style 3", "style 4")  # where each style goes


@dataclass(frozen=True, eq=False)
class Content:
    """A picture ready to be restyled. `path` is its file, None for one without; `source` says where
    it came from.
    """

    photograph: Photograph
    painting: Painting
    preview: Preview
    name: str
    path: Path | None = None
    source: Record = field(default_factory=Record)


@dataclass(frozen=True, eq=False)
class Source:
    """A picture that a style is taken from, itself small, uint8 [h, w, c], and what its file says
    of where it came from.
    """

    photograph: Photograph
    thumbnail: np.ndarray
    name: str
    said: Record | None = None
    _seen: dict[bytes | None, np.ndarray] = field(default_factory=dict)

    def seen_in(self, content: Photograph | None) -> np.ndarray:
        """Return its pixels as the content's profile writes their colors: the same array again."""
        if content is None:
            return self.photograph.pixels
        if content.profile not in self._seen:
            self._seen[content.profile] = in_colors_of(self.photograph, content)
        return self._seen[content.profile]


@dataclass(frozen=True, eq=False)
class Proof(Progress):
    """A small look at what was wished: uint8 [h, w, c]. `final`: it gets no better. Where
    `covered`, uint8 [h, w], is 0 the picture stays as it is; None = it changes everywhere.
    """

    wish: Any
    picture: np.ndarray
    final: bool
    covered: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """The whole picture as it was wished, ready to be shown, and itself small."""

    wish: Any
    pixels: np.ndarray
    preview: Preview
    thumbnail: np.ndarray
    seconds: float
    words: str


@dataclass(frozen=True, eq=False)
class OwnPreset(Progress):
    """A preset of the user's own, and what it makes: uint8 [h, w, c]."""

    preset: Preset
    picture: np.ndarray


@dataclass(frozen=True, eq=False)
class Thumbnail(Progress):
    """A picture file, small: uint8 [h, w, c]."""

    path: Path
    picture: np.ndarray


class Shrunk:
    """Small copies of pictures, kept from one preview to the next; one worker uses it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[np.ndarray, float, np.ndarray]] = {}

    def look(self, pixels: np.ndarray, look: Look, side: int) -> tuple[np.ndarray, Look]:
        """Return the content and the look as `live.shrunk` does; others are forgotten."""
        factor = side / max(pixels.shape[:2])
        before, self._known = self._known, {}
        small = self._small(pixels, factor, before)
        styles = tuple(
            replace(
                style,
                pixels=self._small(style.pixels, style_factor(style.pixels, factor), before),
                mask=None if style.mask is None else smaller(style.mask, factor),
            )
            for style in look.styles
        )
        mask = None if look.mask is None else smaller(look.mask, factor)
        return small, replace(look, styles=styles, mask=mask)

    def _small(self, pixels: np.ndarray, factor: float, before: dict[int, Any]) -> np.ndarray:
        known = before.get(id(pixels))
        if known is None or known[0] is not pixels or known[1] != factor:
            known = (pixels, factor, eight_bits(smaller(pixels, factor)))
        self._known[id(pixels)] = known
        return known[2]


def open_content(
    source: Path | bytes | np.ndarray, name: str, told: Callable[[], Job[Record]] | None = None
) -> Job[Content]:
    """Open a file, a file's bytes, or pixels uint8 or uint16 [h, w, c], of which it is `told` where
    they come from; raises Refused.
    """
    yield Progress(0, None, name)
    photograph = yield from opening(source, name)
    painting = Painting(photograph.pixels)
    size = photograph.pixels.shape[:2]
    painting.layers |= {layer: np.zeros(size, np.uint8) for layer in LAYERS}
    preview = yield from prepare(painting.pixels)
    path = source if isinstance(source, Path) else None
    origin = yield from origins.source_of(photograph.pixels, path, told)
    return Content(photograph, painting, preview, name, path, origin)


def open_sources(
    found: Sequence[tuple[Path | bytes | np.ndarray, str]],
    place: int,
    told: Callable[[], Job[Record]] | None = None,
) -> Job[tuple[int, tuple[Source, ...]]]:
    """Open pictures that styles are taken from; returns `place` and them. What can't be opened is
    left out with a Note; raises Refused where nothing is left.
    """
    opened: list[Source] = []
    for done, (source, name) in enumerate(found):
        yield Progress(done, len(found), name)
        try:
            said = said_by(source) if isinstance(source, Path) else None
            said = (yield from told()) if told is not None else said
            opened.append(source_of((yield from opening(source, name)), name, said))
        except Refused as refused:
            if len(found) == 1:
                raise
            yield Note(str(refused), "warning")
    return place, tuple(opened)


def source_of(photograph: Photograph, name: str, said: Record | None = None) -> Source:
    """Return a picture as one that a style is taken from."""
    return Source(photograph, eight_bits(fitting(photograph.pixels, THUMBNAIL)), name, said)


def _take_threads(styled: bool, many: bool = False) -> None:
    """Let torch use one core, or all but one: small pictures gain nothing by more, and take five
    times as long where another program is busy on one of them.
    """
    if styled:
        from studio.core import device  # torch, which painterly methods do not wait for

        device.use_threads(device.cores() - 1 if many else 1)


def proof(content: Content, wish: Any, small: Shrunk) -> Job[Proof]:
    """Restyle a small copy; yields a Proof for every coarse look and returns the last."""
    pixels, look = content.photograph.pixels, wish.look(content.photograph)
    _take_threads(bool(look.styles))
    side = SIDES[bool(look.styles)]
    shown, seen = small.look(pixels, look, side)
    job = preview_style(shown, seen, side)
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            return Proof(1, 1, "", wish, ended.value, True, _covered(seen, ended.value))
        yield _seen(event, wish, seen)


def _seen(event: Any, wish: Any, look: Look) -> Any:
    """Return a coarse look as a Proof; other events as they are."""
    if not isinstance(event, Drawn):
        return event
    picture = fitting(event.pictures[0], COARSE)
    return Proof(0, None, "", wish, picture, False, _covered(look, picture))


def _covered(look: Look, picture: np.ndarray) -> np.ndarray | None:
    """Return where a look changes anything, in a picture's size: uint8, 255 or 0."""
    size = (picture.shape[1], picture.shape[0])
    masks = [style.mask for style in look.styles if style.mask is not None]
    parts = [] if look.mask is None else [look.mask]
    if masks and len(masks) == len(look.styles):
        parts.append(np.maximum.reduce(masks))
    if not parts:
        return None
    small = [cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in parts]
    return np.where(np.minimum.reduce(small) > 0, 255, 0).astype(np.uint8)


def restyled(content: Content, wish: Any, alone: bool = True) -> Job[Result]:
    """Restyle the whole picture; yields a Proof for every coarse look. `alone`: no training runs
    beside it.
    """
    look = wish.look(content.photograph)
    _take_threads(bool(look.styles), alone)
    job = restyle(content.photograph.pixels, look)
    while True:
        try:
            event = next(job)
        except StopIteration as ended:
            found = ended.value
            break
        yield _seen(event, wish, look)
    preview = yield from prepare(found.pixels)
    thumbnail = eight_bits(fitting(found.pixels, THUMBNAIL))
    return Result(wish, found.pixels, preview, thumbnail, found.seconds, found.words)


def drawn(content: Content, sources: Sequence[tuple[Source, float]]) -> Job[int]:
    """Draw all presets on the picture, as `live.preset_looks`, then the user's own, which are told
    of before with the pictures they were kept with. Returns how many those are.
    """
    own = yield from load_presets()
    for preset in own:
        yield OwnPreset(0, None, "", preset, preset.picture)
    pixels, side = content.photograph.pixels, PRESET
    styles = [StylePicture(s.seen_in(content.photograph), weight) for s, weight in sources]
    _take_threads(bool(styles))
    yield from preset_looks(pixels, styles, side)
    for preset in own:
        small, look = shrunk(pixels, Look(preset.method, preset.settings, preset.styles), side)
        try:
            picture = yield from _silent(preview_style(small, look, side))
        except Refused:  # as its VGG19 is not at hand: the picture it was kept with stays
            continue
        yield OwnPreset(0, None, "", preset, picture)
    return len(own)


def _silent(job: Job[np.ndarray]) -> Job[np.ndarray]:
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
        yield Progress(0, None, "")


def keep_preset(name: str, wish: Any, picture: np.ndarray, overwrite: bool) -> Job[OwnPreset]:
    """Keep a wish as a preset of the user's own; raises Refused."""
    preset = yield from save_preset(name, wish.look(), picture, overwrite)
    return OwnPreset(1, 1, "", preset, preset.picture)


def rename_preset(preset: Preset, name: str) -> Job[tuple[str, OwnPreset]]:
    """Give a preset of the user's own another name; returns the old one and it. Raises Refused."""
    look = Look(preset.method, preset.settings, preset.styles)
    renamed = yield from save_preset(name, look, preset.picture)
    yield from delete_preset(preset.name)
    return preset.name, OwnPreset(1, 1, "", renamed, preset.picture)


def drop_preset(name: str) -> Job[str]:
    """Move a preset of the user's own to the trash; returns its name. Raises Refused."""
    yield from delete_preset(name)
    return name


def thumbnails(found: Sequence[Path]) -> Job[int]:
    """Yield a Thumbnail of every picture file that can be opened; returns their number."""
    count = 0
    for done, path in enumerate(found):
        try:
            pixels = (yield from opening(path, path.name)).pixels
        except Refused:
            yield Progress(done, len(found), path.name)
            continue
        count += 1
        yield Thumbnail(done, len(found), path.name, path, eight_bits(fitting(pixels, THUMBNAIL)))
    return count


def recorded(wish: Any, pixels: np.ndarray) -> Job[Record]:
    """Return where restyled pixels come from: the picture and the styles that were wished."""
    styles = []
    for source, _ in wish.styles:
        found = yield from origins.source_of(source.photograph.pixels)
        styles.append((source.said or Record()).brief().model_copy(update={"pixels": found.pixels}))
    setup = wish.setup
    settings = setup.settings.model_dump(mode="json")
    record = origins.record_of_style(wish.content.source, styles, setup.method, settings)
    return record.model_copy(update={"pixels": (yield from hashing(pixels))})


def write_styled(
    content: Content, pixels: np.ndarray, path: Path, wish: Any = None, tells: bool = True
) -> Job[tuple[Path, tuple[str, ...]]]:
    """Write restyled pixels with all else that the photograph holds, over any file at `path`; in
    and beside it, if it `tells` and there is a `wish`, where they are from.

    Returns the file, and in sentences what it does not hold of the picture. Raises Refused.
    """
    yield Progress(0, None, path.name)
    photograph = carried(content.photograph, pixels)
    told = photograph.notes[len(content.photograph.notes) :]
    record = None if wish is None else (yield from recorded(wish, photograph.pixels))
    lost = yield from saving_recorded(photograph, path, record, told=tells)
    return path, (*told, *lost)


def share(pixels: np.ndarray, name: str) -> Job[Any]:
    """Turn restyled pixels into an image for the clipboard."""
    yield Progress(0, None, name)
    return image_of(pixels)
