"""Mixed places take what was asked from the other, and stay typical."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.events import Refused
from studio.core.explore.layout import parts
from studio.core.explore.mixing import depths, mixed
from studio.core.families import families
from studio.core.families.flow import FlowModel, FlowSettings
from tests.core.explore.test_directions import Painter


@pytest.fixture(params=sorted(families()))
def explorer(request, explorers):
    """An explorer of each family."""
    return explorers(request.param)[0]


def test_taking_nothing_or_everything_is_one_or_the_other(explorer):
    names = depths(explorer)
    if not names:  # what jumps, and a small flow
        assert explorer.family.id in ("autoregressive", "vqvae", "flow")
        return
    a, b = explorer.seed(0, 0), explorer.seed(1, 0)
    none = mixed(explorer, a, b, [False] * len(names))
    every = mixed(explorer, a, b, [True] * len(names))
    assert np.allclose(none.latent, a.latent, atol=1e-5)
    assert np.allclose(every.latent, b.latent, atol=1e-4)
    halves = [mixed(explorer, a, b, [k == j for k in range(len(names))]) for j in range(len(names))]
    total = sum(h.latent - a.latent for h in halves)
    assert np.allclose(total, b.latent - a.latent, atol=1e-4)


def test_the_wrong_number_of_depths_is_refused(explorer):
    place = explorer.seed(0)
    with pytest.raises(Refused, match="depths are"):
        mixed(explorer, place, place, [True] * 9)


def test_mixtures_of_noise_stay_standard_normal(explorers):
    explorer, _ = explorers("diffusion")
    found = np.stack(
        [
            mixed(
                explorer, explorer.seed(0, k=k), explorer.seed(1, k=k), [True, False, True]
            ).latent
            for k in range(60)
        ]
    )
    assert abs(found.mean()) < 0.02 and abs(found.std() - 1) < 0.02


def test_a_flow_of_one_level_has_no_depth(explorers):
    explorer, _ = explorers("flow")
    one = FlowModel(FlowSettings(network="tarflow", coarse=64, width=32), explorer.size)
    assert len(parts(one)) == 1
    assert depths(replace(explorer, model=one)) == ()


def test_color_is_taken_without_the_place(explorers):
    explorer, _ = explorers("gan")
    size = explorer.size._replace(height=24, width=24, classes=0)
    painted = replace(explorer, model=Painter(), size=size, classes=())
    a, b = painted.seed(0), painted.seed(1)
    turn = painted.model.turn.numpy()
    found = mixed(painted, a, b, [False, True]).latent @ turn
    assert np.allclose(found[:3], a.latent @ turn[:, :3], atol=0.35)
    assert np.allclose(found[3:5], b.latent @ turn[:, 3:5], atol=0.35)


def test_the_class_and_sliders_stay(explorers):
    explorer, _ = explorers("gan")
    a = explorer.seed(0, 1).with_slider("x", 2.0)
    found = mixed(explorer, a, explorer.seed(1, 2), [True, True])
    assert found.label == 1 and found.sliders == {"x": 2.0}
    assert torch.from_numpy(found.latent).isfinite().all()
