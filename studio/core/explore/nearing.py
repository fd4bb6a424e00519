"""Which latent draws a given picture: Gauss-Newton for a few numbers, Adam for many."""

import math
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from studio.core import encoder
from studio.core.explore.explorer import Explorer

MAPS = 3  # of the house encoder: strides 2, 4, 8
SEEN = 0.1  # weight of what the encoder sees beside pixels
LURING = 0.02  # weight of the mean square distance from a lure
STARTS = 480  # draws among which the search begins
FEW = 256  # numbers of a latent that Gauss-Newton takes
REACH, FAR = 7.0, 30.0  # deviations of |z|² above its mean, at most
# survivors, rounds, with the encoder, reach
STAGES = ((6, 1, False, REACH), (2, 4, False, FAR), (1, 4, False, FAR), (1, 60, True, FAR))
DIFFERENCE = 0.02
DAMPINGS = (0.03, 0.3, 1.0, 3.0, 30.0)
PULLS = (0.0, 0.003, 0.03, 0.3)  # towards the middle: at the bound, they slide along it
SETTLED = 1e-3  # a round that gains less, as a part of the error, is one of the last
PATIENCE = 2
PIXELS_AT_ONCE = 32 * 1024  # per part of a round: Stop has to be instant
RATE, RISE = 0.3, 0.05  # of Adam; the share of the time in which its rate rises


