"""From a picture: the strokes of the style pictures, laid patch by patch from coarse to fine."""

from typing import NamedTuple

import cv2
import numpy as np

from studio.core import settings
from studio.core.events import Drawn, Job, Progress, Refused
from studio.core.style import strips
from studio.core.style.guides import Guide, guide, matched
from studio.core.style.method import Method, Style, StyleSettings, Task
from studio.core.style.methods.colors import palette
from studio.core.style.patches import Laying, Source, cut, fits, lay
from studio.core.style.sliced import Hold, flow, later, target

COARSEST, SEARCHED = 40, 720  # pixels: the sides of squares as large as the levels
LEAST = 8  # pixels a side of anything
SHOWN = 512  # pixels a side of what is shown meanwhile
NOISE = 0.2  # that the first level begins with
ENLARGED, LARGEST = 1.25, 2048  # a style is made no larger than so many times, so many pixels
LIGHTNESS, DIRECTION = 1.3, 0.5  # what guides count beside a patch's colors
LAID = 2  # steps of the flow that laying patches once takes as long as
TITLE = "Painting"
NOWHERE = Guide(*(np.zeros(size, np.float32) for size in ((1, 1), (1, 1, 2), (1, 1))))


class PatchSettings(StyleSettings):
    """How a picture is painted in the hand of others."""

    strength: float = settings.field(
        0.75,
        label="Strength",
        help="How far the picture leaves the photograph: low keeps its edges and details, high "
        "lets the style's strokes take over.",
        ge=0.0,
        le=1.0,
    )
    scale: float = settings.field(
        1.0,
        label="Style scale",
        help="How large the style's strokes become: 1 as if both pictures were of one size.",
        ge=0.25,
        le=4.0,
        logarithmic=True,
    )
    brush: float = settings.field(
        1.0,
        label="Brush",
        help="How large the pieces are that are taken over whole: larger ones keep whole shapes "
        "of the style, smaller ones follow the picture.",
        ge=0.5,
        le=2.0,
        logarithmic=True,
    )
    variety: float = settings.field(
        0.4,
        label="Variety",
        help="How evenly all of the style is used. 0 takes what fits best, again and again.",
        ge=0.0,
        le=1.0,
    )


class Round(NamedTuple):
    """Steps of patch distributions, then patches of a side laid so often; either may be 0."""

    steps: int
    side: int = 0
    times: int = 0


# By the size of the level, what is done there, as found by looking at many pictures.
ROUNDS = {
    80: (Round(0, 13, 1), Round(5, 9, 2), Round(5)),
    160: (Round(0, 21, 1), Round(6, 13, 1), Round(0, 9, 1), Round(8)),
    320: (Round(6, 21, 1), Round(6, 9, 1), Round(0, 7, 1), Round(10)),
    SEARCHED + 1: (Round(4, 13, 1), Round(6, 7, 1), Round(10)),
}
FINISHING = (Round(6),)  # on levels too large for patches
LAST = Round(6)  # once more, where patches were laid on the last level


class Grip(NamedTuple):
    """How firmly the photograph is held: everywhere, and at what is salient; between 0 and 1 how
    much of what was painted is shown.
    """

    ground: float
    salient: float
    shown: float


def grip(strength: float) -> Grip:
    """Return what a strength in [0, 1] means; at 0 nothing but the photograph is shown."""
    salient = 0.08 * (1.5 / 0.08) ** ((1 - strength) / 0.75) / min(1.0, strength / 0.25 + 1e-6) ** 3
    return Grip(salient / 6, salient, min(1.0, strength / 0.05))


class Level(NamedTuple):
    """One scale of the work: the content's and the styles' share of their own size."""

    height: int
    width: int
    share: float
    rounds: tuple[Round, ...]
    side: float

    @property
    def work(self) -> int:
        """Pixels times steps."""
        steps = sum(each.steps + LAID * each.times for each in self.rounds)
        return self.height * self.width * steps


def levels(h: int, w: int) -> list[Level]:
    """Return the scales for a content of that size, each twice the one before, coarsest first."""
    size = (h * w) ** 0.5
    shares = [1.0]
    while size * shares[-1] > 2 * COARSEST:
        shares.append(shares[-1] / 2)
    return [_level(h, w, share, size * share) for share in reversed(shares)]


def _level(h: int, w: int, share: float, side: float) -> Level:
    rounds = next((found for most, found in ROUNDS.items() if side < most), FINISHING)
    rounds = (*rounds, LAST) if share == 1 and side < SEARCHED + 1 else rounds
    return Level(max(LEAST, round(h * share)), max(LEAST, round(w * share)), share, rounds, side)


def stylize(task: Task, settings: PatchSettings) -> Job[np.ndarray]:
    """Return the content float32 [h, w, 3] painted with patches of the styles.

    At each level of a pyramid the image takes on the distribution of the styles' small patches,
    then is remade of their larger ones, guided by the content's lightness and edges; what is
    salient in the content is held to. Raises Refused for a style smaller than a patch.
    """
    _check(task.styles)
    rng = np.random.default_rng(settings.seed)
    content, colors = task.content, palette(task.styles)
    found = levels(*content.shape[:2])
    total = sum(level.work for level in found)
    image, done, bench = np.zeros((0, 0, 3), np.float32), 0, None
    for level in found:
        tick = Progress(done, total, TITLE)
        sized = _resized(content, level.height, level.width)
        sized = sized if sized is content else sized.clip(0, 1)
        wanted = yield from strips.recolored(sized, colors, tick)
        image = _begun(image, wanted, rng)
        bench = _bench(task, wanted, level, settings, bench)
        image = yield from _painted(image, bench, level, settings, rng, tick)
        done += level.work
        yield Progress(done, total, TITLE)
        if level is not found[-1]:
            yield Drawn(_picture(image))
    shown = np.float32(grip(settings.strength).shown)
    painted = _resized(image, *content.shape[:2])
    for strip in strips.rows(*content.shape[:2]):
        painted[strip] = content[strip] + shown * (painted[strip].clip(0, 1) - content[strip])
    return painted


