"""The user's file of VGG19, checked tensor by tensor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from studio.core.events import Refused
from studio.core.foreign.archives import Damaged, Entry, Foreign, entries
from studio.core.style.vgg.network import CAFFE, LAYERS, TORCHVISION, WIDTHS, Network

PLACES = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)  # of LAYERS in torchvision's `features`
CAFFE_MARKS = ("classifier.1.weight", "conv1_1.weight")  # names in no file of torchvision
ALIKE = 0.2  # share of color planes in common, below which filters are noise; noise has 0.11

Trained = Literal["auto", "torchvision", "caffe"]


@dataclass(frozen=True, eq=False)
class Vgg19:
    """The network of a file, and whether its filters look as if nobody ever trained them."""

    network: Network
    random: bool


def read(path: Path, trained: Trained = "auto") -> Vgg19:
    """Return VGG19 up to conv5_1, float32, of torchvision's file, the one converted from Caffe, or
    safetensors of either. Nothing in the file can run, and only what is needed is read.

    `trained` tells what pictures the filters expect. Raises Refused: no such file, another network.
    """
    try:
        found = entries(path)
        if found is None:
            raise Refused(
                f"{path.name} is neither a .pth file of PyTorch nor safetensors; choose VGG19 "
                "as torchvision has it (vgg19-dcbb9e9d.pth)."
            )
        filters = _filters(path, found)
    except OSError:
        raise Refused(f"The file {path.name} cannot be read; choose your VGG19 file.") from None
    except Foreign as what:
        raise Refused(
            f"{path.name} holds {what}, so it is not read; save only the state_dict, with "
            "torch.save or as safetensors."
        ) from None
    except Damaged:
        raise Refused(f"{path.name} is damaged; get or copy it again.") from None
    caffe = trained == "caffe" or (trained == "auto" and _from_caffe(path, found))
    network = Network(_reversed(filters) if caffe else filters)
    return Vgg19(replace(network, preparation=CAFFE if caffe else TORCHVISION), _random(filters))


def _filters(path: Path, found: Mapping[str, Entry]) -> dict[str, tuple[Tensor, Tensor]]:
    """Read the filters of every layer; raise Refused if one is missing or of another shape."""
    bare = {name.removeprefix("module."): entry for name, entry in found.items()}
    filters = {}
    for layer, place, (before, after) in zip(LAYERS, PLACES, pairwise(WIDTHS), strict=True):
        shapes = {"weight": (after, before, 3, 3), "bias": (after,)}
        both = []
        for part, shape in shapes.items():
            names = (f"features.{place}.{part}", f"conv{layer}.{part}")
            both.append(_tensor(path, bare, names, shape))
        filters[layer] = (both[0], both[1])
    return filters


def _tensor(
    path: Path, found: Mapping[str, Entry], names: tuple[str, ...], shape: tuple[int, ...]
) -> Tensor:
    """Return one tensor under the first of `names` that the file has, as finite float32."""
    name = next((name for name in names if name in found), None)
    if name is None:
        raise Refused(f"{path.name} is not VGG19: it has no tensor {names[0]}.")
    if found[name].shape != shape:
        raise Refused(
            f"{path.name} is not VGG19: its tensor {name} is {_sides(found[name].shape)}, "
            f"where VGG19 has {_sides(shape)}."
        )
    values = found[name].read().float()
    if not torch.isfinite(values).all():
        raise Refused(f"{path.name} is of no use: its tensor {name} holds infinite values.")
    return values


def _sides(shape: Iterable[int]) -> str:
    return "×".join(str(side) for side in tuple(shape)[:6]) or "a single number"


def _from_caffe(path: Path, found: Mapping[str, Entry]) -> bool:
    """Tell whether the filters expect what Caffe's do: B, G, R, to 255, less the mean."""
    named = any(word in path.name.lower() for word in ("d01eb7cb", "caffe"))
    return named or any(name in found for name in CAFFE_MARKS)


def _reversed(filters: Mapping[str, tuple[Tensor, Tensor]]) -> dict[str, tuple[Tensor, Tensor]]:
    """Let the first layer take R, G, B where it took B, G, R."""
    weight, bias = filters[LAYERS[0]]
    return {**filters, LAYERS[0]: (weight.flip(1), bias)}


def _random(filters: Mapping[str, tuple[Tensor, Tensor]]) -> bool:
    """Tell whether the filters are noise: those that were trained see edges and opposite colors,
    so that the three color planes of one are alike up to a factor.
    """
    weight, _ = filters[LAYERS[0]]
    planes = weight.flatten(2)
    products = planes @ planes.mT
    lengths = products.diagonal(dim1=1, dim2=2)
    common = (products.square().sum((1, 2)) - lengths.square().sum(1)).sum()
    whole = (lengths.sum(1).square() - lengths.square().sum(1)).sum()
    return float(common) <= ALIKE * float(whole) or all(not b.any() for _, b in filters.values())
