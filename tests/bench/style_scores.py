"""How a restyled picture is scored: content kept, style and strokes reached, colors, copying.

Everything is numpy and OpenCV on uint8 sRGB pictures [h, w, 3], with fixed seeds; a picture takes
about a second. The scores can be gamed each for itself, so they are read together and after the
pictures: see style.md for what noise, blur and shuffled tiles of the style get.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from studio.core.colors.oklab import to_oklab

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363])  # Wang et al. 2003, the first four scales
EDGE_BLUR = 2 / 512  # of the longer side: what is finer than this is hand, not content
SIDE = 7
PATCHES, DIRECTIONS = 16384, 128
OCTAVES = 4
COARSEST = 16  # pixels of the shorter side
RUN = 24  # pixels at 512: as far as one offset must reach to be called copied
KEPT = 24  # principal components of a patch


class Score(NamedTuple):
    """content: MS-SSIM of edges, 1 is the photograph's. style: 1000 x the sliced Wasserstein
    distance of patches, 0 is the style's. strokes: that of local gradients, which white noise
    does not lower. color: 100 x that of colors in OKLab. copied: share of the picture that is one
    piece of the style after the other, in percent.
    """

    content: float
    style: float
    strokes: float
    color: float
    copied: float


class Judge:
    """Scores pictures made of one content in one style; all of one scale."""

    def __init__(self, content: np.ndarray, style: np.ndarray):
        self.content, self.style = content, style
        self._edges = edges(content)
        self._texture = Texture(style, min(level_count(content), level_count(style)))

    def score(self, picture: np.ndarray) -> Score:
        """Score a picture of the content's size."""
        return Score(
            multi_scale_ssim(self._edges, edges(picture)),
            float(np.mean(self.levels(picture))),
            stroke_distance(picture, self.style),
            color_distance(picture, self.style),
            100 * copied(picture, self.style),
        )

    def levels(self, picture: np.ndarray) -> list[float]:
        """Return the style distance of each level of the pyramid, the finest first."""
        return self._texture.distances(picture)


def edges(picture: np.ndarray) -> np.ndarray:
    """Return float64 [h, w] in [0, 1]: Scharr's gradient of OKLab's lightness after a blur.

    The blur is Gaussian, 2/512 of the longer side. The 95th percentile becomes 1 and what is
    above is clipped, so that a change of contrast alone costs nothing.
    """
    light = to_oklab(picture.astype(np.float32) / 255)[..., 0]
    smooth = cv2.GaussianBlur(light, (0, 0), max(0.5, EDGE_BLUR * max(light.shape)))
    slope = np.hypot(cv2.Scharr(smooth, cv2.CV_64F, 1, 0), cv2.Scharr(smooth, cv2.CV_64F, 0, 1))
    return np.clip(slope / max(float(np.quantile(slope, 0.95)), 0.05), 0, 1)


def multi_scale_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Return MS-SSIM of maps [h, w] in [0, 1] (Wang, Simoncelli and Bovik 2003), in [0, 1].

    Four scales instead of five, the paper's weights divided by their sum; a scale at which the
    structures are opposed counts as 0.
    """
    weights, value = WEIGHTS / WEIGHTS.sum(), 1.0
    for scale, weight in enumerate(weights):
        light, structure = _ssim(a, b)
        last = scale == len(weights) - 1
        value *= max(0.0, float((light * structure if last else structure).mean())) ** weight
        a, b = (cv2.resize(x, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for x in (a, b))
    return value


def _ssim(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return luminance and contrast-structure terms, Gaussian window of 11 and deviation 1.5."""
    mean_a, mean_b, aa, bb, ab = (
        cv2.GaussianBlur(x, (11, 11), 1.5) for x in (a, b, a * a, b * b, a * b)
    )
    least, least_structure = 0.01**2, 0.03**2
    light = (2 * mean_a * mean_b + least) / (mean_a**2 + mean_b**2 + least)
    spread = aa - mean_a**2 + bb - mean_b**2
    return light, (2 * (ab - mean_a * mean_b) + least_structure) / (spread + least_structure)


