"""Latents are standard-normal tensors: drawing them, mixing them, walking between them."""

import math
from itertools import pairwise

import torch
from torch import Tensor

MASK = (1 << 64) - 1


def rng(
    seed: int, step: int = 0, stream: int = 0, device: torch.device | str = "cpu"
) -> torch.Generator:
    """Return the generator that belongs to (seed, step, stream): counters, never history.

    The three numbers are mixed by SplitMix64 (Steele et al. 2014), so neighbours are unrelated.
    """
    state = 0
    for number in (seed, step, stream):
        state = _splitmix(state ^ (number & MASK))
    return torch.Generator(device).manual_seed(state >> 1)


def _splitmix(state: int) -> int:
    state = (state + 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def draw(count: int, shape: tuple[int, ...], seed: int) -> Tensor:
    """Return `count` latents of `shape`. Latent k depends on (seed, k) alone, not on `count`."""
    return torch.stack([draw_one(shape, seed, k) for k in range(count)])


def draw_one(shape: tuple[int, ...], seed: int, k: int) -> Tensor:
    """Return latent number k of `seed`."""
    return torch.randn(shape, generator=rng(seed, k))


def slerp(a: Tensor, b: Tensor, t: float | Tensor) -> Tensor:
    """Mix latents a and b [..., *shape] on the sphere, t in 0..1 (Shoemake 1985), over all of
    `shape`.
    """
    flat_a, flat_b = a.flatten(), b.flatten()
    cosine = torch.dot(flat_a, flat_b) / (flat_a.norm() * flat_b.norm()).clamp_min(1e-12)
    angle = torch.acos(cosine.clamp(-1, 1))
    if angle < 1e-4 or math.pi - angle < 1e-4:
        return torch.lerp(a, b, torch.as_tensor(t, dtype=a.dtype))
    return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)


def walk(keys: Tensor, steps: int) -> Tensor:
    """Return the path through latents `keys` [k, *shape]: `steps` frames from each to the next,
    then the last.
    """
    frames = [slerp(a, b, i / steps) for a, b in pairwise(keys) for i in range(steps)]
    return torch.stack([*frames, keys[-1]])


def loop(keys: Tensor, steps: int) -> Tensor:
    """Return a closed path: like `walk`, back to the first key, whose repetition is left out."""
    return walk(torch.cat([keys, keys[:1]]), steps)[:-1]


def normal_to_uniform(latents: Tensor) -> Tensor:
    """Return Φ(latents), clamped inside (0, 1): the u of an inverse-CDF draw."""
    return torch.special.ndtr(precise(latents)).clamp(1e-9, 1 - 1e-9).to(latents)


def precise(x: Tensor) -> Tensor:
    """Return x in double precision; on the processor where its device has none (Apple's)."""
    return x.cpu().double() if x.device.type == "mps" else x.double()
