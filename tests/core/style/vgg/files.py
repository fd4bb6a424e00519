"""Files of weights as users have them, narrow ones, and the widths to read them with."""

import pickle
import struct
from collections import OrderedDict
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from studio.core.foreign.archives import MAGIC, PROTOCOL
from studio.core.style.vgg.reading import PLACES

NARROW = (3, 4, 4, 5, 5, *(6,) * 4, *(7,) * 5)
MACHINE = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {"int": 4}}


def narrow(seed: int = 0) -> "OrderedDict[str, torch.Tensor]":
    """Return a state dict with the names of torchvision's VGG19 and few channels."""
    rng = torch.Generator().manual_seed(seed)
    state = OrderedDict()
    for place, (before, after) in zip(PLACES, pairwise(NARROW), strict=True):
        state[f"features.{place}.weight"] = torch.randn(after, before, 3, 3, generator=rng) / 3
        state[f"features.{place}.bias"] = torch.randn(after, generator=rng) / 10
    return state


class _Storage:
    def __init__(self, key: str, values: torch.Tensor):
        self.key, self.values = key, values


class _Pickler(pickle.Pickler):
    """Pickles tensors as torch 0.1 did, which wrote torchvision's VGG files."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Storage):
            return "storage", torch.FloatStorage, obj.key, "cpu", obj.values.numel(), None
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, torch.Tensor):
            storage = _Storage(str(id(obj)), obj)
            return import_module("torch._utils")._rebuild_tensor, (
                storage,
                0,
                tuple(obj.shape),
                obj.stride(),
            )
        return NotImplemented


def save_as_2017(path: Path, state: dict[str, torch.Tensor]) -> None:
    """Write a state dict as torchvision's files of 2017 are written."""
    with path.open("wb") as file:
        for value in (MAGIC, PROTOCOL, MACHINE):
            pickle.dump(value, file, protocol=2)
        _Pickler(file, protocol=2).dump(state)
        pickle.dump([str(id(tensor)) for tensor in state.values()], file, protocol=2)
        for tensor in state.values():
            file.write(struct.pack("<q", tensor.numel()) + tensor.numpy().tobytes())
