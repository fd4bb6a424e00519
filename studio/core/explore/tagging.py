"""A direction from a few tagged pictures: what they have in common, told apart, then steered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.core import encoder
from studio.core.events import Job, Progress, Refused
from studio.core.explore import effects
from studio.core.explore.answers import AT_ONCE_SLOW, Answers, answers
from studio.core.explore.directions import TAGGED, Direction, apart, direction, heard
from studio.core.explore.explorer import Explorer
from studio.core.explore.place import Place
from studio.core.pictures import premultiply, to_images

FEWEST, MOST = 5, 200  # of each kind
WEAKEST = 0.65  # accuracy below which a direction would be chance
WAYS = 24  # main ways of pictures and of what the encoder sees
SEEN, EXTENTS = 544, 2  # numbers of the house encoder and of `effects.extents`
CAREFUL = 0.1  # as in `directions`; a score from few tags bears less
HELD = 12  # of them that a tagged direction leaves as they are
THRESHOLDS = (0.0, 0.75, 1.5, 2.25, 3.0)  # standard errors that a difference has to pass
FOLDS = 40
Tagged = Sequence[Place] | Sequence[np.ndarray]


@dataclass(frozen=True, eq=False)
class Views:
    """Ways to look at pictures: each turns what was measured [n, f] into numbers of deviation 1
    over the model's own pictures.
    """

    means: tuple[Tensor, ...]
    maps: tuple[Tensor, ...]
    parts: tuple[slice, ...]

    def seen(self, measured: Tensor) -> list[Tensor]:
        """Return the views [n, d] of what was measured [n, f]."""
        return [
            (measured[:, part] - mean) @ way
            for mean, way, part in zip(self.means, self.maps, self.parts, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Judge:
    """Tells tagged pictures apart: by a weighted sum of one view, above 0 is yes."""

    views: Views
    view: int
    weights: Tensor
    bias: Tensor

    def scores(self, images: Tensor) -> Tensor:
        """Return how much [n] images [n, c, h, w] are what the yes pictures are; above 0 is yes."""
        return self.of(looked(images))

    def of(self, measured: Tensor) -> Tensor:
        """Return the scores of what was measured by `looked`."""
        return self.views.seen(measured)[self.view] @ self.weights + self.bias


@torch.no_grad()
def tag_direction(
    explorer: Explorer,
    yes: Tagged,
    no: Tagged,
    name: str,
    apart_from: Sequence[Direction] = (),
    seed: int = 0,
    label: int | None = None,
) -> Job[Direction]:
    """Return the direction from what `no` samples are to what `yes` samples are, five or more each.

    Places or pictures uint8 [h, w, c] of the model's size. The pictures are told apart, that is
    regressed on the latents of many draws, and the likeliest move that raises it and leaves the
    rest is taken; at right angles to the directions `apart_from`. It is sought in class `label`, in
    that of the tagged places if they share one, else in all. `accuracy` is what is expected of a
    picture not tagged (leave one out, both kinds counting alike).

    Raises Refused for too few tags, and where they can't be told apart.
    """
    for which, tagged in (("yes", yes), ("no", no)):
        if not FEWEST <= len(tagged) <= MOST:
            raise Refused(
                f"{len(tagged)} samples are tagged {which}; tag {FEWEST} to {MOST} of each."
            )
    found = []
    for samples in (yes, no):
        images = yield from images_of(explorer, samples)
        found.append(looked(images))
    label = shared(yes, no) if label is None else label
    known = yield from answers(explorer, looked, seed, label, share=0.95)
    judge, accuracy = told_apart(known.raw, found[0], found[1])
    yield Progress(97, 100, "Judging the tags")
    if accuracy < WEAKEST:
        raise Refused(
            f"The tags are told apart in {accuracy:.0%} of cases, which is hardly better than"
            " chance; tag more samples, or only those that show it clearly."
        )
    move = steered(known, judge)
    move = straightened(move, [in_basis(known, other) for other in apart_from])
    return direction(name.strip() or "Tagged", known.vector(move), TAGGED, accuracy)


def shared(yes: Tagged, no: Tagged) -> int | None:
    """Return the class of all tagged places, None where they have none in common."""
    labels = {one.label if isinstance(one, Place) else None for one in (*yes, *no)}
    return labels.pop() if len(labels) == 1 else None


def images_of(explorer: Explorer, tagged: Tagged) -> Job[Tensor]:
    """Return the images [n, c, h, w] of places or pictures; raise Refused for another size."""
    yield Progress(0, 100, "Looking at the tags")
    places = [one for one in tagged if isinstance(one, Place)]
    pictures = [one for one in tagged if not isinstance(one, Place)]
    found = [to_images(torch.from_numpy(premultiply(fitting(explorer, p)[None]))) for p in pictures]
    images = torch.empty(0)
    for start in range(0, len(places), AT_ONCE_SLOW):
        for refined in explorer.images(places[start : start + AT_ONCE_SLOW], draft=True):
            images = refined
            yield Progress(0, 100, "Looking at the tags")
        found.append(images)
    return torch.cat(found)


def fitting(explorer: Explorer, picture: np.ndarray) -> np.ndarray:
    """Return the picture if it has the model's size and channels, else raise Refused."""
    size = explorer.size
    wanted = (size.height, size.width, size.channels)
    if picture.dtype != np.uint8 or picture.shape != wanted:
        raise Refused(
            f"A tagged picture is {' x '.join(map(str, picture.shape))}, the model draws"
            f" {' x '.join(map(str, wanted))}; tag pictures of the model."
        )
    return picture


