"""A loaded brush: stamps with bristles, laid on a canvas of color and of paint's height."""

import math
from collections.abc import Iterator

import cv2
import numpy as np

from studio.core.style.strokes import Strokes

BENDS = 9  # stamps from bent to one side to bent to the other
HANDS = 4  # stamps of each bend, each with other bristles
STOUT = 64  # pixels of width beyond which a stamp is enlarged
MARGIN = 1.3  # room around a stamp's bow, in half widths
PIXELS = 400_000  # laid between two yields

FLAT = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Brush:
    """Stamps of one width: `covers` and `heights`, float32 [h, w] each, by bend and hand.

    `width` is in pixels, `aspect` a usual stroke's length in widths, `bristles` 0 (a knife) to 1.
    """

    def __init__(
        self, width: float, aspect: float, bristles: float, most: float, rng: np.random.Generator
    ):
        across = int(min(max(4, math.ceil(width)), STOUT))
        self.shape = (across, int(across * max(1.0, aspect)))
        self.bends = np.linspace(-most, most, BENDS)
        hands = [_hand(self.shape, bristles, rng) for _ in range(HANDS)]
        self.stamps = [[_bent(*hand, bend) for hand in hands] for bend in self.bends]


def _hand(
    shape: tuple[int, int], bristles: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a straight stroke's cover and height, float32 [across, along], from left to right."""
    h, w = shape
    v = (np.arange(h, dtype=np.float32) + 0.5) / h * 2 - 1
    u = (np.arange(w, dtype=np.float32) + 0.5) / w
    hairs = _hairs(h, w, rng)
    ragged = 0.12 * bristles * _wavy(w, rng)
    side = np.clip((1 - ragged - np.abs(v)[:, None]) * h / 2 + 0.5, 0, 1)
    start = 0.04 + 0.05 * bristles * _wavy(h, rng) + 0.06 * v * v
    end = 0.93 - 0.22 * bristles * np.abs(_wavy(h, rng)) - 0.08 * v * v
    ends = np.clip((u - start[:, None]) * w / 3 + 0.5, 0, 1)
    ends *= np.clip((end[:, None] - u) * w / 5 + 0.5, 0, 1)
    dry = np.clip(1.6 - 0.9 * bristles * u + 0.8 * bristles * hairs, 0, 1)
    rim = np.exp(-(((1 - np.abs(v)) / 0.22) ** 2))[:, None]
    ridge = 0.5 + 0.4 * bristles * hairs + (0.5 - 0.3 * bristles) * rim + 0.25 * u**3
    return side * ends * dry, ridge.astype(np.float32)


def _hairs(h: int, w: int, rng: np.random.Generator) -> np.ndarray:
    """Return ridges along the stroke, of deviation about 0.6: clumps of hair, and hairs in them."""
    ridges = np.zeros((h, w), np.float32)
    for count, weight in ((5, 0.5), (13, 0.35), (32, 0.3)):
        if count > h:
            break
        lines = rng.standard_normal((count, 5)) * 0.5 + rng.standard_normal((count, 1)) * 0.8
        size = (w, h)
        ridges += weight * cv2.resize(lines.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return ridges


def _wavy(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return a line of `count` numbers of deviation about 1 that changes slowly."""
    few = rng.standard_normal((1, 9)).astype(np.float32)
    return cv2.resize(few, (count, 1), interpolation=cv2.INTER_CUBIC)[0]


def _bent(cover: np.ndarray, height: np.ndarray, bend: float) -> tuple[np.ndarray, np.ndarray]:
    """Lay a straight stroke on a parabola: its middle stands off by `bend` of its length."""
    h, w = cover.shape
    room = math.ceil(abs(bend) * w) + 2
    u = (np.arange(w, dtype=np.float32) + 0.5) / w * 2 - 1
    bow = bend * w * (1 - u * u)
    slope = np.hypot(1, 4 * bend * u)
    y = np.arange(-room, h + room, dtype=np.float32)[:, None]
    v = ((y - (h - 1) / 2 - bow) / slope + (h - 1) / 2).astype(np.float32)
    x = np.broadcast_to(np.arange(w, dtype=np.float32), v.shape)
    return (
        cv2.remap(cover, x, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT),
        cv2.remap(height, x, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
    )


def lay(canvas: np.ndarray, strokes: Strokes, brush: Brush) -> Iterator[int]:
    """Lay strokes on a canvas float32 [4, h, w]: red, green, blue in [0, 1] and the paint's height.

    Yields how many are laid, often enough to stop.
    """
    h, w = canvas.shape[1:]
    side = max(h, w)
    bends = np.abs(strokes.bend[:, None] - brush.bends).argmin(1)
    hands = (strokes.luck[:, 0] * HANDS).astype(np.int64)
    matrices, boxes = _placed(strokes, brush, bends, side)
    thick = math.sqrt(strokes.width * 1000 / 16)
    targets = np.concatenate([strokes.colors, np.zeros((len(bends), 1))], 1)
    targets = targets.astype(np.float32)[:, :, None, None]
    work = 0
    for k, (x, y, wide, high) in enumerate(boxes.tolist()):
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + wide, w), min(y + high, h)
        if right <= left or bottom <= top:
            continue
        cover, height = brush.stamps[bends[k]][hands[k]]
        cover = cv2.warpAffine(cover, matrices[k], (wide, high), flags=FLAT)
        height = cv2.warpAffine(height, matrices[k], (wide, high), flags=FLAT)
        part = np.s_[top - y : bottom - y, left - x : right - x]
        below = canvas[:, top:bottom, left:right]
        change = targets[k] - below
        change[3] += thick * height[part]
        change *= cover[part]
        below += change
        work += wide * high
        if work > PIXELS:
            work = 0
            yield k
    yield len(bends)


def _placed(
    strokes: Strokes, brush: Brush, bends: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return matrices [n, 2, 3] from strokes' boxes to stamps, and boxes [n, 4] (x, y, w, h)."""
    length, width = strokes.length * side, strokes.width * side
    cos, sin = np.cos(strokes.angle), np.sin(strokes.angle)
    across = width * (0.5 + 1) + np.abs(strokes.bend) * length
    reach_x = np.abs(cos) * length / 2 + np.abs(sin) * across + 1
    reach_y = np.abs(sin) * length / 2 + np.abs(cos) * across + 1
    x, y = strokes.middle.T * side
    low = np.floor(np.stack([x - reach_x, y - reach_y], 1))
    high = np.ceil(np.stack([x + reach_x, y + reach_y], 1))
    h, w = brush.shape
    rows = np.array([len(brush.stamps[b][0][0]) for b in range(BENDS)])[bends]
    su, sv = w / length, np.full(len(length), h / width)
    matrix = np.empty((len(length), 2, 3))
    matrix[:, 0, 0], matrix[:, 0, 1] = cos * su, sin * su
    matrix[:, 1, 0], matrix[:, 1, 1] = -sin * sv, cos * sv
    px, py = low[:, 0] + 0.5 - x, low[:, 1] + 0.5 - y
    matrix[:, 0, 2] = (cos * px + sin * py) * su + w / 2 - 0.5
    matrix[:, 1, 2] = (-sin * px + cos * py) * sv + rows / 2 - 0.5
    return matrix, np.concatenate([low, high - low], 1).astype(np.int64)