def _check(styles: tuple[Style, ...]) -> None:
    for style in styles:
        h, w = style.colors.shape[:2]
        if min(h, w) < LEAST or (style.open is not None and not _opened(style.open)):
            raise Refused(
                f"A style picture of {w}×{h} pixels has no whole patch to take, which needs "
                f"{LEAST}×{LEAST} that are not transparent; take a larger one."
            )


def _opened(open_: np.ndarray) -> bool:
    return bool(cv2.erode(open_.astype(np.uint8), np.ones((LEAST, LEAST)), borderValue=0).any())


def _resized(image: np.ndarray, h: int, w: int) -> np.ndarray:
    """Return an image at another size; the same array where it has that size."""
    if image.shape[:2] == (h, w):
        return image
    smaller = h < image.shape[0]
    return cv2.resize(image, (w, h), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def _begun(image: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what a level begins with: what the coarser one made, at first the content in noise."""
    if image.size:
        return _resized(image, *wanted.shape[:2])
    return wanted + NOISE * rng.standard_normal(wanted.shape).astype(np.float32)


def _sources(task: Task, level: Level, scale: float, guided: bool) -> tuple[Source, ...]:
    """Return the styles as large as the level wants them, beside the content or `scale` times."""
    found = []
    size = (task.content.shape[0] * task.content.shape[1]) ** 0.5 * level.share * scale
    for style in task.styles:
        h, w = style.colors.shape[:2]
        share = min(size / (h * w) ** 0.5, ENLARGED, LARGEST / max(h, w))
        h, w = (max(LEAST, round(side * share)) for side in (h, w))
        colors = _resized(style.colors, h, w)
        open_ = np.ones((h, w), np.float32)
        if style.open is not None:
            open_ = (_resized(style.open.astype(np.float32), h, w) > 0.99).astype(np.float32)
        found.append(Source(colors, guide(colors) if guided else NOWHERE, style.weight, open_))
    return tuple(found)


class Bench(NamedTuple):
    """All that a level is painted with; `guide` is None where no patches are laid."""

    sources: tuple[Source, ...]
    guide: Guide | None
    salience: np.ndarray
    hold: Hold


def _bench(
    task: Task, wanted: np.ndarray, level: Level, settings: PatchSettings, coarser: Bench | None
) -> Bench:
    if coarser and not any(each.times for each in level.rounds):
        # What guides patches would take more memory here than all the rest.
        sources = _sources(task, level, settings.scale, False)
        salience = _resized(coarser.salience, *wanted.shape[:2])
        return Bench(sources, None, salience, _hold(wanted, salience, settings))
    sources, here = _sources(task, level, settings.scale, True), guide(wanted)
    lights = [source.guide.lightness for source in sources]
    light = matched(here.lightness, lights, [source.weight for source in sources])
    hold = _hold(wanted, here.salience, settings)
    return Bench(sources, here._replace(lightness=light), here.salience, hold)


def _hold(wanted: np.ndarray, salience: np.ndarray, settings: PatchSettings) -> Hold:
    kept = grip(settings.strength)
    return Hold(wanted, (kept.ground + np.float32(kept.salient) * salience)[..., None])


def _painted(
    image: np.ndarray,
    bench: Bench,
    level: Level,
    settings: PatchSettings,
    rng: np.random.Generator,
    tick: Progress,
) -> Job[np.ndarray]:
    """Do the rounds of a level."""
    goal = target(bench.sources, rng)
    pace = level.height * level.width
    for each in level.rounds:
        yield from flow(image, goal, bench.hold, each.steps, rng, tick, pace)
        tick = later(tick, pace * each.steps)
        laying = _laying(each.side, settings)
        if bench.guide and each.times and fits(bench.sources, laying.side):
            keys = yield from cut(bench.sources, laying, rng, tick)
            for _ in range(each.times):
                image = yield from lay(image, bench.guide, keys, rng, tick)
                bench.hold.pull(image)
                tick = later(tick, pace * LAID)
    return image


def _laying(side: int, settings: PatchSettings) -> Laying:
    side = max(3, round(side * settings.brush)) | 1
    return Laying(side, max(1, round(0.38 * side)), LIGHTNESS, DIRECTION, settings.variety)


def _picture(image: np.ndarray) -> np.ndarray:
    """Return an image as a picture to look at, uint8 [1, h, w, 3]."""
    share = min(1.0, SHOWN / max(image.shape[:2]))
    h, w = (max(1, round(side * share)) for side in image.shape[:2])
    small = _resized(image, h, w)
    return np.rint(small.clip(0, 1) * 255).astype(np.uint8)[None]


METHOD = Method(
    name="patch",
    title="From a picture",
    summary="Painted in the hand of one to four pictures: their strokes, their colors.",
    settings=PatchSettings,
    stylize=stylize,
    presets={
        "Balanced": {},
        "Bold": {"strength": 1.0, "brush": 1.3},
        "Faithful": {"strength": 0.5, "brush": 0.8},
        "Large strokes": {"scale": 1.8},
        "Fine strokes": {"scale": 0.6},
        "A hint": {"strength": 0.25},
    },
    styled=True,
)
