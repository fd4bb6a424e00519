"""Fill thick holes with texture from elsewhere in the picture.

Patches of the hole are replaced by the most alike patches around it, from coarse to fine (Wexler et
al. 2007; Barnes et al. 2009), told apart by their texture too (Newson et al. 2014), with the
offsets at which the picture repeats among those tried (He & Sun 2012).
"""

from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from studio.core.events import Job, Progress
from studio.core.repair.blending import harmonic, seamless
from studio.core.repair.detail import detailed
from studio.core.repair.hole import Filler, Hole
from studio.core.repair.matching import Field, Patches
from studio.core.repair.offsets import COUNT, dominant
from studio.core.repair.peeling import peeled
from studio.core.repair.randomness import randomness
from studio.core.repair.scales import ENOUGH, Level, copyable, finer, pyramid, touched
from studio.core.repair.traits import hue, liveliness
from studio.core.repair.voting import best_vote, mean_vote

EXACT = 30_000_000  # pairs of patches up to which all are compared
REPEATS = 20_000  # patches up to which a level shows how the picture repeats
WORK = 400_000  # patches gone over at a level, all rounds together
STILL = 0.1 / 255  # mean change at which a level is settled
REACH = 320  # pixels around a hole, at most, that texture comes from
SAME = 0.1  # what differs less at the hole's edge is the same thing in another light
UNREST = 1.0  # of the known colors' standard deviation
SMALL = 64  # pixels a side; in smaller pictures, like sprites, details are smaller too
JUDGED = 5000  # patches at most at the level where a texture is judged
RANDOM = 0.28  # the randomness from which a texture is gravel, grass or noise
CHOOSY = 10.0  # for those
STEPS = 1000  # that progress counts in a hole
EDGE = 16  # pixels around a hole that are blended with it


@dataclass(frozen=True)
class Recipe:
    """How to fill: `side` is that of the patches; `texture` and `hue` count so much beside color;
    `prior` is how much the coarsest level minds a smooth fill (half as much at each finer one);
    a patch counts `trust` times more for each pixel nearer to the hole's edge; the first guess is
    smooth or, with `peel`, copied from the edge inward, and off by `unrest` (standard deviation);
    the more `choosy`, the more the best of the patches over a pixel counts alone.
    """

    title: str
    side: int = 7
    texture: float = 3.0
    hue: float = 0.7
    prior: float = 0.3
    trust: float = 1.5
    offsets: bool = True
    coarsest: float = 5.0
    rounds: int = 8
    choosy: float = 1.0
    unrest: float = 0.0
    peel: bool = False


def fill(hole: Hole, recipe: Recipe) -> Job[np.ndarray]:
    """Fill with patches; with smaller ones, then smoothly, where there are too few of them."""
    if not hole.mask.any():
        return hole.colors
    area = _around(hole.mask, REACH)
    if not hole.source[area].any():  # it lies farther away
        area = np.s_[:, :]
    near = replace(hole, colors=hole.colors[area], mask=hole.mask[area], source=hole.source[area])
    filled = hole.colors.copy()
    filled[area] = yield from _filled(near, recipe)
    return filled


