"""A small painted picture brought to the size of the photograph it was painted from."""

from collections.abc import Iterator

import cv2
import numpy as np

from studio.core.style.vgg.pictures import resized

STRIP = 256  # rows worked on at once
NEAR = 5  # pixels of the small picture on which painting and photograph are compared
FAINT = 1e-3  # variance of lightness that counts as none
SHARP = 1.5  # how much steeper edges of strokes become
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def enlarged(content: np.ndarray, painted: np.ndarray, out: np.ndarray) -> Iterator[float]:
    """Write `painted`, float32 [h, w, 3], at the size of `content` [H, W, 3] into `out`.

    Strokes are enlarged by cubic interpolation and their edges made steep again, never beyond the
    colors on both sides (Kramer and Bruckner, "Iterations of a non-linear transformation for
    enhancement of digital images", 1975). What the photograph has finer than the small picture
    could show is added as far as the painting follows the photograph there (the slope of a guided
    filter; He, Sun and Tang, 2010). Yields the share done, strip by strip, alike without seams.
    """
    small = resized(content, *painted.shape[:2])
    shape = content.shape[:2]
    follows = _slope(small @ LUMA, painted @ LUMA)
    around = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(painted, around), cv2.dilate(painted, around)
    radius = round(max(shape) / max(painted.shape[:2]))
    for top in range(0, shape[0], STRIP):
        first, end = max(0, top - 2 * radius - 2), min(shape[0], top + STRIP + 2 * radius + 2)
        strokes = _strip(painted, shape, first, end)
        bounds = [_strip(part, shape, first, end, cv2.INTER_LINEAR) for part in (low, high)]
        steep = np.clip(strokes + SHARP * (strokes - _blurred(strokes, radius)), *bounds)
        share = _strip(follows, shape, first, end, cv2.INTER_LINEAR)[..., None]
        fine = content[first:end] @ LUMA - _strip(small @ LUMA, shape, first, end)
        whole = steep + share * (strokes + fine[..., None] - steep)
        kept = slice(top - first, top - first + min(STRIP, shape[0] - top))
        out[top : top + STRIP] = np.clip(whole[kept], 0, 1)
        yield min(1.0, (top + STRIP) / shape[0])


def _strip(
    small: np.ndarray, shape: tuple[int, int], first: int, end: int, way: int = cv2.INTER_CUBIC
) -> np.ndarray:
    """Return rows `first` to `end` of the small picture enlarged to `shape`."""
    (h, w), (rows, columns) = small.shape[:2], shape
    x = ((np.arange(columns, dtype=np.float32) + 0.5) * (w / columns) - 0.5)[None]
    y = ((np.arange(first, end, dtype=np.float32) + 0.5) * (h / rows) - 0.5)[:, None]
    size = (end - first, columns)
    across, down = (np.ascontiguousarray(np.broadcast_to(axis, size)) for axis in (x, y))
    return cv2.remap(small, across, down, way, borderMode=cv2.BORDER_REPLICATE)


def _blurred(strokes: np.ndarray, radius: int) -> np.ndarray:
    """Return [h, w, 3] without what is as fine as `radius` pixels; below 2, as it is."""
    if radius < 2:
        return strokes
    return cv2.GaussianBlur(strokes, (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)


def _slope(photo: np.ndarray, painted: np.ndarray) -> np.ndarray:
    """Return in [0, 1] how much the painting's lightness rises where the photograph's does."""

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(values, -1, (NEAR, NEAR), borderType=cv2.BORDER_REFLECT)

    ours, theirs = mean(photo), mean(painted)
    together = mean(photo * painted) - ours * theirs
    return np.clip(together / (mean(photo * photo) - ours * ours + FAINT), 0, 1)
