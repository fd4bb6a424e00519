"""A picture beside the training pictures nearest to it, to look at."""

import numpy as np

from studio.core.pictures import opaque
from studio.core.provenance.chain import Chain

LARGE, SMALL, GAP = 384, 184, 16
GROUND = 24


def beside_neighbors(chain: Chain) -> np.ndarray:
    """Return RGB uint8 [h, w, 3]: the picture large, six nearest training pictures in two rows."""
    assert chain.picture is not None
    columns = 3
    found = [neighbor.picture for neighbor in chain.neighbors[: 2 * columns]]
    width = GAP + LARGE + columns * (SMALL + GAP) + GAP
    sheet = np.full((LARGE + 2 * GAP, width, 3), GROUND, np.uint8)
    _lay(sheet, chain.picture, GAP, GAP, LARGE)
    for k, picture in enumerate(found):
        row, column = divmod(k, columns)
        left = 2 * GAP + LARGE + column * (SMALL + GAP)
        _lay(sheet, picture, GAP + row * (LARGE - SMALL), left, SMALL)
    return sheet


def _lay(sheet: np.ndarray, picture: np.ndarray, top: int, left: int, side: int) -> None:
    """Lay a picture into the middle of a square of the sheet, pixel art in whole steps."""
    import cv2

    plain = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture
    color = opaque(plain)
    factor = side / max(color.shape[:2])
    factor = int(factor) if factor >= 2 else factor
    size = [max(1, round(length * factor)) for length in color.shape[1::-1]]
    way = cv2.INTER_NEAREST if factor >= 2 else cv2.INTER_AREA
    large = cv2.resize(color, size, interpolation=way)
    h, w = large.shape[:2]
    y, x = top + (side - h) // 2, left + (side - w) // 2
    sheet[y : y + h, x : x + w] = large
