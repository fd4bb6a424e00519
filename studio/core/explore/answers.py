"""How pictures answer to latents: draws at random, what is measured of them, and slopes between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.core import latents
from studio.core.events import Job, Progress
from studio.core.explore.explorer import Explorer
from studio.core.explore.layout import low_frequencies, parts
from studio.core.family import Model

ASKED = 31  # stream of randomness
RIDGE = 0.02  # of the draws' variance
AT_ONCE, AT_ONCE_SLOW = 32, 8
DRAWS_FAST, DRAWS_SLOW = 1536, 384
PIXELS = 32 * 32  # up to which so many are drawn


@dataclass(frozen=True, eq=False)
class Answers:
    """Points drawn at random and what was measured of their pictures.

    `coordinates` [n, k] are those of the points in the orthonormal `basis` [k, *point_shape], with
    `covariance` [k, k]; `measured` is [n, f]. Both have the mean 0 within every class: a direction
    stays in its class. `raw` [n, f] is as it was measured.
    """

    basis: Tensor
    points: Tensor
    labels: Tensor | None
    coordinates: Tensor
    covariance: Tensor
    measured: Tensor
    raw: Tensor

    def slopes(self, values: Tensor) -> Tensor:
        """Return the gradients [k, f] of values [n, f]; see `slopes`."""
        return slopes(self.coordinates, values)

    def explained(self, values: Tensor) -> Tensor:
        """Return the share [f] of the values' variance that the slopes explain, adjusted for how
        many coordinates there are.
        """
        count, size = self.coordinates.shape
        rest = values - self.coordinates @ self.slopes(values)
        left = rest.square().mean(0) / values.square().mean(0).clamp_min(1e-12)
        return 1 - left * (count - 1) / max(1, count - size - 1)

    def vector(self, move: Tensor) -> Tensor:
        """Return the latent vector [*point_shape] of a move [k], as long as one σ of its way."""
        way = move / move.norm().clamp_min(1e-12)
        sigma = (way @ self.covariance @ way).sqrt()
        return torch.einsum("k,k...->...", way * sigma, self.basis)


@torch.no_grad()
def answers(
    explorer: Explorer,
    measure: Callable[[Tensor], Tensor],
    seed: int,
    label: int | None = None,
    share: float = 1.0,
) -> Job[Answers]:
    """Draw at random and measure images [n, c, h, w] -> [n, f]; of class `label`, or all in turn.

    Progress counts to 100 · `share`, for a job that goes on from here.
    """
    count = draws(explorer)
    at_once = AT_ONCE_SLOW if parts(explorer.model) else AT_ONCE
    points, measured = [], []
    all_labels = labels_of(explorer, count, label)
    for start in range(0, count, at_once):
        numbers = range(start, min(start + at_once, count))
        labels = None if all_labels is None else all_labels[list(numbers)]
        points.append(asked(explorer, numbers, labels, seed))
        images = points[-1]
        for refined in drawn(explorer, points[-1], labels):
            images = refined
            yield Progress(int(100 * share * start / count), 100, "Asking the model")
        measured.append(measure(images))
    basis, whole = low_frequencies(explorer.model), torch.cat(points)
    coordinates = centered(whole.flatten(1) @ basis.flatten(1).T, all_labels)
    spread = covariance(explorer.model, coordinates)
    raw = torch.cat(measured)
    return Answers(basis, whole, all_labels, coordinates, spread, centered(raw, all_labels), raw)


def slopes(coordinates: Tensor, values: Tensor) -> Tensor:
    """Return the gradients [k, f] of values [n, f] by ridge regression on coordinates [n, k]."""
    count, size = coordinates.shape
    known = coordinates.T @ coordinates + RIDGE * count * torch.eye(size)
    return torch.linalg.solve(known, coordinates.T @ values)


def covariance(model: Model, coordinates: Tensor) -> Tensor:
    """Return the covariance [k, k] of coordinates within a class: known where points are latents,
    else measured and a little drawn towards the unit's.
    """
    count, size = coordinates.shape
    if tuple(model.point_shape) == tuple(model.latent_shape):
        return torch.eye(size)
    return (coordinates.T @ coordinates + size * torch.eye(size)) / (count + size)


def labels_of(explorer: Explorer, count: int, label: int | None) -> Tensor | None:
    """Return labels [count]: `label`, or all classes in turn; None without classes."""
    if not explorer.classes:
        return None
    return (
        torch.arange(count) % len(explorer.classes)
        if label is None
        else torch.full((count,), label)
    )


def draws(explorer: Explorer) -> int:
    """Return how many pictures are asked for: fewer of slow models, and of large pictures."""
    most = DRAWS_SLOW if parts(explorer.model) else DRAWS_FAST
    larger = explorer.size.height * explorer.size.width / PIXELS
    return max(96, int(most / max(1.0, larger)))


def asked(explorer: Explorer, numbers: range, labels: Tensor | None, seed: int) -> Tensor:
    """Return the points of draws `numbers` [n, *point_shape], each of (seed, number) alone."""
    shape = explorer.model.latent_shape
    rows = [torch.randn(shape, generator=latents.rng(seed, k, ASKED)) for k in numbers]
    return explorer.model.points(torch.stack(rows), labels)


def drawn(explorer: Explorer, points: Tensor, labels: Tensor | None) -> Iterator[Tensor]:
    """Yield the images of points as they are refined, drawn the quick way where there is one."""
    yield from explorer.drawn_by(True).draw_points(points, labels)


def centered(rows: Tensor, labels: Tensor | None) -> Tensor:
    """Return rows [n, f] less the mean of their class, or of all where there are no classes."""
    if labels is None:
        return rows - rows.mean(0)
    owner = torch.nn.functional.one_hot(labels).to(rows)
    means = (owner.T @ rows) / owner.sum(0)[:, None].clamp_min(1)
    return rows - means[labels]
