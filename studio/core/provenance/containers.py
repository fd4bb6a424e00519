"""XMP into files that are encoded already: JPEG (Adobe XMP part 3) and WebP (RFC 9649)."""

import struct
from collections.abc import Iterator

from studio.core.provenance.record import Record
from studio.core.provenance.xmp import xmp

APP0, APP1, SCAN = 0xE0, 0xE1, 0xDA
JPEG_KEY = b"http://ns.adobe.com/xap/1.0/\0"
JPEG_AT_MOST = 65_533  # bytes of a segment
HAS_XMP, HAS_ALPHA = 0x04, 0x10


def with_xmp(data: bytes, ending: str, record: Record) -> bytes:
    """Return a JPEG or WebP that says in XMP where it comes from; other files, and what is built
    otherwise, as they are. What it said before stays, as in `xmp`.
    """
    kind = ending.lower()
    if kind == ".webp" and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data, record)
    if kind in (".jpg", ".jpeg") and data[:2] == b"\xff\xd8":
        return _jpeg(data, record)
    return data


def _jpeg(data: bytes, record: Record) -> bytes:
    """Put a segment after the first, JFIF's, in place of one that is there."""
    known, kept, at = None, [], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if data[at + 1] == APP1 and body.startswith(JPEG_KEY):
            known = body[len(JPEG_KEY) :]
        else:
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    words = JPEG_KEY + xmp(record, known, whole=True)
    if len(words) > JPEG_AT_MOST:
        return data
    segment = struct.pack(">BBH", 0xFF, APP1, len(words) + 2) + words
    first = 1 if kept and kept[0][1] == APP0 else 0
    return b"".join([data[:2], *kept[:first], segment, *kept[first:], data[at:]])


def _webp(data: bytes, record: Record) -> bytes:
    """Append a chunk, in place of one that is there, and tell of it in the extended header."""
    chunks = list(_chunks(data))
    known = next((body for name, body in chunks if name == b"XMP "), None)
    rest = [(name, body) for name, body in chunks if name != b"XMP "]
    if not rest:
        return data
    if rest[0][0] != b"VP8X":
        header = _extended(*rest[0])
        if header is None:
            return data
        rest.insert(0, (b"VP8X", header))
    flags = bytes([rest[0][1][0] | HAS_XMP]) + rest[0][1][1:]
    words = xmp(record, known, whole=True)
    whole = [(b"VP8X", flags), *rest[1:], (b"XMP ", words)]
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in whole
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _extended(name: bytes, body: bytes) -> bytes | None:
    """Return the extended header of a plain picture, from the head of its pixels."""
    if name == b"VP8L" and len(body) > 5:
        (bits,) = struct.unpack_from("<I", body, 1)
        across, down, clear = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif name == b"VP8 " and len(body) > 10:
        wide, high = struct.unpack_from("<HH", body, 6)
        across, down, clear = (wide & 0x3FFF) - 1, (high & 0x3FFF) - 1, 0
    else:
        return None
    flags = HAS_ALPHA if clear else 0
    return struct.pack("<I", flags) + across.to_bytes(3, "little") + down.to_bytes(3, "little")
