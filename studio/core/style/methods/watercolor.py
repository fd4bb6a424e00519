"""Watercolor: transparent washes on white paper, which run, dry at their edges and settle."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from studio.core import settings
from studio.core.events import Job, Progress
from studio.core.style.flow import blurred, tensor_field
from studio.core.style.kuwahara import kuwahara
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.texture import paper, turbulence

WORK = (
    720 * 540
)  # pixels on which the washes are made; paper and their borders are as fine as asked
STRIP = 1 << 17  # pixels that are laid on paper in one step
CREEP = 1.8  # pixels of the washes that a border shifts from the paper's valleys to its bumps
SHEET = np.array([0.992, 0.987, 0.972], np.float32)  # the paper's color
DILUTED = 2.1  # most absorbance that the washes come to: black is a dark gray
GLAZE = 0.32  # absorbance of one glaze over the other
UNPAINTED = 0.06  # absorbance up to which the paper stays white
RICH = 1.3  # how much purer a wash is than the color it stands for
FAINT = 1e-3  # added to absorbance that is divided by
STEPS = 8
TOUCH = 0.35  # of the washes' size: the brush that the last touches are set with
DARKER = 0.08  # absorbance by which something must stand out to be touched up
THINNEST = 0.02  # of light that even the darkest wash lets through
MARGIN = 0.1  # most of the shorter side that a border takes
GRAIN = 3.5  # thousandths of the longer side: a bump of the paper


class WatercolorSettings(StyleSettings):
    """Watercolor."""

    wash: float = settings.field(
        10.0,
        label="Wash",
        help="Size of the patches that are painted in one go: small keeps detail, large is bold.",
        ge=2.0,
        le=40.0,
        unit="‰ of the longer side",
    )
    wetness: float = settings.field(
        0.4,
        label="Wetness",
        help="How far the colors run into each other on wet paper, and bloom.",
        ge=0.0,
        le=1.0,
    )
    edges: float = settings.field(
        0.5,
        label="Dry edges",
        help="Pigment that gathers where a wash ends, as a darker rim.",
        ge=0.0,
        le=1.0,
    )
    paper: float = settings.field(
        0.5,
        label="Paper",
        help="How much of the sheet shows: its grain, and light that stays unpainted.",
        ge=0.0,
        le=1.0,
    )
    border: float = settings.field(
        20.0,
        label="Border",
        help="Width of the paper left white around the picture.",
        ge=0.0,
        le=100.0,
        unit="‰ of the longer side",
        advanced=True,
    )


def stylize(task: Task, settings: WatercolorSettings) -> Job[np.ndarray]:
    """Lay the content on paper in washes.

    After Bousseau et al., "Interactive watercolor rendering with temporal coherence and
    abstraction", 2006; pigment is absorbance here, so that one wash darkens another as a filter.
    """
    yield Progress(0, STEPS, "Watercolor")
    content, side = _small(task.content)
    radius = side * settings.wash / 1000
    yield Progress(1, STEPS, "Watercolor")
    broad = _abstracted(content, radius)
    yield Progress(2, STEPS, "Watercolor")
    fine = _abstracted(content, radius * TOUCH)
    yield Progress(3, STEPS, "Watercolor")
    washes = _absorbance(broad)
    touches = _touches(_absorbance(fine), washes)
    yield Progress(4, STEPS, "Watercolor")
    water = _water(content, side, settings)
    yield Progress(5, STEPS, "Watercolor")
    washes = _run(_glazed(washes, water.flow), water, side)
    yield Progress(6, STEPS, "Watercolor")
    pigment = _gathered(washes + touches, water, side, settings)
    result = np.empty_like(task.content)
    for _ in _laid(pigment, task.content, result, settings):
        yield Progress(7, STEPS, "Watercolor")
    return result


def _small(content: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the picture in at most WORK pixels, and its longer side in them."""
    h, w = content.shape[:2]
    scale = min(1.0, (WORK / (h * w)) ** 0.5)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    return cv2.resize(content, size, interpolation=cv2.INTER_AREA), max(h, w) * scale


def _abstracted(content: np.ndarray, radius: float) -> np.ndarray:
    lightness = cv2.cvtColor(content, cv2.COLOR_RGB2GRAY)
    field = tensor_field(lightness, max(1.0, radius / 3), wide=True)
    return kuwahara(content, *field, radius)


@dataclass(frozen=True, eq=False)
class Water:
    """Where water stands: `wet` [h, w] 0 to 1; `flow` and `drift` are turbulence about 0.5."""

    wet: np.ndarray
    flow: np.ndarray
    drift: np.ndarray


def _water(content: np.ndarray, side: float, settings: WatercolorSettings) -> Water:
    h, w = content.shape[:2]
    rng = np.random.default_rng([settings.seed, 1])
    flow, drift = (turbulence(h, w, side * size, 5, rng) for size in (0.12, 0.25))
    wet = _step(drift, 0.7 - 0.45 * settings.wetness, 0.1) * np.float32(settings.wetness)
    return Water(wet, flow, drift)


def _absorbance(washed: np.ndarray) -> np.ndarray:
    """Return what the pigment takes from the light: little in the lights, colored in the darks."""
    density = -np.log(THINNEST + (1 - THINNEST) * np.clip(washed, 0, 1))
    tone = density.mean(2, keepdims=True)
    thin = DILUTED * (1 - np.exp(-np.maximum(tone - UNPAINTED, 0) / DILUTED))
    return np.maximum(tone + RICH * (density - tone), 0) * (thin / (tone + FAINT))


def _touches(fine: np.ndarray, washes: np.ndarray) -> np.ndarray:
    """Return the absorbance of small dark strokes that come last, on dry paper: eyes, twigs."""
    return np.maximum(fine - washes - DARKER, 0)


