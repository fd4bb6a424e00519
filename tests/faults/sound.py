"""Sound picture files of every kind that is read, in every mode and with all they can carry."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

from tests.core.data.made import encoded, photo

PNG = b"\x89PNG\r\n\x1a\n"
SHARED = Path(__file__).parents[3] / "shared" / "data"


def seeds(real: bool = False) -> dict[str, bytes]:
    """Return sound files by name, at least 60; with `real`, also some that others have made."""
    found = {name: data for make in (_pngs, _jpegs, _others, _tiffs) for name, data in make()}
    if real:
        found |= {f"real {name}": data for name, data in _real()}
    return found


def _exif(turn: int, thumbnail: bytes = b"") -> bytes:
    """Return EXIF with an orientation, words, a place's directory and maybe a thumbnail."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x0110] = turn, "words " * 5, "camera"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:22 08:00:00"
    exif.get_ifd(0x8825)[0x0001] = "N"
    return exif.tobytes() + thumbnail


def looping_exif(turn: int = 6) -> bytes:
    """Return EXIF whose inner directory, and whose next one, are itself."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 8)


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a PNG's chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def interlaced(pixels: np.ndarray, depth: int = 8) -> bytes:
    """Return a PNG in Adam7's seven passes (PNG 8.2), which neither library here writes."""
    height, width = pixels.shape[:2]
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    passes = [pixels[y::down, x::across] for y, x, down, across in (*starts, (1, 0, 2, 1))]
    rows = [b"\0" + row.tobytes() for part in passes if part.size for row in part]
    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 1)
    body = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return PNG + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """Return a PNG with one more chunk after its head."""
    return png[:33] + chunk(name, body) + png[33:]


