"""Where the forms of a picture run: its tangent field, and smoothing along it."""

import math

import cv2
import numpy as np

FAINT = 2e-5  # squared gradient of one step in 8 bits: what is fainter has no direction
WIDER = ((4.0, 0.05), (16.0, 0.005))  # how much further, and how much it counts


def tensor_field(
    lightness: np.ndarray, sigma: float, wide: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the tangent's angle (radians, modulo pi) and the anisotropy (0 to 1), float32 [h, w].

    `lightness` is float32 [h, w] in [0, 1]; `sigma` in pixels smooths its structure tensor
    (Brox et al., "Adaptive structure tensors", 2006). The tangent runs along edges: 0 is
    rightwards, pi / 2 down. `wide`: where nothing is near, the angle is that of forms further away.
    """
    edge = cv2.BORDER_REPLICATE
    dx = cv2.Scharr(lightness, cv2.CV_32F, 1, 0, scale=1 / 32, borderType=edge)
    dy = cv2.Scharr(lightness, cv2.CV_32F, 0, 1, scale=1 / 32, borderType=edge)
    near = blurred(cv2.merge([dx * dx, dy * dy, dx * dy]), sigma)
    xx, yy, xy = cv2.split(near)
    apart = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    anisotropy = apart / (xx + yy + FAINT)
    if wide:
        far = near
        for times, weight in WIDER:
            far = far + weight * blurred(near, sigma * times)
        xx, yy, xy = cv2.split(far)
    across = 0.5 * np.arctan2(2 * xy, xx - yy)
    return across + np.float32(math.pi / 2), anisotropy


def blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Return float32 [h, w] or [h, w, c] under a Gaussian of `sigma` pixels, 0 included.

    A wide one is laid on a smaller picture, which takes a fraction of the time and looks the same.
    """
    h, w = values.shape[:2]
    shrink = int(min(sigma / 4, h / 2, w / 2))
    if shrink < 2:
        if sigma < 0.2:
            return values
        return cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    size = (max(1, w // shrink), max(1, h // shrink))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


def along(values: np.ndarray, angle: np.ndarray, length: float) -> np.ndarray:
    """Return float32 [h, w] or [h, w, c] averaged over `length` pixels along the tangents `angle`.

    Line integral convolution (Cabral and Leedom, 1993), in passes of three samples each of which
    reaches three times as far as the one before. Of noise it makes hairs, of a picture strokes.
    """
    passes = math.ceil(math.log(max(length, 1.0), 3) - 1e-9)
    if passes == 0:
        return values
    tx, ty = np.cos(angle), np.sin(angle)
    places = np.indices(angle.shape, np.float32)
    y, x = places[0], places[1]
    for number in range(passes):
        step = np.float32(length / 3 ** (passes - number))
        total = values.copy()
        for way in (step, -step):
            dx, dy = _bent(tx, ty, x, y, way)
            total += _sampled(values, x + way * dx, y + way * dy)
        values = total / np.float32(3)
    return values


def _bent(
    tx: np.ndarray, ty: np.ndarray, x: np.ndarray, y: np.ndarray, way: np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """Return the tangent half a step on, turned to the side that the step goes to."""
    if abs(way) < 2:
        return tx, ty
    there = (x + way / 2 * tx, y + way / 2 * ty)
    mx, my = (_sampled(t, *there, cv2.INTER_NEAREST) for t in (tx, ty))
    side = np.copysign(np.float32(1), mx * tx + my * ty)
    return mx * side, my * side


def _sampled(
    values: np.ndarray, x: np.ndarray, y: np.ndarray, between: int = cv2.INTER_LINEAR
) -> np.ndarray:
    return cv2.remap(values, x, y, between, borderMode=cv2.BORDER_REPLICATE)
