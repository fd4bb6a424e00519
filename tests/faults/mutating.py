"""Ways to hurt a file: one number gives one file."""

import random
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.faults.sound import PNG

EXTREMES = (
    *(0, 1, 2, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000),
    *(2**31 - 1, 2**31, 2**32 - 1),
)


def mutant(number: int, seeds: list[bytes]) -> bytes:
    """Return a hurt file: equal for an equal number and equal seeds."""
    rng = random.Random(number)
    data = bytearray(seeds[number % len(seeds)])
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(WAYS)(data, rng, seeds)
    return bytes(data)


Way = Callable[[bytearray, random.Random, list[bytes]], bytearray]


def _cut(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    """End at a 64th, or between two; or lose a piece in the middle."""
    if rng.random() < 0.7:
        return data[: len(data) * rng.randrange(64) // 64 + rng.choice((0, 0, 1))]
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.randrange(1, 64) :]


def _flip(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    for _ in range(rng.choice((1, 1, 2, 4, 16)) * bool(data)):
        at = rng.randrange(min(len(data), rng.choice((64, 512, len(data)))))
        data[at] ^= 1 << rng.randrange(8)
    return data


def _run(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    at, length = rng.randrange(len(data) + 1), rng.randrange(1, 64)
    what = rng.choice((bytes(length), b"\xff" * length, rng.randbytes(length)))
    data[at : at + rng.choice((0, length))] = what
    return data


def _extreme(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    """Put a number that is hard to bear where there may be a length, a size or an offset."""
    at = rng.randrange(max(1, min(len(data), rng.choice((64, 512, 1 << 30)))))
    kind = rng.choice(("<H", ">H", "<I", ">I", "B"))
    value = rng.choice(EXTREMES) & ((1 << 8 * struct.calcsize(kind)) - 1)
    data[at : at + struct.calcsize(kind)] = struct.pack(kind, value)
    return data


def _size(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    """Announce other dimensions where the format has them."""
    at, kind = _dimensions(bytes(data[:400]), rng)
    if at + struct.calcsize(kind) <= len(data):
        most = (1 << 8 * struct.calcsize(kind)) - 1
        struct.pack_into(kind, data, at, rng.choice((*EXTREMES, 20_000, 3, 17)) & most)
    return mended(data, 8) if data.startswith(PNG) else data


def _dimensions(head: bytes, rng: random.Random) -> tuple[int, str]:
    second = rng.random() < 0.5
    if head.startswith(PNG):
        return 16 + 4 * second, ">I"
    if head.startswith(b"GIF"):
        return 6 + 2 * second, "<H"
    if head.startswith(b"BM"):
        return 18 + 4 * second, "<I"
    if head.startswith(b"RIFF"):
        return 24 + 3 * second, "<H"
    frame = re.search(rb"\xff[\xc0-\xc2]..\x08", head, re.DOTALL)
    if frame:
        return frame.end() + 2 * second, ">H"
    tag = re.search(b"\0\1[\3\4]\0" if not second else b"\1\1[\3\4]\0", head)
    return (tag.end() + 4, "<I") if tag else (8, "<H")


def mended(data: bytearray, at: int) -> bytearray:
    """Let a PNG's chunk keep its promise, so that what is inside is looked at."""
    if at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 12 + length <= len(data):
            struct.pack_into(
                ">I", data, at + 8 + length, zlib.crc32(data[at + 4 : at + 8 + length])
            )
    return data


def _parts(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    """Repeat, drop or swap chunks and segments, or whatever lies between two places."""
    marks = list(_borders(data)) or sorted(rng.randrange(len(data) + 1) for _ in range(4))
    marks = [0, *marks, len(data)]
    pieces = [data[a:b] for a, b in pairwise(marks)]
    one, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
    way = rng.randrange(4)
    if way == 0:
        pieces.insert(other, pieces[one])
    elif way == 1:
        pieces[one], pieces[other] = pieces[other], pieces[one]
    elif way == 2:
        del pieces[one]
    else:
        pieces[one] = pieces[one] * rng.choice((2, 3, 40))
    return bytearray(b"".join(pieces))[: 1 << 20]


def _borders(data: bytearray) -> Iterator[int]:
    """Yield where the chunks of a PNG, the segments of a JPEG, the parts of a RIFF begin."""
    kinds = ((PNG, 8, ">I", 12, 0), (b"\xff\xd8", 2, ">xxH", 2, 0), (b"RIFF", 12, "<4xI", 8, 1))
    for start, at, length, more, even in kinds:
        if data.startswith(start):
            while at + 12 <= len(data):
                yield at
                (size,) = struct.unpack_from(length, data, at)
                at += size + more + (size & even)


def _spliced(data: bytearray, rng: random.Random, seeds: list[bytes]) -> bytearray:
    """Join two files, append words or another file, or put one in front."""
    other, way = rng.choice(seeds), rng.randrange(4)
    if way == 0:
        return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]
    if way == 1:
        return data + rng.randbytes(rng.randrange(1, 2000))
    return data + other if way == 2 else bytearray(other[: rng.randrange(64)]) + data


def _body(data: bytearray, rng: random.Random, _seeds: list[bytes]) -> bytearray:
    """Change what a PNG's chunk holds and mend its sum; elsewhere swap two places."""
    at = list(_borders(data))
    if data.startswith(PNG) and at:
        begin = rng.choice(at)
        (length,) = struct.unpack_from(">I", data, begin)
        if 0 < length < len(data) - begin - 12:
            data[begin + 8 + rng.randrange(length)] = rng.choice(
                (0, 1, 0x7F, 0xFF, rng.randrange(256))
            )
        return mended(data, begin)
    one, other = rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)
    data[one : one + 8], data[other : other + 8] = data[other : other + 8], data[one : one + 8]
    return data


WAYS: tuple[Way, ...] = (
    *(_cut, _flip, _flip, _run, _run, _extreme, _extreme, _size, _parts, _parts, _spliced, _body),
)
