"""A picture while its holes are filled, region by region: nothing outside the mask changes."""

from collections.abc import Iterator, Sequence
from functools import reduce

import cv2
import numpy as np

from studio.core.events import Job
from studio.core.painting.box import Box
from studio.core.repair.blending import harmonic
from studio.core.repair.hole import Filler, Hole, Patch
from studio.core.repair.regions import TOGETHER, Region
from studio.core.repair.request import RepairSettings

SEEN = 1024  # pixels a side from which a picture's mean is taken


class Filling:
    """A picture on its way to a candidate: what is filled is known to the regions after it.

    Takes the arguments of `repairing.repair`; `hole` is where `mask` is not 0, and `found` are all
    regions that will be filled: only what lies around them is copied.
    """

    def __init__(
        self,
        pixels: np.ndarray,
        mask: np.ndarray,
        allowed: np.ndarray | None,
        settings: RepairSettings,
        found: Sequence[Region],
    ):
        self.settings = settings
        self.frame = _frame(found, mask.shape, settings.wrap)
        self.before, self.mask = self.frame.of(pixels), self.frame.of(mask)
        self.allowed = None if allowed is None else self.frame.of(allowed)
        self.pixels, self.hole = self.before.copy(), self.mask > 0
        self.thick = np.zeros(self.hole.shape, bool)
        for part, rows, columns, region in self._cores(found):
            if not region.thin:
                own = True if region.own is None else region.own[rows, columns]
                part.of(self.thick)[...] |= part.of(self.hole) & own
        self.patches: list[Patch] = []

    def fill(self, region: Region, fill: Filler) -> Job[None]:
        """Fill the region's holes and note the patches that do it."""
        box = region.box.shifted(-self.frame.top, -self.frame.left)
        inner = region.core.shifted(-region.box.top, -region.box.left)
        hole, colors = box.crop(self.hole), premultiplied(box.crop(self.pixels))
        colors[hole] = 0  # what is damaged shall not be seen
        filled_now = hole & ~box.crop(self.thick) if region.thin else _together(hole, region, inner)
        if not np.array_equal(filled_now, hole):  # holes of other regions are bridged for now
            colors = np.where((hole & ~filled_now)[..., None], harmonic(colors, ~hole), colors)
        known = ~hole if self.allowed is None else ~hole & box.crop(self.allowed)
        given = Hole(colors, filled_now, known, self.settings.seed, self.settings.adapt_color)
        if hole.all():  # nothing near is known
            filled = np.broadcast_to(self._mean(), colors.shape)
        else:
            filled = yield from fill(given)
        self._lay(region, inner.of(filled))

    def _mean(self) -> np.ndarray:
        """Return about the mean of what is known, [c]."""
        step = max(1, max(self.hole.shape) // SEEN)
        known = premultiplied(self.pixels[::step, ::step])[~self.hole[::step, ::step]]
        return known.mean(0) if len(known) else np.zeros(self.pixels.shape[2], np.float32)

    def _lay(self, region: Region, filled: np.ndarray) -> None:
        """Mix `filled` into the picture by the mask, part by part where it reaches over edges."""
        for part, rows, columns, _ in self._cores([region]):
            own = part.of(self.hole)
            if region.own is not None:
                own = own & region.own[rows, columns]
            now = part.of(self.pixels)
            weight = np.where(own, part.of(self.mask), np.uint8(0))
            now[...] = mixed(now, filled[rows, columns], weight)
            part.of(self.hole)[own] = False
            top, left = part.top + self.frame.top, part.left + self.frame.left
            self.patches.append(Patch(top, left, now.copy()))

    def _cores(self, found: Sequence[Region]) -> Iterator[tuple[Box, slice, slice, Region]]:
        for region in found:
            core = region.core.shifted(-self.frame.top, -self.frame.left)
            for part, rows, columns in parts(core, *self.hole.shape):
                yield part, rows, columns, region


def _frame(found: Sequence[Region], size: tuple[int, ...], wrap: bool) -> Box:
    """Return what of the picture is needed."""
    if wrap:
        return Box(0, 0, *size)
    return reduce(Box.joined, (region.box for region in found))


def _together(hole: np.ndarray, region: Region, inner: Box) -> np.ndarray:
    """Return the holes of a thick region, with what of others adjoins them."""
    if region.own is None:
        return hole
    own = np.zeros(hole.shape, np.uint8)
    inner.of(own)[...] = region.own
    near = cv2.dilate(own, np.ones((2 * TOGETHER + 1,) * 2, np.uint8))
    return hole & (near > 0)


def parts(box: Box, h: int, w: int) -> Iterator[tuple[Box, slice, slice]]:
    """Yield the pieces of a box that lie in a picture which repeats, and where in the box."""
    for top in range(box.top // h * h, box.bottom, h):
        for left in range(box.left // w * w, box.right, w):
            part = box.shifted(-top, -left).clipped(h, w)
            rows = slice(part.top + top - box.top, part.bottom + top - box.top)
            columns = slice(part.left + left - box.left, part.right + left - box.left)
            yield part, rows, columns


def premultiplied(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 or uint16 [h, w, c] as float32 in [0, 1], color multiplied by alpha."""
    colors = pixels.astype(np.float32) / np.iinfo(pixels.dtype).max
    if colors.shape[2] == 4:
        colors[..., :3] *= colors[..., 3:]
    return colors


def mixed(before: np.ndarray, filled: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mix premultiplied `filled` [h, w, c] into straight `before`, which stays where mask is 0.

    `mask` is uint8 [h, w], 255 = filled alone. Returns pixels of the depth of `before`.
    """
    where = mask > 0
    weight = mask[where][:, None] / 255
    old = premultiplied(before[where][None])[0]
    colors = filled[where].astype(np.float64).clip(0, 1) * weight + old * (1 - weight)
    if colors.shape[1] == 4:
        colors[:, :3] = (colors[:, :3] / colors[:, 3:].clip(1e-6)).clip(0, 1)
    after = before.copy()
    after[where] = np.round(colors * np.iinfo(before.dtype).max).astype(before.dtype)
    return after
