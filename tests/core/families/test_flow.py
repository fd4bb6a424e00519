"""The flow: bits that can be checked by hand, temperature, grain, guidance, odd sizes."""

import math

import pytest
import torch

from studio.core import latents
from studio.core.families.flow import FAMILY, FlowLearner, FlowModel, FlowSettings
from studio.core.family import Batch, ImageSize, Likelihood
from studio.core.nets.affine import grain

TINY = FAMILY.tiny
SIZE = ImageSize(8, 8, 1, 2)
NETWORKS = pytest.mark.parametrize("network", ["tarflow", "glow", "realnvp"])


def model(size: ImageSize = SIZE, stirred: float = 0.05, **changes) -> FlowModel:
    """A flow whose parameters were moved away from their start."""
    torch.manual_seed(0)
    made = FlowModel(TINY.updated(changes), size)
    for parameter in made.parameters():
        parameter.data += stirred * torch.randn_like(parameter)
    return made.eval().requires_grad_(False)


def learner(size: ImageSize = SIZE, **changes) -> FlowLearner:
    torch.manual_seed(0)
    settings = TINY.updated(changes)
    return FlowLearner(FlowModel(settings, size), settings, size)


def pictures(count: int, size: ImageSize = SIZE) -> torch.Tensor:
    """8-bit pictures: a bright bar on a dark ground."""
    rng = latents.rng(5)
    levels = torch.randint(0, 80, (count, size.channels, size.height, size.width), generator=rng)
    levels[..., 2:5] += 150
    return levels / 127.5 - 1


def drawn(made: FlowModel, latent: torch.Tensor, labels=None) -> torch.Tensor:
    *_, images = made.draw(latent, labels)
    return images


@NETWORKS
def test_an_untrained_flow_says_the_bits_of_the_normal_density(network: str):
    made = model(stirred=0.0, network=network, noise=0.0)
    if network != "tarflow":
        made.flow.measure(torch.randn(64, 1, 8, 8), torch.zeros(64, dtype=torch.int64))
    images = pictures(6)
    rng, same = latents.rng(1), latents.rng(1)
    bits = made.bits(images, None, rng)
    x = images + grain(images, 0.0, same)
    found, log_det = made.flow(x, torch.zeros(6, dtype=torch.int64))
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(found).sum(1)
    wanted = -(normal + log_det) / 64 / math.log(2) + math.log2(127.5)
    torch.testing.assert_close(bits, wanted, atol=1e-4, rtol=0)
    if network == "tarflow":
        plain = -torch.distributions.Normal(0.0, 1.0).log_prob(x).flatten(1).sum(1)
        torch.testing.assert_close(
            bits, plain / 64 / math.log(2) + math.log2(127.5), atol=1e-4, rtol=0
        )


def test_the_density_of_one_value_sums_to_one():
    made = model(ImageSize(1, 1, 1, 0), stirred=0.3, noise=0.0, blocks=3)
    x = torch.linspace(-30, 30, 60_001)
    latent, log_det = made.flow(x[:, None, None, None], torch.zeros(len(x), dtype=torch.int64))
    density = (torch.distributions.Normal(0.0, 1.0).log_prob(latent[:, 0]) + log_det).exp()
    assert float(density.sum() * 1e-3) == pytest.approx(1, abs=1e-3)


def test_pictures_of_even_noise_cost_eight_bits_a_value():
    size = ImageSize(2, 2, 1, 0)
    learning = learner(size, noise=0.0, rate=5e-3, patches=4)
    for step in range(200):
        levels = torch.randint(0, 256, (64, 1, 2, 2), generator=latents.rng(2, step))
        learning.learn(levels / 127.5 - 1, None, latents.rng(0, step), step / 200)
    levels = torch.randint(0, 256, (500, 1, 2, 2), generator=latents.rng(3))
    bits = learning.drawer.bits(levels / 127.5 - 1, None, latents.rng(4)).mean()
    # the best that a normal density can say is 8 + log2(sqrt(2 pi e / 12)) = 8.25
    assert 8 < float(bits) < 8.4


@NETWORKS
def test_learning_saves_bits_and_the_inverse_stays_exact(network: str):
    learning = learner(network=network, noise=0.0, depth=2)
    images = pictures(64)
    seen = []
    for step in range(60):
        values = learning.learn(images, None, latents.rng(0, step), step / 60)
        seen.append(float(values["bits"]))
    assert seen[-1] < seen[5] - 0.05
    assert seen[-1] > math.log2(80) - 0.5
    found = learning.finish(iter([(images, None)]), learning.drawer, latents.rng(0))
    assert found["inverse"] < 1e-3
    back = drawn(learning.drawer, learning.drawer.encode(images))
    torch.testing.assert_close(back, images, atol=1e-3, rtol=0)


