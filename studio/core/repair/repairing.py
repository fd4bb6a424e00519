"""Repair a picture: find the holes, fill each in several ways, change nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.core.events import Job, Progress, Refused
from studio.core.repair import classic, patching, restoring
from studio.core.repair.hole import Candidate, Filler, Hole, Patch
from studio.core.repair.regions import Box, Region, regions
from studio.core.repair.request import RepairSettings

if TYPE_CHECKING:
    from studio.core.explore.explorer import Explorer


@dataclass(frozen=True)
class Offered(Progress):
    """A candidate is ready, while others are still made."""

    candidate: Candidate


class Way(NamedTuple):
    """One way of filling: thin damage by one filler, thick holes by another."""

    method: str
    title: str
    thin: Filler
    thick: Filler


SIMPLE = {
    "telea": Way("telea", "Telea", classic.telea, classic.telea),
    "ns": Way("ns", "Navier-Stokes", classic.ns, classic.ns),
    "biharmonic": Way("biharmonic", "Biharmonic", classic.biharmonic, classic.biharmonic),
    "thin": Way("thin", "Restored", restoring.fill, restoring.fill),
}
PATCHES = tuple(Way("patch", title, fill, fill) for title, fill in patching.FILLS.items())


def ways(method: str, thick: bool) -> tuple[Way, ...]:
    """Return how a mask may be filled, the best guess first; `thick` if it has thick holes."""
    if method in SIMPLE:
        return (SIMPLE[method],)
    if method == "patch":
        return PATCHES
    if thick:
        mixed = [way._replace(method="auto", thin=restoring.fill) for way in PATCHES]
        return (*mixed[:3], SIMPLE["thin"])
    return (SIMPLE["thin"], SIMPLE["biharmonic"], PATCHES[0], SIMPLE["ns"])


def repair(
    pixels: np.ndarray,
    mask: np.ndarray,
    settings: RepairSettings,
    allowed: np.ndarray | None = None,
    model: "Explorer | None" = None,
) -> Job[tuple[Candidate, ...]]:
    """Fill what `mask` covers of `pixels`; yields Offered as each candidate is ready.

    `pixels` is uint8 or uint16 [h, w, c], c in 1, 3, 4, straight alpha. `mask` is uint8 [h, w]:
    0 stays as it is to the bit, 255 is filled, between the two they are mixed. Texture is only
    taken from where `allowed`, bool [h, w], is True. With "auto" the candidates of a `model` follow
    the others. Raises Refused for a mask that does not fit, and for "model" without one.
    """
    hole = _checked(pixels, mask, allowed)
    planned = yield from _planned(pixels, hole, settings, model)
    candidates = []
    for number, (way, found) in enumerate(planned):
        begun = time.monotonic()
        work = _Work(pixels.copy(), hole.copy(), mask, allowed, settings)
        for k, region in enumerate(found):
            yield Progress(number * len(found) + k, len(planned) * len(found), way.title)
            yield from work.fill(region, way)
        offered = Candidate(way.method, way.title, tuple(work.patches), time.monotonic() - begun)
        candidates.append(offered)
        yield Offered(number + 1, len(planned), way.title, candidate=offered)
    return tuple(candidates)


Plan = list[tuple[Way, tuple[Region, ...]]]


def _planned(
    pixels: np.ndarray, hole: np.ndarray, settings: RepairSettings, model: "Explorer | None"
) -> Job[Plan]:
    """Return the ways to fill the hole in turn, each with its regions."""
    found = regions(hole, settings.wrap)
    if settings.method == "model":
        if model is None:
            raise Refused("Which model shall draw is not said; give --run, or choose a run.")
        return (yield from _from_model(pixels, hole, settings, model, (), found))
    thick = tuple(region for region in found if not region.thin)
    chosen = ways(settings.method, bool(thick))[: settings.candidates]
    planned = [(way, found) for way in chosen]
    if model is None or settings.method != "auto":
        return planned
    thin = tuple(region for region in found if region.thin) if thick else ()
    rest = thick or found
    return planned + (yield from _from_model(pixels, hole, settings, model, thin, rest))


def _from_model(
    pixels: np.ndarray,
    hole: np.ndarray,
    settings: RepairSettings,
    model: "Explorer",
    thin: tuple[Region, ...],
    rest: tuple[Region, ...],
) -> Job[Plan]:
    """Return ways in which the model draws `rest`, and `thin` damage is restored."""
    from studio.core.repair import fitting, own  # torch, which only a model needs

    block = fitting.blocks(pixels, hole)
    asked = fitting.windows(rest, hole, model.size, block, settings.wrap)
    yield from own.remarks(model.size, asked, pixels.shape[2], block)
    title = f"{model.family.title}, run {model.run}"
    fillers = [own.filler(model, way, block=block) for way in range(settings.candidates)]
    return [(Way("model", title, restoring.fill, fill), (*thin, *asked)) for fill in fillers]


def repaired(pixels: np.ndarray, mask: np.ndarray, **settings: Any) -> np.ndarray:
    """Return `pixels` with what `mask` (bool or uint8 [h, w]) covers filled the best way known.

    `settings` are those of RepairSettings. Raises Refused for a mask that does not fit.
    """
    asked = RepairSettings().updated({"candidates": 1, **settings})
    whole = mask.astype(np.uint8) * 255 if mask.dtype == bool else mask
    job = repair(pixels, whole, asked)
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value[0].applied(pixels)


def _checked(pixels: np.ndarray, mask: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """Return the hole, bool [h, w]; raise Refused where there is nothing to do or to do it with."""
    h, w = pixels.shape[:2]
    for name, other in (("mask", mask), ("allowed region", allowed)):
        if other is not None and other.shape[:2] != (h, w):
            raise Refused(
                f"The {name} is {other.shape[1]}×{other.shape[0]} pixels and the picture {w}×{h}; "
                "give one of the same size."
            )
    hole = mask > 0
    if not hole.any():
        raise Refused("The mask is empty; paint over what is to be repaired.")
    if hole.all():
        raise Refused("Everything is masked; leave some of the picture to repair it from.")
    if allowed is not None and not (allowed & ~hole).any():
        raise Refused("Texture may be taken from nowhere; allow some of what is not masked.")
    return hole


class _Work:
    """A picture on its way to a candidate: what is filled is known to the regions after it."""

    def __init__(
        self,
        pixels: np.ndarray,
        hole: np.ndarray,
        mask: np.ndarray,
        allowed: np.ndarray | None,
        settings: RepairSettings,
    ):
        self.pixels, self.hole, self.mask, self.allowed = pixels, hole, mask, allowed
        self.settings = settings
        self.patches: list[Patch] = []

    def fill(self, region: Region, way: Way) -> Job[None]:
        """Fill the region's holes and note the patches that do it."""
        box, core = region.box, region.core
        hole = box.crop(self.hole)
        known = ~hole if self.allowed is None else ~hole & box.crop(self.allowed)
        colors = _premultiplied(box.crop(self.pixels))
        asked = self.settings
        given = Hole(colors, hole, known, asked.seed, asked.adapt_color)
        filled = yield from (way.thin if region.thin else way.thick)(given)
        inner = core.shifted(-box.top, -box.left)
        self._lay(core, _straight(inner.crop(filled), self.pixels.dtype))

    def _lay(self, core: Box, filled: np.ndarray) -> None:
        """Mix `filled` into the picture by the mask, part by part where it reaches over edges."""
        h, w = self.hole.shape
        for part, rows, columns in _parts(core, h, w):
            area = np.s_[part.top : part.bottom, part.left : part.right]
            weight, before = self.mask[area], self.pixels[area]
            after = _mixed(before, filled[rows, columns], weight)
            self.pixels[area] = after
            self.hole[area] = False
            self.patches.append(Patch(part.top, part.left, after))


