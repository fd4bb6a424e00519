"""All numbers on a set of drawn pictures beside real ones, each with its floor and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio.core.events import Job, Progress, Refused
from studio.core.metrics import distances, memorization, neighbors, sliced, texture
from studio.core.metrics.evaluation import Score
from studio.core.metrics.features import Encoder, RandomEncoder, features
from studio.core.metrics.memorization import Nearest
from studio.core.metrics.own import OwnEncoder, learn
from studio.core.metrics.views import Pictures, Rows, grounds, over
from studio.core.metrics.wording import notes, scored

LEAST = 50  # pictures, below which nothing can be said
JUDGED = 6000  # training pictures whose features drawn ones are compared with, at most
HELD = 500
PATCHED, PATCHED_VALUES = 2000, 50_000_000  # pictures cut into patches, at most: memory
TWIN = 0.3  # of the typical distance to the nearest neighbor
FEW = "Needs {} pictures of each side; see the kernel distance instead."


@dataclass(frozen=True, eq=False)
class Scores:
    """What `scoring` found: scores in the order to be read, notes, and the nearest pictures.

    `compared` is how many pictures the distances compare; `copies` has a row per drawn picture,
    and `closest` names those nearest to being copies.
    """

    scores: tuple[Score, ...]
    notes: tuple[str, ...]
    compared: int
    copies: Nearest
    closest: np.ndarray

    @property
    def values(self) -> dict[str, float | None]:
        """The bare numbers by key."""
        return {s.key: s.value for s in self.scores}


@dataclass(frozen=True, eq=False)
class Trio:
    """Equally many opaque pictures, or their features: real, other real, drawn."""

    real: np.ndarray
    other: np.ndarray
    drawn: np.ndarray

    def on(self, measure: Callable[[np.ndarray, np.ndarray], float]) -> np.ndarray:
        """Return (value, floor) of a measure of (real, drawn)."""
        return np.array([measure(self.real, self.drawn), measure(self.real, self.other)], float)


def score(
    real: Pictures,
    drawn: np.ndarray,
    held: np.ndarray | None = None,
    own: OwnEncoder | None = None,
    inception: Encoder | None = None,
    seed: int = 0,
) -> Scores:
    """Run `scoring` to its end."""
    job = scoring(real, drawn, held, own, inception, seed)
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value


def scoring(
    real: Pictures,
    drawn: np.ndarray,
    held: np.ndarray | None = None,
    own: OwnEncoder | None = None,
    inception: Encoder | None = None,
    seed: int = 0,
) -> Job[Scores]:
    """Score pictures `drawn` by a model of the training pictures `real`.

    All are uint8 [n, h, w, c] with straight alpha and of one size. `held` are real pictures the
    model has not learned. `own` judges beside a fixed random network; None trains one on `real` (a
    minute). `inception` adds FID and KID on its features.

    Every number is taken with n drawn against n real pictures, and its floor with n other real
    ones: `held` if there are as many, else the other half of `real`. Raises Refused for fewer than
    50 pictures on either side or other sizes.
    """
    check(real, drawn, held)
    yield Progress(0, None, "Preparing")
    rng = np.random.default_rng(seed)
    chosen = trio(real, drawn, held, rng)
    judge = own or (yield from learn(real, None, seed))
    copies, scores = yield from copied(real, drawn, held, judge, rng)
    seen = yield from looked_at(chosen, judge, seed)
    scores += yield from neighborhood(seen.own)
    scores += spread_out(seen.own, seed)
    scores += yield from told_apart([seen.own, seen.random], seed)
    scores += yield from apart("own", seen.own, seed)
    scores += yield from apart("random", seen.random, seed)
    scores += seen.scores
    if inception is not None:
        scores += yield from standard(chosen, inception, seed)
    compared, count = len(chosen.real), 0 if held is None else len(held)
    said = notes(compared, len(real), count, len(drawn))
    return Scores(tuple(scores), said, compared, copies, memorization.closest(copies))


def check(real: Pictures, drawn: np.ndarray, held: np.ndarray | None) -> None:
    """Raise Refused for too few pictures or pictures of different sizes."""
    for pictures, name in ((real, "real"), (drawn, "drawn")):
        if len(pictures) < LEAST:
            raise Refused(f"{len(pictures)} {name} pictures say nothing; take at least {LEAST}.")
    if not real.shape[1:] == drawn.shape[1:] == (real if held is None else held).shape[1:]:
        raise Refused("Real and drawn pictures differ in size or channels; bring them to one size.")


def trio(
    real: Pictures, drawn: np.ndarray, held: np.ndarray | None, rng: np.random.Generator
) -> Trio:
    """Choose equally many pictures: real, other real, drawn."""
    half = min(len(drawn), len(real) // 2)
    if held is not None and len(held) >= half:
        size = min(len(drawn), len(real), len(held))
        mine, others = np.sort(rng.permutation(len(real))[:size]), held[:size]
        return Trio(real[mine], others, drawn[:size])
    order = rng.permutation(len(real))
    return Trio(real[order[:half]], real[order[half : 2 * half]], drawn[:half])


@dataclass(frozen=True, eq=False)
class Seen:
    """Features of each ground's pictures by both encoders, and the scores that need pixels."""

    own: list[Trio]
    random: list[Trio]
    scores: list[Score]


