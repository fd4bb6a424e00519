"""Opening and saving a user's picture: nothing is lost, and what can't be read is told."""

import dataclasses
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import psutil
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from studio.core.events import Refused
from studio.core.photographs.photograph import Photograph, _dpi, open_photograph, save_photograph
from tests.core.photographs.test_exif import camera

RGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS = [(8, ".png"), (16, ".png"), (8, ".tif"), (16, ".tiff"), (8, ".webp")]


def pixels(depth: int = 8, channels: int = 3, h: int = 9, w: int = 7, seed: int = 0) -> np.ndarray:
    """Random pixels [h, w, c]."""
    kind = np.uint8 if depth == 8 else np.uint16
    return np.random.default_rng(seed).integers(0, 1 << depth, (h, w, channels), kind)


def refusal(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(Refused) as raised:
        open_photograph(path)
    sentence = str(raised.value)
    assert sentence.endswith(".") and "\n" not in sentence and path.name in sentence
    return sentence


def written(path: Path, array: np.ndarray, **options: Any) -> Path:
    """A TIFF."""
    tifffile.imwrite(path, array, **options)
    return path


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(LOSSLESS),
    channels=st.sampled_from([1, 3, 4]),
    h=st.integers(1, 40),
    w=st.integers(1, 40),
    seed=st.integers(0, 9),
)
def test_lossless_formats_keep_every_bit(tmp_path, kind, channels, h, w, seed):
    depth, ending = kind
    before = pixels(depth, channels, h, w, seed)
    assert not save_photograph(Photograph(before), tmp_path / f"a{ending}", overwrite=True)
    after = open_photograph(tmp_path / f"a{ending}").pixels
    if ending == ".webp" and channels == 1:  # WebP knows no grey
        after = after[..., :1]
    assert after.dtype == before.dtype and np.array_equal(after, before)


@pytest.mark.parametrize(("depth", "ending"), [*LOSSLESS, (8, ".jpg")])
def test_profile_exif_xmp_and_resolution_are_kept(tmp_path, depth, ending):
    path = tmp_path / f"a{ending}"
    before = Photograph(pixels(depth), RGB_PROFILE, camera(1), (), b"<x/>", (300.0, 150.0))
    save_photograph(before, path)
    after = open_photograph(path)
    assert after.profile == RGB_PROFILE and after.xmp == b"<x/>" and not after.notes
    assert after.dpi == pytest.approx((300, 150), abs=0.1) if ending != ".webp" else True
    exif = Image.Exif()
    exif.load(after.exif or b"")
    assert exif[271] == "Maker"
    assert exif.get_ifd(0x8769)[33434] == (1, 125) and exif.get_ifd(0x8825)[1] == "N"
    with Image.open(path) as image:  # another program's eyes
        assert image.info["icc_profile"] == RGB_PROFILE
        assert image.getexif().get_ifd(0x8769)[33434] == (1, 125)


def test_a_png_keeps_what_it_says_of_color_and_contents(tmp_path):
    chunks = ((b"gAMA", struct.pack(">I", 45455)), (b"tEXt", b"Author\0Ada"))
    save_photograph(Photograph(pixels(), chunks=chunks), tmp_path / "a.png")
    assert open_photograph(tmp_path / "a.png").chunks == chunks
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["gamma"] == pytest.approx(0.45455) and image.info["Author"] == "Ada"


