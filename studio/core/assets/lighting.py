"""Even light: a picture whose one side is not lighter than the other."""

import cv2
import numpy as np

from studio.core.colors.linear import from_linear, to_linear
from studio.core.steps import Steps

SIDE = 64  # pixels of the longer side that light is measured at
BLUR = 8  # of those pixels, around which light is even
ENDS = 8  # the part of a side that stands for its end
ROWS = 256  # in one pull
DARK = np.float32(0.01)  # linear light that is not divided by
MOST = 1.4  # natural logarithm of how much lighter a side may be made: four times


def evened(pixels: np.ndarray, sides: float, all_over: float) -> Steps[np.ndarray]:
    """Return a picture uint8 or uint16 [h, w, c] with its light made even; alpha stays.

    `sides`, 0 to 1, takes out by how much opposite sides differ in light and color, little by
    little from one to the other. `all_over` takes out all large differences of light. In linear
    light every pixel is multiplied by a smooth gain. With both 0 it is returned as it is.
    """
    if sides == 0 and all_over == 0:
        return pixels
    light = _light(pixels)
    gain = np.ones_like(light)
    if all_over:
        gray = np.maximum(light.mean(2, keepdims=True), DARK)
        gain *= (gray.mean() / gray) ** np.float32(all_over)
    for axis in (0, 1):
        gain *= _slope(light * gain, axis, sides)
    yield 0.1
    h, w, c = pixels.shape
    most, colors = np.iinfo(pixels.dtype).max, min(c, 3)
    whole = []
    for k in range(colors):
        whole.append(cv2.resize(gain[..., k], (w, h), interpolation=cv2.INTER_LINEAR))
        yield 0.1
    found = pixels.copy()
    for top in range(0, h, ROWS):
        rows = slice(top, top + ROWS)
        part = to_linear(pixels[rows, :, :colors].astype(np.float32) / most)
        moved = part * np.stack([plane[rows] for plane in whole], 2)
        found[rows, :, :colors] = np.rint(from_linear(np.clip(moved, 0, 1)) * most)
        yield top / h
    return found


def _light(pixels: np.ndarray) -> np.ndarray:
    """Return the light around each place of a small copy, float32 [h', w', colors]."""
    h, w, c = pixels.shape
    scale = max(1.0, max(h, w) / SIDE)
    size = max(2, round(w / scale)), max(2, round(h / scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], c)
    levels = small.astype(np.float32) / np.iinfo(pixels.dtype).max
    weight = levels[..., 3:] if c == 4 else np.ones_like(levels[..., :1])
    light = _blurred(to_linear(levels[..., : min(c, 3)]) * weight)
    return light / np.maximum(_blurred(weight), DARK)


def _blurred(values: np.ndarray) -> np.ndarray:
    soft = cv2.GaussianBlur(values, (0, 0), BLUR, borderType=cv2.BORDER_REFLECT)
    return soft.reshape(values.shape)


def _slope(light: np.ndarray, axis: int, amount: float) -> np.ndarray:
    """Return the gain [h, w, colors] that makes both ends of an axis as light as one another."""
    side = light.shape[axis]
    end = max(1, side // ENDS)
    first, last = (
        np.maximum(np.take(light, at, axis).mean(axis, keepdims=True), DARK)
        for at in (range(end), range(side - end, side))
    )
    rise = np.clip(np.log(last / first), -MOST, MOST)
    share = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    along = share.reshape(-1, 1, 1) if axis == 0 else share.reshape(1, -1, 1)
    return np.exp(-np.float32(amount) * rise * along)
