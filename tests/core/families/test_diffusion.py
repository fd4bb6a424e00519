"""Diffusion beyond the contract: its samplers, guidance, objectives, instant models, refusals."""

import copy

import pytest
import torch
from torch import Tensor

from studio.core import latents
from studio.core.families.diffusion import (
    FAMILY,
    DiffusionLearner,
    DiffusionModel,
    DiffusionSettings,
    objection,
)
from studio.core.family import Batch, ImageSize

SIZE = ImageSize(8, 8, 1, 2)
TINY = DiffusionSettings.model_validate(FAMILY.tiny.model_dump())


def toy(step: int, count: int = 16) -> Batch:
    """Class 0 is dark, class 1 bright, with some noise."""
    rng = latents.rng(3, step)
    labels = torch.randint(2, (count,), generator=rng)
    images = (labels.float() - 0.5)[:, None, None, None].expand(count, 1, 8, 8)
    return Batch((images + 0.1 * torch.randn(images.shape, generator=rng)).clamp(-1, 1), labels)


def learner(**changes) -> DiffusionLearner:
    settings = TINY.updated({"width": 8, **changes})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DiffusionLearner(DiffusionModel(settings, SIZE), settings, SIZE)


def learn(learner: DiffusionLearner, count: int) -> list[Tensor]:
    return [learner.learn(*toy(k), latents.rng(0, k, 1), k / count)["loss"] for k in range(count)]


def changed(model, **changes) -> DiffusionModel:
    """The same weights, drawn from otherwise."""
    other = copy.deepcopy(model).eval()
    other.settings = other.settings.updated(changes)
    return other


@torch.no_grad()
def drawn(model, label: int | None = None, count: int = 8) -> Tensor:
    labels = None if label is None else torch.full((count,), label)
    *_, images = model.draw(latents.draw(count, model.latent_shape, 1), labels)
    return images


@pytest.fixture(scope="module")
def trained() -> DiffusionModel:
    known = learner()
    learn(known, 60)
    assert isinstance(known.model, DiffusionModel)
    return known.model


@pytest.mark.parametrize("objective", ["edm", "ddpm-linear", "ddpm-cosine", "flow-matching"])
def test_every_objective_learns(objective: str):
    losses = torch.stack(learn(learner(objective=objective), 60))
    assert losses[-15:].mean() < 0.8 * losses[:15].mean()


@pytest.mark.parametrize("sampler", ["dpm-solver", "heun", "ddim", "ddpm"])
def test_every_sampler_draws_the_class(trained: DiffusionModel, sampler: str):
    model = changed(trained, sampler=sampler, steps=20)
    assert drawn(model, 1).mean() - drawn(model, 0).mean() > 0.3


@pytest.mark.parametrize("new", [{"sampler": "ddpm"}, {"sampler": "ddim", "eta": 0.5}])
def test_new_noise_belongs_to_the_latent(trained: DiffusionModel, new: dict):
    model = changed(trained, **new)
    assert torch.equal(drawn(model, 1), drawn(model, 1))
    torch.testing.assert_close(drawn(model, 1, 2), drawn(model, 1, 8)[:2], atol=1e-5, rtol=0)
    assert not torch.allclose(drawn(model, 1), drawn(changed(trained, sampler="ddim"), 1))


def test_fewer_previews_than_calls_and_the_last_is_final(trained: DiffusionModel):
    with torch.no_grad():
        seen = list(trained.draw(latents.draw(2, trained.latent_shape, 0)))
    assert len(seen) == TINY.steps
    assert all(image.abs().max() <= 1 for image in seen)


def calls(model: DiffusionModel, **changes) -> list[int]:
    """How many pictures the network is asked about in each call of one drawing of 8."""
    model, seen = changed(model, **changes), []
    model.denoiser.net.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    drawn(model, 1)
    return seen


def test_guidance_costs_double_inside_its_interval_only(trained: DiffusionModel):
    asked = {"guidance": 2.0, "guidance_low": 0.5, "guidance_high": 10.0}
    path = trained.denoiser.levels.path(TINY.steps)[:-1]
    assert calls(trained, **asked) == [16 if 0.5 <= s <= 10 else 8 for s in path]
    assert set(calls(trained, guidance=1.0)) == {8}


def test_guidance_shows_the_class_more_plainly(trained: DiffusionModel):
    wide = {"guidance_low": 0.0, "guidance_high": 100.0}
    gaps = []
    for guidance in (0.0, 0.4, 1.0):
        model = changed(trained, guidance=guidance, **wide)
        gaps.append(drawn(model, 1).mean() - drawn(model, 0).mean())
    assert abs(gaps[0]) < 1e-5  # 0 asks for no class at all
    assert gaps[0] < gaps[1] < gaps[2]


def test_color_stays_within_alpha():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = DiffusionModel(TINY, ImageSize(8, 8, 4))
    images = drawn(model)
    assert (images[:, :3] <= images[:, 3:]).all()


def test_held_out_pictures_tell_learning_by_heart():
    known = learner()
    batch = toy(0)
    other = Batch(-batch.images.flip(3) * torch.linspace(0.2, 1, 8), batch.labels)
    for k in range(60):
        known.learn(*batch, latents.rng(0, k, 1), k / 60)
    found = known.watch(batch, other, latents.rng(1), 1.0)
    assert found["seen"] < found["unseen"]
    same = known.watch(batch, batch, latents.rng(1), 1.0)
    assert same["seen"] == same["unseen"]


def test_an_instant_model_is_called_once_or_twice_and_still_encodes(trained: DiffusionModel):
    for count in (1, 2):
        assert len(calls(trained, instant=True, calls=count)) == count
    tuned = learner(instant=True, rate=1e-3)
    tuned.model.load_state_dict(trained.state_dict())
    learn(tuned, 60)
    model = changed(tuned.model)
    assert drawn(model, 1).mean() - drawn(model, 0).mean() > 0.3
    images = toy(900, 8).images
    with torch.no_grad():
        found = model.encode(images)
        *_, back = model.draw(found)
    assert found.shape == images.shape
    assert (back - images).square().mean() < 0.5 * (images - images.mean(0)).square().mean()


def test_tuning_starts_from_the_pictures_deviation_of_the_run_before(trained: DiffusionModel):
    tuned = learner(instant=True)
    tuned.model.load_state_dict(trained.state_dict())
    learn(tuned, 1)
    assert torch.equal(tuned.denoiser.spread, trained.denoiser.spread)


def test_what_cannot_be_learned_is_said_with_what_to_do():
    assert objection(TINY, ImageSize(32, 32, 3), 100) == ""
    assert objection(TINY, ImageSize(256, 256, 3), 100) == ""
    few = objection(TINY, ImageSize(32, 32, 3), 5)
    assert "5 pictures are too few" in few
    assert "GAN" in few
    assert "patch to 0" in objection(TINY.updated({"patch": 1}), ImageSize(256, 256, 3), 100)
    assert "set it to 0" in objection(TINY.updated({"patch": 8}), ImageSize(16, 16, 3), 100)
