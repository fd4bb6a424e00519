"""Tiny models whose weights are no longer those they begin with."""

from typing import Any

import torch
from torch import Tensor

from studio.core import latents
from studio.core.assets.onnx_steps import drawing
from studio.core.families import families
from studio.core.family import ImageSize, Model

SIZE = ImageSize(16, 20, 4, 3)


def model(family: str, size: ImageSize = SIZE, **changes: Any) -> Model:
    """Return a tiny model, its weights moved from where they begin."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        known = families()[family]
        made = known.model(known.tiny.updated(changes), size).eval().requires_grad_(False)
        for parameter in made.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return made


def given(known: Model, size: ImageSize = SIZE, count: int = 3) -> tuple[Tensor, Tensor | None]:
    """Return latents and labels, some of no class."""
    labels = torch.arange(count) % (size.classes + 1) - 1 if size.classes else None
    return latents.draw(count, known.latent_shape, 1), labels


def apart(known: Model, size: ImageSize = SIZE) -> float:
    """Return how far what a graph would draw is from what the model draws."""
    latent, label = given(known, size)
    *_, wanted = known.draw(latent, label)
    return float((drawing(known)(latent, label) - wanted).abs().max())
