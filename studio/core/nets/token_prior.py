"""A transformer that knows which tokens of a grid go together, in order or with any hidden."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.core.nets.transformer import Cache, Transformer

UNKNOWN = -1
HEAD = 32  # width of one attention head
OWN = (
    0.95  # of the start probabilities is a place's own frequency of codes, the rest is all places'
)
LEAST = 1e-4


class TokenPrior(nn.Module):
    """Log probabilities of the tokens of a grid, given some of them and the class.

    It starts as the frequencies of codes at each place (`histogram`, which `count` keeps), so draws
    mean something before anything was learned. Tokens are seen, and rated, by what they stand for.
    """

    histogram: Tensor

    def __init__(
        self,
        places: int,
        codes: int,
        size: int,
        classes: int,
        width: int,
        depth: int,
        causal: bool,
    ):
        """`codes` of `size` numbers each."""
        super().__init__()
        self.causal = causal
        self.register_buffer("histogram", torch.full((places, codes), 1 / codes))
        self.seen = nn.Sequential(
            nn.Linear(size + 1, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.places = nn.Parameter(0.02 * torch.randn(places, width))
        self.start = nn.Parameter(torch.zeros(width))
        self.labels = nn.Embedding(classes + 1, width)
        self.body = Transformer(width, depth, max(1, width // HEAD), causal)
        self.head = nn.Linear(width, codes)
        self.near = nn.Linear(width, 2 * size)
        for layer in (self.head, self.near):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.labels.weight, 0, 0.02)

    def forward(self, tokens: Tensor, rows: Tensor, codes: Tensor) -> Tensor:
        """Return logits [n, t, k] for tokens int64 [n, t], UNKNOWN where they are to be found.

        A causal prior rates each token from those before it alone. `rows` int64 [n] is 0 for any
        class, else label + 1; `codes` [k, size] is what each token stands for.
        """
        x = self._embedded(tokens, codes)
        if self.causal:
            x = torch.cat([self.start.expand(len(x), 1, -1), x[:, :-1]], 1)
        x = self.body(x + self.places + self.labels(rows)[:, None])
        return self._rated(x, codes, self.base())

    def hiding(self, tokens: Tensor, rng: torch.Generator) -> Tensor:
        """Return which of tokens [n, t] to ask for in training, bool: all, where order is known."""
        if self.causal:
            return torch.ones_like(tokens, dtype=torch.bool)
        return hidden(len(tokens), tokens.shape[1], rng)

    def nats(self, tokens: Tensor, rows: Tensor, hiding: Tensor, codes: Tensor) -> Tensor:
        """Return what each hidden token costs given the others [n, t], 0 for those."""
        given = tokens if self.causal else torch.where(hiding, UNKNOWN, tokens)
        logits = self(given, rows, codes)
        return functional.cross_entropy(logits.mT, tokens, reduction="none") * hiding

    def _embedded(self, tokens: Tensor, codes: Tensor) -> Tensor:
        known = (tokens != UNKNOWN)[..., None].to(codes.dtype)
        return self.seen(torch.cat([codes[tokens.clamp_min(0)] * known, known], -1))

    def _rated(self, x: Tensor, codes: Tensor, base: Tensor) -> Tensor:
        """A token's logit: its own, and a parabola over what it stands for (close codes share)."""
        features = torch.cat([codes, codes.square()], 1)
        return (self.head(x) + self.near(x) @ features.T).float() + base

    def base(self) -> Tensor:
        """Return log frequencies [t, k] of the codes at each place, smoothed, never zero."""
        everywhere = self.histogram.mean(0)
        return (OWN * self.histogram + (1 - OWN) * everywhere + LEAST / len(everywhere)).log()

    @torch.no_grad()
    def count(self, tokens: Tensor, weight: float) -> None:
        """Let a batch of tokens [n, t] enter the frequencies with `weight` in 0..1."""
        places = tokens.T  # summed in place: one-hot codes took gigabytes for large pictures
        ones = torch.ones_like(places, dtype=self.histogram.dtype)
        here = torch.zeros_like(self.histogram).scatter_add_(1, places, ones) / len(tokens)
        self.histogram.lerp_(here, weight)

    def usage(self) -> Tensor:
        """Return the share of codes in use: exp(entropy) over their number."""
        p = self.histogram.mean(0)
        return torch.special.entr(p).sum().exp() / len(p)

    def in_order(
        self, choose: Callable[[int, Tensor], Tensor], rows: Tensor, codes: Tensor
    ) -> Iterator[Tensor]:
        """Yield tokens int64 [n, t] as a causal prior draws them one by one, UNKNOWN where not yet.

        `choose(place, logits [n, k])` returns the next ones.
        """
        base: Tensor = self.base()
        cache: Cache = []
        tokens = torch.full((len(rows), len(base)), UNKNOWN, device=rows.device)
        x = self.start.expand(len(rows), 1, -1)
        for place in range(len(base)):
            x = x + self.places[place] + self.labels(rows)[:, None]
            logits = self._rated(self.body.next(x, cache), codes, base[place])[:, 0]
            found = choose(place, logits)
            tokens[:, place] = found
            x = self._embedded(found[:, None], codes)
            yield tokens


def hidden(count: int, places: int, rng: torch.Generator) -> Tensor:
    """Return what to hide in training, bool [count, places], at least one each: a share of
    cos(πu/2).
    """
    u = torch.rand(count, 1, generator=rng, device=rng.device)
    order = torch.rand(count, places, generator=rng, device=rng.device).argsort(1).argsort(1)
    return order < (places * torch.cos(0.5 * math.pi * u)).ceil().clamp_min(1)
