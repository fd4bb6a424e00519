"""GIF, WebP and animated PNG, put together from frames that Pillow packs one by one.

Pillow's own animations join equal frames and can't be stopped half-way; here a frame is a frame.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from zlib import crc32

import numpy as np
from PIL import Image

from studio.core.pictures import pillow

GIF_COLORS = 256
GIF_FPS = 50  # programs show what is quicker at 10 frames a second
FEW = 64 * 64  # pixels for which colors are chosen best: 37 dB, 5 ms; for more 31 to 36 dB, 3 ms
SOLID = 128  # alpha from which a pixel of a GIF is seen


def delays(count: int, fps: float, unit: int) -> list[int]:
    """Return how long each frame is shown in 1/`unit` s, whole numbers whose sum is right."""
    ends = [round(unit * k / fps) for k in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


def gif(frames: np.ndarray, fps: float, scale: int, loop: bool) -> Iterator[bytes]:
    """Yield the parts of a GIF89a of frames uint8 [n, h, w, c], one a frame; alpha of 1 bit."""
    height, width = (scale * side for side in frames.shape[1:3])
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x70, 0, 0)
    yield head + (b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00" if loop else b"")
    for frame, delay in zip(frames, delays(len(frames), fps, 100), strict=True):
        codes, colors, clear = reduced(frame)
        bits = max(2, (len(colors) - 1).bit_length())
        table = np.zeros((1 << bits, 3), np.uint8)
        table[: len(colors)] = colors
        cleared = 2 if frame.shape[-1] == 4 else 1  # else what was under a clear pixel would stay
        flags = cleared << 2 | (clear is not None)
        yield b"".join(
            (
                b"\x21\xf9\x04" + struct.pack("<BHBB", flags, delay, clear or 0, 0),
                b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0x80 | bits - 1),
                table.tobytes(),
                _gif_pixels(enlarged(codes[None], scale)[0], table),
            )
        )
    yield b"\x3b"


def merges(frame: np.ndarray) -> bool:
    """Tell whether a frame [h, w, c] has more colors than a GIF's frame."""
    seen = _packed(frame)[_solid(frame)]
    return len(np.unique(seen)) > GIF_COLORS - (seen.size < frame.shape[0] * frame.shape[1])


def reduced(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray, int | None]:
    """Return a frame [h, w, c] as codes uint8 [h, w], colors uint8 [k, 3], k <= 256, and the code
    that is clear, if any. Up to 256 colors are kept exactly; more are merged, without a dither,
    which would crawl.
    """
    solid = _solid(frame)
    most = GIF_COLORS - (not solid.all())
    found, inverse = np.unique(_packed(frame)[solid], return_inverse=True)
    colors = np.stack([found >> 16, found >> 8 & 255, found & 255], 1).astype(np.uint8)
    if len(colors) > most:
        quick, best = Image.Quantize.FASTOCTREE, Image.Quantize.MAXCOVERAGE
        way = best if len(inverse) <= FEW else quick
        seen = Image.fromarray(colors[inverse][None])
        merged = seen.quantize(most, way, dither=Image.Dither.NONE)
        colors = np.array(merged.getpalette() or [], np.uint8).reshape(-1, 3)[:most]
        inverse = np.asarray(merged).ravel()
    codes = np.full(solid.shape, len(colors) % GIF_COLORS, np.uint8)
    codes[solid] = inverse
    if solid.all():
        return codes, colors, None
    return codes, np.concatenate([colors, np.zeros((1, 3), np.uint8)]), len(colors)


def _packed(frame: np.ndarray) -> np.ndarray:
    """Return every pixel's color as one number [h, w], by which it sorts 50 times as fast."""
    red, green, blue = (frame[..., k % frame.shape[2]].astype(np.int32) for k in range(3))
    return red << 16 | green << 8 | blue


