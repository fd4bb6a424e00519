"""Zips that lie, lead out, bomb or are broken: each kind made of sound parts and one that is not.

The layout is that of PKWARE's APPNOTE 6.3; what no writer would write is written here by hand.
"""

import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from tests.faults.mutating import EXTREMES, mutant

LOCAL, ENTRY, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
UNIX, LINK, PIPE, FOLDER = 3 << 8 | 20, 0o120777 << 16, 0o010644 << 16, 0o040755 << 16
STORED, DEFLATED = 0, 8
WIDE = 0xFFFFFFFF
BOMB = 64 << 20  # bytes that a part unpacks to
MANY = 70_000  # parts, more than the field for them can say


@cache
def _deflated(data: bytes) -> bytes:
    shrink = zlib.compressobj(9, zlib.DEFLATED, -15)
    return shrink.compress(data) + shrink.flush()


@cache
def _sum(data: bytes) -> int:
    return zlib.crc32(data)


@dataclass(frozen=True)
class Part:
    """A part as its two headers announce it; None = as it is."""

    name: bytes
    data: bytes = b""
    method: int = STORED
    flags: int = 0
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    rights: int = 0o100644 << 16
    offset: int | None = None
    inner: bytes | None = None  # the name in the part's own header
    extra: bytes = b""

    def fields(self) -> tuple[bytes, tuple[int, ...]]:
        """Return the bytes of the part, and (method, crc, packed, size) of its headers."""
        body = self.data
        if self.method == DEFLATED:
            body = _deflated(body)
        crc = _sum(self.data) if self.crc is None else self.crc
        packed = len(body) if self.packed is None else self.packed
        return body, (self.method, crc, packed, len(self.data) if self.size is None else self.size)


@dataclass(frozen=True)
class Tail:
    """What the end of the zip says of its list of parts; None = as it is."""

    count: int | None = None
    length: int | None = None
    start: int | None = None
    wide: bytes = b""  # what stands before it, as zip64 has it
    comment: bytes = b""


def written(parts: Sequence[Part], tail: Tail | None = None, before: bytes = b"") -> bytes:
    """Return a zip of parts, none of which need be true."""
    whole, listed, tail = bytearray(before), bytearray(), tail or Tail()
    for part in parts:
        body, (method, *numbers) = part.fields()
        at = len(whole) if part.offset is None else part.offset
        inner = part.name if part.inner is None else part.inner
        if part.offset is None:
            known = (20, part.flags, method, 0, 33, *numbers, len(inner), 0)
            whole += LOCAL + struct.pack("<5H3I2H", *known) + inner + body
        known = (UNIX, 20, part.flags, method, 0, 33, *numbers, len(part.name), len(part.extra))
        listed += ENTRY + struct.pack("<6H3I5H2I", *known, 0, 0, 0, part.rights, at & WIDE)
        listed += part.name + part.extra
    count = len(parts) & 0xFFFF if tail.count is None else tail.count
    length = len(listed) if tail.length is None else tail.length
    start = len(whole) if tail.start is None else tail.start
    end = struct.pack("<4H2IH", 0, 0, count, count, length, start, len(tail.comment))
    return bytes(whole + listed + tail.wide + END + end + tail.comment)


def wide(length: int, start: int, count: int, where: int) -> bytes:
    """Return zip64's end and what points at it, at `where`."""
    end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    return end + struct.pack("<4sIQI", b"PK\6\7", 0, where, 1)


def kinds(sound: dict[str, bytes]) -> dict[str, bytes]:
    """Return zips by what is wrong with them, all with these sound parts too."""
    parts = [Part(name.encode(), data) for name, data in sound.items()]
    whole = written(parts)
    made = (_names(parts), _lies(parts), _bombs(parts), _ends(parts, whole))
    return {"sound": whole, **{name: data for some in made for name, data in some.items()}}