@NETWORKS
@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_encode_inverts_draw_at_every_temperature(network: str, temperature: float):
    made = model(network=network, temperature=temperature, denoise=0.0)
    images = pictures(4)
    torch.testing.assert_close(drawn(made, made.encode(images)), images, atol=1e-3, rtol=0)


def test_temperature_tames_variety():
    latent = latents.draw(64, (64,), 0)
    calm, wild = (
        drawn(model(temperature=t, denoise=0.0, stirred=0.01), 0.3 * latent) for t in (0.3, 0.9)
    )
    assert calm.std(0).mean() < 0.5 * wild.std(0).mean()


def test_removing_grain_finds_the_mean_before_the_noise():
    made = model(ImageSize(4, 4, 1, 0), stirred=0.0, noise=0.5, denoise=1.0, temperature=1.0)
    latent = 0.3 * latents.draw(8, (16,), 0)
    # p(x) is the standard normal: its score is -x, so x + 0.25 * -x is left
    torch.testing.assert_close(drawn(made, latent), 0.75 * latent.view(8, 1, 4, 4))
    with torch.inference_mode():
        torch.testing.assert_close(drawn(made, latent), 0.75 * latent.view(8, 1, 4, 4))


@NETWORKS
def test_labels_change_what_is_drawn(network: str):
    made = model(network=network, stirred=0.2)
    latent = 0.3 * latents.draw(6, made.latent_shape, 0)
    zero, one = (drawn(made, latent, torch.full((6,), k)) for k in (0, 1))
    nameless, unknown = drawn(made, latent), drawn(made, latent, torch.full((6,), -1))
    assert (zero - one).abs().mean() > 1e-3
    assert (zero - nameless).abs().mean() > 1e-3
    assert torch.equal(nameless, unknown)


@NETWORKS
def test_odd_sizes_come_back_and_cost_finite_bits(network: str):
    size = ImageSize(5, 7, 3, 0)
    made = model(size, network=network, denoise=0.0, noise=0.0)
    images = pictures(3, size)
    assert drawn(made, latents.draw(2, made.latent_shape, 0)).shape == (2, 3, 5, 7)
    torch.testing.assert_close(drawn(made, made.encode(images)), images, atol=1e-3, rtol=0)
    bits = made.bits(images, None, latents.rng(0))
    assert bits.shape == (3,)
    assert bits.isfinite().all()


def test_continued_pictures_repeat_their_edges():
    made = model(ImageSize(5, 7, 1, 0), network="glow")
    images = pictures(2, ImageSize(5, 7, 1, 0))
    canvas = made.on_canvas(images)
    assert canvas.shape[2:] == (6, 8)
    assert torch.equal(canvas[:, :, :5, :7], images)
    assert torch.equal(canvas[:, :, 5, :7], images[:, :, 4])
    assert torch.equal(canvas[:, :, :5, 7], images[..., 6])


def test_large_pictures_are_told_small_first():
    size = ImageSize(32, 24, 3, 0)
    made = model(size, coarse=8, denoise=0.0)
    images = pictures(3, size)
    assert made.latent_shape == (3 * 32 * 24,)
    assert dict(made.named_modules())["flow.coarse.coarse"].shape == (3, 8, 6)
    torch.testing.assert_close(drawn(made, made.encode(images)), images, atol=1e-3, rtol=0)


def test_watching_tells_pictures_learned_by_heart_from_others():
    learning = learner(noise=0.05, depth=2)
    few, others = pictures(16)[:8], -pictures(16)[8:]
    for step in range(80):
        learning.learn(few, None, latents.rng(0, step), step / 80)
    found = learning.watch(Batch(few, None), Batch(others, None), latents.rng(9), 1.0)
    assert float(found["seen"]) < float(found["unseen"])


def test_a_class_is_left_out_now_and_then_so_that_none_can_be_asked_for():
    learning = learner()
    for step in range(20):
        learning.learn(pictures(8), torch.ones(8, dtype=torch.int64), latents.rng(0, step), 0.1)
    classes = dict(learning.named_parameters())["model.flow.typical.weight"]
    assert classes[0].abs().max() > 0
    assert classes[2].abs().max() > classes[0].abs().max()


def test_the_model_knows_likelihood():
    assert isinstance(model(), Likelihood)


@pytest.mark.parametrize(
    ("size", "count", "word"),
    [
        (ImageSize(32, 32, 3), 20, "32 pictures"),
        (ImageSize(256, 64, 3), 900, "128 pixels"),
        (ImageSize(64, 64, 3), 900, ""),
    ],
)
def test_too_few_or_too_large_pictures_are_refused_with_a_way_out(size, count, word):
    said = FAMILY.objection(FlowSettings(), size, count)
    assert word in said
    assert bool(said) == bool(word)
    assert not said or "VAE" in said
