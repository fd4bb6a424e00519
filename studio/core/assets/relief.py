"""Relief: height read from a picture, and the normals and shade of it."""

from typing import Literal

import cv2
import numpy as np

from studio.core.assets.bleeding import bled
from studio.core.steps import Steps

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709
ENDS = (0.5, 99.5)  # percent of pixels between which heights fill the range
SAMPLES = 1 << 18  # pixels that the range is measured on
DIRECT = 4.0  # pixels, the widest blur that is computed at full size
SHADES = (0.004, 0.012, 0.036)  # of the shorter side: how far occlusion looks
ROWS = 256  # in one pull

FLAT = np.array([128, 128, 255], np.uint8)  # the normal of a level place, as it is stored

Edge = Literal["wrap", "mirror"]


def luminance(pixels: np.ndarray) -> np.ndarray:
    """Return how bright a picture uint8 or uint16 [h, w, c] looks, float32 [h, w] in [0, 1].

    Clear pixels are as bright as the nearest that is seen.
    """
    plain = bled(pixels)
    scale = np.float32(np.iinfo(pixels.dtype).max)
    if plain.shape[2] == 1:
        return plain[..., 0].astype(np.float32) / scale
    return cv2.transform(plain[..., :3].astype(np.float32), LUMA[None]) / scale


def blurred(values: np.ndarray, sigma: float, edge: Edge) -> np.ndarray:
    """Return values float32 [h, w] under a Gaussian; wide ones at a smaller size."""
    if sigma <= 0:
        return values
    h, w = values.shape
    factor = max(1.0, sigma / DIRECT)
    small = values
    if factor > 1:
        size = max(2, round(w / factor)), max(2, round(h / factor))
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    pad = int(np.ceil(4 * sigma / factor)) + 2
    wide = np.pad(small, pad, "wrap" if edge == "wrap" else "symmetric")
    soft = cv2.GaussianBlur(wide, (0, 0), sigma / factor)
    if factor == 1:
        return soft[pad : pad + h, pad : pad + w]
    across, down = small.shape[1] / w, small.shape[0] / h
    to_small = np.array(
        [[across, 0, 0.5 * across - 0.5 + pad], [0, down, 0.5 * down - 0.5 + pad]], np.float32
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(soft, to_small, (w, h), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def mixed(height: np.ndarray, detail: float, radius: float, edge: Edge) -> np.ndarray:
    """Return height [h, w] of fine detail and large shapes: both at 0.5, one alone at 0 and 1.

    What is smaller than `radius` pixels is detail.
    """
    large = blurred(height, radius, edge)
    fine, coarse = min(1.0, 2 * detail), min(1.0, 2 - 2 * detail)
    return np.float32(coarse) * large + np.float32(fine) * (height - large)


def stretched(height: np.ndarray, contrast: float) -> np.ndarray:
    """Return height [h, w] filling [0, 1]; `contrast` above 1 cuts its ends, below leaves room."""
    flat = height.ravel()
    low, high = np.percentile(flat[:: max(1, flat.size // SAMPLES)], ENDS)
    if high - low < 1e-4:
        return np.full_like(height, 0.5)
    share = (height - low) / (high - low)
    return np.clip((share - 0.5) * contrast + 0.5, 0, 1).astype(np.float32)


def normals(height: np.ndarray, depth: float, up: bool, edge: Edge) -> Steps[np.ndarray]:
    """Return the unit normals of height [h, w] in [0, 1], float32 [h, w, 3], z towards the eye.

    Heights reach `depth` pixels; x points right, y up if `up` (OpenGL), else down (DirectX).
    Slopes by Scharr's operator ("Optimal operators in digital image processing", 2000).
    """
    padded = np.pad(height, 1, "wrap" if edge == "wrap" else "symmetric")
    found = np.empty((*height.shape, 3), np.float32)
    for top in range(0, len(height), ROWS):
        part = padded[top : top + ROWS + 2]
        right, down = (
            cv2.Scharr(part, cv2.CV_32F, 1 - k, k, scale=depth / 32)[1:-1, 1:-1] for k in (0, 1)
        )
        rows = found[top : top + ROWS]
        rows[..., 0], rows[..., 1], rows[..., 2] = -right, down if up else -down, 1
        rows /= np.sqrt((rows**2).sum(2, keepdims=True))
        yield top / len(height)
    return found


def occlusion(height: np.ndarray, depth: float, amount: float, edge: Edge) -> Steps[np.ndarray]:
    """Return how open each place is to light from all around, float32 [h, w] in [0, 1].

    What lies below the mean of its surroundings is darker; three sizes of them are looked at. It is
    an estimate without rays, but it costs nothing.
    """
    found = np.ones_like(height)
    for done, share in enumerate(SHADES):
        sigma = max(1.0, share * min(height.shape))
        below = np.maximum(blurred(height, sigma, edge) - height, 0) * (depth / sigma)
        found /= 1 + np.float32(amount) * below
        yield done / len(SHADES)
    return found


def stored(values: np.ndarray, bits: int) -> np.ndarray:
    """Return values in [0, 1] as uint8 or uint16, rounded."""
    most = 2**bits - 1
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.floor(np.clip(values, 0, 1) * most + np.float32(0.5)).astype(dtype)


def stored_normals(normal: np.ndarray) -> np.ndarray:
    """Return unit normals [h, w, 3] as uint8; flat is (128, 128, 255)."""
    return np.clip(np.floor(normal * 127.5 + 128), 0, 255).astype(np.uint8)
