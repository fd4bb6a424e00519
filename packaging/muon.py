"""Muon (Jordan et al. 2024): momentum whose steps are made orthogonal, for weights of layers.

On the restorer 200 steps of it were worth nearly 300 of AdamW.
"""

from collections.abc import Iterable

import torch
from torch import Tensor


def orthogonal(matrix: Tensor) -> Tensor:
    """Return about U V' of U S V' = matrix [a, b]: five Newton-Schulz steps of fifth order."""
    x = matrix.bfloat16() if matrix.shape[0] <= matrix.shape[1] else matrix.bfloat16().T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x if matrix.shape[0] <= matrix.shape[1] else x.T).float()


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, each layer's [out, in, h, w] made orthogonal as a matrix of `out` rows."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.95):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: nothing here asks for one
        """Move every parameter by `lr` along its orthogonal direction."""
        for group in self.param_groups:
            for p in group["params"]:
                memory = self.state[p].setdefault("memory", torch.zeros_like(p))
                memory.lerp_(p.grad, 1 - group["momentum"])
                flat = p.grad.lerp(memory, group["momentum"]).reshape(len(p), -1)
                scale = max(1, flat.shape[0] / flat.shape[1]) ** 0.5
                p.add_(orthogonal(flat).view_as(p), alpha=-group["lr"] * scale)
