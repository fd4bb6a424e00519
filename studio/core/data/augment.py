"""DiffAugment: the random changes a discriminator sees pictures through, so that few are enough.

Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training". Gradients flow
through every change. Colors are not clamped: a clamp would cut the gradient of saturated pixels,
and real and drawn images are changed alike anyway.
"""

import torch
from torch import Tensor

KINDS = ("color", "translation", "cutout")
SHIFT = 1 / 8
HOLE = 1 / 2


def augment(
    images: Tensor, kinds: tuple[str, ...], amount: float | Tensor, rng: torch.Generator
) -> Tensor:
    """Return images [n, c, h, w] changed at random; each image is changed with chance `amount`.

    `kinds` are of "color", "translation", "cutout". All randomness comes from `rng`. With alpha,
    what moves in from outside is transparent, and transparent pixels stay so.
    """
    fixed = not isinstance(amount, Tensor)  # a tensor is not read: that would wait for the device
    if not kinds or (fixed and amount <= 0):
        return images
    changed = images
    for kind in kinds:
        changed = {"color": _color, "translation": _translate, "cutout": _cut}[kind](changed, rng)
    if fixed and amount >= 1:
        return changed
    chosen = _uniform(images, rng) < amount
    return torch.where(chosen, changed, images)


def _uniform(images: Tensor, rng: torch.Generator) -> Tensor:
    return torch.rand(len(images), 1, 1, 1, generator=rng, device=images.device)


def _outside(images: Tensor) -> float:
    return -1.0 if images.shape[1] == 4 else 0.0


def _color(images: Tensor, rng: torch.Generator) -> Tensor:
    brightness = _uniform(images, rng) - 0.5
    saturation, contrast = 2 * _uniform(images, rng), 0.5 + _uniform(images, rng)
    if images.shape[1] != 4:
        x = images + brightness
        x = _away(x, x.mean(1, keepdim=True), saturation) if images.shape[1] == 3 else x
        return _away(x, x.mean((1, 2, 3), keepdim=True), contrast)
    color, alpha = images[:, :3] + 1, images[:, 3:] + 1  # both in 0..2, color premultiplied
    x = color + 0.5 * brightness * alpha
    x = _away(x, x.mean(1, keepdim=True), saturation)
    mean = x.mean((1, 2, 3), keepdim=True) / alpha.mean((1, 2, 3), keepdim=True).clamp_min(0.1)
    return torch.cat([_away(x, mean * alpha, contrast) - 1, images[:, 3:]], 1)


def _away(x: Tensor, center: Tensor, factor: Tensor) -> Tensor:
    return (x - center) * factor + center


def _translate(images: Tensor, rng: torch.Generator) -> Tensor:
    """Shift by whole pixels: a product with one 0/1 matrix a side, exact and fast."""
    n, _, height, width = images.shape
    outside = _outside(images)
    down, right = _shift(n, height, rng, images), _shift(n, width, rng, images)
    return down @ (images - outside) @ right.transpose(-1, -2) + outside


def _shift(count: int, length: int, rng: torch.Generator, like: Tensor) -> Tensor:
    reach = max(1, round(length * SHIFT))
    move = torch.randint(-reach, reach + 1, (count, 1, 1, 1), generator=rng, device=like.device)
    line = torch.arange(length, device=like.device)
    return (line[:, None] - line == move).to(like.dtype)


def _cut(images: Tensor, rng: torch.Generator) -> Tensor:
    height, width = images.shape[-2:]
    rows = _inside(height, _uniform(images, rng), images.device)
    columns = _inside(width, _uniform(images, rng), images.device)
    hole = rows.transpose(-1, -2) & columns
    return torch.where(hole, _outside(images), images)


def _inside(length: int, center: Tensor, device: torch.device) -> Tensor:
    line = torch.arange(length, device=device) + 0.5
    return (line - center * length).abs() <= length * HOLE / 2