def _parts(box: Box, h: int, w: int) -> Iterator[tuple[Box, slice, slice]]:
    """Yield the pieces of a box that lie in a picture which repeats, and where in the box."""
    for top in range(box.top // h * h, box.bottom, h):
        for left in range(box.left // w * w, box.right, w):
            part = box.shifted(-top, -left).clipped(h, w)
            rows = slice(part.top + top - box.top, part.bottom + top - box.top)
            columns = slice(part.left + left - box.left, part.right + left - box.left)
            yield part, rows, columns


def _premultiplied(pixels: np.ndarray) -> np.ndarray:
    colors = pixels.astype(np.float32) / np.iinfo(pixels.dtype).max
    if colors.shape[2] == 4:
        colors[..., :3] *= colors[..., 3:]
    return colors


def _straight(colors: np.ndarray, depth: np.dtype) -> np.ndarray:
    """Return float64 [h, w, c] in the depth's own levels, straight alpha, not yet rounded."""
    straight = colors.astype(np.float64).clip(0, 1)
    if straight.shape[2] == 4:
        straight[..., :3] = (straight[..., :3] / straight[..., 3:].clip(1e-6)).clip(0, 1)
    return straight * np.iinfo(depth).max


def _mixed(before: np.ndarray, filled: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return `filled` where the mask is 255 and `before` to the bit where it is 0."""
    weight = mask[..., None] / 255
    mixed = np.round(filled * weight + before * (1 - weight)).astype(before.dtype)
    return np.where(mask[..., None] > 0, mixed, before)
