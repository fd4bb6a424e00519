"""Pencil: sketched outlines, tones of strokes side by side, and the paper's grain."""

from typing import Literal

import numpy as np

from studio.core import settings
from studio.core.events import Job, Progress
from studio.core.steps import told
from studio.core.style import graphite, shading
from studio.core.style.flow import blurred
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.sheet import Sheet
from studio.core.style.texture import paper, turbulence

WHITE = 0.985  # lightness of the paper
HARDEST, SOFTEST = 0.4, 0.06  # lightness of what a hard pencil and a soft one leave at the most
REACH = 16.0  # thousandths of the longer side that an outline's stroke reaches from its middle
LONG = 60.0  # thousandths of the longer side that a stroke along the forms is long
TOOTH = 2.8  # thousandths of the longer side from one bump of the paper to the next
FINE = np.float32(0.4)  # height of the roughness that only large prints can show
SWAY = 0.12  # of the longer side: how soon a hand turns
SOFT = 0.35  # of pressure, from nothing left to all
CROSSED = 0.4  # how dark a tone is before it is crossed
DEGREES = (-52.0, 24.0)  # how strokes lie, and what crosses them


class PencilSettings(StyleSettings):
    """Settings of pencil."""

    softness: float = settings.field(
        0.5,
        label="Softness",
        help="From a hard, sharp pencil with fine gray lines to a blunt, black one.",
        ge=0.0,
        le=1.0,
    )
    shade: float = settings.field(
        0.5,
        label="Shade",
        help="How much tone there is beside the outlines. 0 leaves outlines alone.",
        ge=0.0,
        le=1.0,
    )
    hatching: Literal["slanted", "crossed", "forms", "smudged"] = settings.field(
        "slanted",
        label="Hatching",
        help="How tones are laid: strokes of one slant, crossed where it is dark, along the "
        "forms, or rubbed smooth with a finger.",
    )
    grain: float = settings.field(
        0.4,
        label="Paper grain",
        help="How rough the paper is that shows through the strokes.",
        ge=0.0,
        le=1.0,
    )


def stylize(task: Task, settings: PencilSettings) -> Job[np.ndarray]:
    """Find outlines and tones at a size that suits lines, then lay the graphite strip by strip."""
    sheet = Sheet.of(*task.content.shape[:2])
    yield Progress(0, 100, "Outlines")
    light = sheet.lightness(task.content)
    width = (0.8 + 2.0 * settings.softness) * sheet.scale
    found = graphite.outlines(light, width, REACH * sheet.scale)
    line = yield from told(found, 5, 40, "Outlines")
    yield Progress(40, 100, "Tones")
    tones = graphite.penciled(shading.toned(blurred(light, 0.8 * sheet.scale)), settings.shade)
    yield Progress(50, 100, "Tones")
    texture = yield from _swayed(tones, sheet, settings)
    grain = paper(*sheet.drawn, np.random.default_rng([settings.seed, 1]), TOOTH)
    yield Progress(60, 100, "Graphite")
    painted = task.content.copy()
    for strip in sheet.strips():
        yield Progress(60 + 40 * strip.top // sheet.size[0], 100, "Graphite")
        rows = painted[strip.top : strip.bottom]
        laid = _laid(strip.of(tones), strip.of(texture), strip.places(), settings)
        drawn = 1 - (1 - laid) * np.exp(-_press(settings) * strip.of(line))
        height = strip.of(grain) + FINE * (1 - 1 / sheet.enlarged) * strip.tiled(graphite.tooth())
        value = _rubbed(drawn, height, settings)
        rows += np.float32(settings.strength) * (strip.reduced(value)[..., None] - rows)
    return painted


def _press(settings: PencilSettings) -> np.float32:
    return np.float32(1.4 - 0.7 * settings.softness)


def _swayed(tones: np.ndarray, sheet: Sheet, settings: PencilSettings) -> Job[np.ndarray]:
    """Return what strokes need besides tones, float32 [h, w]: how a hand sways, where they run."""
    rng = np.random.default_rng(settings.seed)
    h, w = tones.shape
    if settings.hatching == "forms":
        pitch = 0.6 * _pitch(settings) * sheet.scale
        return (
            yield from told(shading.cuts(tones, pitch, LONG * sheet.scale, rng), 50, 60, "Tones")
        )
    if settings.hatching == "smudged":
        return np.zeros_like(tones)
    return 12 * (turbulence(h, w, SWAY * max(h, w), 2, rng) - 0.5)


def _pitch(settings: PencilSettings) -> float:
    """Return thousandths of the longer side from one stroke to the next."""
    return 4.0 + 3.0 * settings.softness


def _laid(
    tones: np.ndarray,
    texture: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    settings: PencilSettings,
) -> np.ndarray:
    """Return how much graphite lies where tones [h, w] are laid, in [0, 1]."""
    dark = 1 - tones
    if settings.shade == 0:
        return np.zeros_like(dark)
    if settings.hatching == "smudged":
        return dark
    if settings.hatching == "forms":
        return _covered(dark, texture, 2 * SOFT)
    pitch = _pitch(settings) / 1000
    first, second = (
        graphite.strokes(*places, turn, pitch, way * texture, settings.seed + k)
        for k, (turn, way) in enumerate(zip(DEGREES, (1, -1), strict=True))
    )
    if settings.hatching == "slanted":
        return _covered(dark, first)
    over = np.clip((dark - CROSSED) / (1 - CROSSED), 0, 1)
    under = (dark - over) / np.maximum(1 - over, 1e-3)
    return 1 - (1 - _covered(under, first)) * (1 - _covered(over, second))


def _covered(dark: np.ndarray, pressure: np.ndarray, soft: float = SOFT) -> np.ndarray:
    """Return the graphite of strokes: as a tone darkens more of them are drawn, and harder."""
    root = np.sqrt(dark)
    return root * np.clip((pressure - 1 + root) / soft + 0.5, 0, 1)


def _rubbed(drawn: np.ndarray, height: np.ndarray, settings: PencilSettings) -> np.ndarray:
    """Return the lightness of graphite [h, w] that the paper's bumps take and its dips do not."""
    rough = (
        np.float32(0.6 + 3.4 * settings.grain) * drawn * (1 - drawn) * (height - np.float32(0.5))
    )
    darkest = HARDEST + settings.softness * (SOFTEST - HARDEST)
    return WHITE - np.float32(WHITE - darkest) * np.clip(drawn + rough, 0, 1)


METHOD = Method(
    name="pencil",
    title="Pencil",
    summary="Sketched outlines, tones of strokes side by side, and the paper's grain.",
    settings=PencilSettings,
    stylize=stylize,
    presets={
        "Sketch": {"softness": 0.4, "shade": 0.15},
        "Shaded": {"softness": 0.6, "shade": 0.6, "hatching": "forms"},
        "Crossed": {"softness": 0.35, "shade": 0.6, "hatching": "crossed", "grain": 0.25},
        "Charcoal": {"softness": 1.0, "shade": 0.8, "hatching": "smudged", "grain": 0.6},
    },
    rank=30,
)
