"""Pixel art: few square pixels, few colors, the tones between by a pattern."""

from typing import Literal

import cv2
import numpy as np

from studio.core import settings
from studio.core.colors import dither, palette
from studio.core.colors.oklab import from_oklab, to_oklab
from studio.core.events import Job, Progress
from studio.core.steps import told
from studio.core.style import blocks
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.shading import span

STRIP = 2**20  # pixels of the content that are shrunk in one pull
TONAL = 0.2  # how far colors may lie beside the line from the darkest to the lightest, as one ramp
JITTER = np.float32(0.01)
FEW = 4  # colors, that need more contrast
CONTRAST = 0.5
DARKER = 0.5  # lightness left under a full outline
EDGE = 0.06  # difference of lightness from which an edge may be outlined


class PixelSettings(StyleSettings):
    """Settings of pixel art."""

    pixels: int = settings.field(
        128,
        label="Pixels",
        help="How many square pixels the longer side has: few are chunky, many keep small things.",
        ge=8,
        le=320,
        logarithmic=True,
    )
    palette: Literal["own", "1-bit", "game-boy", "cga", "c64", "pico-8"] = settings.field(
        "own",
        label="Palette",
        help="Colors found in the picture, or those of an old machine.",
    )
    colors: int = settings.field(
        16,
        label="Colors",
        help="How many colors the picture's own palette has.",
        ge=2,
        le=64,
        logarithmic=True,
    )
    dither: float = settings.field(
        0.5,
        label="Dither",
        help="Patterns that mix two colors for the tones between. 0 leaves flat areas.",
        ge=0.0,
        le=1.0,
    )
    pattern: Literal["checker", "grain", "scatter"] = settings.field(
        "checker",
        label="Pattern",
        help="How it mixes: a regular checker, an even grain, or dots scattered as tones ask.",
        advanced=True,
    )
    outline: float = settings.field(
        0.0,
        label="Outline",
        help="How dark the rim of things is drawn, as sprites have it.",
        ge=0.0,
        le=1.0,
        advanced=True,
    )


def stylize(task: Task, settings: PixelSettings) -> Job[np.ndarray]:
    """Shrink the content by blocks, find its palette, dither, and enlarge it again."""
    h, w = task.content.shape[:2]
    small = blocks.shape(h, w, settings.pixels)
    art = yield from _shrunk(task.content, small)
    yield Progress(2, 4, "Colors")
    art = _drawn(art, settings.outline)
    colors = (
        palette.find_palette(art, settings.colors)
        if settings.palette == "own"
        else palette.machine(settings.palette)
    )
    yield Progress(3, 4, "Dither")
    found = yield from _indices(art, colors, settings)
    painted = np.empty_like(task.content)
    for _ in blocks.enlarged(colors[found], painted):
        yield Progress(4, 4, "Pixels")
    if settings.strength == 1:
        return painted
    painted -= task.content
    painted *= np.float32(settings.strength)
    painted += task.content
    return painted


def _shrunk(content: np.ndarray, small: tuple[int, int]) -> Job[np.ndarray]:
    """Shrink strip by strip of whole blocks; yields Progress."""
    h, w = content.shape[:2]
    rows, columns = blocks.edges(h, small[0]), blocks.edges(w, small[1])
    step = max(1, STRIP * small[0] // (h * w))
    parts = []
    for top in range(0, small[0], step):
        yield Progress(2 * top // small[0], 4, "Pixels")
        # One block more on either side, as a block is compared with those around it.
        first, last = max(0, top - 1), min(small[0], top + step + 1)
        strip = content[rows[first] : rows[last]]
        part = blocks.shrunk(strip, rows[first : last + 1] - rows[first], columns)
        parts.append(part[top - first : top - first + step])
    return np.concatenate(parts)


def _drawn(art: np.ndarray, outline: float) -> np.ndarray:
    """Return sRGB [h, w, 3] without the speckle of photographs, its edges darkened."""
    lab = to_oklab(cv2.bilateralFilter(art, 5, 0.06, 1.5))
    if outline > 0:
        light = lab[..., 0]
        # Only on the darker side of an edge, or a rim would be two pixels thick.
        rim = cv2.dilate(light, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))) - light
        lab *= 1 - outline * DARKER * np.clip((rim - EDGE) / EDGE, 0, 1)[..., None]
    return from_oklab(lab)


def _indices(art: np.ndarray, colors: np.ndarray, settings: PixelSettings) -> Job[np.ndarray]:
    """Return the index into the palette sRGB [k, 3] of every pixel of `art`; yields Progress."""
    wanted, known = palette.to_space(art), palette.to_space(colors)
    if settings.palette != "own":
        wanted = _fitted(wanted, known)
    if settings.dither == 0:
        return palette.nearest(wanted, known)
    rng = np.random.default_rng(settings.seed)
    if settings.pattern == "scatter":
        # As even as a gradient is, diffusion would fall into step with it.
        wanted += JITTER * rng.standard_normal(wanted.shape, np.float32)
        job = dither.diffused(wanted, known, settings.dither)
        return (yield from told(job, 75, 100, "Dither"))
    level = dither.bayer(2) if settings.pattern == "checker" else dither.blue_noise()
    level = np.roll(level, rng.integers(0, len(level), 2), (0, 1))
    return dither.patterned(wanted, known, level, settings.dither)


def _fitted(wanted: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return colors moved to what a given palette, dark to light or not, can show.

    Lightness fills the palette's range. In few colors shapes must tell, so local contrast is
    raised; where the palette is one ramp, as 1-bit, colors are its tones.
    """
    ramp = known[np.argsort(known[:, 0])]
    light = wanted[..., 0]
    if len(ramp) <= FEW:
        light = light + CONTRAST * (light - cv2.GaussianBlur(light, (0, 0), max(light.shape) / 16))
    low, high = span(light)
    tone = np.clip((light - low) / (high - low), 0, 1)
    if not _tonal(ramp):
        wanted[..., 0] = ramp[0, 0] + tone * (ramp[-1, 0] - ramp[0, 0])
        return wanted
    # Each color for an even share of the tones, however unevenly light the machine showed them.
    steps = np.linspace(0, 1, len(ramp))
    return np.stack([np.interp(tone, steps, ramp[:, c]) for c in range(3)], -1).astype(np.float32)


def _tonal(ramp: np.ndarray) -> bool:
    """Tell whether the colors [k, 3], dark to light, have one hue."""
    if len(ramp) < 2:
        return True
    middle = (ramp[:, :1] - ramp[0, 0]) / max(ramp[-1, 0] - ramp[0, 0], 1e-6)
    return bool(np.abs(ramp - ramp[0] - middle * (ramp[-1] - ramp[0]))[:, 1:].max() < TONAL)


METHOD = Method(
    name="pixel",
    title="Pixel art",
    summary="Few square pixels, few colors, and patterns for the tones between.",
    settings=PixelSettings,
    stylize=stylize,
    presets={
        "16 colors": {},
        "Game Boy": {"palette": "game-boy", "dither": 0.7, "pixels": 144},
        "1-bit": {"palette": "1-bit", "dither": 0.9, "pattern": "scatter", "pixels": 240},
        "Chunky": {"pixels": 64, "dither": 0.0, "outline": 0.35},
    },
    rank=50,
)