def _names(parts: list[Part]) -> dict[str, bytes]:
    """Return zips with parts that lead elsewhere."""
    first = parts[0]
    odd = {
        "upwards": b"../out.png",
        "far up": b"a/../../../../../../../out.png",
        "backslashes": b"..\\..\\out.png",
        "absolute": b"/tmp/out.png",
        "a drive": b"C:\\out.png",
        "a server": b"\\\\host\\share\\out.png",
        "a device": b"NUL.png",
        "a stream": b"a.png::$DATA",
        "NUL in the name": b"a.png\0.exe",
        "an escape": b"\x1b[2Ja.png",
        "letters turned": "a\u202egnp.exe.png".encode(),
        "no UTF-8": b"\xff\xfe\xc0.png",
        "no name": b"",
        "a name of 60 kB": b"x" * 60_000 + b".png",
        "400 folders": b"d/" * 400 + b"a.png",
        "markup": b"<img src=file:///etc/passwd>.png",
    }
    found = {
        k: written([*parts, replace(first, name=name, flags=0x800)]) for k, name in odd.items()
    }
    link = Part(b"link.png", b"/etc/passwd", rights=LINK)
    up = [Part(b"d", b"../..", rights=LINK), replace(first, name=b"d/out.png")]
    return found | {
        "a link": written([*parts, link]),
        "through a link": written([*parts, *up]),
        "a pipe": written([*parts, Part(b"pipe.png", rights=PIPE)]),
        "a folder with contents": written([*parts, replace(first, name=b"d.png/", rights=FOLDER)]),
        "one name twice": written([*parts, first]),
        "one name in two cases": written([*parts, replace(first, name=first.name.upper())]),
        "another name inside": written([replace(first, inner=b"../out.png"), *parts[1:]]),
    }


def _lies(parts: list[Part]) -> dict[str, bytes]:
    """Return zips with parts that are not what is said of them."""
    first, size = parts[0], len(parts[0].data)
    packed, rest = replace(first, method=DEFLATED), parts[1:]
    odd = {
        "another sum": replace(first, crc=1),
        "locked": replace(first, flags=1),
        "locked whole": replace(first, flags=0x41),
        "packed in an unknown way": replace(first, method=99),
        "packed by bzip2": replace(first, method=12),
        "packed by LZMA": replace(first, method=14),
        "said to be packed": replace(
            first, method=DEFLATED, data=b"", crc=0, size=size, packed=size
        ),
        "smaller than said": replace(first, size=size + 1, packed=size + 1),
        "larger than said": replace(first, size=size - 1, packed=size - 1),
        "packed larger than said": replace(packed, size=3),
        "packed smaller than said": replace(packed, size=9 << 20),
        "packed and cut": replace(packed, packed=9),
        "4 GB of nothing": replace(first, size=WIDE - 1, packed=WIDE - 1),
        "1 GB packed in nothing": replace(packed, size=1 << 30, packed=3),
        "beyond the end": replace(first, offset=1 << 30),
        "in the list itself": replace(first, offset=2 * size),
        "wide without a field": replace(first, size=WIDE, packed=WIDE),
        "wide beyond all": replace(first, size=WIDE, packed=WIDE, extra=_field(2**63, 2**64 - 1)),
        "a wide field cut": replace(first, size=WIDE, packed=WIDE, extra=b"\1\0\x10\0\0\0"),
        "wide and exact": replace(first, size=WIDE, packed=WIDE, extra=_field(size, size)),
        "a wide terabyte": replace(packed, packed=WIDE, extra=_field(1 << 40)),
        "fields without end": replace(first, extra=b"\1\0\0\0" * 16_000),
    }
    found = {name: written([part, *rest]) for name, part in odd.items()}
    return found | {"no parts' bytes": written([replace(p, offset=0) for p in parts])}


