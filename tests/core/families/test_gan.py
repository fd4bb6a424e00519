"""The GAN: every loss and network trains; lazy penalties; augmentation follows overfitting."""

import pytest
import torch

from studio.core import latents
from studio.core.families.gan import FAMILY, GanLearner, GanModel, automatic_gamma
from studio.core.family import Batch, ImageSize
from studio.core.nets import adversarial, projected

SIZE = ImageSize(16, 16, 1, 0)


def learner(size: ImageSize = SIZE, **changes) -> GanLearner:
    settings = FAMILY.tiny.updated({"augmentation": "none", **changes})
    torch.manual_seed(0)
    return GanLearner(GanModel(settings, size), settings, size)


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


@pytest.mark.parametrize(
    "network", ["light", "projected", "residual", "mlp-784", "dcgan-28", "dcgan-64"]
)
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
    before = players.model.net.norm.running_mean.clone()
    players.finish(iter([(pictures(), None)]), players.model.eval(), latents.rng(0))
    assert not torch.equal(before, players.model.net.norm.running_mean)


def test_every_loss_trains_through_the_encoders_eyes():
    for loss in adversarial.LOSSES:
        players = learner(network="projected", loss=loss, penalty_every=1)
        values = players.learn(pictures(), None, latents.rng(0), 0.5)
        assert all(v.isfinite() for v in values.values()), loss


def test_a_step_in_parts_plays_the_same_game():
    players = learner(network="projected", loss="hinge")
    players.judging.chunks = 2
    values = players.learn(pictures(), None, latents.rng(0), 0.5)
    assert all(v.isfinite() for v in values.values())


def watched(count: int, steps: int, **changes) -> tuple[list[float], list[float]]:
    """Train on `count` different blobs, watching; return (r_v, amount) over time."""
    rng = latents.rng(11)
    centers = torch.rand(count + 64, 2, generator=rng) * 8 + 4
    line = torch.arange(16.0)
    rows, columns = (line - centers[:, k, None] for k in range(2))
    far = rows[:, :, None].square() + columns[:, None].square()
    blobs = (2 * torch.exp(-far / 8) - 1)[:, None]
    blobs = blobs + 0.3 * torch.randn(blobs.shape, generator=rng)
    known, held = blobs[:count], blobs[count:]
    settings = {"augmentation": "color,translation,cutout", "augment_amount": 0.2}
    settings |= {"network": "mlp-784", "loss": "non-saturating", "rate": 1e-3}
    players = learner(**settings, **changes)
    overfit, amounts = [], []
    for k in range(steps):
        seen = Batch(known[torch.randint(count, (16,), generator=rng)], None)
        if k % 8 == 0:
            unseen = Batch(held[torch.randint(64, (16,), generator=rng)], None)
            values = players.watch(seen, unseen, latents.rng(0, k, 3), k / steps)
            overfit.append(float(values["overfit"]))
            amounts.append(float(values["augment"]))
        players.learn(*seen, latents.rng(0, k), k / steps)
    return overfit, amounts


def test_augmentation_rises_where_the_judge_knows_few_pictures_by_heart():
    overfit, amounts = watched(12, 240)
    assert max(amounts) > 0.5
    assert max(overfit) > 0.6


def test_augmentation_stays_low_where_there_are_plenty():
    _, amounts = watched(4000, 160)
    assert max(amounts) <= 0.3
    assert amounts[-1] < 0.2


def test_a_fixed_amount_is_only_watched():
    _, amounts = watched(12, 64, adaptive=False)
    assert amounts == pytest.approx([0.2] * 8)


def test_what_can_not_be_learned_is_said_before():
    plain = FAMILY.preset("quick").settings
    assert FAMILY.objection(plain, ImageSize(17, 23, 3), 8) == ""
    assert "at least 8" in FAMILY.objection(plain, ImageSize(32, 32, 3), 7)
    textbook = FAMILY.preset("dcgan-64").settings
    assert FAMILY.objection(textbook, ImageSize(64, 64, 3), 100) == ""
    assert "another network" in FAMILY.objection(textbook, ImageSize(64, 48, 3), 100)


def test_a_label_starts_quieter_than_the_latent():
    settings = FAMILY.tiny.updated({"network": "residual", "latent": 64})
    embedding = GanModel(settings, ImageSize(16, 16, 1, 10)).labels
    assert embedding is not None
    assert 0.25 < float(embedding.weight.detach().std()) < 0.4


def played(players: GanLearner, first: int, last: int) -> None:
    for step in range(first, last):
        rng = latents.rng(0, step)
        players.learn(pictures(), None, rng, step / 8)


def test_the_projected_judge_goes_on_exactly_where_it_was_and_takes_no_chance_of_its_own():
    before, copy = learner(network="projected"), learner(network="projected")
    played(before, 0, 3)
    copy.load_state_dict(before.state_dict())
    for name, optimizer in before.optimizers().items():
        tensors, numbers = optimizer.state()
        copy.optimizers()[name].restore({k: v.clone() for k, v in tensors.items()}, numbers)
    state = torch.get_rng_state()
    played(before, 3, 6)
    assert torch.equal(state, torch.get_rng_state())
    played(copy, 3, 6)
    for name, value in before.state_dict().items():
        assert torch.equal(value, copy.state_dict()[name]), name


def paid(labels: torch.Tensor | None) -> float:
    """Return the model's loss in a first step through the encoder's eyes."""
    players = learner(ImageSize(16, 16, 1, 2), network="projected", loss="hinge")
    return float(players.learn(pictures(), labels, latents.rng(0), 0.0)["loss"])


def test_a_named_class_pays_for_sameness_and_unnamed_pictures_do_not(monkeypatch):
    labels = torch.arange(8) % 2
    with_it = paid(labels), paid(None)
    monkeypatch.setattr(projected, "SAMENESS", 0.0)
    without = paid(labels), paid(None)
    assert with_it[0] - without[0] > 0.05
    assert with_it[1] == without[1]
