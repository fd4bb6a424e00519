"""The samplers where the answer is known in closed form, and against diffusers' schedulers."""

import itertools
import math
from functools import partial

import pytest
import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_edm_dpmsolver_multistep import (
    EDMDPMSolverMultistepScheduler,
)
from diffusers.schedulers.scheduling_edm_euler import EDMEulerScheduler
from diffusers.schedulers.scheduling_heun_discrete import HeunDiscreteScheduler
from torch import Tensor

from studio.core import latents
from studio.core.nets import samplers
from studio.core.nets.noise_levels import Ddpm, Edm

MEAN, SPREAD = 0.3, 0.4


def gaussian(x: Tensor, sigma: float) -> Tensor:
    """The exact denoiser of pictures whose values are N(0.3, 0.4^2)."""
    return (SPREAD**2 * x + sigma**2 * MEAN) / (SPREAD**2 + sigma**2)


def flowed(x: Tensor, now: float, then: float) -> Tensor:
    """Where the probability flow takes x from one level to another."""
    return MEAN + (x - MEAN) * math.sqrt((SPREAD**2 + then**2) / (SPREAD**2 + now**2))


def last(images) -> Tensor:
    *_, final = images
    return final


def noise(scale: float = 1.0) -> Tensor:
    return scale * torch.randn(4, 3, 2, 2, generator=latents.rng(1), dtype=torch.float64)


@pytest.mark.parametrize(
    ("sampler", "order"), [(samplers.ddim, 1), (samplers.heun, 2), (samplers.dpm_solver, 2)]
)
def test_samplers_converge_at_their_order(sampler, order: int):
    x, errors = noise(80.0), []
    for steps in (40, 80, 160):
        path = Edm().path(steps)[:-1]
        errors.append((last(sampler(gaussian, x, path)) - flowed(x, 80.0, path[-1])).abs().max())
    for coarse, fine in itertools.pairwise(errors):
        assert abs(math.log2(coarse / fine) - order) < 0.25


def test_every_sampler_draws_the_pictures_distribution():
    x = 80 * torch.randn(20_000, 1, 1, 1, generator=latents.rng(2), dtype=torch.float64)
    fresh = partial(torch.randn, x.shape, generator=latents.rng(3), dtype=x.dtype)
    path = Edm().path(200)
    for drawn in (
        last(samplers.ddim(gaussian, x, path)),
        last(samplers.ddim(gaussian, x, path, 1.0, fresh)),
        last(samplers.heun(gaussian, x, path)),
        last(samplers.dpm_solver(gaussian, x, path)),
    ):
        assert abs(drawn.mean() - MEAN) < 0.01
        assert abs(drawn.std() / SPREAD - 1) < 0.08


def test_previews_come_closer_and_the_last_is_final():
    x = noise(80.0)
    for sampler in (samplers.ddim, samplers.heun, samplers.dpm_solver):
        seen = list(sampler(gaussian, x, Edm().path(12)))
        assert len(seen) >= 12
        far = [(image - seen[-1]).abs().max() for image in seen]
        assert all(later <= earlier for earlier, later in itertools.pairwise(far))


def test_heun_backwards_finds_the_noise():
    x = noise(80.0)
    path = Edm().path(60)[:-1]
    back = last(samplers.heun(gaussian, last(samplers.heun(gaussian, x, path)), path[::-1]))
    assert (back - x).abs().max() < 0.05 * x.abs().max()


def chain(scheduler, x: Tensor, sigmas: Tensor, **step) -> Tensor:
    """Run a scheduler of DDPM's scaling: x is sqrt(kept) (picture + sigma noise)."""
    for t, sigma in zip(scheduler.timesteps, sigmas, strict=True):
        scale = (1 + sigma**2).rsqrt()
        guess = gaussian(x / scale, float(sigma))
        x = scheduler.step((x / scale - guess) / sigma, t, x, **step).prev_sample
    return x


