"""The VAE: its bound, its settings' effects, its bits; its critic joins when asked."""

import math

import pytest
import torch

from studio.core import latents
from studio.core.families.vae import FAMILY, VaeLearner, VaeModel
from studio.core.family import Batch, ImageSize

SIZE = ImageSize(16, 16, 3, 2)


def learner(**changes) -> VaeLearner:
    settings = FAMILY.tiny.updated(changes)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return VaeLearner(VaeModel(settings, SIZE), settings, SIZE)


def disks(count: int = 8, step: int = 0) -> torch.Tensor:
    """Bright squares of many sizes."""
    sides = torch.randint(3, 12, (count,), generator=latents.rng(2, step))
    images = torch.full((count, 3, 16, 16), -0.9)
    for image, side in zip(images, sides.tolist(), strict=True):
        image[:, 2 : 2 + side, 2 : 2 + side] = 0.7
    noise = torch.randn(images.shape, generator=latents.rng(3, step))
    return (images + 0.03 * noise).clamp(-1, 1)


def trained(steps: int = 60, **changes) -> tuple[VaeLearner, dict[str, torch.Tensor]]:
    made, values = learner(**changes), {}
    for k in range(steps):
        values = made.learn(disks(8, k), None, latents.rng(0, k), k / steps)
    return made, values


def test_the_critic_joins_late_and_changes_the_model():
    made = learner(critic=1.0, critic_from=0.5)
    assert set(made.optimizers()) == {"model", "critic"}
    images, labels = torch.rand(8, 3, 16, 16) * 2 - 1, torch.arange(8) % 2
    assert "critic" not in made.learn(images, labels, latents.rng(0), 0.4)
    assert made.critic is not None
    before = [p.clone() for p in made.critic.parameters()]
    values = made.learn(images, labels, latents.rng(1), 0.6)
    assert values["critic"].isfinite()
    changed = [not torch.equal(a, b) for a, b in zip(before, made.critic.parameters(), strict=True)]
    assert any(changed)
    assert set(learner(critic=0.0).optimizers()) == {"model"}


def test_beta_weighs_the_divergence_and_grows_over_the_warm_up():
    images = disks()

    def loss(beta: float, progress: float, warm_up: float = 0.5) -> float:
        made = learner(beta=beta, warm_up=warm_up, critic=0.0)
        return float(made.learn(images, None, latents.rng(0), progress)["loss"])

    none, half, full = loss(4.0, 0.0), loss(4.0, 0.25), loss(4.0, 0.5)
    assert none == pytest.approx(loss(0.0, 1.0))
    assert half - none == pytest.approx((full - none) / 2, rel=1e-4)
    assert full == pytest.approx(loss(4.0, 1.0))
    assert full > none
    assert loss(4.0, 0.0, warm_up=0.0) == pytest.approx(none)


def test_beta_silences_codes_and_free_bits_keep_them_speaking():
    _, plain = trained(warm_up=0.0, critic=0.0)
    _, silent = trained(warm_up=0.0, critic=0.0, beta=20.0)
    _, free = trained(warm_up=0.0, critic=0.0, beta=20.0, free_bits=1.0)
    assert float(silent["divergence"]) < 0.5 * float(plain["divergence"])
    assert float(free["divergence"]) > 1.5 * float(silent["divergence"])


def test_a_latent_number_is_active_when_it_differs_between_pictures():
    made = learner()
    found = made._bound(disks(), torch.randn(8, 8, generator=latents.rng(0)))
    mean = torch.randn(8, 8, generator=latents.rng(1))
    mean[:, 5:] = 0.01 * mean[:, 5:] + 3.0
    assert float(made._plotted(found._replace(mean=mean))[3]) == 5


def test_watching_compares_the_bound_and_notices_what_is_strange():
    made, _ = trained(critic=0.0)
    seen, unseen = Batch(disks(), None), Batch(disks(8, 999), None)
    near = made.watch(seen, unseen, latents.rng(0), 0.5)
    far = made.watch(seen, Batch(disks().flip(3), None), latents.rng(0), 0.5)
    assert set(near) == {"seen", "unseen"}
    assert abs(float(near["unseen"] - near["seen"])) < 0.5 * float(far["unseen"] - far["seen"])


def test_bits_fall_with_training_and_tell_what_is_strange():
    images = disks(16, 999)
    bits = []
    for steps in (1, 100):
        made, _ = trained(steps, critic=0.0)
        model = made.model.eval()
        made.finish(iter([(disks(64, 500), None)]), model, latents.rng(0))
        bits.append(model.bits(images, None, latents.rng(1)))
    assert bits[1].shape == (16,)
    assert float(bits[1].mean()) < float(bits[0].mean()) < 9
    assert float(model.bits(images.flip(3), None, latents.rng(1)).mean()) > float(bits[1].mean())
    assert torch.equal(model.bits(images, None, latents.rng(1)), bits[1])


def test_finishing_finds_the_sigma_of_what_is_drawn():
    made, values = trained(critic=0.0)
    model = made.model.eval()
    made.finish(iter([(disks(64, 500), None)]), model, latents.rng(0))
    assert 127.5 * math.exp(float(model.log_sigma)) == pytest.approx(
        float(values["sigma"]), rel=0.4
    )


def test_one_picture_is_refused_in_words():
    assert FAMILY.objection(FAMILY.tiny, SIZE, 12) == ""
    assert FAMILY.objection(FAMILY.tiny, SIZE, 1).endswith(".")
