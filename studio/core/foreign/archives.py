"""The three kinds of file that tensors of torch come in, each opened without running anything."""

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from studio.core.foreign.pickled import Described, Foreign, Stored, walked
from studio.core.weights import check_head

KINDS = {
    "torch.FloatStorage": torch.float32,
    "torch.DoubleStorage": torch.float64,
    "torch.HalfStorage": torch.float16,
    "torch.BFloat16Storage": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}
COUNTERS = {"torch.LongStorage": 8, "torch.IntStorage": 4}  # bytes each; passed over, never read
DESCRIPTION = 2**18  # bytes; VGG19's is about 10 KB
PICKLE = b"\x80\x02\x8a\x0a"  # how torch.save began before version 1.6
BROKEN = (  # what readers raise over a file that is not whole; RuntimeError: one with a password
    *(zipfile.BadZipFile, SafetensorError, NotImplementedError, RuntimeError),
    *(EOFError, KeyError, ValueError, struct.error),
)
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


class Damaged(Exception):
    """The file ends early, or does not hold what it says."""


@dataclass(frozen=True)
class Entry:
    """A tensor of a file: its shape, and how to read it. `read` raises Damaged or Foreign."""

    shape: tuple[int, ...]
    read: Callable[[], Tensor]


def entries(path: Path) -> Mapping[str, Entry] | None:
    """Return the tensors of a file by name, none of them read yet; None = no such kind of file.

    Raises Damaged, Foreign (it holds more than tensors) or OSError.
    """
    with path.open("rb") as file:
        start = file.read(16)
    try:
        if zipfile.is_zipfile(path) and start.startswith(b"PK"):
            return _zipped(path)
        if start.startswith(PICKLE):
            return _legacy(path)
        if start[8:9] == b"{":
            check_head(start)
            return _safe(path)
    except (*BROKEN, TypeError, IndexError, AttributeError) as error:
        raise Damaged from error
    return None


def _safe(path: Path) -> dict[str, Entry]:
    """Read the header of a safetensors file."""
    found = {}
    with safe_open(path, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 (the file is no dict)
            part = file.get_slice(name)
            found[name] = Entry(
                tuple(part.get_shape()), lambda name=name, part=part: _kept(path, name, part)
            )
    return found


def _kept(path: Path, name: str, part: Any) -> Tensor:
    if part.get_dtype() not in KINDS:
        raise Foreign(f"numbers of the kind {part.get_dtype()}")
    try:
        with safe_open(path, framework="pt") as file:
            return file.get_tensor(name)
    except BROKEN as error:
        raise Damaged from error


def _zipped(path: Path) -> dict[str, Entry] | None:
    """Read what torch.save writes since 1.6: a zip of data.pkl and one file for each storage."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.split("/")[1:] == ["data.pkl"]]
        if len(names) != 1:
            return None
        name = names[0]
        folder = name.removesuffix("data.pkl")
        with _member(archive, name) as file:
            state = walked(BytesIO(file.read(DESCRIPTION)))
        if f"{folder}byteorder" in archive.namelist():
            with _member(archive, f"{folder}byteorder") as file:
                if file.read(8) != b"little":
                    raise Foreign("numbers in the byte order of another machine")

    def opened(stored: Stored, start: int, size: int) -> bytes:
        with zipfile.ZipFile(path) as archive, _member(archive, f"{folder}data/{stored.key}") as f:
            f.seek(start)
            return f.read(size)

    return _described(state, opened)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a file in the archive; what is packed is refused, as it could grow without end."""
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise Foreign("packed data")
    return archive.open(name)


def _legacy(path: Path) -> dict[str, Entry]:
    """Read what torch.save wrote before 1.6: five pickles, then the storages in a row.

    Torchvision's vgg19-dcbb9e9d.pth, of 2017, is one.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = BytesIO(file.read(DESCRIPTION))
        magic, protocol, machine, state, keys = (walked(head) for _ in range(5))
        if magic != MAGIC or protocol != PROTOCOL or machine.get("little_endian") is not True:
            raise Foreign("numbers in the byte order of another machine")
        storages = {d.storage.key: d.storage for d in _tensors(state).values()}
        places: dict[str, int] = {}
        place = head.tell()
        for key in keys:
            file.seek(place)
            stored = storages[key]
            if int.from_bytes(file.read(8), "little") != stored.count:
                raise Damaged
            places[key] = place + 8
            place += 8 + stored.count * _width(stored)
            if place > size:
                raise Damaged

    def opened(stored: Stored, start: int, size: int) -> bytes:
        with path.open("rb") as file:
            file.seek(places[stored.key] + start)
            return file.read(size)

    return _described(state, opened)


def _tensors(state: Any) -> dict[str, Described]:
    """Return the tensors of a state dict, or of a training checkpoint that holds one."""
    if type(state) is dict and type(state.get("state_dict")) is dict:
        state = state["state_dict"]
    if type(state) is not dict:
        raise Foreign("no dict of tensors")
    return {k: v for k, v in state.items() if type(k) is str and type(v) is Described}


def _described(state: Any, opened: Callable[[Stored, int, int], bytes]) -> dict[str, Entry]:
    return {
        name: Entry(tensor.shape, lambda tensor=tensor: _values(tensor, opened))
        for name, tensor in _tensors(state).items()
    }


def _values(tensor: Described, opened: Callable[[Stored, int, int], bytes]) -> Tensor:
    """Read a tensor's own part of its storage. Its shape was found right before."""
    kind = _kind(tensor.storage)
    whole = torch.empty(tensor.shape, device="meta")
    if tensor.strides != whole.stride() or tensor.offset + whole.numel() > tensor.storage.count:
        raise Foreign("a tensor that is not stored in order")
    size = whole.numel() * kind.itemsize
    try:
        data = opened(tensor.storage, tensor.offset * kind.itemsize, size)
    except BROKEN as error:
        raise Damaged from error
    if len(data) != size:
        raise Damaged
    return torch.frombuffer(bytearray(data), dtype=kind).reshape(tensor.shape)


def _width(stored: Stored) -> int:
    """Return how many bytes a number takes, also one of a kind that is not read."""
    return COUNTERS.get(stored.kind) or _kind(stored).itemsize


def _kind(stored: Stored) -> torch.dtype:
    if stored.kind not in KINDS:
        raise Foreign(f"numbers of the kind {stored.kind}"[:80])
    return KINDS[stored.kind]
