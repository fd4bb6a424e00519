"""Ways from noise to a picture, as plain functions over a denoiser D(x, sigma).

x = picture + sigma * noise; `sigmas` falls to 0. Each yields the picture it sees coming, and last
the picture. In these units DDPM, DDIM and DPM-Solver++ have no alphas: scaling x by alpha gives the
variance-preserving formulas of their papers.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]


def ddim(
    denoise: Denoise,
    x: Tensor,
    sigmas: Sequence[float],
    eta: float = 0.0,
    noise: Callable[[], Tensor] | None = None,
) -> Iterator[Tensor]:
    """Song et al. 2021: `eta` 0 is deterministic, 1 renews the noise as DDPM does (Ho 2020).

    `noise` returns standard-normal tensors of x's shape; it is asked only if `eta` is above 0.
    """
    for now, then in pairwise(sigmas):
        guess = denoise(x, now)
        if then:
            yield guess
        fresh = eta * then / now * math.sqrt(max(0.0, now**2 - then**2))
        kept = math.sqrt(max(0.0, then**2 - fresh**2))
        x = guess + kept / now * (x - guess)
        if fresh and noise is not None:
            x = x + fresh * noise()
    yield x


def heun(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Karras et al. 2022: the probability flow's ODE by Heun's method, two calls a step.

    Rising `sigmas` go the way back, from a picture to its noise.
    """
    for now, then in pairwise(sigmas):
        guess = denoise(x, now)
        yield guess
        slope = (x - guess) / now
        ahead = x + (then - now) * slope
        if then:
            slope = (slope + (ahead - denoise(ahead, then)) / then) / 2
        x = x + (then - now) * slope
    yield x


def dpm_solver(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """DPM-Solver++ 2M (Lu et al. 2022): second order by the guess before, one call a step."""
    before: Tensor | None = None
    stride = 0.0
    for now, then in pairwise(sigmas):
        guess = denoise(x, now)
        if not then:
            x = guess
            break
        yield guess
        ahead, last = math.log(now / then), stride
        line = guess if before is None else guess + ahead / (2 * last) * (guess - before)
        x = then / now * x + (1 - then / now) * line
        before, stride = guess, ahead
    yield x


def guided(without: Tensor, asked: Tensor, scale: float) -> Tensor:
    """Push the guess for the class `asked` away from the one `without` (Ho and Salimans 2022)."""
    return without + scale * (asked - without)


def own_noise(latents: Tensor) -> Callable[[], Tensor]:
    """Return a source of noise of the latents' shape that each latent decides for itself.

    So a sampler that renews its noise still draws the same picture from the same latent, whatever
    is drawn beside it.
    """
    seeds = [
        hashlib.blake2b(one.detach().float().cpu().contiguous().numpy().tobytes(), digest_size=7)
        for one in latents
    ]
    rngs = [torch.Generator().manual_seed(int.from_bytes(seed.digest())) for seed in seeds]

    def noise() -> Tensor:
        shape = latents.shape[1:]
        return torch.stack([torch.randn(shape, generator=rng) for rng in rngs]).to(latents)

    return noise
