"""What is noted of a picture file when the gallery first sees it: size, colors, likeness, words."""

import json
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from studio.core.colors.oklab import to_oklab
from studio.core.data.bands import bands, by_rows, changed
from studio.core.data.growth import HOLDS
from studio.core.events import Refused
from studio.core.photographs.photograph import open_photograph
from studio.core.provenance.record import TEXT_AT_MOST, Record, parse
from studio.core.provenance.stamping import KEY, PNG, beside, embedded
from studio.core.silence import SILENCE

SIDE = 32  # of the grid a picture is looked at on
COLORS = 8  # dominant ones
CELL, AROUND = 0.08, 0.1  # of OKLab: colors of one cell are one, and shades are so far apart
THUMBNAIL = 128
SIDE_AT_MOST = 8192  # of what is decoded before it is asked whether there is memory for it
SIMILAR = 54 + 48  # numbers that likeness is measured by
STARTS = PNG + b"\0\0\0\rIHDR"
HEAD, CHANNELS = len(STARTS) + 17, {2: 3, 6: 4}
SWAP = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}


@dataclass(frozen=True, eq=False)
class Look:
    """A picture as it looks: `colors` float32 [COLORS, 4], OKLab and share (of 1) of those that
    most of it lies around, `similar` float16 [SIMILAR], `thumbnail` uint8 [h, w, c].
    """

    width: int
    height: int
    mean: tuple[int, int, int]
    colors: np.ndarray
    similar: np.ndarray
    thumbnail: np.ndarray


def read(path: Path) -> tuple[Record | None, Look | None]:
    """Return what a picture says of itself and how it looks; None for what can't be read."""
    data = path.read_bytes()
    try:
        record = said(path, data)
    except Refused:
        record = None
    try:
        return record, look(pixels_of(path, data))
    except (Refused, MemoryError, cv2.error):
        return record, None


def said(path: Path, data: bytes) -> Record | None:
    """Return the record in or beside a file whose bytes are there already."""
    if not data.startswith(STARTS):
        return embedded(path) or beside(path)
    text = _text(data)
    return parse(text, path.name) if text is not None else beside(path)


def _text(data: bytes) -> str | None:
    """Return the record's text in a PNG: Pillow would take longer than all else that is read."""
    at = len(PNG)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name in (b"IDAT", b"IEND"):
            return None
        if name == b"iTXt" and data.startswith(KEY.encode() + b"\0", at + 8):
            return _unpacked(data[at + 8 : at + 8 + length])
        at += 12 + length
    return None


def _unpacked(body: bytes) -> str | None:
    try:
        _, rest = body.split(b"\0", 1)
        _, _, text = rest[2:].split(b"\0", 2)
        if rest[0]:
            text = zlib.decompressobj().decompress(text, TEXT_AT_MOST)
        return text.decode()
    except (ValueError, IndexError, zlib.error):
        return None


def pixels_of(path: Path, data: bytes) -> np.ndarray:
    """Return a picture uint8 or uint16 [h, w, c]; raise Refused where it can't be decoded."""
    if _quick(data):
        with SILENCE:
            found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if found is not None and found.ndim == 3 and found.dtype == np.uint8:
            return changed(found, lambda part: cv2.cvtColor(part, SWAP[found.shape[2]]))
    return open_photograph(path).pixels


def _quick(data: bytes) -> bool:
    """Tell whether this is an upright PNG of eight bits in color whose parts are all there: OpenCV
    makes room for whatever a part says of its length, and at least as soon as its head is read.
    """
    if not data.startswith(STARTS) or len(data) < HEAD:
        return False
    width, height, depth, kind = struct.unpack_from(">2I2B", data, 16)
    if depth != 8 or kind not in CHANNELS or max(width, height) > SIDE_AT_MOST:
        return False
    fits = width * height * CHANNELS[kind] <= HOLDS["zip"] * len(data)
    at, name = len(PNG), b""
    while fits and name != b"IEND":
        if at + 12 > len(data) or name == b"eXIf":
            return False
        length, name = struct.unpack_from(">I4s", data, at)
        at += 12 + length
    return fits and at <= len(data)


