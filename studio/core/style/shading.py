"""Shading: tones of a picture, and the patterns of ink that stand for them.

A pattern is float32 [h, w] in [0, 1] with all values about equally frequent: where it exceeds a
tone is ink, so a tone of 0.3 is inked by 70 percent. Places are given in lengths of the longer
side, so a picture of any size has the same pattern.
"""

import cv2
import numpy as np

from studio.core.steps import Steps
from studio.core.style.flow import along, blurred, tensor_field
from studio.core.style.texture import turbulence

EVEN = 0.4  # share of equal frequencies in tones, against the picture's own
BINS = 1024  # of lightness, whose frequencies are counted
SPREAD = 0.35  # range of lightness from which all tones are used
RAMP = np.float32(0.8)  # of tone over the longer side
SECOND, THIRD = 0.6, 0.32  # tones from which hatching is crossed, and crossed again


def span(lightness: np.ndarray) -> tuple[float, float]:
    """Return which lightness is the darkest tone and which the lightest.

    A picture of little contrast is not spread over all tones: if pale it stays so, if dark too.
    """
    low, high = (float(bound) for bound in np.percentile(lightness, (1, 99)))
    lacking, middle = max(0.0, SPREAD - (high - low)), (low + high) / 2
    return low - lacking * middle, high + lacking * (1 - middle)


def toned(lightness: np.ndarray) -> np.ndarray:
    """Return float32 [h, w] in [0, 1], about evenly spread.

    Dark pictures and pale ones become drawings alike; a flat one keeps its lightness.
    """
    low, high = span(lightness)
    own = (lightness - low) / (high - low)
    levels = np.clip(lightness * BINS, 0, BINS - 1).astype(np.int64)
    counts = np.bincount(levels.ravel(), minlength=BINS)
    even = ((np.cumsum(counts) - 0.5 * counts) / lightness.size)[levels]
    share = EVEN * min(1.0, 4 * own.std())
    return np.clip(own + share * (even - own), 0, 1).astype(np.float32)


def areas(tones: np.ndarray, size: float) -> np.ndarray:
    """Return tones [h, w] in clear areas: what is narrower than `size` pixels is gone."""
    side = min(2 * int(size / 2) + 1, 255)
    flat = cv2.medianBlur(np.rint(tones * 255).astype(np.uint8), side) if side > 1 else tones * 255
    return blurred(flat.astype(np.float32) / 255, max(0.7, size / 6))


def dots(y: np.ndarray, x: np.ndarray, pitch: float) -> np.ndarray:
    """Return a screen of dots at 45 degrees for places [h, 1] and [1, w]."""
    turn = np.float32(np.pi * 2**0.5 / pitch)
    wave = 0.5 + 0.25 * (np.cos(turn * (x + y)) + np.cos(turn * (x - y)))
    # Sums of two cosines crowd about the middle.
    return np.clip(wave - 0.06 * np.sin(2 * np.pi * wave), 0, 1)


def hatching(
    y: np.ndarray, x: np.ndarray, pitch: float, tones: np.ndarray, bend: np.ndarray
) -> np.ndarray:
    """Return the margin of ink over paper, above 0 ink, of up to three crossed layers of lines.

    `bend` [h, w], about 0 and of deviation 1, is how the hand sways.
    """
    first = _layer(y, x, pitch, 45, bend) - (0.5 + 0.55 * tones)
    second = _layer(y, x, pitch, 112, -bend) - (0.5 + 0.55 * tones / SECOND)
    third = _layer(y, x, pitch, 8, bend) - (0.5 + 0.55 * tones / THIRD)
    return np.maximum(np.maximum(first, second), third)


def _layer(
    y: np.ndarray, x: np.ndarray, pitch: float, degrees: float, bend: np.ndarray
) -> np.ndarray:
    turn = np.deg2rad(degrees)
    place = (np.float32(np.cos(turn)) * x + np.float32(np.sin(turn)) * y) / np.float32(pitch)
    place = place + np.float32(0.45) * bend
    return np.abs(2 * (place - np.floor(place)) - 1)


def cuts(
    tones: np.ndarray, pitch: float, reach: float, rng: np.random.Generator
) -> Steps[np.ndarray]:
    """Cut gouge marks along the forms of `tones` [h, w]: `pitch` pixels apart, `reach` long."""
    h, w = tones.shape
    # A faint ramp gives open areas, as skies, one slant instead of whirls.
    y, x = np.arange(h, dtype=np.float32)[:, None], np.arange(w, dtype=np.float32)
    slant = blurred(tones, reach / 10) + RAMP / max(h, w) * (0.6 * x + 0.8 * y)
    angle, _ = tensor_field(slant, reach / 6, wide=True)
    yield 0.2
    noise = turbulence(h, w, pitch, 1, rng) - np.float32(0.5)
    noise -= blurred(noise, pitch)
    yield 0.3
    hairs = along(noise, angle, reach)
    yield 0.8
    hairs /= np.sqrt(blurred(hairs * hairs, 4 * pitch)) + np.float32(1e-6)
    # The logistic curve that comes closest to the normal distribution's.
    return 1 / (1 + np.exp(np.float32(-1.702) * hairs))