@dataclass(frozen=True, eq=False)
class Aim:
    """The images [1, c, h, w] that a latent is looked for, by this explorer's model.

    `weights` [1, 1, h, w] of mean 1 say how much each pixel counts; None: all alike. Where they are
    0 the images are not known, and the house encoder sees mid-grey. `lure`, a latent, draws others
    a little towards itself, so that what the images leave open is decided by it.
    """

    explorer: Explorer
    images: Tensor
    weights: Tensor | None = None
    lure: Tensor | None = None

    @cached_property
    def maps(self) -> list[Tensor]:
        """What the house encoder sees in the images."""
        with torch.no_grad():
            return self._maps(self.images)

    def draw(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """Return the images of latents [n, *shape], with gradients where they are asked for."""
        *_, images = self.explorer.model.draw_points(latents, labels)
        return as_shown(images)

    def differences(self, images: Tensor, seen: bool) -> Tensor:
        """Return residuals [n, m] of images: their sum of squares is the mean square error of the
        pixels and, if `seen`, a part of that of the encoder's maps.
        """
        away = images - self.images
        if self.weights is not None:
            away = self.weights.sqrt() * away
        found = [away.flatten(1) / math.sqrt(self.images.numel())]
        if seen:
            for mine, wanted in zip(self._maps(images), self.maps, strict=True):
                scale = math.sqrt(SEEN / MAPS / wanted.numel())
                found.append(scale * (mine - wanted).flatten(1))
        return torch.cat(found, 1)

    def residuals(self, latents: Tensor, seen: bool, labels: Tensor | None) -> Tensor:
        """Draw latents [n, *shape]; return `differences`, and how far they are from the lure."""
        found = self.differences(self.draw(latents, labels), seen)
        if self.lure is None:
            return found
        away = math.sqrt(LURING / self.lure.numel()) * (latents - self.lure)
        return torch.cat([found, away.flatten(1)], 1)

    def _maps(self, images: Tensor) -> list[Tensor]:
        known = images if self.weights is None else images * (self.weights > 0)
        return encoder.load().features(known, MAPS)

    @property
    def at_once(self) -> int:
        """How many pictures are drawn in one pull."""
        return max(4, PIXELS_AT_ONCE // self.images[0, 0].numel())


def as_shown(images: Tensor) -> Tensor:
    """Return images [n, c, h, w] as a picture can hold them: no color exceeds its alpha."""
    return torch.minimum(images, images[:, 3:]) if images.shape[1] == 4 else images


@dataclass(frozen=True, eq=False)
class Candidate:
    """A latent [*shape] with its class, its error, and Gauss-Newton's damping."""

    latent: Tensor
    label: int | None
    error: float = math.inf
    damping: float = 1e-3


Ticks = Generator[Candidate | None, None, None]


@torch.no_grad()
def starts(aim: Aim, label: int | None, seed: int, count: int) -> Generator[None, None, list]:
    """Draw places of all classes, or of `label`; return `count` Candidates that come closest.

    Of every class the closest one goes first: by its pixels alone a class is easily mistaken.
    """
    explorer, found = aim.explorer, []
    for first in range(0, STARTS, aim.at_once):
        part = range(first, min(first + aim.at_once, STARTS))
        classes = len(explorer.classes) if label is None else 0
        places = [explorer.seed(seed, k % classes if classes else label, k) for k in part]
        drawn, chosen = explorer.points(places), [place.label for place in places]
        errors = aim.differences(aim.draw(drawn, numbered(chosen)), False).square().sum(1)
        found += map(Candidate, drawn, chosen, errors.tolist())
        yield
    found.sort(key=lambda c: c.error)
    firsts: dict[int | None, Candidate] = {}
    for candidate in found:
        firsts.setdefault(candidate.label, candidate)
    others = [c for c in found if firsts[c.label] is not c]
    return [*firsts.values(), *others][:count]


def numbered(chosen: Sequence[int | None]) -> Tensor | None:
    """Return labels int64 [n], -1 for none; None where no one has any."""
    if all(label is None for label in chosen):
        return None
    return torch.tensor([-1 if label is None else label for label in chosen])


def gauss_newton(
    aim: Aim,
    begun: Sequence[Candidate],
    until: float,
    far: float = FAR,
    stages: Sequence[tuple[int, int, bool, float]] = STAGES,
) -> Ticks:
    """Refine Candidates by damped Gauss-Newton (Levenberg 1944, Marquardt 1963), best ones longer.

    Derivatives are differences of draws, which a model that draws in a millisecond gives cheaper
    than gradients. Yields the best Candidate of each round, None in between; ends when it settled
    or at `until` on the monotonic clock. Latents lie at most `far` deviations outside the typical
    sphere, in the first stage 7.
    """
    field = list(begun)
    for survivors, rounds, seen, reach in stages:
        field = sorted(field, key=lambda c: c.error)[:survivors]
        field = [replace(c, damping=1e-3) for c in field]
        idle = 0
        for _ in range(rounds):
            before = field
            for k, candidate in enumerate(field):
                field = [
                    *field[:k],
                    (yield from _round(aim, candidate, seen, min(reach, far))),
                    *field[k + 1 :],
                ]
                yield min(field, key=lambda c: c.error)
                if time.monotonic() > until:
                    return
            gains = [a.error - b.error for a, b in zip(before, field, strict=True)]
            idle = idle + 1 if max(gains) < SETTLED * field[0].error else 0
            if idle >= PATIENCE:
                break


@torch.no_grad()
def _round(aim: Aim, now: Candidate, seen: bool, reach: float) -> Generator[None, None, Candidate]:
    flat = now.latent.flatten()
    moved = flat + DIFFERENCE * torch.eye(flat.numel())
    rows = yield from _measured(aim, torch.cat([flat[None], moved]), now, seen)
    here, slopes = rows[0], (rows[1:] - rows[0]) / DIFFERENCE
    error = float(here.square().sum())
    bends, slope = slopes @ slopes.T, slopes @ here
    unit = torch.eye(len(bends)) * bends.diagonal().mean().clamp_min(1e-12)
    dampings = [now.damping * factor for factor in DAMPINGS for _ in PULLS]
    pulls = [pull for _ in DAMPINGS for pull in PULLS]
    steps = [
        torch.linalg.solve(bends + (damping + pull) * unit, slope + pull * unit @ flat)
        for damping, pull in zip(dampings, pulls, strict=True)
    ]
    tried = bounded(flat - torch.stack(steps), reach, float(flat.norm()))
    errors = (yield from _measured(aim, tried, now, seen)).square().sum(1)
    best = int(errors.nan_to_num(math.inf).argmin())
    if not errors[best] < error:
        return replace(now, error=error, damping=min(30 * now.damping, 100.0))
    damping = min(max(dampings[best], 1e-5), 100.0)
    latent = tried[best].view_as(now.latent)
    return Candidate(latent, now.label, float(errors[best]), damping)


@torch.no_grad()
def _measured(aim: Aim, rows: Tensor, now: Candidate, seen: bool) -> Generator[None, None, Tensor]:
    found = []
    at_once = aim.at_once if seen else 2 * aim.at_once
    for part in rows.tensor_split(math.ceil(len(rows) / at_once)):
        labels = numbered([now.label] * len(part))
        found.append(aim.residuals(part.view(-1, *aim.explorer.shape), seen, labels))
        yield
    return torch.cat(found)


def bounded(rows: Tensor, reach: float, already: float = 0.0) -> Tensor:
    """Return rows [n, d] at most `reach` deviations outside the typical sphere, where |z|² is
    d + reach √2d, or as long as they were `already`.
    """
    d = rows.shape[1]
    most = max(math.sqrt(d + reach * math.sqrt(2 * d)), already)
    return rows * (most / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)).clamp_max(1)


def during(until: float) -> Iterator[float]:
    """Yield the share of the time that has passed until `until` on the monotonic clock."""
    first = time.monotonic()
    while (share := (time.monotonic() - first) / max(1e-9, until - first)) < 1:
        yield share


def adam(aim: Aim, begun: Sequence[Candidate], shares: Iterable[float]) -> Ticks:
    """Refine Candidates by gradients through drawing, all at once (Kingma and Ba 2015).

    Yields the best Candidate after each step. There is one for each of `shares`, which say how far
    on the way it is, from 0 to 1, where the rate has fallen to 0.
    """
    moved = torch.stack([c.latent for c in begun]).requires_grad_()
    labels = numbered([c.label for c in begun])
    optimizer = torch.optim.Adam([moved], RATE)
    best = min(begun, key=lambda c: c.error)
    for share in shares:
        optimizer.param_groups[0]["lr"] = RATE * min(1, share / RISE, (1 - share) / 0.5)
        now = moved.detach().clone()
        errors = _descended(aim, moved, labels, optimizer)
        k = int(errors.argmin())
        if errors[k] < best.error:
            best = Candidate(now[k], begun[k].label, float(errors[k]))
        yield best


@torch.enable_grad()
def _descended(
    aim: Aim, moved: Tensor, labels: Tensor | None, optimizer: torch.optim.Optimizer
) -> Tensor:
    """Take one step; return the errors [n] from before it."""
    errors = aim.residuals(moved, True, labels).square().sum(1).nan_to_num(1e6)
    (moved.grad,) = torch.autograd.grad(errors.sum(), moved)
    optimizer.step()
    with torch.no_grad():
        moved.copy_(bounded(moved.flatten(1), REACH).view_as(moved))
    return errors.detach()


@torch.no_grad()
def corrected(aim: Aim, rounds: int) -> Iterator[Candidate | None]:
    """Encode; then encode again with what the draw fell short of added, as long as that helps.

    Yields the best Candidate after each round, None while one is drawn. What a flow takes for
    grain, or a sampler's few steps lose, comes back this way without a gradient.
    """
    wanted, least = aim.images, math.inf
    for _ in range(rounds):
        latent, images = aim.explorer.encode(wanted), wanted
        yield None
        for refined in aim.explorer.model.draw_points(latent):
            images = as_shown(refined)
            yield None
        error = float(aim.differences(images, False).square().sum())
        if not error < least:
            return
        least = error
        yield Candidate(latent[0], None, error)
        wanted = wanted + aim.images - images