BETAS = {"beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}


@pytest.mark.parametrize("eta", [0.0, 0.6])
def test_ddim_agrees_with_diffusers(eta: float):
    scheduler = DDIMScheduler(**BETAS, clip_sample=False, timestep_spacing="trailing")
    scheduler.set_timesteps(20)
    sigmas = Ddpm().levels()[scheduler.timesteps]
    x = noise()
    theirs = chain(scheduler, x, sigmas, eta=eta, generator=latents.rng(5))
    start = x * (1 + sigmas[0] ** 2).sqrt()
    fresh = partial(torch.randn, x.shape, generator=latents.rng(5), dtype=x.dtype)
    ours = last(samplers.ddim(gaussian, start, [*sigmas.tolist(), 0.0], eta, fresh))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_ddpm_agrees_with_diffusers():
    scheduler = DDPMScheduler(**BETAS, clip_sample=False, timestep_spacing="trailing")
    scheduler.set_timesteps(50)
    sigmas = Ddpm().levels()[scheduler.timesteps]
    x = noise()
    theirs = chain(scheduler, x, sigmas, generator=latents.rng(5))
    start = x * (1 + sigmas[0] ** 2).sqrt()
    fresh = partial(torch.randn, x.shape, generator=latents.rng(5), dtype=x.dtype)
    ours = last(samplers.ddim(gaussian, start, [*sigmas.tolist(), 0.0], 1.0, fresh))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_dpm_solver_agrees_with_diffusers():
    scheduler = DPMSolverMultistepScheduler(**BETAS, final_sigmas_type="zero")
    scheduler.set_timesteps(14)
    sigmas = scheduler.sigmas.double()
    x = noise()
    theirs = chain(scheduler, x, sigmas[:-1])
    start = x * (1 + sigmas[0] ** 2).sqrt()
    ours = last(samplers.dpm_solver(gaussian, start, sigmas.tolist()))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def exploding(scheduler, x: Tensor) -> Tensor:
    """Run a scheduler of EDM's scaling: what the network says becomes a guess by its rule."""
    for t in scheduler.timesteps:
        sigma = scheduler.sigmas[scheduler.step_index or 0].double()
        scaled = scheduler.scale_model_input(x, t)
        guess = gaussian(scaled * (sigma**2 + 0.25).sqrt(), float(sigma))
        told = (guess - 0.25 / (sigma**2 + 0.25) * x) / (sigma * 0.5 / (sigma**2 + 0.25).sqrt())
        x = scheduler.step(told, t, x).prev_sample
    return x


@pytest.mark.parametrize(
    ("scheduler", "sampler"),
    [
        (EDMEulerScheduler(), samplers.ddim),
        (EDMDPMSolverMultistepScheduler(final_sigmas_type="zero"), samplers.dpm_solver),
    ],
)
def test_karras_levels_agree_with_diffusers(scheduler, sampler):
    scheduler.set_timesteps(18)
    sigmas = scheduler.sigmas.double().tolist()
    assert sigmas == pytest.approx(Edm(last=0.002).path(18), abs=1e-4)
    x = noise(80.0)
    ours = last(sampler(gaussian, x, sigmas))
    torch.testing.assert_close(ours, exploding(scheduler, x).double(), atol=1e-4, rtol=0)


def test_heun_agrees_with_diffusers():
    scheduler = HeunDiscreteScheduler(**BETAS, use_karras_sigmas=True)
    scheduler.set_timesteps(12)
    sigmas = scheduler.sigmas.double()
    x = theirs = noise(float(sigmas[0]))
    for t in scheduler.timesteps:
        place = scheduler.step_index or 0
        sigma = float(scheduler.sigmas[place])
        told = (theirs - gaussian(theirs, sigma)) / sigma
        theirs = scheduler.step(told, t, theirs, return_dict=False)[0]
    levels = [float(sigmas[0]), *sigmas[1:-1:2].tolist(), 0.0]
    ours = last(samplers.heun(gaussian, x, levels))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_noise_belongs_to_its_latent():
    z = torch.randn(5, 3, 4, 4, generator=latents.rng(0))
    many, two = samplers.own_noise(z), samplers.own_noise(z[3:])
    first, second = many(), many()
    assert torch.equal(first[3:], two())
    assert torch.equal(second[3:], two())
    assert not torch.equal(first, second)
    assert first.std() == pytest.approx(1, abs=0.15)
    changed = samplers.own_noise(z + 1e-6)
    assert not torch.equal(changed()[0], first[0])


def test_guidance_pushes_away_from_no_class():
    without, asked = torch.zeros(2), torch.tensor([1.0, -2.0])
    assert torch.equal(samplers.guided(without, asked, 1.0), asked)
    assert torch.equal(samplers.guided(without, asked, 2.0), 2 * asked)
