"""EXIF as bytes: which way up a picture is, and what must not outlive a repair."""

import struct
from collections.abc import Iterator

from studio.core.data.decode import ORIENTATION

NEXT_AT = 2  # bytes of an entry count before the entries
ENTRY = 12
THUMBNAIL, THUMBNAIL_BYTES = 0x0201, 0x0202


def repaired(exif: bytes) -> bytes:
    """Return EXIF (a TIFF structure) of the same length that fits the pixels as they are now.

    Orientation becomes 1, since the pixels were turned, and the thumbnail is erased: it shows what
    was repaired. EXIF that can't be read is returned as it is.
    """
    changed = bytearray(exif)
    try:
        order = {b"II": "<", b"MM": ">"}[bytes(exif[:2])]
        (first,) = struct.unpack_from(order + "I", exif, 4)
        second_at = _upright(changed, first, order)
        (second,) = struct.unpack_from(order + "I", exif, second_at)
        if second:
            struct.pack_into(order + "I", changed, second_at, 0)
            _erase_thumbnail(changed, second, order)
    except (KeyError, struct.error):
        return exif
    return bytes(changed)


def _entries(exif: bytearray, at: int, order: str) -> Iterator[tuple[int, int]]:
    """Yield the tag and the position of the value of a directory's entries."""
    (count,) = struct.unpack_from(order + "H", exif, at)
    for k in range(count):
        entry = at + NEXT_AT + ENTRY * k
        yield struct.unpack_from(order + "H", exif, entry)[0], entry + 8


def _upright(exif: bytearray, at: int, order: str) -> int:
    """Set the orientation of the directory at `at` to 1; return where the next one is named."""
    found = list(_entries(exif, at, order))
    for tag, value in found:
        if tag == ORIENTATION:
            struct.pack_into(order + "H", exif, value, 1)
    return at + NEXT_AT + ENTRY * len(found)


def _erase_thumbnail(exif: bytearray, at: int, order: str) -> None:
    values = {
        tag: struct.unpack_from(order + "I", exif, value)[0]
        for tag, value in _entries(exif, at, order)
    }
    begin = values.get(THUMBNAIL, 0)
    end = min(len(exif), begin + values.get(THUMBNAIL_BYTES, 0))
    if begin:
        exif[begin:end] = bytes(max(0, end - begin))
