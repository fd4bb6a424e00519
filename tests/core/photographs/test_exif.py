"""EXIF as bytes: upright, without a thumbnail, otherwise untouched; hostile bytes pass."""

import io
import struct

import hypothesis.strategies as st
import pytest
from hypothesis import given
from PIL import Image

from studio.core.photographs.exif import repaired


def camera(orientation: int = 6) -> bytes:
    """EXIF as Pillow writes it: maker, orientation, exposure, place."""
    exif = Image.Exif()
    exif[271], exif[274] = "Maker", orientation
    exif.get_ifd(0x8769)[33434] = (1, 125)
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes().removeprefix(b"Exif\0\0")


def with_thumbnail(order: str) -> tuple[bytes, bytes]:
    """EXIF with orientation 8 and a thumbnail, and the thumbnail's bytes."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, "JPEG")
    thumbnail = file.getvalue()
    first = struct.pack(order + "HHHIHHI", 1, 274, 3, 1, 8, 0, 26)
    second = struct.pack(order + "H", 2)
    second += struct.pack(order + "HHII", 0x0201, 4, 1, 56)
    second += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail))
    second += struct.pack(order + "I", 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + first + second + thumbnail, thumbnail


def test_orientation_becomes_upright_and_the_rest_stays():
    after = Image.Exif()
    after.load(repaired(camera(6)))
    assert after[274] == 1 and after[271] == "Maker"
    assert after.get_ifd(0x8769)[33434] == (1, 125) and after.get_ifd(0x8825)[1] == "N"
    assert len(repaired(camera(6))) == len(camera(6))
    assert repaired(camera(1)) == camera(1)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_thumbnail_of_the_damage_does_not_outlive_it(order):
    exif, thumbnail = with_thumbnail(order)
    assert exif.endswith(thumbnail) and exif[56:] == thumbnail
    after = repaired(exif)
    assert after.endswith(bytes(len(thumbnail)))
    read = Image.Exif()
    read.load(after)
    assert read[274] == 1 and not read.get_ifd(1)


@given(st.binary(max_size=80), st.sampled_from([b"II*\0", b"MM\0*", b""]))
def test_any_bytes_pass(tail, head):
    assert len(repaired(head + tail)) == len(head + tail)


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_flipped_byte_passes(at, value):
    exif = bytearray(with_thumbnail("<")[0])
    exif[at] = value
    assert len(repaired(bytes(exif))) == len(exif)
