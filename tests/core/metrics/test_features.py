"""The random network is always the same; features come in parts and any size."""

import numpy as np
import pytest
import torch

from studio.core.events import Progress
from studio.core.metrics.features import RandomEncoder, features
from tests.core.toys import finish

PINNED = 329.5258556547342  # scores of today must be comparable with those of tomorrow


def test_the_random_network_is_fixed_and_leaves_the_global_state_alone():
    state = torch.get_rng_state()
    one, other = RandomEncoder(3), RandomEncoder(3)
    assert torch.equal(torch.get_rng_state(), state)
    x = torch.linspace(-1, 1, 2 * 3 * 20 * 24).reshape(2, 3, 20, 24)
    assert torch.equal(one(x), other(x)) and one(x).shape == (2, 512)
    assert one(x).double().sum().item() == pytest.approx(PINNED, rel=1e-3)


@pytest.mark.parametrize("shape", [(16, 16, 1), (17, 23, 3), (96, 40, 3)])
def test_features_do_not_depend_on_the_company(shape):
    x = np.random.default_rng(0).integers(0, 255, (70, *shape)).astype(np.uint8)
    encoder = RandomEncoder(shape[-1])
    events, found = finish(features(encoder, x))
    assert found.shape == (70, 512) and np.isfinite(found).all()
    assert events[-1] == Progress(70, 70, "Looking")
    alone = finish(features(encoder, x[65:]))[1]
    assert np.allclose(alone, found[65:], atol=1e-4)
