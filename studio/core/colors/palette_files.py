"""Palette files: .gpl of GIMP and Aseprite, .pal of JASC and RIFF, .hex, .act; read and written.

Formats: GIMP devel-docs/gpl.txt, Aseprite's RGBA extension of it, JASC Paint Shop Pro 0100, the
RIFF PAL of Windows' LOGPALETTE 0x0300, Lospec's .hex, Adobe's color table.
"""

import re
import struct
from pathlib import Path

import numpy as np

from studio.core.events import Refused

MOST = 256  # colors that an indexed picture holds
BYTES_AT_MOST = 1 << 16  # 256 lines with long names are a quarter of it
ENDINGS = (".gpl", ".pal", ".hex", ".act")
ACT = 768  # bytes of its colors; four more say how many are used, and which is clear
RIFF_VERSION = 0x0300


def read_palette(path: Path) -> np.ndarray:
    """Return the colors of a palette file, uint8 [k, 3], 1 <= k <= 256, in its order.

    Raises Refused with one sentence for what is not there, damaged, empty or too long.
    """
    if path.suffix.lower() not in ENDINGS:
        raise Refused(f"{path.name} is no palette; name a {', '.join(ENDINGS)} file.")
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_AT_MOST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(
            f"The palette {path.name} can't be read: {reason}; choose the file again."
        ) from None
    if len(data) > BYTES_AT_MOST:
        raise Refused(f"{path.name} is too long for a palette: more than 64 kB.")
    return parsed(data, path.name)


def parsed(data: bytes, name: str) -> np.ndarray:
    """Return the colors of a palette file's contents; the name's ending and its head tell which."""
    colors = _act(data, name) if name.lower().endswith(".act") else _by_head(data, name)
    if not colors:
        raise Refused(f"{name} holds no color.")
    if len(colors) > MOST:
        raise Refused(f"{name} holds {len(colors)} colors; a palette has {MOST} at most.")
    return np.array(colors, np.uint8)


Colors = list[tuple[int, int, int]]


def _by_head(data: bytes, name: str) -> Colors:
    if data[:4] == b"RIFF":
        return _riff(data, name)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = data.decode("latin-1").splitlines()  # names of colors may be in any tongue
    if not lines or "\0" in lines[0]:
        raise Refused(f"{name} is no palette: it holds no text.")
    head = lines[0].strip()
    if head == "GIMP Palette":
        return _gpl(lines[1:], name)
    if head == "JASC-PAL":
        return _jasc(lines[1:], name)
    if name.lower().endswith(".hex"):
        return _hex(lines, name)
    raise Refused(f"{name} is no palette: its first line is neither GIMP's nor JASC's.")


def _gpl(lines: list[str], name: str) -> Colors:
    found: Colors = []
    for number, line in enumerate(lines, 2):
        text = line.strip()
        if text and not text.startswith("#") and not re.match(r"(Name|Columns|Channels)\s*:", text):
            found.append(_triple(text.split()[:3], number, name))
    return found


def _jasc(lines: list[str], name: str) -> Colors:
    if len(lines) < 2 or lines[0].strip() != "0100" or not lines[1].strip().isdecimal():
        raise Refused(f"{name} is damaged: a version 0100 and a number of colors are missing.")
    count = int(lines[1].strip()[:9])
    rows = [line for line in lines[2:] if line.strip()]
    if len(rows) < count:
        raise Refused(f"{name} is cut short: it says {count} colors and holds {len(rows)}.")
    return [_triple(row.split()[:3], at, name) for at, row in enumerate(rows[:count], 4)]


def _hex(lines: list[str], name: str) -> Colors:
    found: Colors = []
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("#")
        if text and not re.fullmatch("[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", text):
            raise Refused(f"{name}, line {number}: '{_short(line)}' is no color like ffcc00.")
        if text:
            red, green, blue = bytes.fromhex(text[:6])
            found.append((red, green, blue))
    return found


def _riff(data: bytes, name: str) -> Colors:
    if data[8:16] != b"PAL data" or len(data) < 24:
        raise Refused(f"{name} is a RIFF file, but no palette.")
    version, count = struct.unpack_from("<HH", data, 20)
    if version != RIFF_VERSION:
        raise Refused(f"{name} is a palette of another version: {version:#06x} and not 0x0300.")
    if len(data) < 24 + 4 * count:
        raise Refused(f"{name} is cut short: it says {count} colors.")
    return [(data[at], data[at + 1], data[at + 2]) for at in range(24, 24 + 4 * count, 4)]


def _act(data: bytes, name: str) -> Colors:
    if len(data) not in (ACT, ACT + 4):
        raise Refused(f"{name} is damaged: a color table has 768 or 772 bytes, not {len(data)}.")
    count = struct.unpack_from(">H", data, ACT)[0] if len(data) > ACT else MOST
    return [(data[k], data[k + 1], data[k + 2]) for k in range(0, 3 * min(count, MOST), 3)]


def _triple(words: list[str], number: int, name: str) -> tuple[int, int, int]:
    if len(words) == 3 and all(re.fullmatch(r"\d{1,3}", w) and int(w) < 256 for w in words):
        return int(words[0]), int(words[1]), int(words[2])
    shown = _short(" ".join(words))
    raise Refused(f"{name}, line {number}: '{shown}' is no color of three numbers up to 255.")


def _short(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text.strip()[:30])


def gpl(colors: np.ndarray, title: str) -> bytes:
    """Return colors uint8 [k, 3] as a GIMP palette."""
    plain = " ".join(title.split())
    lines = ["GIMP Palette", f"Name: {plain}", "Columns: 8", "#"]
    rows = [f"{r:3d} {g:3d} {b:3d}\t{r:02x}{g:02x}{b:02x}" for r, g, b in colors.tolist()]
    return ("\n".join([*lines, *rows]) + "\n").encode()


def jasc(colors: np.ndarray) -> bytes:
    """Return colors uint8 [k, 3] as a JASC palette."""
    rows = [f"{r} {g} {b}" for r, g, b in colors.tolist()]
    return ("\r\n".join(["JASC-PAL", "0100", str(len(colors)), *rows]) + "\r\n").encode()


def hexes(colors: np.ndarray) -> bytes:
    """Return colors uint8 [k, 3] as lines of rrggbb."""
    return "".join(bytes(color).hex() + "\n" for color in colors).encode()
