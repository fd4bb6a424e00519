"""Files of tensors: those that come with the program, and a limit for all others."""

import hashlib
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

from studio.core.events import Refused

HEAD_AT_MOST = 4 << 20  # bytes; ours have a few hundred thousand


def check_head(start: bytes) -> None:
    """Look at the first 8 bytes of a safetensors file; raise ValueError where its head is too long.

    A head that names 200,000 tensors takes seconds and a quarter of a GB to be refused later.
    """
    if int.from_bytes(start[:8], "little") > HEAD_AT_MOST:
        raise ValueError("The head of this file of tensors is too long.")


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
