"""Even light: a picture whose one side is not lighter than the other."""

import cv2
import numpy as np

from studio.core.colors.linear import from_linear, to_linear
from studio.core.steps import Steps

SIDE = 64  # pixels of the longer side that light is measured at
BLUR = 8  # of those pixels
ROWS = 256  # in one pull
DARK = np.float32(0.01)  # linear light that is not divided by


def evened(pixels: np.ndarray, amount: float) -> Steps[np.ndarray]:
    """Return a picture uint8 or uint16 [h, w, c] with its large differences of light taken out.

    In linear light every pixel is multiplied by (mean / light around it) ** amount, so that colors
    keep their hue; alpha stays. At 0 the picture is returned as it is.
    """
    if amount == 0:
        return pixels
    h, w, c = pixels.shape
    most, colors = np.iinfo(pixels.dtype).max, min(c, 3)
    scale = max(1.0, max(h, w) / SIDE)
    size = max(2, round(w / scale)), max(2, round(h / scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], c)
    light = to_linear(small[..., :colors].astype(np.float32) / most).mean(2)
    weight = small[..., 3].astype(np.float32) / most if c == 4 else np.ones_like(light)
    around = _blurred(light * weight) / np.maximum(_blurred(weight), DARK)
    mean = float((light * weight).sum() / max(float(weight.sum()), 1e-6))
    gain = (max(mean, float(DARK)) / np.maximum(around, DARK)) ** np.float32(amount)
    whole = cv2.resize(gain, (w, h), interpolation=cv2.INTER_CUBIC)[..., None]
    found = pixels.copy()
    for top in range(0, h, ROWS):
        rows = slice(top, top + ROWS)
        moved = to_linear(pixels[rows, :, :colors].astype(np.float32) / most) * whole[rows]
        found[rows, :, :colors] = np.rint(from_linear(np.clip(moved, 0, 1)) * most)
        yield top / h
    return found


def _blurred(values: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(values, (0, 0), BLUR, borderType=cv2.BORDER_REFLECT)
