"""Pickles that run code, and files of tensors that lie: what poses as a model's weights."""

import io
import json
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.faults import hostile
from tests.faults.hostile_project import hurt_header
from tests.faults.mutating import mutant

MARK = "ran"  # the file that any of them would make
BY_NAME = (
    *(("os", "system"), ("posix", "system"), ("nt", "system"), ("os", "popen"), ("os", "execv")),
    *(("subprocess", "Popen"), ("subprocess", "run"), ("subprocess", "check_output")),
    *(("builtins", "eval"), ("builtins", "exec"), ("builtins", "compile"), ("builtins", "open")),
    *(("builtins", "__import__"), ("builtins", "getattr"), ("builtins", "print")),
    *(("importlib", "import_module"), ("runpy", "run_path"), ("runpy", "_run_code")),
    *(("posix", "posix_spawn"), ("os", "posix_spawn"), ("os", "spawnv"), ("pty", "spawn")),
    *(("shutil", "rmtree"), ("shutil", "move"), ("pathlib", "Path"), ("webbrowser", "open")),
    *(("socket", "create_connection"), ("urllib.request", "urlopen"), ("ctypes", "CDLL")),
    *(("code", "interact"), ("pdb", "run"), ("timeit", "timeit"), ("cProfile", "run")),
    *(("torch", "load"), ("torch.hub", "load"), ("torch.jit", "load"), ("numpy", "load")),
    *(("torch.serialization", "load"), ("functools", "partial"), ("operator", "methodcaller")),
    *(("types", "FunctionType"), ("_posixsubprocess", "fork_exec"), ("logging.config", "listen")),
    ("atelier_planted", "anything"),
)


class Runs:
    """An object whose pickle calls something."""

    def __init__(self, command: str):
        self.command = command

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.system, (self.command,)


def pickles() -> dict[str, bytes]:
    """Return pickles by name, at least 40; each would run code, or import some, if it were one."""
    command = f"touch {MARK}"
    found = {
        f"{module}.{name}": b"c" + f"{module}\n{name}\n(V{command}\ntR.".encode()
        for module, name in BY_NAME
    }
    for protocol in range(6):
        found[f"protocol {protocol}"] = pickle.dumps(Runs(command), protocol)
        found[f"in a dict {protocol}"] = pickle.dumps({"state_dict": [Runs(command)]}, protocol)
    found["inner pickle"] = b"cpickle\nloads\n(" + pickle.dumps(pickle.dumps(Runs(command)))[2:-1]
    found["stack"] = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c" + _short(command) + b"\x85R."
    found["object"] = b"(ios\nsystem\n" + b"V" + command.encode() + b"\nb."
    found["extension"] = b"\x80\x02\x82\x01."
    found["persistent"] = b"Pos.system\n."
    return found


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def disguised(data: bytes) -> dict[str, bytes]:
    """Return a pickle as each kind of file that holds tensors or arrays, by ending."""
    head = json.dumps({"__metadata__": {"pickle": data.hex()}}).encode()
    return {
        "": data,
        ".pth": data,
        "legacy.pth": pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + data,
        "zip.pth": zipped({"archive/data.pkl": data, "archive/version": b"3\n"}),
        "packed.pth": zipped({"a/data.pkl": data, "a/byteorder": b"little"}, zipfile.ZIP_DEFLATED),
        "crc.pth": bad_crc(zipped({"archive/data.pkl": data})),
        "script.pth": zipped({"a/data.pkl": data, "a/constants.pkl": data, "a/code/a.py": b"1"}),
        ".safetensors": data,
        "head.safetensors": len(head).to_bytes(8, "little") + head,
        "long.safetensors": len(data).to_bytes(8, "little") + data,
        ".npy": npy("|O", (1,), data),
        ".npz": zipped({"a.npy": npy("|O", (1,), data)}),
        ".atelierpack": zipped({"MANIFEST.json": data, "model.safetensors": data}),
    }


def npy(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    """Return an array's file, true or not."""
    head = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + data


def zipped(parts: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def bad_crc(data: bytes) -> bytes:
    """Return a zip whose entries have other sums, as some scanners of pickles give up over."""
    changed = bytearray(data)
    for mark, at in ((b"PK\3\4", 14), (b"PK\1\2", 16)):
        place = changed.find(mark)
        changed[place + at : place + at + 4] = b"\xde\xad\xbe\xef"
    return bytes(changed)


def safetensors(tensors: dict[str, Any], data: bytes = b"") -> bytes:
    """Return a file with this header, whatever it says."""
    head = hostile.written(tensors)
    return len(head).to_bytes(8, "little") + head + data


def headers() -> Iterator[bytes]:
    """Yield files of tensors that each lie in one way."""

    def one(kind: Any = "F32", shape: Any = (2, 2), at: Any = (0, 16), size: int = 16) -> bytes:
        tensor = {"dtype": kind, "shape": list(shape), "data_offsets": list(at)}
        return safetensors({"a": tensor}, bytes(size))

    for shape in ((2**62, 4), (2**31, 2**31), (2**63,), (-1, 4), (0,), (1,) * 5000, (2**40,)):
        yield one(shape=shape)
    for at in ((0, 2**62), (16, 0), (-16, 0), (8, 24), (0, 15), (2**63, 2**63), (0, 17)):
        yield one(at=at)
    for kind in ("F8_E4M3", "BOOL", "O", "object", "U64", "", "torch.load", "F4", "C64", None, 7):
        yield one(kind=kind)
    tensor = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    yield safetensors({"a": tensor, "b": tensor}, bytes(16))
    second = {**tensor, "data_offsets": [8, 24]}
    yield safetensors({"a": tensor, "b": second}, bytes(24))
    yield safetensors({"__metadata__": {"a": 1}, "b": tensor}, bytes(16))
    yield safetensors({"__metadata__": hostile.deep(90_000)}, bytes(16))
    for length in (0, 1, 2**20, 99 << 20, 2**32, 2**63, 2**64 - 1):
        yield length.to_bytes(8, "little") + b"{}" + bytes(30)
    yield (50 << 20).to_bytes(8, "little") + b'{"a":' + b" " * (50 << 20)
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    yield safetensors({f"layer.{k}.weight": empty for k in range(200_000)})


def hurt_tensors(number: int, sound: bytes) -> bytes:
    """Return a file of tensors that is cut, flipped, or says something else in its header."""
    rng = random.Random(number)
    way = rng.random()
    if way < 0.5:
        return hurt_header(sound, rng)
    length = 8 + int.from_bytes(sound[:8], "little")
    if way < 0.7:
        return sound[: rng.randrange(length + 8)]
    head = mutant(number, [sound[:length]])
    return head + sound[length:]


def sound_tensors() -> bytes:
    """Return a small sound file of tensors."""
    from safetensors.numpy import save

    rng = np.random.default_rng(0)
    return save({f"layer.{k}": rng.random((3, 4)).astype(np.float32) for k in range(3)})
