"""Bad pictures and masks for repair: one sentence, nothing on stderr, no file touched or made."""

import os
import struct
import zlib
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from PIL import Image

from studio.core.data.decode import Unreadable
from studio.core.events import Refused, finished
from studio.core.painting.masks import load_mask
from studio.core.photographs.photograph import Photograph, decoded, open_photograph, save_photograph
from studio.core.repair.repairing import repair
from studio.core.repair.request import RepairSettings
from tests.core.data.made import encoded, photo


def deep(ending: str, folder: Path) -> bytes:
    """A file with 16 bits a channel, which OpenCV reads."""
    pixels = np.random.default_rng(0).integers(0, 65536, (40, 30, 3), np.uint16)
    save_photograph(Photograph(pixels), folder / f"deep{ending}", overwrite=True)
    return (folder / f"deep{ending}").read_bytes()


def huge_png(depth: int = 8, side: int = 60_000) -> bytes:
    """A head that promises gigapixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + end

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, depth, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def endless_tiff() -> bytes:
    """A TIFF whose next page is itself."""
    first = struct.pack("<HHHII", 1, 256, 4, 1, 8)
    return b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<I", 8)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty.png", "empty"),
        ("text.png", "not a picture"),
        ("page.svg", "not a picture"),
        ("begun.png", "damaged|cut off"),
        ("cut8.png", "cut off"),
        ("cut16.png", "cut off"),
        ("flip16.png", "damaged"),
        ("cut.jpg", "cut off"),
        ("cut.webp", "cut off|damaged"),
        ("cut8.tif", "cut off|damaged"),
        ("cut16.tif", "cut off|damaged"),
        ("flip16.tif", "damaged"),
        ("huge.png", "too large"),
        ("large.png", "needs about|cut off"),
        ("large16.png", "needs about|cut off"),
        ("endless.tif", "TIFF"),
        ("lab.tif", "LAB"),
        ("folder", "not a file"),
    ],
)
def test_every_bad_picture_is_one_sentence(tmp_path, name, words, capfd):
    path = tmp_path / name
    raw, tiff = deep(".png", tmp_path), deep(".tif", tmp_path)
    flipped, torn = bytearray(raw), bytearray(tiff)
    flipped[len(raw) // 2] ^= 8
    torn[-200:-100] = bytes(100)
    plain = tmp_path / "plain.tif"
    tifffile.imwrite(plain, photo(40, 30), photometric="rgb", compression="zlib")
    Image.fromarray(photo(40, 30)).convert("LAB").save(tmp_path / "in.tif")
    data = {
        "empty.png": b"",
        "text.png": b"these are only words",
        "page.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "begun.png": raw[:20],
        "cut8.png": encoded(photo(40, 30))[:-300],
        "cut16.png": raw[:-300],
        "flip16.png": bytes(flipped),
        "cut.jpg": encoded(photo(40, 30), "JPEG")[:-300],
        "cut.webp": encoded(photo(40, 30), "WEBP")[:-100],
        "cut8.tif": plain.read_bytes()[:-300],
        "cut16.tif": tiff[:-300],
        "flip16.tif": bytes(torn),
        "huge.png": huge_png(),
        "large.png": huge_png(8, 30_000),
        "large16.png": huge_png(16, 30_000),
        "endless.tif": endless_tiff(),
        "lab.tif": (tmp_path / "in.tif").read_bytes(),
    }
    if name == "folder":
        path.mkdir()
    else:
        path.write_bytes(data[name])
    before = {each: each.stat().st_mtime_ns for each in tmp_path.iterdir()}
    with pytest.raises(Refused) as raised:
        open_photograph(path)
    sentence = str(raised.value)
    assert any(word in sentence for word in words.split("|")), sentence
    assert name in sentence and sentence.endswith(".") and "\n" not in sentence
    assert capfd.readouterr() == ("", "")
    assert {each: each.stat().st_mtime_ns for each in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(Refused, match="not a file"):
        open_photograph(tmp_path / "pipe.png")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from([".png", ".tif", "8.png", "8.tif", ".jpg", ".webp", ".gif", ".bmp"]),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@pytest.mark.filterwarnings("ignore")
def test_flipped_bytes_are_a_picture_or_a_sentence(tmp_path, kind, places, cut):
    small = Image.fromarray(photo(20, 16))
    if kind in (".png", ".tif"):
        data = bytearray(deep(kind, tmp_path))
    else:
        name = {"8.png": "PNG", "8.tif": "TIFF", ".jpg": "JPEG"}.get(kind) or kind[1:].upper()
        data = bytearray(encoded(np.asarray(small), name))
    for place, value in places:
        data[int(place * (len(data) - 1))] = value
    try:
        found = decoded(bytes(data[: int(cut * len(data))]))
    except Unreadable as reason:
        assert str(reason).endswith(".") and "\n" not in str(reason)
    else:
        assert found.pixels.ndim == 3 and found.pixels.shape[2] in (1, 3, 4)
        assert found.pixels.dtype in (np.uint8, np.uint16)
        save_photograph(found, tmp_path / "again.png", overwrite=True)
        assert np.array_equal(open_photograph(tmp_path / "again.png").pixels, found.pixels)


@pytest.mark.parametrize("data", [b"", b"words", huge_png(), encoded(photo(40, 30))[:-300]])
def test_bad_masks_are_one_sentence(tmp_path, data, capfd):
    (tmp_path / "mask.png").write_bytes(data)
    with pytest.raises(Refused) as raised:
        load_mask(tmp_path / "mask.png", (30, 40))
    assert "mask.png" in str(raised.value) and "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_a_picture_of_a_hundred_megapixels_is_repaired_around_its_hole(tmp_path):
    pixels = np.zeros((10_000, 10_000, 1), np.uint8)
    pixels[4000:4400, 4000:4400, 0] = np.arange(400) % 256
    mask = np.zeros(pixels.shape[:2], np.uint8)
    mask[4100:4164, 4100:4164] = 255
    (found,) = finished(repair(pixels, mask, RepairSettings(method="telea", candidates=1)))
    assert sum(patch.pixels.size for patch in found.patches) == 64 * 64
    save_photograph(Photograph(found.applied(pixels)), tmp_path / "large.png")
    again = open_photograph(tmp_path / "large.png").pixels
    again[4100:4164, 4100:4164] = pixels[4100:4164, 4100:4164]
    assert np.array_equal(again, pixels)
