"""Graphite: what a pencil leaves, as outlines, as tones and as strokes side by side.

Lu, Xu and Jia, "Combining sketch and tone for pencil drawing production", NPAR 2012. The strokes
that make tones are drawn one by one here instead of solved for from a scanned texture.
"""

from functools import cache

import cv2
import numpy as np

from studio.core.steps import Steps
from studio.core.style.flow import blurred

WAYS = 8  # directions that a straight stroke may have
FAINT = 0.03  # gradient below which nothing is an edge
CROWD = 0.8  # how much edges nearby raise what counts as one
LEAST = 0.25  # of what counts as an edge: less is left out
AROUND = 0.04  # of the longer side: nearby
LEVELS = 512  # tones that are told apart
LONG = 18  # pitches that a stroke is long

# Shares of light, middle and dark tones in the faintest drawing and in the fullest.
FAINTEST, FULLEST = np.array([0.8, 0.19, 0.01]), np.array([0.12, 0.5, 0.38])


def outlines(lightness: np.ndarray, width: float, reach: float) -> Steps[np.ndarray]:
    """Find how dark straight strokes along the edges are; returns float32 [h, w] from 0.

    `lightness` is float32 [h, w] in [0, 1]; `width` in pixels softens edges, strokes are `reach`
    pixels long to either side, so they cross at corners as sketched lines do.
    """
    edges = _edges(lightness, width)
    kernels = [_stroke(way * np.pi / WAYS, reach) for way in range(WAYS)]
    edge = cv2.BORDER_REPLICATE
    most, best = np.full_like(edges, -1), np.zeros(edges.shape, np.uint8)
    for way, kernel in enumerate(kernels):
        yield 0.5 * way / WAYS
        found = cv2.filter2D(edges, -1, kernel, borderType=edge)
        best[found > most] = way
        np.maximum(most, found, out=most)
    total = np.zeros_like(edges)
    for way, kernel in enumerate(kernels):
        yield 0.5 + 0.5 * way / WAYS
        total += cv2.filter2D(np.where(best == way, edges, 0), -1, kernel, borderType=edge)
    return np.maximum(total, 0)


def _edges(lightness: np.ndarray, width: float) -> np.ndarray:
    soft = cv2.GaussianBlur(lightness, (0, 0), max(0.4, 0.5 * width))
    edge = cv2.BORDER_REPLICATE
    dx = cv2.Scharr(soft, cv2.CV_32F, 1, 0, scale=1 / 32, borderType=edge)
    dy = cv2.Scharr(soft, cv2.CV_32F, 0, 1, scale=1 / 32, borderType=edge)
    steep = cv2.magnitude(dx, dy) * np.float32(max(1.0, width))
    clear = steep / (FAINT + CROWD * blurred(steep, AROUND * max(lightness.shape)))
    return np.maximum(clear - LEAST, 0)


def _stroke(turn: float, reach: float) -> np.ndarray:
    """Return a straight line of sum 1 through the middle of a kernel."""
    radius = max(1, round(reach))
    across = np.arange(-radius, radius + 1, dtype=np.float32)
    off = np.abs(across[:, None] * np.cos(turn) - across * np.sin(turn))
    near = np.hypot(across[:, None], across) <= max(reach, 1)
    kernel = np.clip(1 - off, 0, 1) * near
    return (kernel / kernel.sum()).astype(np.float32)


def penciled(tones: np.ndarray, shade: float) -> np.ndarray:
    """Return evenly spread tones [h, w] in [0, 1] as a pencil has them; `shade` 0 to 1 darkens.

    The mixture of section 3.2: light tones fall off from paper white, middle ones are all alike
    frequent, dark ones crowd where the pencil is pressed, the darker the fuller a drawing is.
    """
    level = np.linspace(0, 1, LEVELS) * 255
    parts = np.stack(
        [
            np.exp((level - 255) / 9),
            ((level >= 105) & (level <= 225)).astype(np.float64),
            np.exp(-((level - 90 + 60 * shade) ** 2) / (2 * 25**2)),
        ]
    )
    shares = FAINTEST + shade * (FULLEST - FAINTEST)
    density = shares @ (parts / parts.sum(1, keepdims=True)) + 1e-9
    reached = np.cumsum(density)
    return np.interp(tones, reached / reached[-1], level / 255).astype(np.float32)


@cache
def tooth() -> np.ndarray:
    """Return the finest roughness of paper, two pixels wide: float32 [256, 256] of mean 0 and
    deviation 1, which goes on where it ends.
    """
    across = np.fft.fftfreq(256)
    band = np.exp(-(((np.hypot(across[:, None], across) - 0.2) / 0.1) ** 2))
    noise = np.random.default_rng(0).standard_normal((256, 256))
    rough = np.fft.ifft2(np.fft.fft2(noise) * band).real
    return ((rough - rough.mean()) / rough.std()).astype(np.float32)


def strokes(
    y: np.ndarray, x: np.ndarray, degrees: float, pitch: float, bend: np.ndarray, key: int
) -> np.ndarray:
    """Return the pressure of strokes side by side, float32 [h, w], all of [0, 1] evenly frequent.

    Places [h, 1] and [1, w] and `pitch`, from one stroke to the next, are in lengths of the longer
    side; `bend` [h, w] moves them by pitches. Each stroke has its own pressure, and tapers.
    """
    turn = np.deg2rad(degrees)
    cos, sin = np.float32(np.cos(turn) / pitch), np.float32(np.sin(turn) / pitch)
    run, side = cos * x + sin * y, cos * y - sin * x + bend
    return np.interp(_pressed(run, side, key), *_spread()).astype(np.float32)


def _pressed(run: np.ndarray, side: np.ndarray, key: int) -> np.ndarray:
    """Return the pressure at places along and across strokes, in pitches: two lie on each other."""
    return np.maximum(_lanes(run, side, 2 * key), _lanes(run, side + np.float32(0.5), 2 * key + 1))


def _lanes(run: np.ndarray, side: np.ndarray, key: int) -> np.ndarray:
    lane = np.floor(side)
    off = 2 * (side - lane) - 1
    # The strokes of a lane follow each other; lanes begin anywhere.
    at = run / np.float32(LONG) + _scattered(lane, 0, key)
    number = np.floor(at)
    end = np.abs(2 * (at - number) - 1)
    press = np.float32(0.5) + np.float32(0.5) * _scattered(lane, number, key + 1000)
    return press * (1 - off * off) * (1 - end**6)


def _scattered(lane: np.ndarray, number: np.ndarray | int, key: int) -> np.ndarray:
    """Return a number of [0, 1) for each stroke, float32, always the same for the same."""
    mixed = lane.astype(np.int32).view(np.uint32) * np.uint32(0x9E3779B1)
    mixed = mixed + np.asarray(number, np.int32).view(np.uint32) * np.uint32(0x85EBCA6B)
    mixed = mixed + np.uint32(key * 0xC2B2AE35 % 2**32)
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        mixed = (mixed ^ (mixed >> np.uint32(shift))) * np.uint32(factor)
    return ((mixed >> np.uint32(8)).astype(np.float32)) / np.float32(2**24)


@cache
def _spread() -> tuple[np.ndarray, np.ndarray]:
    """Return pressures and the share of places below each, to make them evenly frequent."""
    run, side = np.meshgrid(*2 * [np.arange(256, dtype=np.float32) * np.float32(0.37)])
    levels = np.linspace(0, 1, 65)
    return np.quantile(_pressed(run, side, 0), levels), levels
