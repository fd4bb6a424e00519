"""What one edit changed, as bytes that undo it and do it again."""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from studio.core.events import Refused
from studio.core.painting.box import Box

TILE = 256  # pixels a side
LAYERS = ("picture", "mask", "allowed")
SAMPLE = 4096  # bytes to both sides of a tile's middle that are tried
WORTH = 0.8  # of its size: what stays larger is kept as it is
MAGIC = b"atelier edit 1\n"
DAMAGED = "The history of the painting is damaged; open the picture anew."


class Block(NamedTuple):
    """One tile of one layer: before XOR after.

    `data` is a single value if that is all of it, or zlib, or, as long as the tile, the plain bytes
    of what zlib would not make much smaller: photographs' noise, at 50 MB/s.
    """

    layer: str
    row: int
    column: int
    data: bytes


Size = tuple[tuple[int, ...], str]  # an array's shape, and its dtype's name


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of one or more layers. Its blocks are XOR masks: laid on twice, nothing changed.

    `sizes` are shape and dtype of every layer that is touched.
    """

    title: str
    sizes: Mapping[str, Size]
    blocks: tuple[Block, ...]

    @cached_property
    def box(self) -> Box:
        """What it may have changed."""
        found = Box(0, 0, 0, 0)
        for block in self.blocks:
            found = found.joined(tile_box(block.row, block.column, self.sizes[block.layer][0]))
        return found

    @property
    def size(self) -> int:
        """Bytes it keeps."""
        return sum(len(block.data) for block in self.blocks)

    def flip(self, layers: Mapping[str, np.ndarray]) -> Box:
        """Undo the edit on the layers it was made of, or do it again; return what changed.

        Raises Refused for other layers and for damaged blocks, before anything is changed.
        """
        for name, (shape, dtype) in self.sizes.items():
            if layers[name].shape != shape or layers[name].dtype != dtype:
                raise Refused("The edit belongs to a picture of another size or depth.")
        masks = [self._xor(block) for block in self.blocks]
        for block, mask in zip(self.blocks, masks, strict=True):
            layer = layers[block.layer]
            tile = tile_box(block.row, block.column, layer.shape).of(layer)
            np.bitwise_xor(tile, mask, out=tile)
        return self.box

    def _xor(self, block: Block) -> np.ndarray:
        shape, name = self.sizes[block.layer]
        dtype = np.dtype(name)
        box = tile_box(block.row, block.column, shape)
        if len(block.data) == dtype.itemsize:
            return np.frombuffer(block.data, dtype)
        size = box.height * box.width * int(np.prod(shape[2:])) * dtype.itemsize
        if len(block.data) == size:
            return np.frombuffer(block.data, dtype).reshape(box.height, box.width, *shape[2:])
        unpacking = zlib.decompressobj()
        try:
            raw = unpacking.decompress(block.data, size + 1)
        except zlib.error:
            raise Refused(DAMAGED) from None
        if len(raw) != size or not unpacking.eof:
            raise Refused(DAMAGED)
        return np.frombuffer(raw, dtype).reshape(box.height, box.width, *shape[2:])

    def to_bytes(self) -> bytes:
        """Return the edit as a file: a magic line, the header's length, JSON, zlib blocks."""
        header = json.dumps(
            {
                "title": self.title,
                "sizes": {name: [list(shape), kind] for name, (shape, kind) in self.sizes.items()},
                "blocks": [(b.layer, b.row, b.column, len(b.data)) for b in self.blocks],
            }
        ).encode()
        start = MAGIC + struct.pack("<I", len(header)) + header
        return start + b"".join(block.data for block in self.blocks)

    @staticmethod
    def from_bytes(data: bytes) -> "Edit":
        """Read what `to_bytes` wrote. Raises Refused where anything is not as it was written."""
        start = len(MAGIC) + 4
        if len(data) < start or not data.startswith(MAGIC):
            raise Refused(DAMAGED)
        (length,) = struct.unpack("<I", data[len(MAGIC) : start])
        try:
            header = json.loads(data[start : start + length])
            return _read(header, memoryview(data)[start + length :])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Refused(DAMAGED) from None


def _read(header: Any, data: memoryview) -> Edit:
    """Return the edit; raises ValueError or its like for what can't be one."""
    sizes: dict[str, Size] = {}
    for name, (shape, kind) in header["sizes"].items():
        sound = name in LAYERS and kind in ("uint8", "uint16") and len(shape) in (2, 3)
        if not sound or not all(type(side) is int and 0 < side < 1 << 20 for side in shape):
            raise ValueError(name)
        sizes[name] = (tuple(shape), kind)
    blocks, at = [], 0
    for name, row, column, length in header["blocks"]:
        shape = sizes[name][0]
        inside = 0 <= row * TILE < shape[0] and 0 <= column * TILE < shape[1]
        if not inside or any(type(n) is not int for n in (row, column, length)) or length < 1:
            raise ValueError(name)
        blocks.append(Block(name, row, column, bytes(data[at : at + length])))
        at += length
    if at != len(data):
        raise ValueError("its end is missing")
    return Edit(str(header["title"]), sizes, tuple(blocks))


def block(layer: str, row: int, column: int, before: np.ndarray, after: np.ndarray) -> Block | None:
    """Return the block that turns the tile `before` into `after`, None where they are equal."""
    difference = np.bitwise_xor(before, after)
    first = difference.flat[0]
    if (difference == first).all():
        return Block(layer, row, column, first.tobytes()) if first else None
    return Block(layer, row, column, _packed(difference.tobytes()))


def _packed(raw: bytes) -> bytes:
    middle = len(raw) // 2
    sample = raw[middle - SAMPLE : middle + SAMPLE]
    if len(sample) == 2 * SAMPLE and len(zlib.compress(sample, 1)) > WORTH * len(sample):
        return raw
    data = zlib.compress(raw, 1)
    return data if len(data) < len(raw) else raw


def tile_box(row: int, column: int, shape: tuple[int, ...]) -> Box:
    """Return where a tile lies in a layer of that shape."""
    top, left = row * TILE, column * TILE
    return Box(top, left, top + TILE, left + TILE).clipped(shape[0], shape[1])
