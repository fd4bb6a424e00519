"""Drawing symbols by inverse CDF, so that one uniform number is one symbol, and back."""

import torch
from torch import Tensor

from studio.core.latents import precise

FLOOR = 1e-7  # what every symbol keeps, so that any picture has latents a float can hold


def tempered(log_weights: Tensor, temperature: float = 1.0, top_p: float = 1.0) -> Tensor:
    """Return probabilities float64 [..., k] for log weights [..., k] up to a constant.

    They are raised to 1 / `temperature`; of the likeliest symbols only as many stay as are needed
    to hold `top_p` of the mass (nucleus sampling, Holtzman et al. 2020). All keep `FLOOR`.
    """
    p = torch.softmax(precise(log_weights) / temperature, -1)
    if top_p < 1:
        p = _nucleus(p, top_p)
    return FLOOR + (1 - FLOOR * p.shape[-1]) * p


def _nucleus(p: Tensor, top_p: float) -> Tensor:
    ordered, order = p.sort(stable=True, descending=True)
    before = ordered.cumsum(-1) - ordered
    kept = torch.zeros_like(p).scatter(-1, order, ordered * (before < top_p))
    return kept / kept.sum(-1, keepdim=True)


def pick(p: Tensor, u: Tensor) -> Tensor:
    """Return the symbols int64 [n] in whose share of [0, 1] the numbers u [n] lie; p is [n, k]."""
    below = torch.searchsorted(p.cumsum(-1), precise(u)[:, None].contiguous(), right=True)[:, 0]
    return below.clamp_max(p.shape[-1] - 1)


def middle(p: Tensor, symbols: Tensor) -> Tensor:
    """Return the middle of each symbol's share of [0, 1], float64 [n], which `pick` inverts."""
    chosen = symbols[:, None].to(p.device)
    share = p.gather(-1, chosen)
    return (p.cumsum(-1).gather(-1, chosen) - 0.5 * share)[:, 0]