def _around(mask: np.ndarray, reach: int) -> tuple[slice, slice]:
    """Return the rows and columns that hold the hole and `reach` more pixels on every side."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, int(rows[0]) - reach), int(rows[-1]) + 1 + reach),
        slice(max(0, int(columns[0]) - reach), int(columns[-1]) + 1 + reach),
    )


def _filled(hole: Hole, recipe: Recipe) -> Job[np.ndarray]:
    tick = Progress(0, None, recipe.title)
    yield tick
    level = Level(np.where(hole.mask[..., None], 0, hole.colors), hole.mask, hole.source)
    most = recipe.side if min(hole.mask.shape) >= SMALL else recipe.side - 2
    for side in (most, 5, 3) if hole.adapt_color else (most, 5, 3, 1):
        if side <= most and copyable(level, side).sum() >= min(ENOUGH, side**4):
            smaller = replace(recipe, side=side)
            return (yield from _synthesized(level, hole, smaller, tick))
    return harmonic(level.colors, ~hole.mask)


def _synthesized(level: Level, hole: Hole, recipe: Recipe, tick: Progress) -> Job[np.ndarray]:
    rng = np.random.default_rng((hole.seed, recipe.side))
    if hole.seed:  # seed 0 is the best guess, the others try their luck
        recipe = replace(recipe, unrest=UNREST * float(hole.colors[~hole.mask].std()))
    yield tick
    lively = recipe.texture * liveliness(level)
    yield tick
    colors = np.concatenate([level.colors, lively, recipe.hue * hue(level)], 2)
    yield tick
    levels = pyramid(level._replace(colors=colors), recipe.side, recipe.coarsest)
    yield tick
    if _random(levels, recipe.side, rng):
        recipe = replace(recipe, choosy=CHOOSY)
    yield tick
    field, trust = yield from _layout(levels, recipe, rng)
    tick = Progress(STEPS, STEPS, recipe.title)
    best = yield from best_vote(level.colors, field, trust, tick)
    if not hole.adapt_color:
        return np.where(level.mask[..., None], best, level.colors)
    mean = yield from mean_vote(level.colors, field, trust, tick, recipe.choosy)
    area = _around(level.mask, EDGE)
    detail = detailed(best[area], mean[area])
    yield tick
    best[area] = seamless(detail, level.colors[area], level.mask[area], SAME).clip(0, 1)
    return best


def _random(levels: list[Level], side: int, rng: np.random.Generator) -> bool:
    """Return if the mean of several copies would be mush, as of gravel."""
    for level in levels:
        open_ = copyable(level, side)
        if open_.sum() <= JUDGED or level is levels[-1]:
            return randomness(Patches(level.colors, open_, side, rng)) > RANDOM
    return False


def _layout(
    levels: list[Level], recipe: Recipe, rng: np.random.Generator
) -> Job[tuple[Field, np.ndarray]]:
    """Return what each patch of the finest level copies, and how it is to be trusted."""
    field, offsets = None, np.zeros((0, 2), np.int64)
    ends = _ends(levels, recipe)
    for number in reversed(range(len(levels))):
        level, tick = levels[number], Progress(ends[number + 1], STEPS, recipe.title)
        field, trust = yield from _begun(level, recipe, field, rng, tick)
        patches, offsets = field.patches, offsets * 2
        if recipe.offsets and len(patches.centers) <= REPEATS and not _exact(field):
            offsets = yield from dominant(patches, rng, tick)
        if number == len(levels) - 1:
            image = yield from _guess(level, recipe, patches, rng, tick)
        else:
            voted = yield from mean_vote(level.colors, field, trust, tick, recipe.choosy)
            image = _painted(level, voted)
        prior = recipe.prior * 0.5 ** (len(levels) - 1 - number) if number else 0.0
        smooth = harmonic(level.colors, ~level.mask) if prior else image
        rounds = _rounds(recipe, number, len(field.queries))
        for round_ in range(rounds):
            done = ends[number + 1] + (ends[number] - ends[number + 1]) * (round_ + 1) // (
                rounds + 1
            )
            tick = Progress(done, STEPS, recipe.title)
            yield from field.look(image, tick)
            yield from _improved(field, offsets, round_ == 0, rng, tick)
            voted = yield from mean_vote(level.colors, field, trust, tick, recipe.choosy)
            before, image = image, _painted(level, voted * (1 - prior) + smooth * prior)
            if np.abs(image - before)[level.mask].mean() < STILL:
                break
    assert field is not None
    return field, _trust(levels[0].mask, field.queries, recipe.trust)


def _begun(
    level: Level, recipe: Recipe, coarser: Field | None, rng: np.random.Generator, tick: Progress
) -> Job[tuple[Field, np.ndarray]]:
    """Return the field that a level starts from, and how its patches are to be trusted."""
    patches = Patches(level.colors, copyable(level, recipe.side), recipe.side, rng)
    yield tick
    yield from patches.learn(tick)
    queries = np.flatnonzero(touched(level, recipe.side))
    trust = _trust(level.mask, queries, recipe.trust)
    yield tick
    if coarser is None:
        return Field(patches, queries, rng.choice(patches.centers, len(queries))), trust
    return finer(coarser, patches, queries), trust


def _guess(
    level: Level, recipe: Recipe, patches: Patches, rng: np.random.Generator, tick: Progress
) -> Job[np.ndarray]:
    """Return what the coarsest level starts from."""
    if recipe.peel:
        image = yield from peeled(level.colors, level.mask, patches, rng, tick)
    else:
        image = harmonic(level.colors, ~level.mask)
    return image + recipe.unrest * rng.standard_normal(image.shape, np.float32)


def _rounds(recipe: Recipe, number: int, queries: int) -> int:
    """Return how often a level is gone over: less where that would take long."""
    wanted = recipe.rounds if number else recipe.rounds // 2
    return max(1, min(wanted, WORK // queries))


def _ends(levels: list[Level], recipe: Recipe) -> list[int]:
    """Return how many of STEPS are done when each level is, and one more: none before the coarsest.

    A level takes as long as there are pixels to fill, and rounds.
    """
    sizes = [max(1, int(level.mask.sum())) for level in levels]
    work = [size * (1 + _rounds(recipe, number, size)) for number, size in enumerate(sizes)]
    return [STEPS * sum(work[number:]) // sum(work) for number in range(len(work) + 1)]


def _trust(mask: np.ndarray, queries: np.ndarray, base: float) -> np.ndarray:
    depth = np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3))
    return np.float32(base) ** -np.minimum(depth.ravel()[queries], 40)


def _exact(field: Field) -> bool:
    return len(field.queries) * len(field.patches.centers) <= EXACT


def _improved(
    field: Field, offsets: np.ndarray, first: bool, rng: np.random.Generator, tick: Progress
) -> Job[None]:
    """Let every query find a nearer patch: all are tried if they are few, else likely ones."""
    if _exact(field):
        yield from field.search(tick)
        return
    if first and len(field.queries) * len(offsets) <= WORK * COUNT:
        yield from field.shift(offsets, tick)
    for jump in (8, 4, 2, 1) if first else (2, 1):
        yield from field.propagate(jump, tick)
    yield from field.wander(max(field.patches.shape) // 2 if first else 8, rng, tick)
    yield from field.propagate(1, tick)


def _painted(level: Level, voted: np.ndarray) -> np.ndarray:
    return np.where(level.mask[..., None], voted, level.colors)


FILLS: dict[str, Filler] = {
    recipe.title: partial(fill, recipe=recipe)
    for recipe in (
        Recipe("Texture"),
        Recipe("Structure", side=9, prior=0.0, peel=True),
        Recipe("Fine texture", side=5),
    )
}