def _glazed(density: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return the absorbance in a few glazes over each other, each with its own border."""
    tone = density.mean(2)
    uneven = 0.4 * (flow - 0.5)
    level = tone / GLAZE + uneven
    whole = np.floor(level)
    glazes = GLAZE * (whole + _step(level - whole, 0.5, 0.25) - uneven)
    share = (0.4 * tone + 0.6 * np.maximum(glazes, 0)) / (tone + FAINT)
    return density * share[..., None]


def _run(density: np.ndarray, water: Water, side: float) -> np.ndarray:
    """Return the absorbance after pigment ran where it is wet; the accents came last and stay."""
    places = np.indices(water.wet.shape, np.float32)
    run = cv2.remap(
        blurred(density, side * 0.01),
        places[1] + np.float32(side * 0.11) * (water.flow - 0.5),
        places[0] + np.float32(side * 0.11) * (water.drift - 0.5),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    accents = np.maximum(density - run, 0)
    lights = np.minimum(density - run, 0)
    wet = water.wet[..., None]
    return run + (1 - 0.35 * wet) * accents + (1 - 0.75 * wet) * lights


def _gathered(
    density: np.ndarray, water: Water, side: float, settings: WatercolorSettings
) -> np.ndarray:
    """Return the absorbance after pigment gathered in flowing water, and at borders that dried."""
    tone = density.mean(2)
    rim = np.maximum(tone - blurred(tone, side * 0.004), 0) * 2
    rim += 0.5 * np.maximum(tone - blurred(tone, side * 0.015), 0)
    rim *= 1 - 0.7 * water.wet
    bloom = np.maximum(water.wet - blurred(water.wet, side * 0.01), 0) * tone
    more = 1 + np.float32(0.3 + 0.7 * settings.wetness) * (water.flow - 0.5)
    gathered = (rim + bloom) * np.float32(settings.edges) / (tone + 0.2)
    return density * np.minimum(more + gathered, 2.5)[..., None]


def _step(values: np.ndarray, at: float, width: float) -> np.ndarray:
    t = np.clip((values - at) / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def _laid(
    pigment: np.ndarray, content: np.ndarray, result: np.ndarray, settings: WatercolorSettings
) -> Iterator[int]:
    """Write the washes on paper, in strips; yields rows done."""
    h, w = content.shape[:2]
    rows = max(8, STRIP // w)
    for top in range(0, h, rows):
        bottom = min(h, top + rows)
        painted = _strip(pigment, h, w, top, bottom, settings)
        below = content[top:bottom]
        result[top:bottom] = below + np.float32(settings.strength) * (painted - below)
        yield top


def _strip(
    pigment: np.ndarray, h: int, w: int, top: int, bottom: int, settings: WatercolorSettings
) -> np.ndarray:
    side, rows = max(h, w), (top, bottom)
    rng = np.random.default_rng([settings.seed, 2])
    grain = paper(h, w, rng, GRAIN, rows)
    sway = [turbulence(h, w, side * 0.035, 3, rng, rows) - 0.5 for _ in range(2)]
    ragged = [turbulence(h, w, side * 0.008, 3, rng, rows) - 0.5 for _ in range(2)]
    edge = turbulence(h, w, side * 0.05, 5, rng, rows)
    places = np.indices((bottom - top, w), np.float32)
    y, x = places[0] + (top + 0.5), places[1] + 0.5
    sh, sw = pigment.shape[0] / h, pigment.shape[1] / w
    creep = np.float32(CREEP / min(sh, sw)) * (grain - 0.5)
    wobble = [
        np.float32(side) * (0.016 * s + 0.006 * r) + creep
        for s, r in zip(sway, ragged, strict=True)
    ]
    density = cv2.remap(
        pigment,
        (x + wobble[0]) * np.float32(sw) - 0.5,
        (y + wobble[1]) * np.float32(sh) - 0.5,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    light = grain - 0.5
    tone = density.mean(2)
    settled = 1 - np.float32(0.75 * settings.paper) * light / (0.6 + tone)
    dry = _step(grain + 0.5 * (edge - 0.5), 1.0 - 0.1 * settings.paper, 0.1)
    settled = settled * (1 - np.float32(settings.paper) * dry / (1 + tone))
    if settings.border > 0:
        settled = settled * _border(x, y, (h, w), edge, settings)
    color = SHEET * np.exp(-density * settled[..., None])
    return np.clip(color + (np.float32(0.06 * settings.paper) * light)[..., None], 0, 1)


def _border(
    x: np.ndarray,
    y: np.ndarray,
    size: tuple[int, int],
    edge: np.ndarray,
    settings: WatercolorSettings,
) -> np.ndarray:
    """Return the share of pigment inside a ragged white border: 0 there, above 1 at its rim."""
    h, w = size
    side = max(h, w)
    near = np.minimum(np.minimum(x, w - x), np.minimum(y, h - y)) / np.float32(side)
    width = min(settings.border / 1000, MARGIN * min(h, w) / side)
    inner = near + np.float32(1.5 * width) * (edge - 0.5) - np.float32(width)
    rim = np.exp(-(((inner - 0.002) / 0.003) ** 2))
    return _step(inner, 0, 0.004) * (1 + np.float32(settings.edges) * rim)


METHOD = Method(
    name="watercolor",
    title="Watercolor",
    summary="Transparent washes on white paper, which run and dry at their edges.",
    settings=WatercolorSettings,
    stylize=stylize,
    presets={
        "Light wash": {},
        "Wet in wet": {"wash": 9.0, "wetness": 1.0, "edges": 0.4, "paper": 0.4},
        "Illustration": {"wash": 6.0, "wetness": 0.1, "edges": 0.9, "paper": 0.25, "border": 0.0},
    },
    rank=30,
)