def looked_at(chosen: Trio, judge: OwnEncoder, seed: int) -> Job[Seen]:
    """Do what needs pixels, over one ground at a time to save memory."""
    own, random, sharp = [], [], []
    patches: dict[str, list[list[float]]] = {}
    for opaque in grounds(chosen.drawn):
        look = Trio(opaque(chosen.real), opaque(chosen.other), opaque(chosen.drawn))
        own.append((yield from encoded(look, judge, "Looking with the own judge")))
        random.append((yield from encoded(look, RandomEncoder(judge.channels), "Looking")))
        sharp.append(look.on(_sharpness))
        gaps = yield from scales(look, seed)
        for key, gap in gaps.items():
            patches.setdefault(key, []).append(gap)
    scores = [scored(key, *np.mean(gaps, axis=0)) for key, gaps in patches.items()]
    return Seen(own, random, [*scores, scored("sharpness", *np.mean(sharp, axis=0))])


def _sharpness(real: np.ndarray, drawn: np.ndarray) -> float:
    return texture.sharpness(drawn) / max(1e-9, texture.sharpness(real))


def scales(look: Trio, seed: int) -> Job[dict[str, list[float]]]:
    """Return [value, floor] of the sliced Wasserstein distance at each scale, finest first."""
    most = min(PATCHED, max(LEAST, PATCHED_VALUES // look.real[0].size))
    sets = []
    for pictures in (look.real, look.drawn, look.other):
        sets.append(sliced.pyramid(pictures[:most]))
        yield Progress(0, None, "Comparing patches")
    found = {}
    for real, *others in zip(*sets, strict=True):
        gaps = yield from sliced.distances(real, others, seed)
        found[f"swd.{min(real.shape[-2:])}"] = gaps
    return found


def encoded(look: Trio, encoder: Encoder, text: str) -> Job[Trio]:
    """Return the features of pictures, scaled by those of the real ones."""
    return Trio(*distances.standardized(*(yield from _raw(look, encoder, text))))


def _raw(look: Trio, encoder: Encoder, text: str) -> Job[list[np.ndarray]]:
    found = []
    for pictures in (look.real, look.other, look.drawn):
        found.append((yield from features(encoder, pictures, text)))
    return found


def apart(name: str, seen: list[Trio], seed: int) -> Job[list[Score]]:
    """Return the kernel distance and the Fréchet distance on one encoder's features."""
    found = []
    for one in seen:
        found.append([distances.kid(one.real, x, seed=seed) for x in (one.drawn, one.other)])
        yield Progress(len(found), len(seen), "Comparing features")
    (value, error), (floor, _) = 1000 * np.mean(found, axis=0)
    scores = [scored(f"kid.{name}", value, floor, error)]
    if not distances.enough(len(seen[0].real)):
        why_not = FEW.format(distances.PER_DIMENSION * distances.WIDTH)
        return [*scores, scored(f"frechet.{name}", None, why_not=why_not)]
    gaps = np.mean([one.on(_frechet) for one in seen], axis=0)
    return [*scores, scored(f"frechet.{name}", *gaps)]


def _frechet(real: np.ndarray, drawn: np.ndarray) -> float:
    if len(real) < distances.FREE_OF_PCA:
        real, drawn = distances.reduced(real, drawn)
    return distances.frechet(real, drawn)


def neighborhood(seen: list[Trio]) -> Job[list[Score]]:
    """Return precision, density, recall and coverage."""
    values, floors = [], []
    for one in seen:
        values.append(neighbors.manifold(one.real, one.drawn))
        floors.append(neighbors.manifold(one.real, one.other))
        yield Progress(len(values), len(seen), "Looking at neighborhoods")
    value = neighbors.Manifold(*np.mean(values, axis=0))
    floor = neighbors.Manifold(*np.mean(floors, axis=0))
    names = ("precision", "density", "recall", "coverage")
    return [scored(name, getattr(value, name), getattr(floor, name)) for name in names]


def spread_out(seen: list[Trio], seed: int) -> list[Score]:
    """Return variety, kinds out of proportion, and pairs of drawn pictures that are twins."""
    variety = np.mean([one.on(_variety) for one in seen], axis=0)
    kinds = np.mean(
        [one.on(lambda a, b: neighbors.bins_differing(a, b, seed)) for one in seen], axis=0
    )
    twins = np.mean([one.on(_twins) for one in seen], axis=0)
    return [scored("diversity", *variety), scored("bins", *kinds), scored("twins", *twins)]


def _variety(real: np.ndarray, drawn: np.ndarray) -> float:
    return neighbors.spread(drawn) / max(1e-9, neighbors.spread(real))


def _twins(real: np.ndarray, drawn: np.ndarray) -> float:
    within = TWIN * neighbors.typical(real)
    return neighbors.twins(drawn, within) * (1000 / len(drawn)) ** 2


def told_apart(judges: list[list[Trio]], seed: int) -> Job[list[Score]]:
    """Return how well a classifier on the features of all encoders tells drawn from real."""
    real, other, drawn = (
        np.concatenate(
            [np.mean([getattr(one, part) for one in seen], axis=0) for seen in judges], 1
        )
        for part in ("real", "other", "drawn")
    )
    value = yield from texture.told_apart(real, drawn, seed)
    floor = yield from texture.told_apart(real, other, seed)
    return [scored("auc", value, floor)]


def standard(chosen: Trio, inception: Encoder, seed: int) -> Job[list[Score]]:
    """Return FID and KID on Inception features, by the published formulas."""
    fids, kids = [], []
    for opaque in grounds(chosen.drawn):
        look = Trio(opaque(chosen.real), opaque(chosen.other), opaque(chosen.drawn))
        one = Trio(*(yield from _raw(look, inception, "Looking with Inception")))
        kids.append([distances.kid(one.real, x, seed=seed) for x in (one.drawn, one.other)])
        fids.append(one.on(lambda a, b: distances.frechet(a, b, shrink=False)))
        yield Progress(len(fids), None, "Comparing features")
    (kid, error), (floor, _) = 1000 * np.mean(kids, axis=0)
    return [
        scored("frechet.inception", *np.mean(fids, axis=0)),
        scored("kid.inception", kid, floor, error),
    ]


def copied(
    real: Pictures,
    drawn: np.ndarray,
    held: np.ndarray | None,
    judge: OwnEncoder,
    rng: np.random.Generator,
) -> Job[tuple[Nearest, list[Score]]]:
    """Return the nearest training pictures, and the share of copies and of suspiciously close
    ones.
    """
    new = None if held is None or not len(held) else held[:HELD]
    asked = drawn if new is None else np.concatenate([drawn, new])
    found = yield from memorization.nearest(asked, real)
    ratios = yield from _ratios(judge, asked, real, rng)
    copy = (found.ratios < memorization.COPY) | (ratios < memorization.COPY)
    split = len(drawn)
    floor = None if new is None else 1000 * copy[split:].mean()
    scores = [scored("copies", 1000 * copy[:split].mean(), floor)]
    if new is None:
        why_not = "Can't be told: no pictures were held out from training."
        scores.append(scored("closer", None, why_not=why_not))
    else:
        far = found.distances
        share = memorization.share_closer(far[:split], far[split:])
        scores.append(scored("closer", share, memorization.CLOSE / 100))
    return Nearest(*(column[:split] for column in found)), scores


def _ratios(
    judge: OwnEncoder, asked: np.ndarray, real: Pictures, rng: np.random.Generator
) -> Job[np.ndarray]:
    places = np.sort(rng.permutation(len(real))[:JUDGED])
    seen = yield from features(judge, _plain(asked), "Looking for copies")
    known = Rows(real, places, _plain)
    training = yield from features(judge, known, "Looking at training pictures")
    training, seen = distances.standardized(training, seen)
    twin = TWIN * neighbors.typical(training[: 2 * HELD])
    return (yield from memorization.nearest_features(seen, training, twin))


def _plain(pictures: np.ndarray) -> np.ndarray:
    """Lay over the middle ground alone: one is enough where it lies under both sides."""
    return over(pictures, 128) if pictures.shape[-1] == 4 else pictures
