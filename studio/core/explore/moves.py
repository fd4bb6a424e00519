"""Ways to move: a plane to drag on, a plane of seeds, a pad of four corners, breeding."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from studio.core import latents
from studio.core.events import Refused
from studio.core.explore.explorer import Explorer
from studio.core.explore.place import Place

TURN = math.pi / 2  # of the way round that dragging over the whole picture goes
LATTICE = 1 << 20  # seeds between two rows of the seed plane
BESIDE = 1e-6  # of the pad's side
FEWEST, MOST = 1, 64  # children
PLANE, BREED = 21, 22  # streams of randomness


def dragged(place: Place, dx: float, dy: float, plane: int = 0) -> Place:
    """Return where a drag by (dx, dy) picture sides leads, on plane number `plane`.

    A 2-D plane through the place, bent onto the sphere: the norm stays, so the latent stays as
    typical as it is, and dragging back leads back.
    """
    here = place.latent.ravel().astype(np.float64)
    norm = np.linalg.norm(here)
    far = math.hypot(dx, dy)
    if not far or not norm:
        return place
    u, v = axes(here, plane)
    there = math.cos(TURN * far) * here + math.sin(TURN * far) * norm * (dx * u + dy * v) / far
    return replace(place, latent=there.reshape(place.latent.shape).astype(np.float32))


def axes(here: np.ndarray, plane: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two directions [d] of length 1, at right angles to `here` [d] and each other."""
    count = here.size
    found = [here / max(np.linalg.norm(here), 1e-12)]
    for k in range(2):
        way = torch.randn(count, generator=latents.rng(plane, k, PLANE)).double().numpy()
        for known in found:
            way = way - (way @ known) * known
        found.append(way / max(np.linalg.norm(way), 1e-12))
    return found[1], found[2]


def on_seed_plane(explorer: Explorer, x: float, y: float, label: int | None = None) -> Place:
    """Return the place at (x, y) of the seed plane: seed x + 2^20 y where both are whole numbers,
    and a mixture of the four seeds around in between.
    """
    left, top = math.floor(x), math.floor(y)
    corners = [explorer.seed(seed_at(left + i, top + j), label) for j in range(2) for i in range(2)]
    return on_pad(corners, x - left, y - top)


def seed_at(x: int, y: int) -> int:
    """Return the seed at a whole place of the seed plane; row 0 holds the seeds from 0 on."""
    return x + LATTICE * y


def on_pad(corners: Sequence[Place | None], u: float, v: float) -> Place:
    """Return the mixture at (u, v) in 0..1 of the corners A (0, 0), B (1, 0), C (0, 1), D (1, 1);
    up to two may be empty.

    Bilinear weights, the mixture as long as its parts: on the sphere, so that the middle is no
    paler than the corners. The class is that of the nearest corner; ψ and sliders mix as well.
    """
    filled = [corner for corner in corners if corner is not None]
    if len(corners) != 4 or len(filled) < 2:
        raise Refused("The pad mixes up to four places; fill two of its corners at least.")
    there = np.array([corner is not None for corner in corners])
    weights = bilinear(u, v)[there]
    if not weights.any():  # in an empty corner: as close beside it
        weights = bilinear(*np.clip((u, v), BESIDE, 1 - BESIDE))[there]
    return mixture(filled, weights / weights.sum())


def bilinear(u: float, v: float) -> np.ndarray:
    """Return the weights [4] of the corners of a square at (u, v) in it."""
    return np.array([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])


def mixture(places: Sequence[Place], weights: np.ndarray) -> Place:
    """Return the mixture of places by weights that sum to 1, on the sphere, of their norm."""
    rows = np.stack([p.latent.ravel() for p in places]).astype(np.float64)
    norms = np.linalg.norm(rows, axis=1)
    mixed, goal = weights @ rows, weights @ norms
    length = np.linalg.norm(mixed)
    latent = mixed * (goal / length) if length > 1e-9 * max(goal, 1e-12) else rows[0]
    whole = np.argmax(weights)
    if weights[whole] == 1:
        return places[int(whole)]
    names = {name for place in places for name in place.sliders}
    sliders = {
        name: float(sum(w * p.sliders.get(name, 0.0) for w, p in zip(weights, places, strict=True)))
        for name in sorted(names)
    }
    return Place(
        latent.reshape(places[0].latent.shape).astype(np.float32),
        places[int(whole)].label,
        float(weights @ [p.truncation for p in places]),
        sliders,
    )


def children(parents: Sequence[Place], count: int, distance: float, seed: int) -> list[Place]:
    """Return `count` children of one or two parents.

    Each is a random mixture of its parents, turned by `distance` (0 a copy, 1 as unlike as a
    stranger) towards a stranger of its own: variation by √(1 − d²) of the parent and d of noise,
    which keeps the norm and does not drift towards the mean over generations.
    """
    if not 1 <= len(parents) <= 2:
        raise Refused("Breeding takes one or two parents.")
    if not FEWEST <= count <= MOST:
        raise Refused(f"Can't breed {count} children; ask for {FEWEST} to {MOST}.")
    if not 0 <= distance <= 1:
        raise Refused(f"A distance of {distance:g} is not between 0 and 1.")
    found = []
    for k in range(count):
        rng = latents.rng(seed, k, BREED)
        share = float(torch.rand((), generator=rng)) if len(parents) == 2 else 0.0
        middle = mixture(parents, np.array([1 - share, share][: len(parents)]))
        stranger = torch.randn(middle.latent.shape, generator=rng).numpy()
        keep = math.sqrt(1 - distance**2)
        found.append(
            replace(middle, latent=(keep * middle.latent + distance * stranger).astype(np.float32))
        )
    return found
