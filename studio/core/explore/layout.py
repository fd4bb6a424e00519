"""How a model's latents are laid out: as grids coarse to fine, or as a mere list of numbers."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from studio.core.family import Model
from studio.core.nets.affine import Flow
from studio.core.nets.coupling import CouplingFlow
from studio.core.nets.transformer_flow import TransformerFlow
from studio.core.nets.wavelet import DetailFlow

MOST = 96  # coordinates of the low frequencies
LISTED = 1024  # numbers that a list may have to be searched whole


class Part(NamedTuple):
    """A grid within a latent: its numbers `start`:`stop`, and its sides. `last` tells that the
    channels come last.
    """

    start: int
    channels: int
    height: int
    width: int
    last: bool = False

    @property
    def stop(self) -> int:
        """The number after its last."""
        return self.start + self.channels * self.height * self.width


def parts(model: Model) -> tuple[Part, ...]:
    """Return the grids of a model's latent, coarse to fine; none for a list of numbers."""
    flow = getattr(model, "flow", None)
    if isinstance(flow, Flow):
        return tuple(_of_flow(flow))
    shape = tuple(model.point_shape)
    return (Part(0, *shape),) if len(shape) == 3 else ()


def _of_flow(flow: Flow) -> list[Part]:
    channels, height, width = flow.shape
    if isinstance(flow, DetailFlow):
        coarse = _of_flow(flow.coarse)
        return [*coarse, Part(coarse[-1].stop, 3 * channels, height // 2, width // 2)]
    if isinstance(flow, TransformerFlow):
        side = flow.patch
        return [Part(0, channels * side**2, height // side, width // side, last=True)]
    if isinstance(flow, CouplingFlow):
        return _of_levels(flow)
    return [Part(0, channels, height, width)]


def _of_levels(flow: CouplingFlow) -> list[Part]:
    """Glow's vector begins with the finest level; the top has what two levels would."""
    channels, height, width = flow.shape
    found, start = [], 0
    for k in range(len(flow.levels)):
        top = k == len(flow.levels) - 1
        part = Part(start, channels << (k + 1 + top), height >> k + 1, width >> k + 1)
        found.append(part)
        start = part.stop
    return found[::-1]


def low_frequencies(model: Model) -> Tensor:
    """Return an orthonormal basis [k, *point_shape] of what shapes a picture as a whole.

    Of grids the low frequencies of the coarsest (a two-dimensional DCT-II, at most `MOST`); of a
    list of numbers all, or the first `LISTED`.
    """
    shape = tuple(model.point_shape)
    size = math.prod(shape)
    grids = parts(model)
    if not grids:
        return torch.eye(min(size, LISTED), size).unflatten(1, shape)
    part = grids[0]
    waves = low_waves(part)
    basis = torch.zeros(len(waves) * part.channels, size)
    each = torch.einsum("khw,cd->kcdhw", waves, torch.eye(part.channels)).flatten(0, 1)
    each = each.movedim(1, -1) if part.last else each
    basis[:, part.start : part.stop] = each.flatten(1)
    return basis.unflatten(1, shape)


def low_waves(part: Part) -> Tensor:
    """Return the waves [k, h, w] of the lowest diagonals for which k · channels is bearable."""
    down, across = cosines(part.height), cosines(part.width)
    order = 1
    while part.channels * _below(part, order + 1) <= MOST and order < part.height + part.width - 1:
        order += 1
    pairs = [(u, v) for u, v in _pairs(part) if u + v < order]
    return torch.stack([torch.outer(down[u], across[v]) for u, v in pairs])


def _pairs(part: Part) -> list[tuple[int, int]]:
    return [(u, v) for u in range(part.height) for v in range(part.width)]


def _below(part: Part, order: int) -> int:
    return sum(u + v < order for u, v in _pairs(part))


def cosines(side: int) -> Tensor:
    """Return the orthonormal DCT-II as rows [side, side], the lowest frequency first."""
    place = (torch.arange(side) + 0.5) * math.pi / side
    rows = torch.cos(torch.arange(side)[:, None] * place) * math.sqrt(2 / side)
    rows[0] /= math.sqrt(2)
    return rows
