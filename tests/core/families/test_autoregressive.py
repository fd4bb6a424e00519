"""Autoregressive: a proper distribution over pictures, drawn and read back exactly."""

import itertools

import pytest
import torch
from torch import Tensor

from studio.core import latents
from studio.core.families.autoregressive import FAMILY, AutoregressiveLearner, PixelModel
from studio.core.family import Batch, Encodes, ImageSize, Likelihood

TINY = FAMILY.tiny
NETWORKS = {
    "palette": TINY,
    "pixelcnn": TINY.updated({"network": "pixelcnn", "mixtures": 3, "depth": 0}),
}
every_network = pytest.mark.parametrize("network", NETWORKS)


def model(network: str, size: ImageSize, loud: bool = True, **changes: object) -> PixelModel:
    """A model of random weights, large enough that its pictures differ."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = FAMILY.model(NETWORKS[network].updated(changes), size)
        assert isinstance(made, PixelModel)
        if loud:
            for p in made.parameters():
                torch.nn.init.normal_(p, std=0.25)
    return made.eval()


def learner(network: str, size: ImageSize, **changes: object) -> AutoregressiveLearner:
    settings = NETWORKS[network].updated(changes)
    made = FAMILY.learner(model(network, size, loud=False, **changes), settings, size)
    assert isinstance(made, AutoregressiveLearner)
    return made


def final(images) -> Tensor:
    *_, last = images
    return last


def pictures(size: ImageSize, count: int = 6, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    shape = (count, size.channels, size.height, size.width)
    return torch.randint(256, shape, generator=generator) / 127.5 - 1


@torch.no_grad()
def test_the_probabilities_of_all_index_pictures_sum_to_one():
    made = model("palette", ImageSize(2, 3, 1), colors=3, segment=2)
    every = torch.tensor(list(itertools.product(range(3), repeat=6))).view(-1, 1, 2, 3)
    p = made(every, None).exp()
    torch.testing.assert_close(p.sum(), torch.tensor(1.0), atol=1e-4, rtol=0)
    assert p.max() > 2 * p.min()


@torch.no_grad()
def test_drawn_pictures_have_the_stated_probability():
    made = model("palette", ImageSize(2, 2, 1), colors=2, segment=2)
    every = torch.tensor(list(itertools.product(range(2), repeat=4))).view(-1, 1, 2, 2)
    p = made(every, None).exp()
    made.code.palette.colors.copy_(torch.tensor([[-1.0], [1.0]]))
    drawn = final(made.draw(latents.draw(20_000, made.latent_shape, 0)))
    number = (made.code.read(drawn).flatten(1) * torch.tensor([8, 4, 2, 1])).sum(1)
    share = torch.bincount(number, minlength=16) / len(number)
    assert (share - p).abs().max() < 4 * (p * (1 - p) / 20_000).sqrt().max()


@torch.no_grad()
def test_drawn_levels_have_the_stated_probability():
    size = ImageSize(1, 1, 3)
    made = model("pixelcnn", size)
    drawn = made.code.read(final(made.draw(latents.draw(20_000, made.latent_shape, 0))))
    mean = drawn.float().mean((0, 2, 3))
    known = torch.zeros(3)
    numbers = made.net(torch.zeros(1, 4, 1, 1), None)[:, :, 0, 0]
    first = made.code.log_weights(numbers, drawn[:1], 0, 0, 0).exp()
    known[0] = (first * torch.arange(256)).sum()
    share = torch.bincount(drawn[:, 0, 0, 0], minlength=256) / len(drawn)
    assert abs(float(mean[0] - known[0])) < 3
    assert (share - first[0]).abs().max() < 0.012


@every_network
@pytest.mark.parametrize("changes", [{}, {"temperature": 0.7}, {"top_p": 0.5}], ids=str)
@torch.no_grad()
def test_draw_of_encode_is_the_picture_whatever_the_temperature(network: str, changes):
    size = ImageSize(7, 10, 4, 2)
    made = model(network, size, **changes)
    assert isinstance(made, Encodes)
    images = pictures(size)
    found = made.encode(images)
    assert found.dtype == torch.float32
    exact = made.code.images(made.code.read(images))
    assert torch.equal(final(made.draw(found)), exact)
    if network == "pixelcnn":
        torch.testing.assert_close(exact, images)


@every_network
@torch.no_grad()
def test_encoding_what_was_drawn_finds_its_own_share(network: str):
    made = model(network, ImageSize(6, 6, 3))
    noise = latents.draw(4, made.latent_shape, 0)
    drawn = final(made.draw(noise))
    assert torch.equal(final(made.draw(made.encode(drawn))), drawn)


@every_network
@torch.no_grad()
def test_previews_come_row_by_row_and_the_upper_rows_are_final(network: str):
    made = model(network, ImageSize(5, 6, 3))
    shown = list(made.draw(latents.draw(2, made.latent_shape, 0)))
    assert len(shown) == 5
    for y, images in enumerate(shown):
        assert torch.equal(images[:, :, : y + 1], shown[-1][:, :, : y + 1])
        assert (images[:, :, y + 1 :] == -1).all()


@every_network
@torch.no_grad()
def test_later_latents_never_change_earlier_pixels(network: str):
    made = model(network, ImageSize(5, 6, 3))
    noise = latents.draw(2, made.latent_shape, 0)
    other = noise.clone()
    other[:, :, 3, 2:] = 2.0
    a, b = final(made.draw(noise)).flatten(2), final(made.draw(other)).flatten(2)
    assert torch.equal(a[:, :, : 3 * 6 + 2], b[:, :, : 3 * 6 + 2])
    assert not torch.equal(a, b)


@every_network
@torch.no_grad()
def test_the_class_changes_what_is_likely(network: str):
    made = model(network, ImageSize(6, 6, 1, 2))
    symbols = made.code.read(pictures(ImageSize(6, 6, 1)))
    one, other = made(symbols, torch.zeros(6).long()), made(symbols, torch.ones(6).long())
    assert (one - other).abs().min() > 1e-3


def test_only_pixelcnn_claims_a_likelihood_and_it_is_the_one_it_learns():
    size = ImageSize(6, 5, 3)
    assert not isinstance(model("palette", size), Likelihood)
    made = model("pixelcnn", size, loud=False)
    assert isinstance(made, Likelihood)
    images = pictures(size)
    with torch.no_grad():
        bits = made.bits(images, None, latents.rng(0))
        assert bits.shape == (6,)
        nats = made(made.code.read(images), None)
        torch.testing.assert_close(bits, -nats / (90 * torch.tensor(2.0).log()))
        assert 7 < bits.mean() < 10  # noise costs 8 bits at the least on average


def test_the_palette_is_found_in_the_first_steps_and_then_kept():
    size = ImageSize(8, 8, 3)
    made = learner("palette", size, colors=8)
    few = pictures(ImageSize(1, 8, 3), 1)[0, :, 0].T
    colors = made.painter.code.palette.colors

    def batch(step: int) -> Tensor:
        places = torch.randint(8, (4, 8, 8), generator=latents.rng(0, step))
        return few[places].permute(0, 3, 1, 2)

    for step in range(70):
        made.learn(batch(step), None, latents.rng(0, step, 1), step / 70)
        if step == 64:
            kept = colors.clone()
    assert torch.equal(colors, kept)
    images = made.painter.code.images(made.painter.code.read(batch(99)))
    torch.testing.assert_close(images, batch(99))
    found = made.finish(iter([(batch(3), None)]), made.model, latents.rng(0))
    assert found["palette_error"] < 1e-3


def test_a_run_that_starts_from_another_keeps_the_meaning_of_its_palette():
    size = ImageSize(8, 8, 3)
    made = learner("palette", size, colors=8)
    made.learn(pictures(size), None, latents.rng(0), 0.0)
    colors = made.painter.code.palette.colors.clone()
    on = learner("palette", size, colors=8)
    on.model.load_state_dict(made.model.state_dict())
    on.learn(pictures(size), None, latents.rng(0), 0.0)
    nearest = torch.cdist(on.painter.code.palette.colors, colors).argmin(1)
    assert torch.equal(nearest, torch.arange(8))


@every_network
def test_watching_tells_seen_from_unseen_and_learning_makes_both_likelier(network: str):
    size = ImageSize(8, 8, 1)
    made = learner(network, size)
    generator = torch.Generator().manual_seed(0)
    real = (torch.rand(16, 1, 8, 8, generator=generator) > 0.2).float() * 1.6 - 0.8
    seen, unseen = Batch(real[:8], None), Batch(real[8:], None)
    before = made.watch(seen, unseen, latents.rng(0), 0.0)
    for step in range(40):
        made.learn(real[:8], None, latents.rng(0, step), step / 40)
    after = made.watch(seen, unseen, latents.rng(0), 1.0)
    assert after["seen"] < 0.7 * before["seen"]
    assert after["unseen"] < before["unseen"]
    assert after["seen"] != after["unseen"]


def test_hidden_pixels_are_not_seen():
    made = model("palette", ImageSize(4, 4, 1))
    symbols = made.code.read(pictures(ImageSize(4, 4, 1)))
    changed = symbols.clone()
    changed[:, :, 0, 0] = (changed[:, :, 0, 0] + 1) % 16
    hidden = torch.zeros(6, 1, 4, 4)
    hidden[:, :, 0, 0] = 1
    with torch.no_grad():
        numbers = [made.net(made.code.planes(s) * (1 - hidden), None) for s in (symbols, changed)]
        whole = made(symbols, None, hidden)
    assert torch.equal(*numbers)
    assert not torch.equal(whole, made(symbols, None))


def test_objections_name_the_alternative():
    quick = FAMILY.presets[0].settings
    levels = quick.updated({"network": "pixelcnn"})
    assert FAMILY.objection(quick, ImageSize(32, 32, 4), 500) == ""
    assert FAMILY.objection(levels, ImageSize(32, 32, 3), 500) == ""
    assert "palette network" in FAMILY.objection(levels, ImageSize(48, 48, 3), 500)
    large = FAMILY.objection(quick, ImageSize(128, 96, 3), 500)
    assert large.startswith("96 x 128 pixels")
    assert "VQ-VAE" in large
    assert "GAN" in FAMILY.objection(quick, ImageSize(32, 32, 4), 5)
