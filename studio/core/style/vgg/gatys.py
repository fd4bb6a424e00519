"""Losses of Gatys, Ecker and Bethge, "Image style transfer using convolutional networks" (2016)."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from studio.core.style.vgg.network import Loss, Network, features

STYLE = ("1_1", "2_1", "3_1", "4_1", "5_1")
CONTENT = "4_2"
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Source:
    """A style for the network: sRGB [1, 3, h, w], its weight, and where it is open, [1, 1, h, w],
    1 or 0; None = everywhere.
    """

    picture: Tensor
    weight: float = 1.0
    open: Tensor | None = None


def gram(found: Tensor, share: Tensor | None = None) -> Tensor:
    """Return the mean outer product [c, c] of features [c, h, w], weighted by `share` [h, w]."""
    flat = found.flatten(1)
    if share is None:
        return flat @ flat.T / flat.shape[1]
    part = share.flatten()
    return flat * part @ flat.T / part.sum().clamp_min(LEAST)


def shared(open_: Tensor | None, found: Tensor) -> Tensor | None:
    """Return how much of each feature [c, h, w] is open, [h, w]; None = all."""
    if open_ is None:
        return None
    return functional.interpolate(open_, found.shape[1:], mode="area")[0, 0]


@torch.no_grad()
def style_grams(
    network: Network, sources: Sequence[Source]
) -> Generator[None, None, dict[str, Tensor]]:
    """Return the styles' mean Gram matrix of each layer, each style counting by its weight."""
    total = sum(source.weight for source in sources)
    grams: dict[str, Tensor] = {}
    for source in sources:
        found = yield from features(network, source.picture, STYLE)
        for name in STYLE:
            own = gram(found[name], shared(source.open, found[name])) * (source.weight / total)
            grams[name] = grams[name] + own if name in grams else own
    return grams


def style_loss(wanted: Tensor) -> Loss:
    """Return the squared distance to a Gram matrix, as a share of that matrix' squared length.

    Relative, so that it means the same for every layer and for every normalization of VGG19.
    """
    length = wanted.square().sum().clamp_min(LEAST)
    return lambda found: (gram(found) - wanted).square().sum() / (length * len(STYLE))


def content_loss(wanted: Tensor, weight: float) -> Loss:
    """Return `weight` times the squared distance to features, as a share of their length."""
    length = wanted.square().sum().clamp_min(LEAST)
    return lambda found: weight * (found - wanted).square().sum() / length


@torch.no_grad()
def losses(
    network: Network, content: Tensor, sources: Sequence[Source], weight: float
) -> Generator[None, None, dict[str, Loss]]:
    """Return what a picture is optimized for: the styles' Grams, and the content's features
    counting `weight` times. `content` is sRGB [1, 3, h, w].
    """
    grams = yield from style_grams(network, sources)
    found = yield from features(network, content, (CONTENT,))
    sought = {name: style_loss(matrix) for name, matrix in grams.items()}
    return {**sought, CONTENT: content_loss(found[CONTENT], weight)}
