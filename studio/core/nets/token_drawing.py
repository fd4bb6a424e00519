"""How grids of tokens are drawn from a prior: a deterministic map from latents, run both ways.

Either one token after the other, or many at a time, the surest first (MaskGIT, Chang et al. 2022).
Other than in that paper, *where* to go on is decided before *what* stands there is drawn: one
number a token suffices, no draw is thrown away, and the way back is exact.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from studio.core.latents import normal_to_uniform, precise
from studio.core.nets.players import asked
from studio.core.nets.symbols import drawn_symbol, latent_of, probabilities
from studio.core.nets.token_prior import UNKNOWN, TokenPrior

CHANCE = 4.5  # how far the order of filling is left to chance at the start (MaskGIT's temperature)


class Round(NamedTuple):
    """One round of filling: tokens [n, t] after it, the logits [n, t, k] they were drawn from, and
    the places [n, m] that were filled.
    """

    tokens: Tensor
    logits: Tensor
    places: Tensor


def schedule(places: int, rounds: int) -> list[int]:
    """Return how many of `places` tokens are known after each round: few first, many at last."""
    rounds = min(rounds, places)
    known = [
        max(k, math.floor(places * (1 - math.cos(0.5 * math.pi * k / rounds))))
        for k in range(1, rounds)
    ]
    return [*known, places]


def filled(
    logits_of: Callable[[Tensor], Tensor],
    choose: Callable[[Tensor, Tensor], Tensor],
    order: Tensor,
    rounds: int,
    given: Tensor | None = None,
) -> Iterator[Round]:
    """Fill grids of tokens in `rounds`; latents `order` [n, t] say how chance takes part in where.

    It begins with the tokens `given` [n, t], UNKNOWN where they are to be filled; None: all are.

    The surest unknown places are filled first, as sure as `logits_of(tokens)` [n, t, k] is of its
    likeliest symbol; `choose(logits [n, m, k], places [n, m])` then says with what.
    """
    tokens = torch.full(order.shape, UNKNOWN, device=order.device) if given is None else given
    gumbel = (-(-normal_to_uniform(precise(order)).log()).log()).to(order)
    unknown = order.shape[1] if given is None else int((tokens == UNKNOWN).sum(1).max())
    steps = schedule(unknown, rounds)
    for k, (before, after) in enumerate(zip([0, *steps], steps, strict=False)):
        logits = logits_of(tokens)
        sure = logits.log_softmax(-1).amax(-1) + CHANCE * (1 - (k + 1) / len(steps)) * gumbel
        sure = sure.masked_fill(tokens != UNKNOWN, -torch.inf)
        places = sure.argsort(dim=1, descending=True, stable=True)[:, : after - before]
        known = tokens.gather(1, places)  # where a grid has fewer places to fill than another
        chosen = choose(at(logits, places), places).where(known == UNKNOWN, known)
        tokens = tokens.scatter(1, places, chosen)
        yield Round(tokens, logits, places)


def at(logits: Tensor, places: Tensor) -> Tensor:
    """Return the logits [n, m, k] at places [n, m] of [n, t, k]."""
    return logits.gather(1, places[..., None].expand(-1, -1, logits.shape[-1]))


@dataclass(frozen=True)
class TokenDrawing:
    """Draws grids of tokens from `prior` where token k stands for `codes` [k].

    Latents are [n, layers, t]: the first layer chooses each place's token by inverse CDF; a prior
    that is not causal has a second one, which says how chance takes part in the order of places.
    """

    prior: TokenPrior
    codes: Tensor
    rounds: int
    temperature: float = 1.0
    guidance: float = 1.0

    def drawn(self, latents: Tensor, rows: Tensor, given: Tensor | None = None) -> Iterator[Tensor]:
        """Yield tokens int64 [n, t] with each round, the likeliest where none is drawn yet.

        `rows` [n] is 0 for any class, else label + 1. Tokens `given` [n, t] stay, unless UNKNOWN.
        """
        if self.prior.causal:
            yield from self._in_order(latents[:, 0], self._doubled(rows), given)
            return
        symbols, order = latents.unbind(1)
        rows = self._doubled(rows)
        for one in filled(
            lambda known: self._logits(known, rows),
            lambda logits, places: drawn_symbol(logits, symbols.gather(1, places)),
            order,
            self.rounds,
            given,
        ):
            yield torch.where(one.tokens == UNKNOWN, one.logits.argmax(-1), one.tokens)

    def latents(self, tokens: Tensor, rows: Tensor) -> Tensor:
        """Return latents [n, layers, t] from which `drawn` ends in `tokens` [n, t]."""
        order = torch.zeros(tokens.shape, device=tokens.device)
        symbols = latent_of(self.logits(tokens, order, rows), tokens)
        return torch.stack([symbols] if self.prior.causal else [symbols, order], 1)

    def nats(self, tokens: Tensor, order: Tensor, rows: Tensor) -> Tensor:
        """Return -log of the probability [n] that `tokens` are drawn when the latents of the order
        are `order` [n, t], which a causal prior does not read.
        """
        p = probabilities(self.logits(tokens, order, rows))
        return -p.gather(2, tokens[..., None].to(p.device)).log().sum((1, 2)).to(order)

    def logits(self, tokens: Tensor, order: Tensor, rows: Tensor) -> Tensor:
        """Return the logits [n, t, k] from which drawing would choose each of `tokens` [n, t]."""
        rows = self._doubled(rows)
        if self.prior.causal:
            return self._logits(tokens, rows)
        found: list[Round] = []
        for one in filled(
            lambda known: self._logits(known, rows),
            lambda _, places: tokens.gather(1, places),
            order,
            self.rounds,
        ):
            found.append(one._replace(logits=at(one.logits, one.places)))
        places = torch.cat([one.places for one in found], 1).argsort(1)
        return at(torch.cat([one.logits for one in found], 1), places)

    def _in_order(self, symbols: Tensor, rows: Tensor, given: Tensor | None) -> Iterator[Tensor]:
        count = len(symbols)
        guesses = self.prior.base().argmax(-1)

        def choose(place: int, logits: Tensor) -> Tensor:
            chosen = drawn_symbol(self._guided(logits, count), symbols[:, place])
            if given is not None:
                chosen = chosen.where(given[:, place] == UNKNOWN, given[:, place])
            return chosen.repeat(len(rows) // count)

        for tokens in self.prior.in_order(choose, rows, self.codes):
            known = tokens[:count]
            yield torch.where(known == UNKNOWN, guesses, known)

    def _doubled(self, rows: Tensor) -> Tensor:
        """Append rows without a class where guidance asks for them."""
        if self.guidance == 1 or not asked(rows, self.prior.labels):
            return rows
        return torch.cat([rows, torch.zeros_like(rows)])

    def _logits(self, tokens: Tensor, rows: Tensor) -> Tensor:
        both = tokens.repeat(len(rows) // len(tokens), 1)
        return self._guided(self.prior(both, rows, self.codes), len(tokens))

    def _guided(self, logits: Tensor, count: int) -> Tensor:
        """Move away from the logits without a class, which follow the first `count`, if any do (Ho
        & Salimans 2022); then apply the temperature.
        """
        named, nameless = logits[:count], logits[-count:]
        if len(logits) > count:
            named = nameless + self.guidance * (named - nameless)
        return named / self.temperature
