"""Repair a picture: find the holes, fill each in several ways, change nothing else."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from studio.core.events import Job, Note, Progress, Refused, finished
from studio.core.repair import classic, patching, restoring
from studio.core.repair.filling import Filling
from studio.core.repair.hole import Candidate, Filler
from studio.core.repair.regions import Region, find, reaching
from studio.core.repair.request import RepairSettings

if TYPE_CHECKING:
    from studio.core.explore.explorer import Explorer

DEPTHS = ("uint8", "uint16")
SPRITE, FEW = 128, 0.5  # a sprite's side at most; how many of its pixels have colors of their own
STEPS = 100  # that progress counts in a region


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
# Sky and skin need no texture. The restorer alone leaves blocks in what is thick.
SMOOTH = Way("auto", "Smooth", restoring.fill, classic.biharmonic)
PATCHES = tuple(Way("patch", title, fill, fill) for title, fill in patching.FILLS.items())


def drawn(pixels: np.ndarray, hole: np.ndarray) -> bool:
    """Return whether a picture is a sprite or an icon: small, its colors used again and again.

    Whatever smooths draws a gradient where there was none: over 160 sprites and stickers copied
    texture was 0.5 to 6.6 dB nearer, in lines one pixel thin too.
    """
    if max(hole.shape) > SPRITE or pixels.shape[2] < 3:
        return False
    known = pixels[~hole]
    return len(np.unique(known, axis=0)) <= FEW * len(known)


def ways(method: str, thick: bool, copied: bool = False) -> tuple[Way, ...]:
    """Return how a mask may be filled, the best guess first; `thick` if it has thick holes, and
    `copied` if thin damage is better not smoothed.
    """
    if method in SIMPLE:
        return (SIMPLE[method],)
    if method == "patch":
        return PATCHES
    if copied:
        rest = SMOOTH if thick else SIMPLE["thin"]
        return (*[way._replace(method="auto") for way in PATCHES[:3]], rest)
    if thick:
        mixed = [way._replace(method="auto", thin=restoring.fill) for way in PATCHES]
        return (*mixed[:3], SMOOTH)
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
    # The matrices are small: two threads of numpy's BLAS took three times as long as one, in which
    # time the window got no turn for 65 ms at once.
    with threadpool_limits(1, user_api="blas"):
        return (yield from _repaired(pixels, mask, settings, allowed, model))


def _repaired(
    pixels: np.ndarray,
    mask: np.ndarray,
    settings: RepairSettings,
    allowed: np.ndarray | None,
    model: "Explorer | None",
) -> Job[tuple[Candidate, ...]]:
    hole = _checked(pixels, mask, allowed)
    found = yield from find(hole, settings.wrap)
    if allowed is not None:
        found = reaching(found, allowed & ~hole)
    planned = yield from _planned(pixels, hole, settings, model, found)
    candidates: list[Candidate] = []
    try:
        for way, found in planned:
            begun = time.monotonic()
            filling = Filling(pixels, mask, allowed, settings, found)
            for k, region in enumerate(found):
                part = Part(len(candidates), len(planned), k, len(found), way.title)
                yield from _counted(
                    filling.fill(region, way.thin if region.thin else way.thick), part
                )
            patches, seconds = tuple(filling.patches), time.monotonic() - begun
            candidates.append(Candidate(way.method, way.title, patches, seconds))
            done = len(candidates)
            yield Offered(done, len(planned), way.title, candidate=candidates[-1])
    except (MemoryError, RuntimeError, cv2.error) as error:
        if not _memory_ran_out(error):
            raise
        if not candidates:
            raise Refused(
                "There is not enough memory to fill this; nothing was changed. Close other "
                "programs, or paint a smaller hole."
            ) from None
        yield Note(f"Memory ran out after {len(candidates)} of {len(planned)} ways.", "warning")
    return tuple(candidates)


Plan = list[tuple[Way, tuple[Region, ...]]]


def _planned(
    pixels: np.ndarray,
    hole: np.ndarray,
    settings: RepairSettings,
    model: "Explorer | None",
    found: tuple[Region, ...],
) -> Job[Plan]:
    """Return the ways to fill the hole in turn, each with its regions."""
    if settings.method == "model":
        if model is None:
            raise Refused("Which model shall draw is not said; give --run, or choose a run.")
        return (yield from _from_model(pixels, hole, settings, model, (), found))
    thick = tuple(region for region in found if not region.thin)
    chosen = ways(settings.method, bool(thick), drawn(pixels, hole))[: settings.candidates]
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


def repaired(
    pixels: np.ndarray,
    mask: np.ndarray,
    allowed: np.ndarray | None = None,
    model: "Explorer | None" = None,
    **settings: Any,
) -> np.ndarray:
    """Return `pixels` with what `mask` (bool or uint8 [h, w]) covers filled the best way known.

    `settings` are those of RepairSettings, the rest is as in `repair`, whose first candidate it is.
    """
    asked = RepairSettings().updated({"candidates": 1, **settings})
    whole = mask.astype(np.uint8) * 255 if mask.dtype == bool else mask
    return finished(repair(pixels, whole, asked, allowed, model))[0].applied(pixels)


def _checked(pixels: np.ndarray, mask: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """Return the hole, bool [h, w]; raise Refused where there is nothing to do or to do it with."""
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or pixels.dtype.name not in DEPTHS:
        raise Refused("A picture has 8 or 16 bits a channel, and 1, 3 or 4 channels; convert it.")
    h, w = pixels.shape[:2]
    for name, other in (("mask", mask), ("allowed region", allowed)):
        if other is not None and other.shape != (h, w):
            size = "×".join(str(side) for side in other.shape[1::-1])
            raise Refused(
                f"The {name} is {size} pixels and the picture {w}×{h}; give one of the same size."
            )
    hole = mask > 0
    if not hole.any():
        raise Refused("The mask is empty; paint over what is to be repaired.")
    if hole.all():
        raise Refused("Everything is masked; leave some of the picture to repair it from.")
    if allowed is not None and not (allowed & ~hole).any():
        raise Refused("Texture may be taken from nowhere; allow some of what is not masked.")
    return hole


class Part(NamedTuple):
    """Which region of which candidate is being filled, counted from 0."""

    candidate: int
    candidates: int
    region: int
    regions: int
    title: str

    def progress(self, share: float) -> Progress:
        """Return how far all of it is when a `share` of this part is done."""
        done = (self.candidate * self.regions + self.region + min(1.0, share)) * STEPS
        return Progress(int(done), self.candidates * self.regions * STEPS, self.title)


def _counted(job: Job[None], part: Part) -> Job[None]:
    """Pass a region's job on; what it counts becomes a part of the whole."""
    yield part.progress(0)
    for event in job:
        if isinstance(event, Progress):
            yield part.progress(event.done / event.total if event.total else 0)
        else:
            yield event


def _memory_ran_out(error: Exception) -> bool:
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    from studio.core.device import is_oom  # torch: only what failed pays for it

    return is_oom(error)
