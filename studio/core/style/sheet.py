"""A sheet: the size at which lines are drawn, and the size at which they are printed.

Lines are smooth, so a large picture's are found at a smaller size and enlarged before they become
ink; those of a small one are drawn larger and reduced, which keeps them whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from studio.core.colors.oklab import to_oklab

LEAST, MOST = 512, 1024  # pixels of the longer side when lines are found
GROWTH = 4  # times that a small picture is enlarged, at the most
STRIP = 2**18  # pixels printed at once


@dataclass(frozen=True)
class Sheet:
    """Sizes (h, w) for one picture: `size` its own, `drawn` where lines are found; printed is
    `times` its own size, and reduced to it.
    """

    size: tuple[int, int]
    drawn: tuple[int, int]
    times: int

    @classmethod
    def of(cls, h: int, w: int) -> "Sheet":
        """Return the sizes for a picture of h by w pixels."""
        longer = max(h, w)
        times = min(GROWTH, -(-LEAST // longer))
        share = min(times, MOST / longer)
        return cls((h, w), (max(1, round(h * share)), max(1, round(w * share))), times)

    @property
    def scale(self) -> float:
        """One thousandth of the longer side, in pixels where lines are found."""
        return max(self.drawn) / 1000

    @property
    def enlarged(self) -> float:
        """How many times larger the print is than what is found, 1 or more."""
        return max(self.size) * self.times / max(self.drawn)

    def lightness(self, content: np.ndarray) -> np.ndarray:
        """Return the OKLab lightness of sRGB [h, w, 3] as float32 where lines are found."""
        if self.drawn[0] < self.size[0]:
            content = cv2.resize(content, self.drawn[::-1], interpolation=cv2.INTER_AREA)
        light = np.ascontiguousarray(to_oklab(content)[..., 0])
        if light.shape != self.drawn:
            light = cv2.resize(light, self.drawn[::-1], interpolation=cv2.INTER_CUBIC)
        return light

    def strips(self) -> Iterator["Strip"]:
        """Yield the parts that are printed one after another, from the top."""
        h, w = self.size
        step = max(1, STRIP // (w * self.times**2))
        for top in range(0, h, step):
            yield Strip(top, min(h, top + step), self)


@dataclass(frozen=True)
class Strip:
    """Rows `top` to `bottom` of the picture; printed with one row more to either side."""

    top: int
    bottom: int
    sheet: Sheet

    def of(self, drawn: np.ndarray) -> np.ndarray:
        """Return this strip of what was found [h, w], enlarged to the print."""
        h, w = (self.sheet.times * side for side in self.sheet.size)
        if drawn.shape == (h, w):
            return drawn[self._first : self._last]
        place = (np.arange(self._first, self._last) + 0.5) * len(drawn) / h - 0.5
        place = np.clip(place, 0, len(drawn) - 1)
        above = np.floor(place).astype(np.int64)
        below = np.minimum(above + 1, len(drawn) - 1)
        rows = drawn[above] + (place - above).astype(np.float32)[:, None] * (
            drawn[below] - drawn[above]
        )
        return cv2.resize(rows, (w, len(rows)), interpolation=cv2.INTER_LINEAR)

    @property
    def _first(self) -> int:
        return max(0, self.top * self.sheet.times - 1)

    @property
    def _last(self) -> int:
        return min(self.sheet.size[0], self.bottom + 1) * self.sheet.times

    def tiled(self, tile: np.ndarray) -> np.ndarray:
        """Return this strip of the print, covered with a tile [n, m] that goes on where it ends."""
        rows = np.arange(self._first, self._last) % len(tile)
        return tile[rows][:, np.arange(self.sheet.times * self.sheet.size[1]) % tile.shape[1]]

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return y [h, 1] and x [1, w] of the print in lengths of the longer side, float32."""
        h, w = (self.sheet.times * side for side in self.sheet.size)
        y, x = (
            ((at + 0.5) / max(h, w)).astype(np.float32)
            for at in (np.arange(self._first, self._last), np.arange(w))
        )
        return y[:, None], x[None]

    def reduced(self, printed: np.ndarray) -> np.ndarray:
        """Return what was printed of this strip as rows `top` to `bottom` of the picture."""
        times = self.sheet.times
        own = printed[self.top * times - self._first :][: (self.bottom - self.top) * times]
        if times == 1:
            return own
        return cv2.resize(
            own, (self.sheet.size[1], self.bottom - self.top), interpolation=cv2.INTER_AREA
        )


def inked(margin: np.ndarray, slope: float) -> np.ndarray:
    """Return how much of each pixel is ink, [h, w] in [0, 1], where `margin` above 0 is ink.

    The edge is one pixel soft wherever the margin crosses 0 by more than `slope` to the pixel.
    """
    edge = cv2.BORDER_REPLICATE
    dx = cv2.Sobel(margin, cv2.CV_32F, 1, 0, scale=1 / 8, borderType=edge)
    dy = cv2.Sobel(margin, cv2.CV_32F, 0, 1, scale=1 / 8, borderType=edge)
    return np.clip(0.5 + margin / np.maximum(cv2.magnitude(dx, dy), np.float32(slope)), 0, 1)
