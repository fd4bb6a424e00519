"""A mixture of Gaussians over codes, fitted after training; one normal latent draws from it.

Ghosh et al. 2020 (RAE): a density fitted to the codes of real pictures draws better than the prior.
"""

from typing import Any

import torch
from torch import Tensor, nn

from studio.core.latents import normal_to_uniform, precise

PER_COMPONENT = 60  # codes a component should stand on
AT_MOST = 32
ROUNDS = 6


class Mixture(nn.Module):
    """Maps latents [n, d + 1] of a standard normal to codes [n, d] and back.

    The last coordinate u = Φ(z_d) chooses the component: each component owns a stretch of (0, 1) as
    long as its weight, and every class its own row of stretches. The first d coordinates then go
    through that component's Cholesky factor. Before it is fitted it is one standard normal.
    """

    mean: Tensor
    factor: Tensor
    ends: Tensor

    def __init__(self, size: int, classes: int):
        super().__init__()
        self.size, self.classes = size, classes
        count = max(AT_MOST, 2 * classes) if classes else AT_MOST
        ends = torch.ones(classes + 1, count)
        self.register_buffer("mean", torch.zeros(count, size))
        self.register_buffer("factor", torch.eye(size).repeat(count, 1, 1))
        self.register_buffer("ends", ends)
        self._known: Any = (None, None)  # what `pooled` found for these versions of the buffers

    def decode(self, latents: Tensor, rows: Tensor) -> Tensor:
        """Return codes [n, d]; `rows` int64 [n] is 0 for any class, else label + 1."""
        u = normal_to_uniform(latents[:, -1:])
        chosen = (u >= self.ends[rows]).sum(1).clamp_max(len(self.mean) - 1)
        return self.mean[chosen] + torch.einsum("nij,nj->ni", self.factor[chosen], latents[:, :-1])

    def encode(self, codes: Tensor) -> Tensor:
        """Return latents [n, d + 1] of the likeliest component; `decode` with rows 0 inverts it."""
        ends = torch.cat([torch.zeros_like(self.ends[:1, :1]), self.ends[:1]], 1)[0]
        chosen = (
            log_densities(codes, self.mean, self.factor)
            .add(ends.diff().clamp_min(1e-30).log())
            .argmax(1)
        )
        plain = solved(codes - self.mean[chosen], self.factor[chosen])
        middle = (ends[chosen] + ends[chosen + 1]) / 2
        return torch.cat([plain, torch.special.ndtri(precise(middle)).to(codes)[:, None]], 1)

    def whitened(self, codes: Tensor) -> Tensor:
        """Return codes [n, d] as points of about zero mean and unit covariance."""
        mean, factor = self._pooled()
        return solved(codes - mean, factor.expand(len(codes), -1, -1))

    def colored(self, points: Tensor) -> Tensor:
        """Return the codes of points [n, d]; the inverse of `whitened`."""
        mean, factor = self._pooled()
        return mean + points @ factor.T

    def _pooled(self) -> tuple[Tensor, Tensor]:
        """Return mean [d] and Cholesky factor [d, d] of the whole mixture, kept till it changes."""
        now = [(id(t), t._version) for t in (self.mean, self.factor, self.ends)]
        if self._known[0] != now:
            self._known = now, pooled(self.mean, self.factor, self.ends[0])
        return self._known[1]

    @torch.no_grad()
    def fit(self, codes: Tensor, labels: Tensor | None, rng: torch.Generator) -> None:
        """Fit to codes [n, d] by k-means and a few rounds of EM, per class where there are labels.

        Covariances are drawn towards the pooled one, the more the fewer codes a component has.
        """
        groups = grouped(labels, len(codes), self.classes)
        budget = len(self.mean)
        means, factors, weights, owners = [], [], [], []
        for label, members in groups:
            share = max(1, min(budget // len(groups), len(members) // PER_COMPONENT))
            mean, factor, weight = fitted(codes[members], share, rng)
            means.append(mean)
            factors.append(factor)
            weights.append(weight * len(members) / len(codes))
            owners += [label] * len(mean)
        self._store(torch.cat(means), torch.cat(factors), torch.cat(weights), torch.tensor(owners))

    def _store(self, mean: Tensor, factor: Tensor, weight: Tensor, owner: Tensor) -> None:
        count = len(mean)
        self.mean[:count], self.factor[:count] = mean, factor
        own = owner.to(weight.device)
        for r in range(self.classes + 1):
            mine = weight * (own == r - 1) if r and bool((own == r - 1).any()) else weight
            self.ends[r] = 1.0
            self.ends[r, :count] = (mine / mine.sum()).cumsum(0).clamp_max(1.0)
            self.ends[r, count - 1] = 1.0


def pooled(mean: Tensor, factor: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean [d] and Cholesky factor [d, d] of a mixture of k, by the law of total variance.

    `ends` [k] is where each component's stretch of (0, 1) ends.
    """
    share = torch.diff(ends, prepend=ends.new_zeros(1)).double()
    center = share @ mean.double()
    away, inner = mean.double() - center, factor.double()
    inside = torch.einsum("k,kij,klj->il", share, inner, inner)
    between = torch.einsum("k,ki,kj->ij", share, away, away)
    return center.to(mean), torch.linalg.cholesky(inside + between).to(mean)


def grouped(labels: Tensor | None, count: int, classes: int) -> list[tuple[int, Tensor]]:
    """Return (label, indices) of every class that has members; one group -1 without labels."""
    if labels is None or not classes:
        return [(-1, torch.arange(count))]
    found = [(k, (labels == k).nonzero().flatten()) for k in range(-1, classes)]
    return [(k, members) for k, members in found if len(members)]


def fitted(codes: Tensor, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return means [k, d], Cholesky factors [k, d, d] and weights [k] of `count` Gaussians."""
    size = codes.shape[1]
    start = torch.randperm(len(codes), generator=rng, device=codes.device)[:count]
    mean = codes[start]
    shares = nn.functional.one_hot(torch.cdist(codes, mean).argmin(1), len(mean)).to(codes.dtype)
    factor, weight = codes.new_zeros(len(mean), size, size), codes.new_zeros(len(mean))
    for k in range(2 * ROUNDS if count > 1 else 1):
        mass = shares.sum(0).clamp_min(1e-6)
        mean, weight = shares.T @ codes / mass[:, None], mass / len(codes)
        if k < ROUNDS and count > 1:  # k-means first: cheap, and it spreads the means
            shares = nn.functional.one_hot(torch.cdist(codes, mean).argmin(1), len(mean)).to(
                codes.dtype
            )
            continue
        factor = torch.linalg.cholesky(covariances(codes, shares, mean, mass))
        shares = torch.softmax(log_densities(codes, mean, factor) + weight.log(), 1)
    return mean, factor, weight


def covariances(codes: Tensor, shares: Tensor, mean: Tensor, mass: Tensor) -> Tensor:
    """Return covariances [k, d, d], drawn towards the pooled inner one, never singular."""
    size = codes.shape[1]
    away = codes[:, None] - mean
    each = torch.einsum("nk,nki,nkj->kij", shares, away, away)
    pooled = each.sum(0) / max(1, len(codes))
    spread = pooled.diagonal().mean().clamp_min(1e-4)
    pooled = pooled * min(1.0, len(codes) / (2 * size)) + torch.eye(size).to(codes) * spread * 0.05
    return (each + size * pooled) / (mass + size)[:, None, None]


def solved(x: Tensor, factor: Tensor) -> Tensor:
    """Return factor⁻¹ x for x [..., d] and lower triangular factors [..., d, d]."""
    return torch.linalg.solve_triangular(factor, x[..., None], upper=False)[..., 0]


def log_densities(codes: Tensor, mean: Tensor, factor: Tensor) -> Tensor:
    """Return the log density of codes [n, d] under each component [n, k], but for a constant."""
    plain = torch.linalg.solve_triangular(
        factor, (codes[:, None] - mean).permute(1, 2, 0), upper=False
    )
    return -0.5 * plain.square().sum(1).T - factor.diagonal(dim1=1, dim2=2).log().sum(1)