class Texture:
    """The patches of a style on every level of its Laplacian pyramid, ready to compare with.

    Sliced Wasserstein distance as in Karras et al. 2018, "Progressive Growing of GANs": 7 x 7 x 3
    patches, 16384 of each level, projected on 128 random directions, mean absolute difference of
    the sorted projections. Other than there, both sets are scaled by the style's mean and
    deviation of each channel, so that a lost contrast or a wrong color counts.
    """

    def __init__(self, style: np.ndarray, levels: int):
        self._levels = levels
        directions = np.random.default_rng(0).standard_normal((DIRECTIONS, 3 * SIDE * SIDE))
        self._directions = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(
            np.float32
        )
        self._scales, self._sorted = [], []
        for level in laplacian(style, levels):
            found = patches(level)
            scale = found.mean((0, 2, 3)), found.std((0, 2, 3)) + 1e-3
            self._scales.append(scale)
            self._sorted.append(self._projected(found, scale))

    def distances(self, picture: np.ndarray) -> list[float]:
        """Return 1000 x the distance on each level, finest first."""
        levels = laplacian(picture, self._levels)
        pairs = zip(levels, self._scales, self._sorted, strict=True)
        return [
            1000 * float(np.abs(self._projected(patches(level), scale) - own).mean())
            for level, scale, own in pairs
        ]

    def _projected(self, found: np.ndarray, scale: Sequence[np.ndarray]) -> np.ndarray:
        mean, deviation = (x[:, None, None].astype(np.float32) for x in scale)
        flat = ((found - mean) / deviation).reshape(len(found), -1)
        return np.sort(self._directions @ flat.T, axis=1)


def level_count(picture: np.ndarray) -> int:
    """Return how many levels a picture has whose shorter side is at least 16 px."""
    return 1 + max(0, int(np.log2(min(picture.shape[:2]) / COARSEST)))


def laplacian(picture: np.ndarray, levels: int) -> list[np.ndarray]:
    """Return the Laplacian pyramid float32 [h_k, w_k, 3], finest first; the last is the rest.

    Burt and Adelson 1983.
    """
    x, found = picture.astype(np.float32), []
    for _ in range(levels - 1):
        coarse = cv2.pyrDown(x)
        found.append(x - cv2.pyrUp(coarse, dstsize=(x.shape[1], x.shape[0])))
        x = coarse
    return [*found, x]


def patches(level: np.ndarray) -> np.ndarray:
    """Return 16384 patches float32 [n, 3, 7, 7] from places that depend on the size alone."""
    windows = np.lib.stride_tricks.sliding_window_view(level, (SIDE, SIDE), axis=(0, 1))
    places = np.random.default_rng(1).random((2, PATCHES))
    y, x = (places * np.array(windows.shape[:2])[:, None]).astype(np.intp)
    return windows[y, x]


