"""The GAN: lazy penalties as strong as steady ones; every loss and every network trains."""

import pytest
import torch

from studio.core import latents
from studio.core.families.gan import FAMILY, GanLearner, GanModel, automatic_gamma
from studio.core.family import ImageSize
from studio.core.nets import adversarial

SIZE = ImageSize(16, 16, 1, 0)


def learner(**changes) -> GanLearner:
    settings = FAMILY.tiny.updated({"augmentation": "none", **changes})
    torch.manual_seed(0)
    return GanLearner(GanModel(settings, SIZE), settings, SIZE)


def pictures(count: int = 8) -> torch.Tensor:
    return torch.rand(count, 1, 16, 16, generator=latents.rng(3)) * 2 - 1


@pytest.mark.parametrize("loss", adversarial.LOSSES)
def test_every_loss_trains_both_players(loss: str):
    players = learner(loss=loss, penalty_every=1)
    before = [p.clone() for p in players.parameters()]
    values = players.learn(pictures(), None, latents.rng(0), 0.0)
    assert all(v.isfinite() for v in values.values())
    for name, after in zip(before, players.parameters(), strict=True):
        assert after.isfinite().all(), name
    changed = [not torch.equal(a, b) for a, b in zip(before, players.parameters(), strict=True)]
    assert sum(changed) > 0.7 * len(changed)


@pytest.mark.parametrize("network", ["light", "residual", "mlp-784", "dcgan-28", "dcgan-64"])
def test_every_network_plays(network: str):
    players = learner(network=network, penalty_every=1)
    values = players.learn(pictures(), None, latents.rng(0), 0.5)
    assert all(v.isfinite() for v in values.values())


def test_a_penalty_every_third_step_is_three_times_as_strong_and_else_absent():
    lazy, steady = learner(loss="r1", penalty_every=3), learner(loss="r1", penalty_every=1)
    real, drawn = pictures(), pictures() * 0.5
    seen = []
    for step in range(6):
        lazy.judging.steps = step
        seen.append(float(lazy._penalty(real, drawn, None, 2.0, latents.rng(0)).detach()))
    always = float(steady._penalty(real, drawn, None, 2.0, latents.rng(0)).detach())
    assert always > 0
    assert seen == pytest.approx([3 * always, 0, 0, 3 * always, 0, 0], rel=1e-5)


def test_the_automatic_penalty_follows_the_picture_size_and_batch():
    assert automatic_gamma(ImageSize(32, 32, 3), 256) == pytest.approx(0.5)
    assert automatic_gamma(ImageSize(64, 64, 3), 256) == pytest.approx(2.0)
    assert automatic_gamma(ImageSize(32, 32, 3), 64) == pytest.approx(2.0)
    assert automatic_gamma(ImageSize(32, 32, 3), 1024) == pytest.approx(0.5)


def test_statistics_are_measured_anew_for_the_averaged_model():
    players = learner()
    norm = players.model.net.norm
    before = norm.running_mean.clone()
    players.finish(iter([(pictures(), None)]), players.model.eval(), latents.rng(0))
    assert not torch.equal(before, norm.running_mean)
    drawn = players.model.net.start(torch.randn(4000, 8, generator=latents.rng(1)))
    shaped = drawn.view(4000, -1, 4, 4)
    torch.testing.assert_close(norm.running_var, shaped.var((0, 2, 3)), rtol=0.15, atol=0)
