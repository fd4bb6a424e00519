"""VGG19's convolutions: what they find in a picture, and how to change the picture for more of it.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

# Each convolution, followed by a ReLU; the first of a block is preceded by pooling, but for the
# first of all. What comes after 5_1 is of no use here.
LAYERS = (
    *("1_1", "1_2"),
    *("2_1", "2_2"),
    *("3_1", "3_2", "3_3", "3_4"),
    *("4_1", "4_2", "4_3", "4_4"),
    "5_1",
)
WIDTHS = (3, 64, 64, 128, 128, *(256,) * 4, *(512,) * 5)  # before and after each
SMALLEST = 32  # pixels that a picture's sides need: block 5 sees a sixteenth of them

Pooling = Literal["max", "average"]
Edges = Literal["zeros", "replicate"]
Loss = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Preparation:
    """What the network was trained to see: (sRGB in [0, 1] - mean) / deviation, for R, G and B."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


TORCHVISION = Preparation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = Preparation((123.68 / 255, 116.779 / 255, 103.939 / 255), (1 / 255, 1 / 255, 1 / 255))


@dataclass(frozen=True, eq=False)
class Network:
    """Filters by layer: weight [out, in, 3, 3] and bias [out], all on one device, of one type.

    VGG19 was trained with zeros beyond the picture's edges; an optimizer paints a frame for them.
    """

    filters: Mapping[str, tuple[Tensor, Tensor]]
    preparation: Preparation = TORCHVISION
    pooling: Pooling = "max"
    edges: Edges = "replicate"

    def placed(self, device: torch.device, kind: torch.dtype) -> "Network":
        """Return the network on a device, computing in `kind`."""
        order = torch.channels_last
        moved = {
            name: (weight.to(device, kind, memory_format=order), bias.to(device, kind))
            for name, (weight, bias) in self.filters.items()
        }
        return replace(self, filters=moved)

    def prepared(self, picture: Tensor) -> Tensor:
        """Return sRGB [1, 3, h, w] in [0, 1] as the first layer wants it."""
        weight = self.filters[LAYERS[0]][0]
        mean, deviation = (
            torch.tensor(values, device=picture.device).view(1, 3, 1, 1)
            for values in (self.preparation.mean, self.preparation.deviation)
        )
        return ((picture - mean) / deviation).to(weight.dtype, memory_format=torch.channels_last)

    def through(self, name: str, before: Tensor) -> Tensor:
        """Return what layer `name` makes of the layer before, after its ReLU."""
        if name.endswith("_1") and name != LAYERS[0]:
            pool = functional.max_pool2d if self.pooling == "max" else functional.avg_pool2d
            before = pool(before, 2)
        mode = "constant" if self.edges == "zeros" else "replicate"
        framed = functional.pad(before, (1, 1, 1, 1), mode=mode)
        return functional.relu(functional.conv2d(framed, *self.filters[name]))


def upto(names: Mapping[str, object] | tuple[str, ...]) -> tuple[str, ...]:
    """Return all layers to the deepest of `names`, in order."""
    return LAYERS[: max(LAYERS.index(name) for name in names) + 1]


@torch.no_grad()
def features(
    network: Network, picture: Tensor, names: tuple[str, ...]
) -> Generator[None, None, dict[str, Tensor]]:
    """Return what the layers `names` find in sRGB [1, 3, h, w] in [0, 1]: float32 [c, h', w'].

    Yields after each layer, as all that runs the network here does: at 512 pixels a layer takes
    up to 0.5 s of a core.
    """
    found = {}
    values = network.prepared(picture)
    for name in upto(names):
        values = network.through(name, values)
        if name in names:
            found[name] = values[0].float()
        yield
    return found


@torch.no_grad()
def gradient(
    network: Network, picture: Tensor, losses: Mapping[str, Loss]
) -> Generator[None, None, tuple[float, Tensor]]:
    """Return the sum of losses on layers' features [c, h', w'] and its gradient [1, 3, h, w].

    The chain rule layer by layer, not one call of autograd, so that it can be left in between.
    """
    passed: list[tuple[str, Tensor, Tensor]] = []
    values = picture
    for name in upto(tuple(losses)):
        passed.append((name, *_forward(network, name, values)))
        values = passed[-1][2].detach()
        yield
    total, slope = torch.zeros((), device=picture.device), None
    while passed:
        name, before, after = passed.pop()
        if name in losses:
            loss, own = _slope(losses[name], after)
            total, slope = total + loss, own if slope is None else slope + own
        (slope,) = torch.autograd.grad(after, before, slope)
        del before, after
        yield
    assert slope is not None
    return float(total), slope


def _forward(network: Network, name: str, before: Tensor) -> tuple[Tensor, Tensor]:
    """Return a layer's input and its output, with the graph between them."""
    with torch.enable_grad():
        before = before.detach().requires_grad_()
        given = network.prepared(before) if name == LAYERS[0] else before
        return before, network.through(name, given)


def _slope(loss: Loss, after: Tensor) -> tuple[Tensor, Tensor]:
    """Return a loss and its gradient for a layer's output [1, c, h, w]."""
    with torch.enable_grad():
        value = after.detach().float().requires_grad_()
        result = loss(value[0])
    return result.detach(), torch.autograd.grad(result, value)[0].to(after.dtype)
