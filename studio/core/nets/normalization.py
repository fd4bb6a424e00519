"""BatchNorm statistics of a model that was averaged, measured anew on what it draws."""

import torch
from torch import Tensor, nn

BATCHES, BATCH = 4, 64


def present(model: nn.Module) -> bool:
    """Whether the model normalizes by statistics at all."""
    return any(isinstance(m, nn.BatchNorm2d) for m in model.modules())


@torch.no_grad()
def measure(
    model: nn.Module, latent: tuple[int, ...], known: list[Tensor | None], rng: torch.Generator
) -> None:
    """Draw some batches, with labels as often as in `known` (int64, or None), and note the means.

    `model` maps latents [n, *latent] and labels to images; it is left in eval mode.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [m.momentum for m in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    device = next(model.parameters()).device
    for k in range(BATCHES):
        latents = torch.randn(BATCH, *latent, generator=rng, device=device)
        model(latents, _labels(known, k))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.eval()


def _labels(known: list[Tensor | None], k: int) -> Tensor | None:
    """Return the k-th full batch of labels, going round when there are too few."""
    there = [y for y in known if y is not None]
    if not there:
        return None
    labels = torch.cat(there)
    place = torch.arange(k * BATCH, (k + 1) * BATCH, device=labels.device)
    return labels[place % len(labels)]
