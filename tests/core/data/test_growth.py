"""The flattest picture that can be written opens; a head that its file can't fill is refused."""

import io
import re
import struct

import pytest
from PIL import Image

from studio.core.data.growth import LARGE, impossible, jpeg_holds
from tests.core.data.made import encoded, photo
from tests.faults.mutating import mended

SIDE = 2500
WAYS = {
    "PNG": [{"optimize": True}],
    "JPEG": [{"optimize": True}, {"progressive": True}, {"subsampling": 0, "optimize": True}],
    "TIFF": [
        {"compression": name}
        for name in ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "group4", "zstd")
    ],
    "GIF": [{}],
    "BMP": [{}],
    "PPM": [{}],
}
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "TIFF": ("1", "L", "P", "RGB", "RGBA", "I;16", "F"),
    "GIF": ("L", "P"),
    "BMP": ("1", "L", "P", "RGB"),
    "PPM": ("1", "L", "RGB"),
}
FLAT = [(kind, mode, way) for kind, modes in MODES.items() for mode in modes for way in WAYS[kind]]


def said(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return impossible(image, data)


@pytest.mark.parametrize(("kind", "mode", "way"), FLAT)
def test_the_flattest_picture_of_any_packing_may_be_what_it_says(monkeypatch, kind, mode, way):
    monkeypatch.setattr("studio.core.data.growth.LARGE", 0)
    if way.get("compression") == "group4":
        monkeypatch.setattr("studio.core.data.growth.LARGE", LARGE)  # white is a bit a row
        mode = "1"
    assert said(encoded(Image.new(mode, (SIDE, SIDE)), kind, **way)) == ""


def told(data: bytes, kind: str, side: int) -> bytes:
    """Return a picture file with another size in its head."""
    at, form = {"PNG": (16, ">2I"), "GIF": (6, "<2H"), "BMP": (18, "<2I")}[kind]
    hurt = bytearray(data)
    struct.pack_into(form, hurt, at, side, side)
    return bytes(mended(hurt, 8)) if kind == "PNG" else bytes(hurt)


@pytest.mark.parametrize(
    ("kind", "side", "words"),
    [("PNG", 2000, "cut off"), ("BMP", 2000, "cut off"), ("GIF", 6000, "10,400 times its size")],
)
def test_a_small_file_that_says_it_is_huge_is_refused(kind, side, words):
    data = encoded(Image.fromarray(photo(12, 16)), kind)
    assert said(data) == ""
    assert words in said(told(data, kind, side))


@pytest.mark.parametrize(("packing", "side"), [("raw", 300), ("packbits", 2000), ("jpeg", 2000)])
def test_a_tiff_is_known_by_its_packing(packing, side):
    data = bytearray(encoded(Image.fromarray(photo(64, 64)), "TIFF", compression=packing))
    for tag in (b"\0\1", b"\1\1"):  # width and height, each a short or a long
        found = re.search(tag + b"[\3\4]\0\1\0\0\0", data)
        assert found
        struct.pack_into("<I", data, found.end(), side)
    assert "cut off" in said(bytes(data))


def test_a_moving_webp_is_held_twice():
    frames = [Image.new("RGB", (3500, 3500), color) for color in ("red", "blue")]
    still = encoded(frames[0], "WEBP", lossless=True)
    moving = encoded(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:])
    assert said(still) == ""
    assert "3500×3500" in said(moving)


def test_a_jpeg_may_be_as_large_as_its_bytes_allow():
    flat = encoded(Image.new("RGB", (SIDE, SIDE)), "JPEG", optimize=True)
    assert jpeg_holds(SIDE, SIDE, 3, flat)
    assert not jpeg_holds(SIDE, SIDE, 3, flat[:1000])