def color_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return 100 x the sliced Wasserstein distance, 64 directions, of two pictures' OKLab colors.

    A thousand quantiles of each direction; a difference of 100 is black to white.
    """
    shares = (np.arange(1000) + 0.5) / 1000
    one, two = (_quantiles(p, _sphere(), shares) for p in (a, b))
    return 100 * float(np.abs(one - two).mean())


def _quantiles(picture: np.ndarray, directions: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return _ordered(to_oklab(picture.astype(np.float32) / 255), directions, shares)


def _ordered(points: np.ndarray, directions: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the quantiles of points [..., 3] on directions [3, n], of an even sample of them."""
    flat = points.reshape(-1, 3)
    order = np.sort(flat[:: max(1, len(flat) // PATCHES)] @ directions, axis=0)
    return order[(shares * len(order)).astype(np.intp)]


def stroke_distance(picture: np.ndarray, style: np.ndarray) -> float:
    """Return how differently two pictures' edges run, are drawn together and are strong.

    The structure tensor of OKLab's lightness (Scharr, averaged over a Gaussian of 2 px), as its
    elongation in two directions and its strength, all in units of a slope; 100 x the sliced
    Wasserstein distance of these, in units of the style's mean strength, mean of four octaves.
    Noise has no elongation, a blurred or shuffled style another: none of them gets near.
    """
    shares = (np.arange(1000) + 0.5) / 1000
    directions = _sphere()
    found = []
    for one, two in zip(_slopes(picture), _slopes(style), strict=True):
        a, b = (_ordered(x, directions, shares) for x in (one, two))
        found.append(float(np.abs(a - b).mean() / (two[..., 2].mean() + 1e-6)))
    return 100 * float(np.mean(found))


def _slopes(picture: np.ndarray) -> list[np.ndarray]:
    """Return float32 [h_k, w_k, 3] of four octaves: elongation across, aslant, and strength."""
    x, found = to_oklab(picture.astype(np.float32) / 255)[..., 0], []
    for _ in range(OCTAVES):
        right, down = (cv2.Scharr(x, cv2.CV_32F, 1 - k, k) / 32 for k in (0, 1))
        rr, dd, rd = (
            cv2.GaussianBlur(v, (0, 0), 2) for v in (right * right, down * down, right * down)
        )
        strength = np.sqrt(rr + dd + 1e-8)
        found.append(np.stack([(rr - dd) / strength, 2 * rd / strength, strength], -1))
        x = cv2.pyrDown(x)
    return found


def _sphere() -> np.ndarray:
    """Return 64 fixed unit directions, float32 [3, 64]."""
    directions = np.random.default_rng(2).standard_normal((3, 64)).astype(np.float32)
    return directions / np.linalg.norm(directions, axis=0)


def copied(picture: np.ndarray, style: np.ndarray) -> float:
    """Return the share of a picture in [0, 1] that is the style, piece by piece.

    Of every second place, the nearest of all the style's 7 x 7 patches (exact, on 24 principal
    components), both pictures at 256 px. A place is copied if neighbors of equal offset reach
    from it, connected, over 24 px at 512 or more, in width or in height.
    """
    scale = 256 / max(style.shape[:2])
    small = [_half(p, scale) for p in (picture, style)]
    queries, keys = (
        np.lib.stride_tricks.sliding_window_view(p, (SIDE, SIDE), axis=(0, 1)) for p in small
    )
    grid = queries[::2, ::2]
    near = _nearest(grid.reshape(-1, 3 * SIDE**2), keys.reshape(-1, 3 * SIDE**2))
    y, x = np.divmod(near.reshape(grid.shape[:2]), keys.shape[1])
    rows, columns = np.mgrid[: grid.shape[0], : grid.shape[1]]
    return _long_runs(y - 2 * rows, x - 2 * columns, RUN * 256 // 512 // 2)


def _half(picture: np.ndarray, scale: float) -> np.ndarray:
    h, w = (max(SIDE, round(side * scale)) for side in picture.shape[:2])
    return cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)


def _nearest(queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Return the index of each query's [n, d] nearest key [m, d], on the keys' components."""
    mean = keys.mean(0)
    spread = np.cov((keys[:: max(1, len(keys) // 8192)] - mean).T)
    basis = np.linalg.eigh(spread)[1][:, : -KEPT - 1 : -1].astype(np.float32)
    a, b = ((x - mean) @ basis for x in (queries, keys))
    lengths = np.square(b).sum(1) / 2
    near = [(lengths - some @ b.T).argmin(1) for some in np.array_split(a, len(a) // 256 + 1)]
    return np.concatenate(near)


def _long_runs(down: np.ndarray, right: np.ndarray, least: int) -> float:
    """Return the share of places whose connected region of one offset spans `least` places."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    number = np.arange(down.size).reshape(down.shape)
    ends = []
    for one, two in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        same = (down[one] == down[two]) & (right[one] == right[two])
        ends.append((number[one][same], number[two][same]))
    start, end = (np.concatenate(e) for e in zip(*ends, strict=True))
    graph = coo_matrix((np.ones(len(start)), (start, end)), (down.size, down.size))
    count, region = connected_components(graph, directed=False)
    spans = []
    for place in np.divmod(np.arange(down.size), down.shape[1]):
        low, high = np.full(count, down.size), np.full(count, -1)
        np.minimum.at(low, region, place)
        np.maximum.at(high, region, place)
        spans.append(high - low + 1)
    return float((np.maximum(*spans)[region] >= least).mean())