def _field(*values: int) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def _bombs(parts: list[Part]) -> dict[str, bytes]:
    """Return zips that take more room or time than they have."""
    zeros, first = Part(b"zeros.png", bytes(BOMB), DEFLATED), parts[0]
    layer = written([zeros])
    for _ in range(4):
        layer = written([Part(b"%d.zip" % k, layer, DEFLATED) for k in range(8)])
    flat = b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">2I5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    )
    flat += _chunk(b"IDAT", zlib.compress(bytes(4 << 20), 9))
    same = [replace(zeros, name=b"same%d.png" % k, offset=0) for k in range(300)]
    return {
        "a bomb": written([*parts, zeros]),
        "a bomb of little shrinkage": written([*parts, replace(zeros, size=7 << 20)]),
        "300 parts in one place": written([zeros, *same, *parts]),
        "zips in zips": written([*parts, Part(b"a.zip", layer), Part(b"a.png", layer)]),
        "a flat picture of 3.6 gigapixels": written([*parts, Part(b"flat.png", flat)]),
        "70,000 links": written(
            [*parts, *(Part(b"%d.png" % k, rights=LINK, offset=0) for k in range(MANY))]
        ),
        "3,000 pictures in one": written(
            [first, *(replace(first, name=b"%d.png" % k, offset=0) for k in range(3000))]
        ),
    }


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _ends(parts: list[Part], whole: bytes) -> dict[str, bytes]:
    """Return zips whose list of parts is not where or what it is said to be."""
    at, length = whole.rindex(END), len(whole) - whole.rindex(END)
    listed = at - whole.index(ENTRY)
    tails = {
        "more parts than listed": Tail(count=9999),
        "fewer parts than listed": Tail(count=1),
        "no parts": Tail(count=0),
        "a list of 4 GB": Tail(length=WIDE),
        "a list before the file": Tail(start=WIDE),
        "a list of nothing": Tail(length=0),
        "a list that starts late": Tail(start=len(whole)),
        "wide, pointing nowhere": Tail(wide=wide(listed, at - listed, 2, 1 << 62)),
        "wide, pointing at itself": Tail(wide=wide(listed, at - listed, 2, at + 56)),
        "wide, a list of all memory": Tail(wide=wide(2**63, 0, 2**63, at)),
        "wide, endless parts": Tail(wide=wide(listed, at - listed, 2**64 - 1, at)),
        "wide and right": Tail(wide=wide(listed, at - listed, len(parts), at)),
        "an end in the comment": Tail(comment=END + bytes(18)),
        "a comment of 64 kB": Tail(comment=END[:3] * 21_845),
    }
    return {name: written(parts, tail) for name, tail in tails.items()} | {
        "a list cut short": whole[: at - listed // 2] + whole[at:],
        "no end": whole[:at],
        "an end cut short": whole[:-3],
        "only an end": whole[-length:],
        "nothing": b"",
        "a program in front": written(parts, before=b"MZ" + bytes(2000)),
        "two zips in a row": whole + whole,
        "a text": b"PK\3\4 is how a zip begins",
    }


def hurt(number: int, known: list[bytes]) -> bytes:
    """Return one of these zips with a field of a header changed, or hurt like any file."""
    rng = random.Random(number)
    data = bytearray(known[number % len(known)])
    places = [k for mark in (LOCAL, ENTRY, END) for k in _marks(data, mark)]
    if not places or rng.random() < 0.3:
        return mutant(number, [bytes(data)])
    for _ in range(rng.choice((1, 1, 2))):
        at, kind = rng.choice(places) + rng.randrange(4, 46), rng.choice(("<H", "<I"))
        value = rng.choice((*EXTREMES, len(data), rng.randrange(1 << 16)))
        value &= (1 << 8 * struct.calcsize(kind)) - 1
        data[at : at + struct.calcsize(kind)] = struct.pack(kind, value)
    return bytes(data)


def _marks(data: bytes | bytearray, mark: bytes) -> list[int]:
    """Return the first places of a mark."""
    found, at = [], data.find(mark)
    while at >= 0 and len(found) < 8:
        found.append(at)
        at = data.find(mark, at + 1)
    return found
