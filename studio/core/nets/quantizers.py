"""From vectors to code numbers and back: finite scalar quantization, and a learned codebook."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

LEVELS = {  # Mentzer et al. 2023, table 1, and two for small sets
    64: (8, 8),
    240: (8, 6, 5),
    1000: (8, 5, 5, 5),
    4375: (7, 5, 5, 5, 5),
}
MARGIN = 1e-3
DIMENSIONS = 8
DECAY, DEAD = 0.98, 0.03  # a code is dead below this share of the average use
KMEANS_ROUNDS = 10


class Quantized(NamedTuple):
    """Values [n, d, h, w] through which gradients pass straight, tokens int64 [n, h, w], and how
    far the vectors were from their codes (a loss to hold them there; a scalar).
    """

    values: Tensor
    tokens: Tensor
    commitment: Tensor


class Quantizer(nn.Module):
    """A table `codes` [k, d] of what each token stands for."""

    codes: Tensor

    def values(self, tokens: Tensor) -> Tensor:
        """Return values [n, d, h, w] of tokens [n, h, w]."""
        return self.codes[tokens].movedim(-1, 1)

    def begin(self, vectors: Tensor, rng: torch.Generator) -> None:
        """Meet the first batch of vectors [n, d, h, w]."""

    def adapt(self, vectors: Tensor, tokens: Tensor, rng: torch.Generator) -> None:
        """Follow the vectors [n, d, h, w] of a batch and the tokens they became."""


class Fsq(Quantizer):
    """Finite scalar quantization (Mentzer et al. 2023): each dimension is rounded to a few levels.

    Nothing is learned here, so no code can die.
    """

    levels: Tensor
    basis: Tensor

    def __init__(self, levels: tuple[int, ...]):
        super().__init__()
        basis = [math.prod(levels[:k]) for k in range(len(levels))]
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        self.register_buffer("basis", torch.tensor(basis), persistent=False)
        tokens = torch.arange(math.prod(levels))
        digits = tokens[:, None] // self.basis % self.levels
        self.register_buffer("codes", self._scaled(digits - self.levels // 2), persistent=False)

    def forward(self, vectors: Tensor) -> Quantized:
        """Quantize vectors [n, d, h, w]."""
        x = self._bounded(vectors.float().movedim(1, -1))
        rounded = x.round()
        tokens = ((rounded.long() + self.levels // 2) * self.basis).sum(-1)
        values = self._scaled(x + (rounded - x).detach())
        return Quantized(values.movedim(-1, 1), tokens, x.new_zeros(()))

    def _bounded(self, x: Tensor) -> Tensor:
        """Squash x to where exactly L integers are, those around zero."""
        half = (self.levels - 1) * (1 + MARGIN) / 2
        offset = 0.5 * (self.levels % 2 == 0)
        return torch.tanh(x + torch.atanh(offset / half)) * half - offset

    def _scaled(self, x: Tensor) -> Tensor:
        return x / (self.levels // 2)


class Codebook(Quantizer):
    """A codebook that follows its vectors (van den Oord et al. 2017; moving averages as in
    Razavi et al. 2019), begun by k-means, whose dead codes are born anew.
    """

    mass: Tensor
    sums: Tensor

    def __init__(self, count: int, size: int = DIMENSIONS):
        super().__init__()
        codes = torch.randn(count, size)
        self.register_buffer("codes", codes)
        self.register_buffer("mass", torch.zeros(count))
        self.register_buffer("sums", torch.zeros_like(codes))

    def forward(self, vectors: Tensor) -> Quantized:
        """Quantize vectors [n, d, h, w] to their nearest codes."""
        x = vectors.float().movedim(1, -1)
        tokens = nearest(x.detach().flatten(0, 2), self.codes).view(x.shape[:-1])
        found = self.codes[tokens]
        values = x + (found - x).detach()
        return Quantized(values.movedim(-1, 1), tokens, (x - found).square().mean())

    @torch.no_grad()
    def begin(self, vectors: Tensor, rng: torch.Generator) -> None:
        """Place the codes by k-means, unless they were placed before (a run that goes on)."""
        if bool(self.mass.any()):
            return
        x = vectors.float().movedim(1, -1).flatten(0, 2)
        codes = x[picks(len(x), len(self.codes), rng)].clone()
        for _ in range(KMEANS_ROUNDS):
            mass, sums = tallied(x, nearest(x, codes), len(codes))
            codes = torch.where((mass > 0)[:, None], sums / mass.clamp_min(1)[:, None], codes)
        self.codes.copy_(codes)
        self.mass.fill_(len(x) / len(codes))
        self.sums.copy_(codes * self.mass[:, None])

    @torch.no_grad()
    def adapt(self, vectors: Tensor, tokens: Tensor, rng: torch.Generator) -> None:
        """Move each code towards the mean of its vectors; replace codes that nothing meets."""
        x = vectors.float().movedim(1, -1).flatten(0, 2)
        sound = x.isfinite().all()  # a step that is left out must leave no trace here either
        mass, sums = tallied(x.nan_to_num(), tokens.flatten(), len(self.codes))
        mass, sums = torch.lerp(mass, self.mass, DECAY), torch.lerp(sums, self.sums, DECAY)
        usual = mass.mean()
        dead = (mass < DEAD * usual)[:, None]
        codes = torch.where(dead, x[picks(len(x), len(mass), rng)], sums / mass[:, None])
        mass = torch.where(dead[:, 0], usual, mass)
        self.codes.copy_(torch.where(sound, codes, self.codes))
        self.sums.copy_(torch.where(sound, codes * mass[:, None], self.sums))
        self.mass.copy_(torch.where(sound, mass, self.mass))


def nearest(x: Tensor, codes: Tensor) -> Tensor:
    """Return for each vector [m, d] the number of the closest code [k, d]."""
    return (codes.square().sum(1) - 2 * x @ codes.T).argmin(1)


def tallied(x: Tensor, tokens: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return how many vectors [m, d] fell to each token, and their sums [count, d]."""
    sums = x.new_zeros(count, x.shape[1]).index_add_(0, tokens, x)
    return x.new_zeros(count).index_add_(0, tokens, x.new_ones(len(x))), sums


def picks(length: int, count: int, rng: torch.Generator) -> Tensor:
    """Return `count` places among `length` vectors, all different where there are enough."""
    order = torch.randperm(length, generator=rng, device=rng.device)
    return order.repeat(-(-count // length))[:count]