def test_the_place_of_a_kept_picture_is_not_claimed_for_its_repair(tmp_path):
    chunks = ((b"iTXt", b"atelier\0\0\0\0\0{}"), (b"tEXt", b"atelier\0{}"))
    save_photograph(Photograph(pixels(), chunks=chunks), tmp_path / "a.png")
    assert open_photograph(tmp_path / "a.png").chunks == ()


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", range(5))
def test_orientation_is_applied_once(tmp_path, turn, kind):
    exif = Image.Exif()
    exif[274] = turn
    path = tmp_path / ("a.tif" if kind > 2 else "a.png")
    deep = kind in (1, 4)
    if kind == 0:
        array = pixels(8)
        Image.fromarray(array).save(path, exif=exif)
    elif kind == 1:
        array = pixels(16)
        raw = exif.tobytes().removeprefix(b"Exif\0\0")
        save_photograph(Photograph(array, exif=raw), path)
    elif kind == 2:
        array = pixels(8, 4)
        Image.fromarray(array).save(path, exif=exif)
    else:
        array = pixels(16 if deep else 8)
        written(path, array, photometric="rgb", extratags=[(274, "H", 1, turn, True)])
    tagged = Image.fromarray((array >> 8).astype(np.uint8) if deep else array)
    tagged.getexif()[274] = turn
    upright = np.asarray(ImageOps.exif_transpose(tagged))
    opened = open_photograph(path)
    found = (opened.pixels >> 8).astype(np.uint8) if deep else opened.pixels
    assert np.array_equal(found, upright)
    save_photograph(opened, tmp_path / "again.png")
    assert np.array_equal(open_photograph(tmp_path / "again.png").pixels, opened.pixels)


def test_exif_that_is_written_as_text_turns_once_too(tmp_path):
    raw = b"Exif\0\0" + camera(6)
    words = PngInfo()
    words.add_text("Raw profile type exif", f"\nexif\n{len(raw):8}\n{raw.hex()}\n", zip=True)
    Image.fromarray(pixels()).save(tmp_path / "a.png", pnginfo=words)
    opened = open_photograph(tmp_path / "a.png")
    assert np.array_equal(opened.pixels, np.rot90(pixels(), -1))
    save_photograph(opened, tmp_path / "b.png")
    again = open_photograph(tmp_path / "b.png")
    assert np.array_equal(again.pixels, opened.pixels) and not again.chunks
    exif = Image.Exif()
    exif.load(again.exif or b"")
    assert exif[271] == "Maker" and exif[274] == 1


@pytest.mark.parametrize("turn", range(1, 9))
def test_planes_apart_are_turned_too(tmp_path, turn):
    array = pixels(16)
    tags = [(274, "H", 1, turn, True)]
    apart = np.moveaxis(array, -1, 0)
    a = written(tmp_path / "a.tif", apart, photometric="rgb", planarconfig=2, extratags=tags)
    b = written(tmp_path / "b.tif", array, photometric="rgb", extratags=tags)
    assert np.array_equal(open_photograph(a).pixels, open_photograph(b).pixels)


@pytest.mark.parametrize(
    "options", [{}, {"compression": "zlib"}, {"byteorder": ">"}, {"tile": (16, 16)}]
)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_other_programs_tiffs(tmp_path, options, depth, channels):
    array = pixels(depth, channels, 40, 33)
    photometric = "rgb" if channels > 1 else "minisblack"
    extra = ["unassalpha"] if channels == 4 else None
    shaped = array if channels > 1 else array[..., 0]
    path = tmp_path / "a.tif"
    written(path, shaped, photometric=photometric, extrasamples=extra, **options)
    opened = open_photograph(path)
    assert opened.pixels.dtype == array.dtype and np.array_equal(opened.pixels, array)


def test_white_is_zero(tmp_path):
    for depth in (8, 16):
        array = pixels(depth, 1)[..., 0]
        path = written(tmp_path / f"{depth}.tif", array, photometric="miniswhite")
        assert np.array_equal(open_photograph(path).pixels[..., 0], ~array)


