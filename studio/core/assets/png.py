"""PNGs packed band by band, so that Stop is heard, and half as large as when packed in a hurry."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from studio.core.events import Job, Progress

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KINDS = {1: 0, 3: 2, 4: 6}  # PNG's color types by channels
NONE, SUB, UP = range(3)  # its filters
BAND = 1 << 20  # bytes packed at a time: 30 to 60 ms
SAMPLES, SAMPLE_ROWS = 8, 8  # by which the filter is chosen
LEVEL = 6  # sprites: 0.53 of what OpenCV packs in half the time; 9 is 1 % smaller, twice as slow


def png(pixels: np.ndarray, profile: bytes | None = None) -> Job[bytes]:
    """Return a picture uint8 or uint16 [h, w, c], c in 1, 3, 4, as a PNG with its ICC profile.

    One filter is taken for all rows, the one that packs samples of them best: none for flat
    sprites, differences for photographs. Equal pictures give equal bytes.
    """
    height, width, channels = pixels.shape
    step = channels * pixels.itemsize
    rows = max(1, BAND // (width * step))
    way = _best(pixels, step)
    packer, parts = zlib.compressobj(LEVEL), []
    for top in range(0, height, rows):
        yield Progress(top, height, "Packing the picture")
        parts.append(packer.compress(_filtered(pixels, top, top + rows, way, step)))
    parts.append(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, KINDS[channels], 0, 0, 0)
    named = b"ICC profile\0\0" + zlib.compress(profile) if profile else b""
    return b"".join(
        [
            SIGNATURE,
            *_chunk(b"IHDR", head),
            *(_chunk(b"iCCP", named) if named else ()),
            *_chunk(b"IDAT", b"".join(parts)),
            *_chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, body: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", len(body))
    yield name
    yield body
    yield struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def _best(pixels: np.ndarray, step: int) -> int:
    """Return the filter under which some rows, evenly spread, are packed smallest."""
    tops = np.unique(np.linspace(0, max(0, len(pixels) - SAMPLE_ROWS), SAMPLES).astype(int))
    return min((NONE, SUB, UP), key=lambda way: _size(pixels, tops.tolist(), way, step))


def _size(pixels: np.ndarray, tops: list[int], way: int, step: int) -> int:
    found = (_filtered(pixels, top, top + SAMPLE_ROWS, way, step) for top in tops)
    return len(zlib.compress(b"".join(found), LEVEL))


def _filtered(pixels: np.ndarray, top: int, bottom: int, way: int, step: int) -> bytes:
    """Return rows as PNG holds them, the filter's number before each."""
    rows = _plain(pixels[top:bottom])
    found = rows.copy()
    if way == SUB:
        found[:, step:] -= rows[:, :-step]
    elif way == UP:
        found[1:] -= rows[:-1]
        if top:
            found[:1] -= _plain(pixels[top - 1 : top])
    return np.pad(found, ((0, 0), (1, 0)), constant_values=way).tobytes()


def _plain(rows: np.ndarray) -> np.ndarray:
    """Return rows [h, w, c] as bytes [h, n], the higher byte of 16 bits first."""
    big = np.ascontiguousarray(rows).astype(rows.dtype.newbyteorder(">"), copy=False)
    return big.reshape(len(rows), -1).view(np.uint8)
