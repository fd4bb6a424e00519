"""Every mode becomes a straight-alpha uint8 picture; what can't be decoded says why."""

import io

import numpy as np
import pytest
from PIL import Image

from studio.core.data import decode as decode_module
from studio.core.data.decode import Unreadable, decode
from tests.core.data.made import encoded, noise, photo


def rgba() -> Image.Image:
    picture = photo()
    alpha = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (32, 1))
    return Image.fromarray(np.dstack([picture, alpha]))


@pytest.mark.parametrize(
    ("mode", "channels", "note"),
    [
        ("1", 1, "black and white to grey"),
        ("L", 1, None),
        ("P", 3, "palette to full color"),
        ("RGB", 3, None),
        ("RGBA", 4, None),
        ("LA", 4, "grey with alpha to color with alpha"),
    ],
)
def test_png_modes(mode, channels, note):
    image = (Image.fromarray(photo()) if mode == "P" else rgba()).convert(mode)
    decoded = decode(encoded(image))
    assert decoded.picture.shape == (32, 32, channels)
    assert decoded.picture.dtype == np.uint8
    assert (decoded.mode, decoded.notes) == (mode, (note,) if note else ())
    expected = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    same = np.asarray(image.convert(expected)).reshape(decoded.picture.shape)
    assert np.array_equal(decoded.picture, same)


def test_cmyk_jpeg():
    image = Image.fromarray(photo()).convert("CMYK")
    decoded = decode(encoded(image, "JPEG", quality=95))
    assert decoded.notes == ("CMYK to RGB",)
    assert np.abs(decoded.picture.astype(int) - photo()).mean() < 12


def test_palette_with_transparency():
    image = Image.fromarray(noise(8, 8, 1)[..., 0] % 4, "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    decoded = decode(encoded(image, transparency=1))
    clear = np.asarray(image) == 1
    assert decoded.picture.shape == (8, 8, 4)
    assert np.array_equal(decoded.picture[..., 3] == 0, clear)
    assert decoded.picture[~clear][:, 3].min() == 255


def test_sixteen_bit_grey_keeps_its_range():
    deep = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    for format in ("PNG", "TIFF"):
        decoded = decode(encoded(Image.fromarray(deep), format))
        assert decoded.picture.ravel().tolist() == list(range(256))
        assert decoded.notes == ("16-bit grey to 8 bit",)


def test_float_and_whole_numbers():
    fractions = Image.fromarray(np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16))
    assert decode(encoded(fractions, "TIFF")).picture.ravel().tolist() == list(range(256))
    wide = Image.fromarray((np.arange(256, dtype=np.int32) * 257).reshape(16, 16))
    assert decode(encoded(wide, "TIFF")).picture.ravel().tolist() == list(range(256))
    odd = np.array([[np.nan, 0.0], [np.inf, 1.0]], np.float32)
    assert decode(encoded(Image.fromarray(odd), "TIFF")).picture.shape == (2, 2, 1)


@pytest.mark.parametrize("least", [-3.0, 0.0])
@pytest.mark.parametrize("most", [1.0, 255.0, 65535.0, 1e9])
def test_numbers_have_one_range_in_all_bands_of_a_picture(monkeypatch, least, most):
    values = np.linspace(least, most, 600, dtype=np.float32).reshape(30, 20)
    values[3, 4] = np.nan
    whole = decode(encoded(Image.fromarray(values), "TIFF")).picture
    monkeypatch.setattr("studio.core.data.bands.BAND", 200)
    assert np.array_equal(decode(encoded(Image.fromarray(values), "TIFF")).picture, whole)
    if least == 0:
        assert (whole.min(), whole.max()) == (0, 255)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_formats(format):
    assert decode(encoded(photo(), format)).picture.shape == (32, 32, 3)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_turns_upright(format, turn):
    upright = np.zeros((24, 32, 3), np.uint8)
    upright[:8, :8] = 255, 0, 0
    upright[-8:, :8] = 0, 255, 0
    image = Image.fromarray(upright)
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF number: the transpose that undoes it
    stored = image if turn == 1 else image.transpose(Image.Transpose(back[turn]))
    exif = Image.Exif()
    exif[0x0112] = turn
    decoded = decode(
        encoded(stored, format, exif=exif, **({"lossless": True} if format == "WEBP" else {}))
    )
    assert decoded.picture.shape == (24, 32, 3)
    assert np.abs(decoded.picture.astype(int) - upright).mean() < 6
    assert decoded.notes == (() if turn == 1 else ("turned upright (EXIF)",))


