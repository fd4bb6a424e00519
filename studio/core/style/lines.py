"""Ink lines of a picture: differences across its flow, confident along it."""

import cv2
import numpy as np

from studio.core.steps import Steps
from studio.core.style.flow import along, blurred, tensor_field

WIDER = 1.6  # the outer Gaussian to the inner (Marr and Hildreth, 1980)
TAPS = 7  # samples to each side of a line
FAINT = 0.012  # difference of lightness below which nothing is a line: grain, clouds
CROWD = 0.8  # how much lines nearby raise what counts as one
AROUND = 0.03  # of the longer side: nearby
FLOW = 5.0  # lengths of smoothing along a line, in line widths
SURE = 1.6  # times the threshold: a line holds one such place at least
DEEP = 8.0  # margin that what is rejected loses, smoothly, or its rim would print
SHORT = 3.0  # area in squared widths below which a line is a speck


def contours(lightness: np.ndarray, width: float, level: float) -> Steps[np.ndarray]:
    """Find how much every place is line, above 0 ink; returns float32 [h, w].

    `lightness` is float32 [h, w] in [0, 1], `width` that of a line in pixels, `level` about 0.2
    (much is line) to 1. Kang, Lee and Chui, "Coherent line drawing", NPAR 2007, and "Flow-based
    image abstraction", TVCG 2009, with differences relative to those nearby, so that a face keeps
    its lines and a tree does not clot.
    """
    longer = max(lightness.shape)
    inner = 0.4 * width
    calm = cv2.GaussianBlur(lightness, (0, 0), max(0.5, 0.6 * inner))
    angle, _ = tensor_field(calm, 1.5 * width)
    apart = yield from _across(lightness, angle, inner)
    apart /= FAINT + CROWD * blurred(np.abs(apart), AROUND * longer)
    yield 0.6
    line = -level - along(apart, angle, FLOW * width)
    yield 0.9
    return _cleaned(line, level, width)


def _across(lightness: np.ndarray, angle: np.ndarray, inner: float) -> Steps[np.ndarray]:
    """Take the difference of two Gaussians over the gradient's direction: below 0 on lines."""
    nx, ny = -np.sin(angle), np.cos(angle)
    places = np.indices(angle.shape, np.float32)
    step = 0.7 * inner
    t = step * np.arange(TAPS + 1)
    near, far = (np.exp(-0.5 * (t / s) ** 2) for s in (inner, WIDER * inner))
    kernel = near / (2 * near.sum() - 1) - far / (2 * far.sum() - 1)
    total = np.float32(kernel[0]) * lightness
    for k in range(1, TAPS + 1):
        yield 0.1 + 0.5 * k / TAPS
        for way in (np.float32(t[k]), np.float32(-t[k])):
            at = (places[1] + way * nx, places[0] + way * ny)
            there = cv2.remap(lightness, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            total += np.float32(kernel[k]) * there
    return total


def _cleaned(line: np.ndarray, level: float, width: float) -> np.ndarray:
    """Return the lines without specks and without those that are nowhere sure."""
    drawn = (line > 0).astype(np.uint8)
    count, found, stats, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8)
    labels = np.asarray(found, np.int64)
    sure = np.bincount(labels[line > (SURE - 1) * level], minlength=count) > 0
    kept = sure & (stats[:, cv2.CC_STAT_AREA] >= SHORT * width**2)
    kept[0] = True
    if kept.all():
        return line
    away = blurred((~kept)[labels].astype(np.float32), 0.5 * width)
    return line - np.float32(DEEP) * away
