"""What every family promises, checked for all of them, at tiny settings, on sizes of every kind."""

import copy
import itertools

import pytest
import torch
from torch import Tensor

from studio.core import latents
from studio.core.families import families
from studio.core.family import Batch, Encodes, Family, ImageSize, Learner, Likelihood
from studio.core.learning import Ema

SIZES = [(32, 32, 4), (28, 28, 1), (24, 16, 3), (17, 23, 3)]
CASES = [ImageSize(h, w, c, k) for (h, w, c), k in itertools.product(SIZES, (0, 3))]
BATCH = 8

every_family = pytest.mark.parametrize("family", families().values(), ids=lambda f: f.id)
every_size = pytest.mark.parametrize(
    "size", CASES, ids=lambda s: f"{s.width}x{s.height}x{s.channels}-{s.classes}classes"
)


def toy(size: ImageSize, step: int = 0, count: int = BATCH) -> tuple[Tensor, Tensor | None]:
    """Bright squares on a dark ground; the class says where they are."""
    rng = latents.rng(7, step)
    labels = torch.randint(3, (count,), generator=rng)
    images = torch.full((count, size.channels, size.height, size.width), -1.0)
    for k, label in enumerate(labels):
        left = 1 + int(label) * (size.width // 4)
        images[k, :, 4 : size.height - 4, left : left + size.width // 3] = 0.8
    images = images + 0.05 * torch.randn(images.shape, generator=rng)
    return images.clamp(-1, 1), labels if size.classes else None


def built(family: Family, size: ImageSize) -> Learner:
    """A learner with start values that are always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return family.learner(family.model(family.tiny, size), family.tiny, size)


def steps(learner: Learner, size: ImageSize, first: int, last: int) -> list[dict[str, Tensor]]:
    """Learn steps first..last - 1, each with its own randomness."""
    return [
        learner.learn(*toy(size, k), latents.rng(0, k, 1), min(1.0, k / 100))
        for k in range(first, last)
    ]


@torch.no_grad()
def drawn(model, count: int = 5, label: int | None = None, seed: int = 3) -> Tensor:
    """The final images of fixed latents, in eval mode."""
    model = copy.deepcopy(model).eval()
    labels = None if label is None else torch.full((count,), label)
    *_, images = model.draw(latents.draw(count, model.latent_shape, seed), labels)
    return images


@every_family
@every_size
def test_draws_images_of_the_asked_size_and_learns(family: Family, size: ImageSize):
    learner = built(family, size)
    before = copy.deepcopy(list(learner.model.parameters()))
    state = torch.get_rng_state()
    values = steps(learner, size, 0, 2)
    assert torch.equal(torch.get_rng_state(), state), "learn() used the global random state"
    assert all(v.ndim == 0 and not v.requires_grad and v.isfinite() for v in values[-1].values())
    changed = [
        not torch.equal(a, b) for a, b in zip(before, learner.model.parameters(), strict=True)
    ]
    assert sum(changed) > len(changed) / 2
    images = drawn(learner.model, 5, 1 if size.classes else None)
    assert images.shape == (5, size.channels, size.height, size.width)
    assert images.isfinite().all()
    assert images.min() >= -1
    assert images.max() <= 1


@every_family
@pytest.mark.parametrize("size", [CASES[0], CASES[5]], ids=["plain", "classes"])
def test_drawing_is_deterministic_and_knows_no_neighbors(family: Family, size: ImageSize):
    learner = built(family, size)
    steps(learner, size, 0, 2)
    label = 2 if size.classes else None
    many = drawn(learner.model, 6, label)
    assert torch.equal(many, drawn(learner.model, 6, label))
    torch.testing.assert_close(drawn(learner.model, 2, label), many[:2], atol=1e-5, rtol=0)
    assert not torch.allclose(many[0], many[1], atol=1e-3), "all latents draw the same picture"


@every_family
@pytest.mark.parametrize("size", [CASES[1], CASES[6]], ids=["classes", "plain"])
def test_the_same_steps_give_the_same_bits_also_after_a_restart(family: Family, size: ImageSize):
    straight = built(family, size)
    steps(straight, size, 0, 3)
    saved = copy.deepcopy(straight.state_dict())
    optimizers = {k: copy.deepcopy(o.state()) for k, o in straight.optimizers().items()}
    resumed = built(family, size)
    resumed.load_state_dict(saved)
    for name, optimizer in resumed.optimizers().items():
        optimizer.restore(*optimizers[name])
    steps(straight, size, 3, 6)
    steps(resumed, size, 3, 6)
    again = built(family, size)
    steps(again, size, 0, 6)
    for other in (resumed, again):
        for name, value in straight.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name


@every_family
def test_labels_choose_what_is_drawn(family: Family):
    size = ImageSize(16, 16, 1, 3)
    learner = built(family, size)
    steps(learner, size, 0, 80)
    learner.finish(iter([toy(size, k, 64) for k in range(4)]), learner.model, latents.rng(0))
    left, right = drawn(learner.model, 32, 0).mean(0), drawn(learner.model, 32, 2).mean(0)
    weight = torch.linspace(-1, 1, 16)
    moved = ((right - left) * weight).mean()
    assert moved > 0.05, f"class 2 is not drawn to the right of class 0 ({moved:.3f})"
    *_, nameless = learner.model.draw(latents.draw(4, learner.model.latent_shape, 0), None)
    *_, unlabeled = learner.model.draw(
        latents.draw(4, learner.model.latent_shape, 0), torch.full((4,), -1)
    )
    assert torch.equal(nameless, unlabeled)


@every_family
def test_a_short_run_approaches_the_pictures(family: Family):
    size = ImageSize(16, 16, 3)
    learner = built(family, size)
    ema = Ema(learner.model)
    real = toy(size, 0, 64)[0].mean(0)
    before = (drawn(learner.model, 32).mean(0) - real).square().mean()
    for k in range(80):
        steps(learner, size, k, k + 1)
        ema.update(learner.model, k)
    learner.finish(iter([toy(size, k, 64) for k in range(4)]), ema.model, latents.rng(0))
    after = (drawn(ema.model, 32).mean(0) - real).square().mean()
    assert after < 0.6 * before, (float(before), float(after))


@every_family
def test_finishing_is_deterministic_and_leaves_training_alone(family: Family):
    size = ImageSize(16, 16, 3, 3)
    learner = built(family, size)
    steps(learner, size, 0, 5)
    before = copy.deepcopy(learner.state_dict())
    models = [copy.deepcopy(learner.model).eval() for _ in range(2)]
    state = torch.get_rng_state()
    for model in models:
        learner.finish(iter([toy(size, k, 64) for k in range(3)]), model, latents.rng(5))
    assert torch.equal(torch.get_rng_state(), state)
    assert not models[0].training
    assert torch.equal(drawn(models[0], 4, 1), drawn(models[1], 4, 1))
    assert all(torch.equal(v, before[k]) for k, v in learner.state_dict().items())


@every_family
@pytest.mark.parametrize("size", [CASES[0], CASES[5]], ids=["plain", "classes"])
def test_watching_is_deterministic_and_plots_numbers(family: Family, size: ImageSize):
    watched = []
    for _ in range(2):
        learner = built(family, size)
        steps(learner, size, 0, 3)
        state = torch.get_rng_state()
        seen, unseen = Batch(*toy(size, 3)), Batch(*toy(size, 50))
        found = learner.watch(seen, unseen, latents.rng(0, 3, 2), 0.03)
        assert torch.equal(torch.get_rng_state(), state)
        assert learner.training
        assert all(v.ndim == 0 and not v.requires_grad for v in found.values())
        watched.append((found, learner.state_dict()))
    (one, before), (other, after) = watched
    assert one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)
    assert all(torch.equal(before[k], after[k]) for k in before)


@every_family
def test_bits_are_a_finite_number_for_each_picture(family: Family):
    size = ImageSize(16, 16, 3, 3)
    learner = built(family, size)
    if not isinstance(learner.model, Likelihood):
        pytest.skip("this family does not say how probable a picture is")
    steps(learner, size, 0, 30)
    model = learner.model.eval()
    learner.finish(iter([toy(size, k, 64) for k in range(2)]), model, latents.rng(0))
    images, labels = toy(size, 7, 6)
    images = ((images + 1) * 127.5).round() / 127.5 - 1
    for asked in (labels, None):
        bits = model.bits(images, asked, latents.rng(1))
        assert bits.shape == (6,) and bits.isfinite().all() and not bits.requires_grad
        assert torch.equal(bits, model.bits(images, asked, latents.rng(1)))
    noise = (torch.rand(images.shape, generator=latents.rng(2)) * 255).round() / 127.5 - 1
    typical, strange = (model.bits(x, labels, latents.rng(1)).mean() for x in (images, noise))
    assert typical < strange, "noise is as probable as the pictures learned from"


@every_family
def test_encode_is_inverted_by_draw_where_it_is_claimed(family: Family):
    size = ImageSize(16, 16, 3, 3)
    learner = built(family, size)
    if not isinstance(learner.model, Encodes):
        pytest.skip("this family does not read pictures in")
    steps(learner, size, 0, 120)
    model = learner.model.eval()
    learner.finish(iter([toy(size, k, 64) for k in range(4)]), model, latents.rng(0))
    images = toy(size, 900, 16)[0]
    with torch.no_grad():
        found = model.encode(images)
        *_, back = model.draw(found)
        again = model.encode(back)
        *_, twice = model.draw(again)
    assert found.shape == (16, *model.latent_shape)
    assert found.isfinite().all()
    assert (back - images).square().mean() < 0.25 * (images - images.mean(0)).square().mean()
    assert (twice - back).square().mean() < (back - images).square().mean()


@every_family
def test_presets_are_sound(family: Family):
    ids = [p.id for p in family.presets]
    assert ids[:3] == ["quick", "standard", "best"]
    assert len(set(ids)) == len(ids)
    for preset in family.presets:
        assert isinstance(preset.settings, family.settings)
        assert type(preset.settings).model_validate(preset.settings.model_dump()) == preset.settings
        assert preset.minutes > 0
        assert preset.settings.model_dump()["batch"] > 0
        assert preset.summary.endswith(".")


@every_family
def test_every_preset_builds_for_pictures_it_is_meant_for(family: Family):
    for preset in family.presets:
        side = {"dcgan-64": 64, "dcgan-28": 28, "mlp-784": 28}.get(preset.id, 32)
        size = ImageSize(side, side, 1)
        with torch.device("meta"):
            model = family.model(preset.settings, size)
        assert sum(p.numel() for p in model.parameters()) > 10_000


@every_family
def test_every_setting_explains_itself(family: Family):
    for name, info in family.settings.model_fields.items():
        assert info.title, name
        assert info.description and info.description.endswith("."), name
