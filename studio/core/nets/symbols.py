"""Symbols from latents and back: one standard-normal number draws one symbol, by inverse CDF."""

import torch
from torch import Tensor

from studio.core.latents import normal_to_uniform, precise

FLOOR = 1e-4  # of the probability is spread over all symbols, so that each has a latent of its own


def probabilities(logits: Tensor) -> Tensor:
    """Return the probabilities [..., k] symbols are drawn with, in double precision (`precise`)."""
    p = torch.softmax(precise(logits), -1)
    return (1 - FLOOR) * p + FLOOR / logits.shape[-1]


def drawn_symbol(logits: Tensor, latents: Tensor) -> Tensor:
    """Return the symbols int64 [...] that latents [...] choose: F(x - 1) <= Φ(z) < F(x)."""
    ends = probabilities(logits).cumsum(-1)
    u = normal_to_uniform(precise(latents))[..., None]
    found = torch.searchsorted(ends, u, right=True)[..., 0].clamp_max(logits.shape[-1] - 1)
    return found.to(latents.device)


def latent_of(logits: Tensor, symbols: Tensor) -> Tensor:
    """Return the latents [...] in the middle of each symbol's stretch; `drawn_symbol` inverts it.

    Exact while every symbol has a probability above about 1e-8: float32 latents are no finer.
    """
    p = probabilities(logits)
    chosen = symbols[..., None].to(p.device)
    own = p.gather(-1, chosen)[..., 0]
    below = p.cumsum(-1).gather(-1, chosen)[..., 0] - own
    return torch.special.ndtri(below + own / 2).to(logits)