def _moving(kind: str, **options) -> bytes:
    frames = [Image.fromarray(photo(12, 16, seed)) for seed in range(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def _modes() -> Iterator[tuple[str, Image.Image]]:
    color = Image.fromarray(photo(12, 16))
    clear = color.convert("RGBA")
    clear.putalpha(color.convert("L"))
    yield from (("RGB", color), ("RGBA", clear), ("L", color.convert("L")))
    yield from (("LA", clear.convert("LA")), ("1", color.convert("1")))
    yield "P", color.quantize(16)


def _pngs() -> Iterator[tuple[str, bytes]]:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    icc = made[:24] + bytes(12) + made[36:]  # made at no time: a number is always the same mutant
    for mode, image in _modes():
        yield f"png {mode}", encoded(image)
    yield "png P clear", encoded(Image.fromarray(photo(12, 16)).quantize(4), transparency=b"\0\x80")
    yield "png RGB clear", encoded(photo(12, 16), transparency=(0, 0, 0))
    deep = np.random.default_rng(0).integers(0, 65536, (12, 16, 4), np.uint16)
    for channels in (1, 3, 4):
        yield f"png 16 {channels}", cv2.imencode(".png", deep[..., :channels])[1].tobytes()
    yield "png interlaced", interlaced(photo(12, 16))
    yield "png interlaced 16", interlaced(deep[..., :3].astype(">u2"), 16)
    plain = encoded(photo(12, 16))
    for turn in (1, 6, 8):
        yield f"png turned {turn}", encoded(photo(12, 16), exif=_exif(turn))
    yield "png loop", with_chunk(plain, b"eXIf", looping_exif()[6:])
    yield "png icc", encoded(photo(12, 16), icc_profile=icc)
    yield "png bad icc", encoded(photo(12, 16), icc_profile=icc[:99] + b"\xff" * 300)
    record = b'{"schema": 2, "title": "made", "settings": {"a": [1, 2.5, null]}, "model": "ab"}'
    yield "png record", with_chunk(plain, b"iTXt", b"atelier\0\1\0\0\0" + zlib.compress(record))
    words = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta tiff:Orientation='6'><atelier:Record>{}"
    yield "png xmp", with_chunk(plain, b"iTXt", words)
    yield "png words", with_chunk(with_chunk(plain, b"tEXt", b"Title\0a"), b"pHYs", bytes(9))
    yield "png gamma", with_chunk(plain, b"gAMA", struct.pack(">I", 45455))
    yield "png moving", _moving("PNG")
    yield "png and zip", plain + _zip()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../a.png"), b"words")
    return file.getvalue()


def _jpegs() -> Iterator[tuple[str, bytes]]:
    picture, icc = Image.fromarray(photo(24, 32)), bytes(200)
    for mode in ("RGB", "L", "CMYK"):
        yield f"jpg {mode}", encoded(picture.convert(mode), "JPEG")
    yield "jpg progressive", encoded(picture, "JPEG", progressive=True)
    yield "jpg whole", encoded(picture, "JPEG", subsampling=0, quality=98, comment=b"words")
    yield "jpg restarts", encoded(picture, "JPEG", restart_marker_blocks=1)
    for turn in range(1, 9):
        yield f"jpg turned {turn}", encoded(picture, "JPEG", exif=_exif(turn))
    yield "jpg loop", encoded(picture, "JPEG", exif=looping_exif())
    small = encoded(photo(4, 4), "JPEG")
    yield "jpg thumbnail", encoded(picture, "JPEG", exif=_exif(3, small))
    yield "jpg icc", encoded(picture, "JPEG", icc_profile=icc)
    yield "jpg xmp", encoded(picture, "JPEG", xmp=b"<x:xmpmeta tiff:Orientation='3'>")
    yield "jpg record", encoded(picture, "JPEG", xmp=b"<atelier:Record>{}</atelier:Record>")
    yield "jpg two", _moving("MPO")
    yield "jpg page", encoded(picture, "JPEG") + b"<html><script>alert(1)</script></html>"


def _others() -> Iterator[tuple[str, bytes]]:
    exif = {"exif": _exif(6), "xmp": b"<x/>", "icc_profile": bytes(99)}
    for mode, image in _modes():
        if mode in ("RGB", "RGBA"):
            yield f"webp {mode}", encoded(image, "WEBP")
            yield f"webp lossless {mode}", encoded(image, "WEBP", lossless=True, **exif)
        yield f"gif {mode}", encoded(image, "GIF")
        if mode != "LA":
            yield f"bmp {mode}", encoded(image, "BMP")
            if mode != "P":
                yield f"ppm {mode}", encoded(image, "PPM")
    yield "webp moving", _moving("WEBP")
    yield "gif moving", _moving("GIF", disposal=2, transparency=0, loop=0)
    yield "gif straight", encoded(Image.fromarray(photo(12, 16)).quantize(8), "GIF", interlace=0)
    yield "ppm text", b"P3\n# words\n2 2\n255\n" + b"1 2 3 " * 4
    yield "ppm 16", b"P6 4 4 65535\n" + bytes(96)
    yield "ppm fraction", encoded(Image.new("F", (4, 4), 0.5), "PPM")


def _tiff(pixels: np.ndarray, **options) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def _tiffs() -> Iterator[tuple[str, bytes]]:
    for mode, image in _modes():
        yield f"tif {mode}", encoded(image, "TIFF")
    color = Image.fromarray(photo(12, 16))
    for mode in ("CMYK", "F", "I", "YCbCr"):
        yield (
            f"tif {mode}",
            encoded(color.convert("L" if mode in "FI" else mode).convert(mode), "TIFF"),
        )
    yield "tif LAB", encoded(Image.frombytes("LAB", color.size, color.tobytes()), "TIFF")
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"tif {packing}", encoded(color, "TIFF", compression=packing)
    yield "tif fax", encoded(color.convert("1"), "TIFF", compression="group4")
    yield "tif pages", _moving("TIFF")
    yield "tif turned", encoded(color, "TIFF", exif=_tiff_exif())
    deep = np.random.default_rng(0).integers(0, 65536, (16, 16, 3), np.uint16)
    yield "tif 16", _tiff(deep, photometric="rgb")
    yield "tif 16 grey", _tiff(deep[..., 0])
    planes = np.ascontiguousarray(deep.transpose(2, 0, 1))
    yield "tif 16 planes", _tiff(planes, photometric="rgb", planarconfig="separate")
    yield "tif 16 zlib", _tiff(deep, photometric="rgb", compression="zlib", predictor=True)
    yield "tif tiles", _tiff(deep.astype(np.uint8), photometric="rgb", tile=(16, 16))
    yield "tif big", _tiff(deep.astype(np.uint8), photometric="rgb", bigtiff=True)
    yield "tif other order", _tiff(deep, photometric="rgb", byteorder=">")
    yield "tif fractions", _tiff(deep[..., 0].astype(np.float32))


def _tiff_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    return exif


def _real() -> Iterator[tuple[str, bytes]]:
    """Yield files that are not made here: of the shared sets, and what scikit-image brings."""
    import skimage

    places = [
        SHARED / f"{name}.zip" for name in ("crawl-tiles-32", "noto-emoji-72", "cifar10-images")
    ]
    for place in filter(Path.exists, places):
        with zipfile.ZipFile(place) as archive:
            names = [n for n in archive.namelist() if n.endswith((".png", ".jpg"))]
            yield from ((n, archive.read(n)) for n in names[:: max(1, len(names) // 8)][:8])
    folder = Path(skimage.__file__).parent / "data"
    for path in sorted(folder.glob("*.[gjpt]*")):
        if path.suffix in (".png", ".gif", ".jpg", ".tif") and path.stat().st_size < 60_000:
            yield path.name, path.read_bytes()
