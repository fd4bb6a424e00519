"""Oil: brush strokes along the forms, large ones first, in paint that stands off the canvas."""

import math
from collections.abc import Iterator

import cv2
import numpy as np

from studio.core import settings
from studio.core.colors.oklab import from_oklab, to_oklab
from studio.core.events import Job, Progress
from studio.core.style.brush import Brush, lay
from studio.core.style.flow import blurred
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.strokes import BENT, PLAN, Plan, Strokes

FINEST = 0.005  # of the longer side: no brush is smaller
HALVED = 0.5  # each brush's width, of the one before
GROUND = 0.008  # of the longer side: what lies under the strokes is blurred so far
DIM, GLOSS = 0.7, 0.12  # of a steep slope away from the light, and towards it on black
STRIP = 1 << 18  # pixels that are lit in one step


class OilSettings(StyleSettings):
    """Oil paint."""

    brush: float = settings.field(
        28.0,
        label="Brush",
        help="Width of the largest brush. Smaller ones follow it where there is detail.",
        ge=8.0,
        le=80.0,
        unit="‰ of the longer side",
    )
    detail: float = settings.field(
        0.7,
        label="Detail",
        help="How far the painter goes on with small brushes: broad strokes only, or every eyelid.",
        ge=0.0,
        le=1.0,
    )
    relief: float = settings.field(
        0.5,
        label="Relief",
        help="How thick the paint stands, in light that falls from the upper left.",
        ge=0.0,
        le=1.0,
    )
    vividness: float = settings.field(
        0.4,
        label="Vividness",
        help="Purer colors, and strokes side by side that differ a little more in color.",
        ge=0.0,
        le=1.0,
    )
    length: float = settings.field(
        6.0,
        label="Stroke length",
        help="Short dabs, or long strokes that follow the forms.",
        ge=1.5,
        le=12.0,
        unit="brush widths",
        advanced=True,
    )
    bristles: float = settings.field(
        0.7,
        label="Bristles",
        help="A coarse brush leaves streaks and runs dry; 0 is a palette knife.",
        ge=0.0,
        le=1.0,
        advanced=True,
    )


def stylize(task: Task, settings: OilSettings) -> Job[np.ndarray]:
    """Paint the content in oil: plan a layer of strokes, lay it, then the next; light the paint."""
    h, w = task.content.shape[:2]
    plan = Plan(task.content, np.random.default_rng(settings.seed))
    canvas = _ground(plan.content, h, w)
    widths = _widths(settings)
    for number, width in enumerate(widths):
        now = Progress(number, len(widths) + 1, "Oil")
        rng = np.random.default_rng([settings.seed, number])
        error = 0.0 if number == 0 else _error(settings.detail)
        yield now
        seen = plan.seen(width)
        yield now
        strokes = plan.layer(seen, width, settings.length, error, rng)
        strokes = _colored(strokes, settings.vividness)
        brush = Brush(width * max(h, w), settings.length, settings.bristles, BENT, rng)
        yield now
        for _ in lay(canvas, strokes, brush):
            yield now
    result = np.empty_like(task.content)
    for _ in _lit(canvas, task.content, result, settings):
        yield Progress(len(widths), len(widths) + 1, "Oil")
    return result


def _ground(small: np.ndarray, h: int, w: int) -> np.ndarray:
    """Return a canvas [4, h, w] with thin paint on it, for the gaps that strokes leave."""
    thin = blurred(small, PLAN * GROUND)
    canvas = np.zeros((4, h, w), np.float32)
    for k in range(3):
        cv2.resize(thin[..., k], (w, h), dst=canvas[k], interpolation=cv2.INTER_LINEAR)
    return canvas


def _widths(settings: OilSettings) -> list[float]:
    """Return the brushes' widths in units of the longer side, the largest first."""
    finest = max(FINEST, settings.brush / 1000 * (0.5 - 0.4 * settings.detail))
    count = 1 + max(0, round(math.log(settings.brush / 1000 / finest, 1 / HALVED)))
    return [settings.brush / 1000 * HALVED**k for k in range(count)]


def _error(detail: float) -> float:
    return 0.2 - 0.15 * detail


def _colored(strokes: Strokes, vividness: float) -> Strokes:
    """Return strokes with purer colors, each a little off."""
    lab = to_oklab(strokes.colors)
    chroma = np.hypot(lab[:, 1], lab[:, 2])[:, None]
    lab[:, 1:] *= 1 + 0.5 * vividness
    off = (0.02 + 0.1 * vividness) * (strokes.luck[:, 1:] - 0.5)
    off[:, 1:] *= np.minimum(0.35 + 3 * chroma, 0.8)
    lab += off
    return Strokes(**{**vars(strokes), "colors": from_oklab(lab)})


def _lit(
    canvas: np.ndarray, content: np.ndarray, result: np.ndarray, settings: OilSettings
) -> Iterator[int]:
    """Write the canvas, lit from the upper left, in strips with a margin. Yields rows done."""
    h, w = content.shape[:2]
    rows = max(16, STRIP // w)
    for top in range(0, h, rows):
        low, high = max(0, top - 4), min(h, top + rows + 4)
        part = np.s_[top : min(h, top + rows)]
        inner = np.s_[top - low : min(h, top + rows) - low]
        shade = _shade(canvas[3, low:high], max(h, w))[inner] * np.float32(settings.relief)
        for channel in range(3):
            color = canvas[channel, part]
            lit = color * (1 + np.float32(DIM) * np.minimum(shade, 0))
            lit += np.maximum(shade, 0) * (GLOSS + color) * (1 - color)
            below = content[part, :, channel]
            lit = np.clip(lit, 0, 1)
            result[part, :, channel] = below + np.float32(settings.strength) * (lit - below)
        yield top


def _shade(height: np.ndarray, side: int) -> np.ndarray:
    """Return how much lighter, or darker below 0, slopes are for the light from the upper left."""
    sigma = max(0.0, side / 1500)
    smooth = cv2.GaussianBlur(height, (0, 0), sigma) if sigma > 0.2 else height
    edge = cv2.BORDER_REPLICATE
    dx = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1 / 32, borderType=edge)
    dy = cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1 / 32, borderType=edge)
    slope = (dx + dy) * np.float32(side / 512 * 1.6)
    return np.tanh(slope)


METHOD = Method(
    name="oil",
    title="Oil",
    summary="Brush strokes along the forms, broad ones first, in paint you could touch.",
    settings=OilSettings,
    stylize=stylize,
    presets={
        "Alla prima": {},
        "Impasto": {"brush": 30.0, "detail": 0.4, "relief": 0.9, "vividness": 0.9, "length": 9.0},
        "Fine detail": {
            "brush": 20.0,
            "detail": 0.95,
            "length": 5.0,
            "relief": 0.25,
            "vividness": 0.2,
        },
        "Palette knife": {
            "brush": 45.0,
            "detail": 0.6,
            "relief": 0.6,
            "length": 3.0,
            "bristles": 0.1,
        },
    },
    rank=20,
)