@pytest.mark.parametrize(
    "options", [{}, {"subsampling": 0}, {"subsampling": 1}, {"progressive": True}]
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_quick_way_is_bit_equal(mode, options, monkeypatch):
    for size in ((32, 32), (45, 37), (8, 100)):
        data = encoded(Image.fromarray(photo(*size)).convert(mode), "JPEG", **options)
        quick = decode(data)
        with monkeypatch.context() as patch:
            patch.setattr(decode_module, "_plain_jpeg", lambda data, least: None)
            slow = decode(data)
        assert np.array_equal(quick.picture, slow.picture)
        assert (quick.mode, quick.size, quick.notes) == (slow.mode, slow.size, slow.notes)


def test_the_quick_way_is_taken_only_by_plain_jpegs():
    exif = Image.Exif()
    exif[0x0112] = 6
    plain, turned = encoded(photo(), "JPEG"), encoded(photo(), "JPEG", exif=exif)
    cmyk = encoded(Image.fromarray(photo()).convert("CMYK"), "JPEG")
    quick = decode_module._plain_jpeg
    assert quick(plain, None) is not None
    assert [quick(d, None) for d in (turned, cmyk, plain[:-2], plain[:-40])] == [None] * 4


def test_large_jpeg_is_decoded_small_enough_and_close():
    data = encoded(photo(800, 800), "JPEG", quality=95)
    decoded = decode(data, (32, 32))
    assert 96 <= decoded.picture.shape[0] <= 200
    assert decoded.size == (800, 800)


def test_opaque_alpha_is_dropped():
    solid = np.dstack([photo(), np.full((32, 32), 255, np.uint8)])
    assert decode(encoded(solid)).picture.shape == (32, 32, 3)


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_animated_gives_the_first_frame(format):
    frames = [Image.new("RGB", (20, 20), c) for c in ("red", "blue", "lime")]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
    decoded = decode(data)
    assert decoded.notes[-1] == "animated: first frame taken"
    assert np.abs(decoded.picture[10, 10, :3].astype(int) - (255, 0, 0)).max() < 8


def test_pages_give_the_first():
    pages = [Image.new("RGB", (20, 20), c) for c in ("red", "blue")]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert decode(data).notes == ("several pages: first page taken",)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_every_cut_is_refused_or_whole(format):
    data = encoded(noise(48, 48), format)
    for end in range(0, len(data) - 1, max(1, len(data) // 24)):
        with pytest.raises(Unreadable) as caught:
            if decode(data[:end]).picture.shape == (48, 48, 3):
                raise Unreadable("The whole picture was there.")
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "cut off"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 60, "damaged"),
        (encoded(photo(), "JPEG")[:-200], "cut off"),
    ],
)
def test_sentences(data, words):
    with pytest.raises(Unreadable, match=words) as caught:
        decode(data)
    assert str(caught.value).count(".") == 1 or "(" in str(caught.value)


def test_a_bomb_is_refused_before_it_unpacks():
    file = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")
    with pytest.raises(Unreadable, match="too large"):
        decode(file.getvalue())
    with pytest.raises(Unreadable, match=r"9000×9000 pixels"):
        decode(encoded(Image.new("1", (9000, 9000))))


def test_a_small_file_that_becomes_a_huge_picture_is_refused_before_room_is_made():
    flat = encoded(Image.new("RGB", (7900, 7900)), "WEBP", lossless=True)
    assert len(flat) < 30_000
    with pytest.raises(Unreadable, match=r"7900×7900 pixels, over 2,000 times its size"):
        decode(flat)
    assert decode(encoded(Image.new("L", (7900, 7900)))).size == (7900, 7900)  # as any flat scan


def test_what_a_library_says_of_a_damaged_file_is_not_heard(capfd):
    data = bytearray(encoded(Image.fromarray(photo()), "TIFF", compression="tiff_lzw"))
    data[8:300] = bytes(292)
    with pytest.raises(Unreadable):
        decode(bytes(data))
    assert capfd.readouterr() == ("", "")