def _solid(frame: np.ndarray) -> np.ndarray:
    """Return where a frame is seen in a GIF, bool [h, w]."""
    return frame[..., 3] >= SOLID if frame.shape[2] == 4 else np.ones(frame.shape[:2], bool)


def _gif_pixels(codes: np.ndarray, table: np.ndarray) -> bytes:
    """Return codes [h, w] as GIF packs them: the size of the first code, then blocks, then 0."""
    image = Image.fromarray(codes, "P")
    image.putpalette(table.tobytes())
    file = BytesIO()
    image.save(file, "GIF", optimize=False, interlace=False)
    data = file.getvalue()
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:  # extensions
        at = _end(data, at + 2)
    flags = data[at + 9]
    at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    return data[at : _end(data, at + 1)]


def _end(data: bytes, at: int) -> int:
    """Return where the blocks that start at `at` are over, past the empty one."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def webp(frames: np.ndarray, fps: float, scale: int, loop: bool) -> Iterator[bytes]:
    """Yield the parts of a lossless WebP of frames uint8 [n, h, w, c]; the first part is written
    without the whole's size, which `webp_size` gives when all is known.
    """
    count, height, width = frames.shape[:3]
    alpha = 0x10 if frames.shape[3] == 4 else 0
    canvas = _u24(width * scale - 1) + _u24(height * scale - 1)
    yield b"".join(
        (
            b"RIFF\0\0\0\0WEBP",
            _riff(b"VP8X", bytes([0x02 | alpha, 0, 0, 0]) + canvas),
            _riff(b"ANIM", struct.pack("<IH", 0, 0 if loop else 1)),
        )
    )
    for frame, delay in zip(frames, delays(count, fps, 1000), strict=True):
        file = BytesIO()
        image = pillow(enlarged(frame[None], scale)[0])
        if image.mode == "L":
            image = image.convert("RGB")
        image.save(file, "WEBP", lossless=True, quality=50, method=2, exact=True)
        data = file.getvalue()
        pixels = data[data.index(b"VP8L", 12) :]
        yield _riff(b"ANMF", bytes(6) + canvas + _u24(delay) + b"\x02" + pixels)


def webp_size(total: int) -> tuple[int, bytes]:
    """Return where in a WebP of `total` bytes its size stands, and the size."""
    return 4, struct.pack("<I", total - 8)


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _u24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def apng(frames: np.ndarray, fps: float, scale: int, loop: bool) -> Iterator[bytes]:
    """Yield the parts of an animated PNG of frames uint8 [n, h, w, c], exact in color and time."""
    height, width = (scale * side for side in frames.shape[1:3])
    shown = Fraction(1 / fps).limit_denominator(0xFFFF)
    number = 0
    for k, frame in enumerate(frames):
        chunks = _chunks(enlarged(frame[None], scale)[0])
        if k == 0:
            head = next(data for name, data in chunks if name == b"IHDR")
            counts = struct.pack(">II", len(frames), 0 if loop else 1)
            yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"acTL", counts)
        control = (number, width, height, 0, 0, shown.numerator, shown.denominator, 0, 0)
        parts = [_chunk(b"fcTL", struct.pack(">IIIIIHHBB", *control))]
        number += 1
        for data in (data for name, data in chunks if name == b"IDAT"):
            parts.append(
                _chunk(b"fdAT", struct.pack(">I", number) + data) if k else _chunk(b"IDAT", data)
            )
            number += k > 0
        yield b"".join(parts)
    yield _chunk(b"IEND", b"")


def _chunks(picture: np.ndarray) -> list[tuple[bytes, bytes]]:
    """Return the names and contents of what a PNG of the picture consists of."""
    file = BytesIO()
    pillow(picture).save(file, "PNG")
    data, at, found = file.getvalue(), 8, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))


def enlarged(frames: np.ndarray, scale: int) -> np.ndarray:
    """Repeat every pixel of frames [n, h, w, ...] `scale` times both ways."""
    return frames.repeat(scale, axis=1).repeat(scale, axis=2)
