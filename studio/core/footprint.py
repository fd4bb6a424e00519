"""How much memory training takes, told before it is taken."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from studio.core.families import families
from studio.core.family import ImageSize, Learner
from studio.core.settings import Settings

COPIES = 5  # of each number that learns: itself, its gradient, two moments, its average
BYTES = 4  # of a number


def weights(family: str, settings: Settings, size: ImageSize) -> int:
    """Return the bytes of a learner and of what is kept beside it; builds nothing."""
    known = families()[family]
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        learner = known.learner(known.model(settings, size), settings, size)
    return BYTES * COPIES * sum(p.numel() for p in learner.parameters())


def activations(learner: Learner, step: Callable[[], Any]) -> int:
    """Do a `step` of the learner; return the bytes that it kept for its gradients."""
    own = {p.untyped_storage().data_ptr() for p in learner.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        step()
    return sum(kept.values())
