"""Palette files as other programs write them, and hostile ones."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.colors.palette_files import gpl, hexes, jasc, parsed, read_palette
from studio.core.events import Refused

COLORS = np.array([[0, 0, 0], [255, 200, 3], [18, 52, 86]], np.uint8)
TABLE = COLORS.tobytes()


def riff(colors: np.ndarray, version: int = 0x300) -> bytes:
    entries = b"".join(bytes(c) + b"\0" for c in colors)
    body = struct.pack("<HH", version, len(colors)) + entries
    data = b"PAL data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(data)) + data


KNOWN = {
    "gimp.gpl": b"GIMP Palette\nName: A b\nColumns: 4\n# x\n"
    b"  0   0   0\tInk\n255 200 3 Sun\n18 52 86",
    "aseprite.gpl": b"GIMP Palette\r\nChannels: RGBA\r\n#\r\n"
    b"0 0 0 255 Ink\r\n255 200 3 9\r\n18 52 86 0\r\n",
    "old.gpl": b"GIMP Palette\n0 0 0\tSchw\xe4rze\n\n255 200 3\n18 52 86\n",
    "jasc.pal": b"JASC-PAL\r\n0100\r\n3\r\n0 0 0\r\n255 200 3\r\n18 52 86\r\n",
    "windows.pal": riff(COLORS),
    "lospec.hex": b"000000\r\nffc803\r\n123456\r\n",
    "marked.hex": b"\xef\xbb\xbf#000000\n#FFC803ff\n\n123456",
    "adobe.act": TABLE + bytes(768 - len(TABLE)) + struct.pack(">HH", 3, 0xFFFF),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_palettes_of_other_programs_are_read(name: str):
    assert np.array_equal(parsed(KNOWN[name], name), COLORS)


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=256))
def test_what_is_written_is_read_again(colors: list[tuple[int, int, int]]):
    wanted = np.array(colors, np.uint8)
    assert np.array_equal(parsed(gpl(wanted, "a\nb"), "x.gpl"), wanted)
    assert np.array_equal(parsed(jasc(wanted), "x.pal"), wanted)
    assert np.array_equal(parsed(hexes(wanted), "x.hex"), wanted)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.gpl", b"", "no text"),
        ("a.gpl", b"\x89PNG\r\n\0\0", "neither GIMP"),
        ("a.gpl", b"GIMP Palette\n#\n", "no color"),
        ("a.gpl", b"GIMP Palette\n1 2 300\n", "line 2: '1 2 300'"),
        ("a.gpl", b"GIMP Palette\n1 2\n", "line 2"),
        ("a.gpl", b"GIMP Palette\n" + b"1 2 3\n" * 257, "257 colors"),
        ("a.pal", b"JASC-PAL\n0100\n3\n1 2 3\n", "cut short"),
        ("a.pal", b"JASC-PAL\n0100\n99999999999\n1 2 3\n", "cut short"),
        ("a.pal", b"JASC-PAL\n", "damaged"),
        ("a.pal", riff(COLORS)[:30], "cut short"),
        ("a.pal", riff(COLORS, 0x200), "another version"),
        ("a.pal", b"RIFF\0\0\0\0WAVE", "no palette"),
        ("a.hex", b"00000g\n", "line 1: '00000g'"),
        ("a.hex", b"000000\n" * 300, "300 colors"),
        ("a.act", b"123", "768 or 772"),
        ("a.act", bytes(768) + b"\0\0\0\0", "no color"),
    ],
)
def test_hostile_palettes_get_a_sentence(name: str, data: bytes, says: str):
    with pytest.raises(Refused, match=says) as told:
        parsed(data, name)
    assert "\n" not in str(told.value) and len(str(told.value)) < 160


@given(st.sampled_from(["a.gpl", "a.pal", "a.hex", "a.act"]), st.binary(max_size=900))
def test_any_bytes_give_colors_or_a_sentence(name: str, data: bytes):
    for head in (b"", b"GIMP Palette\n", b"JASC-PAL\n0100\n", b"RIFF\0\0\0\0PAL data\0\0\0\0\0\3"):
        try:
            assert parsed(head + data, name).shape[1] == 3
        except Refused:
            continue


def test_files_are_read_within_bounds(tmp_path: Path):
    (tmp_path / "long.gpl").write_bytes(b"GIMP Palette\n" + b"#" * (1 << 17))
    for path, says in (
        (tmp_path / "long.gpl", "64 kB"),
        (tmp_path / "none.gpl", "can't be read"),
        (tmp_path / "x.png", "no palette"),
        (tmp_path, "no palette"),
    ):
        with pytest.raises(Refused, match=says):
            read_palette(path)
