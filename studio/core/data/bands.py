"""Large pictures changed a band of rows at a time, so that no second copy is held."""

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

BAND = 4 << 20  # bytes


def bands(rows: int, size: int) -> Iterator[slice]:
    """Yield slices of so many `rows`, each of `size` bytes, one band after the other."""
    step = max(1, BAND // max(1, size))
    return (slice(top, min(rows, top + step)) for top in range(0, rows, step))


def by_rows(values: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return uint8 of the same shape: what `change` makes of each band of values [h, w, …]."""
    found = np.empty(values.shape, np.uint8)
    for rows in bands(len(values), values[:1].nbytes):
        found[rows] = change(values[rows])
    return found


def changed(values: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the values [h, w, …] themselves, each band of which `change` has made another of the
    same shape.
    """
    for rows in bands(len(values), values[:1].nbytes):
        values[rows] = change(values[rows])
    return values


def pixels_of(image: Image.Image, mode: str) -> np.ndarray:
    """Return a loaded image in mode L, RGB or RGBA, whatever it has now, as uint8 [h, w, c]; a
    large one without the three copies that Pillow makes on the way.
    """
    width, height = image.size
    found = np.empty((height, width, len(mode)), np.uint8)
    for rows in bands(height, 4 * width):
        part = image if rows == slice(0, height) else image.crop((0, rows.start, width, rows.stop))
        plain = part if part.mode == mode else part.convert(mode)
        found[rows] = np.asarray(plain).reshape(-1, width, len(mode))
    return found