def looked(images: Tensor) -> Tensor:
    """Return what is measured of images [n, f]: attributes and extents, the small pictures, and
    what the house encoder sees.
    """
    seen = encoder.load(images.device).embed(images)
    own = [effects.attributes(images), effects.extents(images), effects.small(images)]
    return torch.cat([*own, seen], 1)


def views_of(raw: Tensor) -> Views:
    """Return views of the measured pictures `raw` [n, f]: the attributes each for itself, the main
    ways in which small pictures differ, and those in which what the encoder sees differs.
    """
    words, seen = len(effects.WORDS) + EXTENTS, raw.shape[1] - SEEN
    parts = (slice(0, words), slice(words, seen), slice(seen, None))
    means = [raw[:, part].mean(0) for part in parts]
    plain = torch.diag(1 / raw[:, :words].std(0).clamp_min(1e-6))
    maps = [main_ways(raw[:, part] - mean) for part, mean in zip(parts, means, strict=True)]
    return Views(tuple(means), (plain, *maps[1:]), parts)


def main_ways(away: Tensor) -> Tensor:
    """Return the map [f, d] to the main components of rows [n, f] of mean 0, of deviation 1 unless
    they hardly vary.
    """
    _, size, ways = torch.linalg.svd(away, full_matrices=False)
    spread = size[:WAYS] / len(away) ** 0.5
    return ways[:WAYS].T / spread.clamp_min(0.03 * float(spread[0]) + 1e-6)


def told_apart(raw: Tensor, yes: Tensor, no: Tensor) -> tuple[Judge, float]:
    """Return the judge of what was measured of yes and no pictures [n, f], and its accuracy.

    Nearest shrunken centroids (Tibshirani et al. 2002) in the view, and with the threshold, that
    leave-one-out prefers; the accuracy is that of leave-one-out around all of this.
    """
    views = views_of(raw)
    seen = views.seen(torch.cat([yes, no]))
    signs = torch.cat([torch.ones(len(yes)), -torch.ones(len(no))])
    right = torch.zeros(len(signs))
    for fold in range(min(FOLDS, len(signs))):
        out = torch.arange(len(signs)) % FOLDS == fold
        view, threshold = preferred([x[~out] for x in seen], signs[~out])
        weights, bias = centroids(seen[view][~out], signs[~out], threshold)
        right[out] = ((seen[view][out] @ weights + bias) * signs[out] > 0).float()
    accuracy = float((right[signs > 0].mean() + right[signs < 0].mean()) / 2)
    view, threshold = preferred(seen, signs)
    return Judge(views, view, *centroids(seen[view], signs, threshold)), accuracy


