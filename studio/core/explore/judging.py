"""How a drawn picture stands to the training pictures: typical, a copy, or like none of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.core import encoder
from studio.core.data.packed import PackedSet
from studio.core.events import Job, Progress
from studio.core.explore.explorer import Explorer
from studio.core.explore.inverting import outside, strayed
from studio.core.explore.place import Place
from studio.core.metrics.neighbors import squares
from studio.core.pictures import premultiply, to_images

EMBEDDED, BLOCK = 16, 128
COPY = 1 / 3  # nearer than this, as a part of the usual distance of training pictures
RARE, DENSE = 0.05, 0.95
SAME = 2e-3  # features of equal pictures are no farther apart
FARTHEST = 2.0


@dataclass(frozen=True, eq=False, repr=False)
class Reference:
    """Training pictures as the house encoder sees them.

    `features` [m, 544] float32, `places` [m] where they are in the set, `spacing` [m, 2] the
    distances to the nearest and the third nearest other one, equal pictures apart.
    """

    features: np.ndarray
    places: np.ndarray
    spacing: np.ndarray


@dataclass(frozen=True)
class Judgement:
    """How a drawn picture stands to the training pictures, by the house encoder.

    `typical` 0..1: the share of training pictures that are as lonely among the others or more;
    `closeness` 0..1: the share whose nearest other is farther than this one's nearest, so 1 is
    closer than any two of them; `nearest` is that one's place in the set. `copy` is a warning.
    """

    typical: float
    closeness: float
    nearest: int
    copy: bool
    text: str


def refer(packed: PackedSet, places: np.ndarray) -> Job[Reference]:
    """Look at the set's pictures at `places` [m]."""
    found = []
    for start in range(0, len(places), EMBEDDED):
        rows = packed.pictures[places[start : start + EMBEDDED]]
        found.append(embedded(to_images(torch.from_numpy(rows))))
        yield Progress(start, len(places), "Looking at training pictures")
    features = np.concatenate(found)
    spacing = []
    for start in range(0, len(features), BLOCK):
        spacing.append(np.sort(_apart(features[start : start + BLOCK], features), 1)[:, [0, 2]])
        yield Progress(len(places), len(places), "Looking at training pictures")
    return Reference(features, places, np.concatenate(spacing))


def _apart(some: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Return the distances [k, >= 3] of some rows to the nearest that are not the same picture."""
    far = np.sqrt(squares(some, features))
    far[far < SAME] = np.inf
    return np.partition(np.pad(far, ((0, 0), (0, 3)), constant_values=FARTHEST), 3, 1)[:, :4]


@torch.no_grad()
def embedded(images: Tensor) -> np.ndarray:
    """Return the house encoder's features float32 [n, 544] of images, each of length 1."""
    return encoder.load().embed(images).numpy()


def judge(explorer: Explorer, reference: Reference, place: Place, image: np.ndarray) -> Judgement:
    """Say how the picture uint8 [h, w, c] drawn at `place` stands to the training pictures."""
    packed = premultiply(image)
    mine = embedded(to_images(torch.from_numpy(packed[None])))
    far = np.sqrt(squares(mine, reference.features))[0]
    nearest = int(far.argmin())
    third = float(np.sort(far)[:3][-1])
    closeness = float((reference.spacing[:, 0] > far[nearest]).mean())
    typical = float((reference.spacing[:, 1] >= third).mean())
    copy = bool(far[nearest] < COPY * np.median(reference.spacing[:, 0]))
    text = said(typical, closeness, copy)
    if explorer.family.smooth:
        text += strayed(outside(place.latent))
    return Judgement(typical, closeness, int(reference.places[nearest]), copy, text)


def said(typical: float, closeness: float, copy: bool) -> str:
    """Say it in a sentence."""
    if copy:
        return "As close to one of your pictures as a copy."
    if closeness >= DENSE:
        return (
            f"Closer to one of your pictures than {closeness:.0%} of them are to another: almost a"
            " copy."
        )
    if typical < RARE:
        return "Like none of your pictures: farther from them than nearly all are from each other."
    return (
        f"A typical new picture: closer to one of yours than {closeness:.0%} of them are to each"
        f" other; {typical:.0%} of yours stand as far from the rest."
    )
