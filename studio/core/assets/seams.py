"""Seams: how much a picture's border shows when the picture is laid beside itself."""

import numpy as np

SCALES = (1, 2, 4)  # pixels to a side of the line that are averaged: steps of detail and of tone
LINES = 192  # rows that are looked at
NEAR, LEAST = 8, 8  # the share of the width, and how many lines at least, it is compared with
MOST = 99.0  # a score where the picture inside is flat
FLAT = 1e-5


def seam_score(pixels: np.ndarray) -> float:
    """Return how strong the border of a tiled picture uint8 or uint16 [h, w, c] is.

    For each pair of opposite sides it is the mean step across the border, |f(0) - f(w - 1)|, over
    the mean step across the lines inside that are near it, an eighth of the picture on either side;
    of steps between single pixels and between the means of 2 and of 4 pixels the root mean square
    is taken, and of both pairs of sides the larger. 1 is a border like the lines around it, so not
    to be found; a picture that has its own lines along the border scores more, one mirrored there
    less. 99 at most.
    """
    upright = border(pixels)
    return max(upright, border(pixels.swapaxes(0, 1)))


def border(pixels: np.ndarray, cut: np.ndarray | None = None) -> float:
    """Return the score of the left and right side alone; `cut` [h] moves the line in each row.

    Along a cut where two parts meet, it tells how much that cut shows.
    """
    every = max(1, len(pixels) // LINES)
    rows = _seen(pixels[::every])
    if cut is not None:
        at = (np.arange(rows.shape[1]) + cut[::every, None]) % rows.shape[1]
        rows = np.take_along_axis(rows, at[..., None], 1)
    fitting = [scale for scale in SCALES if rows.shape[1] >= 4 * scale]
    ratios = [_ratio(rows, scale) for scale in fitting or SCALES[:1]]
    return float(min(MOST, np.sqrt(np.mean(np.square(ratios)))))


def _seen(pixels: np.ndarray) -> np.ndarray:
    """Return float32 in [0, 1], color times alpha: what is clear has none."""
    levels = pixels.astype(np.float32) / np.iinfo(pixels.dtype).max
    if pixels.shape[2] == 4:
        levels[..., :3] *= levels[..., 3:]
    return levels


def _ratio(rows: np.ndarray, scale: int) -> float:
    w = rows.shape[1]
    padded = np.concatenate([rows[:, w - scale :], rows, rows[:, : scale - 1]], 1)
    means = padded[:, : w + scale] / np.float32(scale)
    for k in range(1, scale):
        means += padded[:, k : k + w + scale] / np.float32(scale)
    steps = np.abs(means[:, scale:] - means[:, :-scale]).mean((0, 2))  # step k is before column k
    near = max(LEAST, w // NEAR)
    inside = np.concatenate([steps[scale:][:near], steps[scale : w - scale + 1][-near:]])
    seam, usual = float(steps[0]), float(inside.mean()) if inside.size else 0.0
    if usual > FLAT:
        return min(MOST, seam / usual)
    return MOST if seam > FLAT else 1.0
