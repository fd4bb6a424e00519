"""Ink: lines that follow the forms, solid blacks, and shading by hatching, dots, cuts or wash."""

from typing import Literal

import numpy as np

from studio.core import settings
from studio.core.events import Job, Progress
from studio.core.steps import told
from studio.core.style import shading
from studio.core.style.lines import contours
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.sheet import Sheet, inked
from studio.core.style.texture import paper, turbulence

# Tone up to which full darkness is solid black.
BLACK = {"none": 0.45, "hatching": 0.3, "dots": 0.34, "cuts": 0.25, "wash": 0.3}
SHADED = 0.6  # tones above black that full darkness shades
CLEAR = 2.2  # line widths below which an area of tone is nothing
REACH = 80.0  # thousandths of the longer side that a cut is long
NONE = 1.08  # of a pattern's range: nothing is inked
CUT = 1.3  # line widths from one cut to the next
PITCH, CLOSE = 2.4, 9.0  # line widths from one line of shading to the next; thousandths at least
WASHES, DILUTED = 4, 0.2  # layers of diluted ink, and how dark each is
GRANULATION = 0.03  # of tone
REVERSED = 0.06  # of tone that the light side of an edge loses blacks by, so they show their forms
SWAY = 0.08  # of the longer side: how soon a hatching hand turns
SLOPE = 0.03  # of a margin to the pixel: what is flatter has no clear edge


class InkSettings(StyleSettings):
    """Settings of ink. Widths are thousandths of the longer side."""

    width: float = settings.field(
        4.0,
        label="Line width",
        help="How broad the pen or brush is.",
        ge=1.5,
        le=12.0,
        unit="‰",
        logarithmic=True,
    )
    detail: float = settings.field(
        0.5,
        label="Detail",
        help="How faint an edge may be and still get a line.",
        ge=0.0,
        le=1.0,
    )
    dark: float = settings.field(
        0.5,
        label="Darkness",
        help="How far up the tones blacks and shading reach. 0 leaves lines alone.",
        ge=0.0,
        le=1.0,
    )
    shading: Literal["none", "hatching", "dots", "cuts", "wash"] = settings.field(
        "none",
        label="Shading",
        help="What stands between black and paper: nothing, crossed lines, printed dots, a "
        "woodcutter's cuts along the forms, or diluted ink.",
    )


def stylize(task: Task, settings: InkSettings) -> Job[np.ndarray]:
    """Draw at a size that suits lines, then print at the content's, strip by strip."""
    sheet = Sheet.of(*task.content.shape[:2])
    yield Progress(0, 100, "Lines")
    light = sheet.lightness(task.content)
    found = contours(light, settings.width * sheet.scale, 1 - 0.8 * settings.detail)
    line = yield from told(found, 10, 40, "Lines")
    yield Progress(40, 100, "Shading")
    tones = shading.areas(shading.toned(light), CLEAR * settings.width * sheet.scale)
    yield Progress(50, 100, "Shading")
    texture = yield from _texture(tones, sheet, settings)
    yield Progress(60, 100, "Ink")
    painted = task.content.copy()
    for strip in sheet.strips():
        yield Progress(60 + 40 * strip.top // sheet.size[0], 100, "Ink")
        rows = painted[strip.top : strip.bottom]
        print_ = _print(
            strip.of(line), strip.of(tones), strip.of(texture), strip.places(), settings
        )
        rows += np.float32(settings.strength) * (strip.reduced(print_)[..., None] - rows)
    return painted


def _texture(tones: np.ndarray, sheet: Sheet, settings: InkSettings) -> Job[np.ndarray]:
    """Return what the shading needs besides tones, float32 [h, w]: sway, cuts or paper."""
    rng = np.random.default_rng(settings.seed)
    h, w = tones.shape
    if settings.shading == "hatching":
        return 4 * (turbulence(h, w, SWAY * max(h, w), 2, rng) - 0.5)
    if settings.shading == "cuts":
        pitch = CUT * settings.width * sheet.scale
        cuts = shading.cuts(tones, pitch, REACH * sheet.scale, rng)
        return (yield from told(cuts, 50, 60, "Shading"))
    if settings.shading == "wash":
        return paper(h, w, rng) - 0.5
    return np.zeros((h, w), np.float32)


def _print(
    line: np.ndarray,
    tones: np.ndarray,
    texture: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    settings: InkSettings,
) -> np.ndarray:
    """Return the lightness [h, w] in [0, 1] of what is printed of maps of one size."""
    # Cuts and hatching darken by themselves; solid blacks are for what they cannot do.
    black = BLACK[settings.shading] * settings.dark
    ink = inked(line, SLOPE)
    if settings.dark == 0:
        return 1 - ink
    # The light side of an edge stays paper, so that what lies in the dark keeps its forms.
    below = black - tones - REVERSED * np.clip(-line - 1, 0, 1)
    ink = np.maximum(ink, inked(below, SLOPE / 4))
    reach = black + SHADED * settings.dark + 1e-6
    # A little above 1 in the lights, so that the very tip of a pattern leaves no speck there.
    shade = NONE * np.clip((tones - black) / (reach - black), 0, 1)
    pitch = max(CLOSE, PITCH * settings.width) / 1000
    if settings.shading == "wash":
        return (1 - ink) * _wash(tones + GRANULATION * texture, reach)
    if settings.shading == "hatching":
        ink = np.maximum(ink, inked(shading.hatching(*places, pitch, shade, texture), SLOPE))
    elif settings.shading == "dots":
        ink = np.maximum(ink, inked(shading.dots(*places, pitch) - shade, SLOPE))
    elif settings.shading == "cuts":
        ink = np.maximum(ink, inked(texture - shade, SLOPE))
    return 1 - ink


def _wash(tones: np.ndarray, reach: float) -> np.ndarray:
    """Return the lightness of diluted ink laid in flat areas, each over the lighter before it."""
    light = np.ones_like(tones)
    for k in range(WASHES):
        over = reach * (1 - k / WASHES) - tones
        # Pigment gathers where a wash ends.
        light *= 1 - DILUTED * np.clip(0.5 + over / 0.02, 0, 1) * (
            1 + 0.5 * np.exp(-((over / 0.03) ** 2))
        )
    return light


METHOD = Method(
    name="ink",
    title="Ink",
    summary="Lines that follow the forms, solid blacks, and shading by hatching, dots or wash.",
    settings=InkSettings,
    stylize=stylize,
    presets={
        "Comic": {"width": 4.5, "dark": 0.55, "shading": "dots"},
        "Woodcut": {"width": 4.0, "dark": 0.85, "detail": 0.6, "shading": "cuts"},
        "Fine liner": {"width": 2.5, "dark": 0.65, "detail": 0.7, "shading": "hatching"},
        "Wash": {"width": 3.5, "dark": 0.7, "detail": 0.55, "shading": "wash"},
    },
    rank=40,
)