def look(pixels: np.ndarray) -> Look:
    """Look at a picture uint8 or uint16 [h, w, c], straight alpha."""
    height, width = pixels.shape[:2]
    small = scaled(eight(pixels), THUMBNAIL)
    grid = cv2.resize(premultiplied(small), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    alpha = grid[..., 3:] / 255
    color = grid[..., :3] / np.maximum(grid[..., 3:], 1e-3)
    lab = to_oklab(np.clip(color, 0, 1).astype(np.float32))
    total = max(float(alpha.sum()), 1e-6)
    mean = (255 * (color * alpha).sum((0, 1)) / total).clip(0, 255)
    red, green, blue = (round(float(level)) for level in mean)
    return Look(
        width,
        height,
        (red, green, blue),
        dominant(lab.reshape(-1, 3), alpha.reshape(-1)),
        similar(lab, alpha),
        small,
    )


def eight(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 or uint16 as uint8."""
    deep = pixels.dtype == np.uint16
    return by_rows(pixels, lambda part: part >> 8) if deep else np.ascontiguousarray(pixels)


def scaled(pixels: np.ndarray, most: int) -> np.ndarray:
    """Return a picture uint8 [h, w, c] no larger than `most` a side, color weighed by alpha."""
    factor = most / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = [max(1, round(length * factor)) for length in pixels.shape[1::-1]]
    if pixels.shape[2] < 4:
        found = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        return found if found.ndim == 3 else found[..., None]
    narrow = np.empty((len(pixels), size[0], 4), np.float32)  # the width first, a band at a time
    for rows in bands(len(pixels), 4 * pixels[:1].nbytes):
        part, room = premultiplied(pixels[rows]), (size[0], rows.stop - rows.start)
        narrow[rows] = cv2.resize(part, room, interpolation=cv2.INTER_AREA)
    found = cv2.resize(narrow, size, interpolation=cv2.INTER_AREA)
    color = found[..., :3] * 255 / np.maximum(found[..., 3:], 1e-3)
    return np.concatenate([color, found[..., 3:]], -1).round().clip(0, 255).astype(np.uint8)


def premultiplied(pixels: np.ndarray) -> np.ndarray:
    """Return a picture uint8 [h, w, c] as float32 [h, w, 4] in 0..255, color times alpha."""
    if pixels.shape[2] == 4:
        whole = pixels.astype(np.float32)
        whole[..., :3] *= whole[..., 3:] / 255
        return whole
    whole = np.full((*pixels.shape[:2], 4), 255, np.float32)
    whole[..., :3] = pixels
    return whole


def dominant(lab: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the colors that most of OKLab [n, 3] lies around, and their shares: [COLORS, 4].

    Each is the mean of what lies around the color with most around it, of what is left by then:
    the shades of one thing are one color, so that a few tell of small things too.
    """
    cell = np.floor(lab / CELL).astype(np.int64) + 16
    spots, groups = np.unique(cell @ [1024, 32, 1], return_inverse=True)
    mass = np.bincount(groups, weight, len(spots))
    sums = np.stack([np.bincount(groups, weight * lab[:, k], len(spots)) for k in range(3)], 1)
    means = sums / np.maximum(mass[:, None], 1e-6)
    near = np.square(means[:, None] - means).sum(-1) < AROUND**2
    found, total = np.zeros((COLORS, 4), np.float32), max(float(mass.sum()), 1e-6)
    for row in found:
        around = near[int(np.argmax(near @ mass))] & (mass > 0)
        if not around.any():
            break
        share = float(mass[around].sum())
        row[:] = *(sums[around].sum(0) / max(share, 1e-6)), share / total
        mass, sums = np.where(around, 0, mass), np.where(around[:, None], 0, sums)
    return found


@cache
def _window() -> np.ndarray:
    ramp = np.hanning(SIDE + 2)[1:-1].astype(np.float32)
    return np.sqrt(np.outer(ramp, ramp))


def similar(lab: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return what likeness is measured by: of OKLab [32, 32, 3] and alpha in 0..1 [32, 32, 1].

    Where colors are, on a 6×6 grid folded left to right; and how bright detail is spread over
    directions and scales, by the power spectrum, which neither a shift nor a mirror changes.
    """
    shown = np.concatenate([lab, np.ones_like(alpha)], -1) * alpha
    cells = cv2.resize(shown, (6, 6), interpolation=cv2.INTER_AREA)[..., :3]
    folded = (cells[:, :3] + cells[:, :2:-1]) / 2
    bright = (shown[..., 0] - shown[..., 0].mean()) * _window()
    power = np.abs(np.fft.rfft2(bright)) / SIDE
    right, left = power[:6, 1:9], power[:-7:-1, 1:9]
    detail = (right + left) / 2
    return np.concatenate([3 * folded.reshape(-1), np.sqrt(detail).reshape(-1)]).astype(np.float16)


def words(record: Record) -> str:
    """Return the words a record is found by."""
    found = [record.label, record.model[:16], record.program]
    found += [f"{key} {_plain(value)}" for key, value in record.settings.items()]
    for each in (record, *record.sources):
        found += [each.title, each.family, each.workspace]
        found += [f"{right.author} {right.licence}" for right in each.rights]
    return " ".join(filter(None, found))[:4000]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)[:200]