@pytest.mark.parametrize("depth", [8, 16])
def test_premultiplied_alpha_is_made_straight_and_told(tmp_path, depth):
    most = (1 << depth) - 1
    array = np.array([[[most // 2, 0, most // 4, most // 2]]], pixels(depth).dtype)
    path = written(tmp_path / "a.tif", array, photometric="rgb", extrasamples=["assocalpha"])
    opened = open_photograph(path)
    assert opened.pixels[0, 0, 0] == most and opened.pixels[0, 0, 3] == most // 2
    assert abs(int(opened.pixels[0, 0, 2]) - most // 2) <= 1
    assert "Premultiplied" in opened.notes[0]


@pytest.mark.parametrize(
    ("mode", "channels", "words"),
    [("P", 3, "Palette"), ("1", 1, "Black and white"), ("LA", 4, "Grey with alpha")],
)
def test_what_is_converted_keeps_its_colors_and_is_told(tmp_path, mode, channels, words):
    image = Image.fromarray(pixels(8, 3, 16, 16)).convert("L" if mode == "LA" else "RGB")
    image = image.convert(mode)
    image.save(tmp_path / "a.png")
    opened = open_photograph(tmp_path / "a.png")
    assert opened.pixels.shape[2] == channels and words in opened.notes[0]
    full = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    assert np.array_equal(opened.pixels.squeeze(), np.asarray(image.convert(full)))


def test_transparency_without_an_alpha_channel(tmp_path):
    grey, color = pixels(16, 1), pixels(8, 3)
    save_photograph(Photograph(grey), tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    body = b"tRNS" + struct.pack(">H", grey[2, 3, 0])
    chunk = struct.pack(">I", 2) + body + struct.pack(">I", zlib.crc32(body))
    (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])
    opened = open_photograph(tmp_path / "a.png").pixels
    assert opened.dtype == np.uint16 and np.array_equal(opened[..., :1], grey)
    assert np.array_equal(opened[..., 3] == 0, grey[..., 0] == grey[2, 3, 0])
    clear = tuple(int(v) for v in color[1, 1])
    Image.fromarray(color).save(tmp_path / "b.png", transparency=clear)
    opened = open_photograph(tmp_path / "b.png").pixels
    assert np.array_equal(opened[..., :3], color) and opened[1, 1, 3] == 0


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_several_frames_are_refused(tmp_path, kind):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "green")]
    path = tmp_path / f"a.{kind.lower()}"
    frames[0].save(path, kind, save_all=True, append_images=frames[1:])
    assert "holds 3" in refusal(path)
    frames[0].save(path, kind)
    assert open_photograph(path).pixels.shape == (8, 8, 3)


def test_a_tiff_with_a_smaller_copy_of_itself_opens(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(pixels(h=32, w=32), photometric="rgb")
        file.write(pixels(h=8, w=8), photometric="rgb", subfiletype=1)
    assert np.array_equal(open_photograph(tmp_path / "a.tif").pixels, pixels(h=32, w=32))


def test_what_would_change_all_colors_is_refused(tmp_path):
    Image.new("CMYK", (8, 8)).save(tmp_path / "ink.jpg")
    assert "CMYK" in refusal(tmp_path / "ink.jpg")
    Image.new("F", (8, 8)).save(tmp_path / "f.tif")
    assert "32-bit" in refusal(tmp_path / "f.tif")
    path = written(tmp_path / "hdr.tif", np.zeros((8, 8, 3), np.float32), photometric="rgb")
    assert "TIFF" in refusal(path)


def test_a_profile_of_other_channels_is_left_out(tmp_path):
    save_photograph(Photograph(pixels(8, 1)), tmp_path / "a.png")
    Image.open(tmp_path / "a.png").save(tmp_path / "b.png", icc_profile=RGB_PROFILE)
    opened = open_photograph(tmp_path / "b.png")
    assert opened.profile is None and "profile" in opened.notes[0]


def test_formats_refuse_what_they_cannot_hold(tmp_path):
    for photograph, name, words in (
        (Photograph(pixels(16)), "a.webp", "8 bits"),
        (Photograph(pixels(16)), "a.jpg", "8 bits"),
        (Photograph(pixels(8, 4)), "a.jpg", "no transparency"),
        (Photograph(pixels(h=1, w=16384)), "a.webp", "16383"),
        (Photograph(pixels()), "a.bmp", ".png"),
        (Photograph(pixels()), "a", ".png"),
    ):
        with pytest.raises(Refused, match=words):
            save_photograph(photograph, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_jpeg_says_that_it_changes_pixels(tmp_path):
    assert "outside the mask" in save_photograph(Photograph(pixels()), tmp_path / "a.jpg")[0]


def test_nothing_is_overwritten_unasked_and_a_failed_write_leaves_the_old_file(
    tmp_path, monkeypatch
):
    path = tmp_path / "a.png"
    save_photograph(Photograph(pixels()), path)
    before = path.read_bytes()
    with pytest.raises(Refused, match="already"):
        save_photograph(Photograph(pixels(seed=1)), path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(Refused, match="No space left"):
        patched.setattr("os.fsync", full)
        save_photograph(Photograph(pixels(seed=1)), path, overwrite=True)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.png"]
    save_photograph(Photograph(pixels(seed=1)), path, overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_odd_exif_does_not_stop_a_save(tmp_path):
    for exif in (b"II*\0\x08\0\0\0\xff\xff", b"nonsense", camera(1)[:-9]):
        photograph = Photograph(pixels(), exif=exif)
        for ending in (".png", ".tif", ".webp", ".jpg"):
            save_photograph(photograph, tmp_path / f"a{ending}", overwrite=True)
            assert open_photograph(tmp_path / f"a{ending}").pixels.shape == (9, 7, 3)
    long = Photograph(pixels(), exif=camera(1) + bytes(70_000), xmp=b"<" * 70_000)
    assert len(save_photograph(long, tmp_path / "a.jpg", overwrite=True)) == 3


def test_more_than_89_megapixels_are_read_if_memory_allows(tmp_path):
    for name in ("a.png", "a.tif"):
        Image.new("L", (10_000, 9_500), 7).save(tmp_path / name, compression="tiff_adobe_deflate")
        assert open_photograph(tmp_path / name).pixels.shape == (9_500, 10_000, 1)


def test_what_memory_cannot_hold_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    save_photograph(Photograph(pixels(h=300, w=300)), tmp_path / "a.png")
    memory = psutil.virtual_memory()._replace(available=500_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert "300×300" in refusal(tmp_path / "a.png") and "memory" in refusal(tmp_path / "a.png")


def test_a_photograph_is_a_value(tmp_path):
    photograph = Photograph(pixels())
    with pytest.raises(dataclasses.FrozenInstanceError):
        photograph.pixels = pixels(seed=1)  # type: ignore[misc]  # what is tested
    assert photograph.depth == 8 and Photograph(pixels(16)).depth == 16


def test_a_jpeg_opens_as_its_decoder_says(tmp_path):
    Image.fromarray(pixels(h=64, w=64)).save(tmp_path / "a.jpg", quality=90)
    opened = open_photograph(tmp_path / "a.jpg").pixels
    assert np.array_equal(opened, np.asarray(Image.open(tmp_path / "a.jpg")))


def test_a_bitmap_and_a_still_gif_open(tmp_path):
    Image.fromarray(pixels()).save(tmp_path / "a.bmp")
    assert np.array_equal(open_photograph(tmp_path / "a.bmp").pixels, pixels())
    file = io.BytesIO()
    Image.fromarray(pixels()).quantize(16).save(file, "GIF")
    (tmp_path / "a.gif").write_bytes(file.getvalue())
    assert open_photograph(tmp_path / "a.gif").pixels.shape == (9, 7, 3)


@pytest.mark.parametrize("dpi", [(1, float("nan")), (0, 3), "odd", (1,), None, (1, 2, 3)])
def test_dots_an_inch_that_are_none_are_left_out(dpi):
    image = Image.new("RGB", (3, 3))
    image.info["dpi"] = dpi
    assert _dpi(image) is None