def preferred(seen: list[Tensor], signs: Tensor) -> tuple[int, float]:
    """Return the view and the threshold that leave-one-out expects the most right answers of."""
    choices = [(view, threshold) for view in range(len(seen)) for threshold in THRESHOLDS]
    return max(choices, key=lambda choice: promise(seen[choice[0]], signs, choice[1]))


def promise(rows: Tensor, signs: Tensor, threshold: float) -> float:
    """Return the share of right answers expected of rows [n, d] left out one by one, each counted
    by how far it is from the boundary.
    """
    scores = torch.zeros(len(rows))
    sums = {sign: rows[signs == sign].sum(0) for sign in (1.0, -1.0)}
    counts = {sign: int((signs == sign).sum()) for sign in (1.0, -1.0)}
    own = {sign: (signs == sign).float()[:, None] for sign in (1.0, -1.0)}
    means = {s: (sums[s] - own[s] * rows) / (counts[s] - own[s]).clamp_min(1) for s in (1.0, -1.0)}
    weights = shrunk(means[1.0] - means[-1.0], counts[1.0], counts[-1.0], threshold)
    middle = (means[1.0] + means[-1.0]) / 2
    scores = ((rows - middle) * weights).sum(1) / weights.norm(dim=1).clamp_min(1e-9)
    chance = torch.special.ndtr(scores * signs)
    return float(chance[signs > 0].mean() + chance[signs < 0].mean())


def centroids(rows: Tensor, signs: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """Return weights [d] and bias of the boundary half way between the two kinds of rows [n, d]."""
    yes, no = rows[signs > 0], rows[signs < 0]
    weights = shrunk(yes.mean(0) - no.mean(0), len(yes), len(no), threshold)
    return weights, -((yes.mean(0) + no.mean(0)) / 2) @ weights


def shrunk(differences: Tensor, yes: int, no: int, threshold: float) -> Tensor:
    """Return differences of means [..., d] of rows of deviation 1, `threshold` standard errors
    nearer to 0; the largest of each row stays more than 0.
    """
    size = differences.abs()
    least = min(threshold * (1 / yes + 1 / no) ** 0.5, 1e9)
    least = torch.minimum(torch.tensor(least), 0.8 * size.amax(-1, keepdim=True))
    return differences.sign() * (size - least).clamp_min(0)


def steered(known: Answers, judge: Judge) -> Tensor:
    """Return the move [k] that raises the judge's score and leaves the other main properties."""
    score = judge.of(known.measured)[:, None]
    score = (score - score.mean()) / score.std().clamp_min(1e-6)
    seen = judge.views.seen(known.measured)
    others = heard(known, torch.cat([seen[0], seen[2][:, :HELD]], 1))
    rest = others - score * (score * others).mean(0)  # with a deviation of its own, not of 1
    return apart(known, torch.cat([score, rest], 1), CAREFUL)[0]


def straightened(move: Tensor, others: Sequence[Tensor]) -> Tensor:
    """Return the move [k] at right angles to the others; as it is where nothing would be left."""
    if not others:
        return move
    ways, _ = torch.linalg.qr(torch.stack(list(others), 1))
    rest = move - ways @ (ways.T @ move)
    return rest if float(rest.norm()) > 0.1 * float(move.norm()) else move


def in_basis(known: Answers, other: Direction) -> Tensor:
    """Return the coordinates [k] of a direction in the answers' basis."""
    return known.basis.flatten(1) @ torch.from_numpy(other.vector).flatten()
