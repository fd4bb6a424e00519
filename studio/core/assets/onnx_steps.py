"""Drawing in a form that a graph can hold: loops, and what is fixed worked out."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio.core.assets.onnx_loops import (
    Diffusing,
    Filling,
    Ordered,
    Past,
    following,
    nothing,
    repeated,
)
from studio.core.assets.onnx_pixels import Painting
from studio.core.families.autoregressive import PixelModel
from studio.core.families.diffusion import DiffusionModel
from studio.core.families.flow import FlowModel
from studio.core.families.vqvae import VqvaeModel
from studio.core.family import Model
from studio.core.nets.affine import nats
from studio.core.nets.coupling import Mixing, Step
from studio.core.nets.players import asked
from studio.core.nets.transformer_flow import AutoregressiveBlock, TransformerFlow, guided


class Straight(nn.Module):
    """The model's own `draw`, its parts exchanged for such as a graph can hold."""

    def __init__(self, model: Model):
        super().__init__()
        self.model = model

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the images that `draw` yields last."""
        images = latent
        for refined in self.model.draw(latent, label):
            images = refined
        return images


def drawing(model: Model) -> nn.Module:
    """Return what draws as `model` does, without choices that depend on what is drawn."""
    known: Any = copy.deepcopy(model)
    if isinstance(known, DiffusionModel):
        return Diffusing(known)
    if isinstance(known, VqvaeModel):
        return Ordered(known) if known.prior.causal else Filling(known)
    if isinstance(known, PixelModel):
        return Painting(known)
    for part in list(known.modules()):
        if isinstance(part, TransformerFlow):
            blocks: list[Any] = list(part.blocks)
            part.blocks = nn.ModuleList(Looped(block) for block in blocks)
        if isinstance(part, Step) and part.mixing is not None:
            part.mixing = Mixed(part.mixing)
    if isinstance(known, FlowModel) and known.settings.denoise and known.settings.noise:
        return Straight(Cleared(known))
    return Straight(known)


class Cleared(FlowModel):
    """A flow model that takes its grain out of one picture after the other.

    What a gradient keeps on the way forth is lost on a trace that holds for any number of pictures,
    so the gradient is written down for one, and called in a loop.
    """

    def __init__(self, model: FlowModel):
        nn.Module.__init__(self)
        vars(self).update(vars(model))

        def slope(canvas: Tensor, rows: Tensor) -> Tensor:
            return torch.func.grad(lambda x: nats(*model.flow(x, rows)).sum())(canvas)

        example = torch.zeros(1, *model.flow.shape), torch.zeros(1, dtype=torch.int64)
        with sdpa_kernel(SDPBackend.MATH):  # the others' gradients are no plain operations
            self.slope = make_fx(slope)(*example)
        for node in self.slope.graph.nodes:
            if node.target is torch.ops.aten.view.default:  # of layouts that a trace does not keep
                node.target = torch.ops.aten.reshape.default
        self.slope.recompile()

    def _denoised(self, canvas: Tensor, rows: Tensor) -> Tensor:
        number = torch.arange(canvas.shape[0])[:, None, None, None]

        def step(k: Tensor, found: Tensor) -> tuple[Tensor]:
            one, of = canvas.index_select(0, k.reshape(1)), rows.index_select(0, k.reshape(1))
            return (torch.where(number == k, self.slope(one, of).nan_to_num(0.0), found),)

        (found,) = repeated(step, canvas.shape[0], (torch.zeros_like(canvas),))
        return canvas - self.settings.denoise * self.settings.noise**2 * found


class Mixed(Mixing):
    """A mixing of channels whose inverse is worked out: graphs solve no equations."""

    def __init__(self, mixing: Mixing):
        nn.Module.__init__(self)
        self.__dict__.update(mixing.__dict__)
        lower, upper = mixing._triangles()
        self.back = torch.linalg.inv((mixing.order @ lower @ upper).double()).float()

    def inverse(self, y: Tensor) -> Tensor:
        """Undo `forward`."""
        return torch.einsum("ij,njhw->nihw", self.back, y)


class Looped(AutoregressiveBlock):
    """A block of a flow that undoes one patch after the other in a loop."""

    def __init__(self, block: AutoregressiveBlock):
        nn.Module.__init__(self)
        self.__dict__.update(block.__dict__)

    def inverse(self, z: Tensor, rows: Tensor, guidance: float = 0.0) -> Tensor:
        """Undo `forward`, as the block it stands for does."""
        told_twice = guidance != 0 and asked(rows, self.starts)
        rows = torch.cat([rows, torch.zeros_like(rows)]) if told_twice else rows
        start, z = self.starts(rows)[:, None], z[:, self.order]
        tokens = z.shape[1]
        place = torch.arange(tokens)[:, None]

        def step(k: Tensor, before: Tensor, keys: Tensor, values: Tensor, found: Tensor):
            x = before + start + self.places.index_select(0, k.reshape(1))
            hidden, past = following(self.body, x, k, Past(keys, values))
            told = self._told(hidden)
            shift, log_scale = (guided(t, guidance) if told_twice else t for t in told)
            new = z.index_select(1, k.reshape(1)) * torch.exp(log_scale) + shift
            newest = self.enter(new)
            before = torch.cat([newest, newest]) if told_twice else newest
            return before, *past, torch.where(place == k, new, found)

        began = (torch.zeros_like(start), *nothing(self.body, start, tokens), torch.zeros_like(z))
        return repeated(step, tokens, began)[-1][:, self.places_of]
