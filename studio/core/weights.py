"""Weights that come with the program: tensors that are exactly those this version came with."""

import hashlib
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

from studio.core.events import Refused


def read(path: Path, sha256: str) -> dict[str, Tensor]:
    """Return the tensors, as float32; raise Refused if the file is missing or is another."""
    try:
        data = path.read_bytes()
    except OSError:
        raise Refused(
            f"The file {path.name} of this program is missing; install the program again."
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refused(
            f"The file {path.name} of this program is damaged; install the program again."
        )
    return {name: tensor.float() for name, tensor in load(data).items()}
