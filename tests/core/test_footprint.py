"""Memory is known before it is taken: numbers that learn, and what a step keeps."""

import pytest
import torch
from torch import nn

from studio.core import footprint
from studio.core.building import build_learner
from studio.core.families import families
from studio.core.family import ImageSize
from studio.core.request import Numerics

SIZE = ImageSize(16, 20, 3, 2)
CPU = torch.device("cpu")


@pytest.mark.parametrize("family", sorted(families()))
def test_weights_are_counted_without_building_them(family):
    tiny = families()[family].tiny
    built = build_learner(family, tiny, SIZE, 0, CPU, Numerics())
    count = sum(p.numel() for p in built.parameters())
    assert footprint.weights(family, tiny, SIZE) == 20 * count


def test_what_a_step_keeps_grows_with_the_batch_and_leaves_weights_out():
    class One(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(100, 50, bias=False)

    one = One()
    kept = [
        footprint.activations(
            one,  # type: ignore[arg-type]  # of a learner only the parameters are asked for
            lambda n=n: one.layer(torch.ones(n, 100)).square().sum().backward(),
        )
        for n in (4, 8)
    ]
    assert kept == [4 * 4 * 150, 8 * 4 * 150]
