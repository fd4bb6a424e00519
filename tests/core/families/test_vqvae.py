"""The VQ-VAE: codes first, then the prior; draws mean something at once; pictures come back."""

import math

import pytest
import torch

from studio.core import latents
from studio.core.families.vqvae import FAMILY, VqvaeLearner, VqvaeModel
from studio.core.family import Batch, Encodes, ImageSize, Likelihood

SIZE = ImageSize(16, 16, 3, 2)


def learner(**changes) -> VqvaeLearner:
    settings = FAMILY.tiny.updated(changes)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return VqvaeLearner(VqvaeModel(settings, SIZE), settings, SIZE)


def squares(count: int = 8, step: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Class 0 is bright on the left, class 1 on the right."""
    labels = torch.randint(2, (count,), generator=latents.rng(2, step))
    images = torch.full((count, 3, 16, 16), -0.9)
    images[:, :, 4:12, 2:7] = torch.where(labels == 0, 0.8, -0.9)[:, None, None, None]
    images[:, :, 4:12, 9:14] = torch.where(labels == 1, 0.8, -0.9)[:, None, None, None]
    noise = torch.randn(images.shape, generator=latents.rng(3, step))
    return (images + 0.03 * noise).clamp(-1, 1), labels


def trained(steps: int = 100, **changes) -> VqvaeLearner:
    made = learner(**changes)
    for k in range(steps):
        made.learn(*squares(8, k), latents.rng(0, k), k / steps)
    return made


def test_the_codes_are_learned_first_and_then_stay():
    made = learner(share=0.5)
    values = made.learn(*squares(), latents.rng(0), 0.49)
    assert set(values) == {"loss", "psnr", "codes"}
    before = {k: v.clone() for k, v in made.model.state_dict().items()}
    values = made.learn(*squares(), latents.rng(0), 0.5)
    assert set(values) == {"prior"}
    changed = {
        k.split(".")[0] for k, v in made.model.state_dict().items() if (v != before[k]).any()
    }
    assert changed == {"prior"}
    assert 0 < float(values["prior"]) < 2 * math.log2(64)


@pytest.mark.parametrize("quantizer", ["fsq", "codebook"])
@pytest.mark.parametrize("prior", ["maskgit", "causal"])
def test_every_combination_learns_draws_reads_in_and_rates(quantizer: str, prior: str):
    made = trained(150, quantizer=quantizer, prior=prior)
    model = made.model.eval()
    images, labels = squares(64, 999)
    made.finish(iter([(images, labels)]), model, latents.rng(0))
    *previews, drawn = model.draw(latents.draw(32, model.latent_shape, 0), labels[:32])
    assert 3 <= len(previews) <= 4
    right = (
        drawn[:, :, 4:12, 9:14].mean((1, 2, 3)) > drawn[:, :, 4:12, 2:7].mean((1, 2, 3))
    ).long()
    assert float((right == labels[:32]).float().mean()) > 0.85
    assert isinstance(model, Encodes)
    with torch.no_grad():
        *_, back = model.draw(model.encode(images))
        kept = model.tokenizer.decoded(model.tokenizer.tokens(images))
    torch.testing.assert_close(back, kept, atol=1e-4, rtol=0)
    assert isinstance(model, Likelihood)
    ours = model.bits(images, labels, latents.rng(1))
    strange = model.bits(images.flip(2).roll(5, 3), labels, latents.rng(1))
    assert ours.shape == (64,)
    assert 0 < float(ours.mean()) < float(strange.mean())


def test_draws_mean_something_before_the_prior_has_learned():
    made = learner(share=0.9)
    for k in range(60):
        made.learn(*squares(8, k), latents.rng(0, k), k / 100)
    made.model.eval()
    with torch.no_grad():
        *_, drawn = made.model.draw(latents.draw(64, made.model.latent_shape, 0))
    real = squares(64)[0]
    assert float((drawn.mean(0) - real.mean(0)).square().mean()) < 0.1 * float(real.var())


def test_watching_compares_bits_per_token_once_the_prior_learns():
    made = trained(share=0.3)
    seen, unseen = Batch(*squares(8, 0)), Batch(torch.rand(8, 3, 16, 16) * 2 - 1, None)
    assert made.watch(seen, unseen, latents.rng(0), 0.2) == {}
    values = made.watch(seen, unseen, latents.rng(0), 0.9)
    assert 0 <= float(values["seen"]) < float(values["unseen"])


def test_a_codebook_that_was_trained_before_is_not_begun_anew():
    first = trained(20, quantizer="codebook")
    second = learner(quantizer="codebook")
    second.model.load_state_dict(first.model.state_dict())
    before = second.model.tokenizer.quantizer.codes.clone()
    second.learn(*squares(), latents.rng(0), 0.0)
    assert float((second.model.tokenizer.quantizer.codes - before).abs().median()) < 0.1


def test_the_critic_joins_late_in_the_first_stage():
    made = learner(critic=1.0, share=0.5)
    assert set(made.optimizers()) == {"tokenizer", "prior", "critic"}
    assert "critic" not in made.learn(*squares(), latents.rng(0), 0.2)
    assert made.learn(*squares(), latents.rng(1), 0.4)["critic"].isfinite()
    assert "critic" not in made.learn(*squares(), latents.rng(2), 0.6)


def test_what_the_house_encoder_sees_weighs_in_the_first_stage():
    plain, seeing = (learner(perceptual=p).learn(*squares(), latents.rng(0), 0.1) for p in (0, 1))
    assert float(seeing["loss"]) > float(plain["loss"]) + 1e-3
    pulled, other = (trained(30, share=0.9, perceptual=p) for p in (0.0, 5.0))
    assert any(
        not torch.equal(a, b)
        for a, b in zip(pulled.model.parameters(), other.model.parameters(), strict=True)
    )


def test_too_few_pictures_are_named_with_an_alternative():
    assert FAMILY.objection(FAMILY.tiny, SIZE, 500) == ""
    sentence = FAMILY.objection(FAMILY.tiny, SIZE, 5)
    assert "5" in sentence
    assert "GAN" in sentence
